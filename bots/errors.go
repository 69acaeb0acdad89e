package bots

import (
	"fmt"
	"time"
)

// Fault says why a request was not accepted.
type Fault int

// The faults, each with its HTTP status in the webhook's edge.
const (
	FaultMalformed Fault = iota + 1 // unreadable: 400
	FaultSignature                  // wrong signature, token, time or receiver: 401
	FaultMethod                     // 405
	FaultTooLarge                   // 413
	FaultMedia                      // wrong content type: 415
)

// DecodeError is why a request was not accepted. Reason is a stable word for
// logs and tests (signature_invalid, decrypt_failed …); it never holds a secret.
type DecodeError struct {
	Fault  Fault
	Reason string
	Err    error
}

// Error implements error.
func (e *DecodeError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("decode: %s: %v", e.Reason, e.Err)
	}
	return "decode: " + e.Reason
}

// Unwrap gives the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// SendCode is a platform-neutral reason of a send error.
type SendCode int

// The reasons.
const (
	CodeUnavailable SendCode = iota + 1 // platform down, slow or confused: try again
	CodeLimited                         // too fast: try again after After
	CodeUnknown                         // it may have been accepted: only the same Key may be tried
	CodeRefused                         // this message will never be accepted (bad card, content)
	CodeNoReach                         // this receiver cannot be reached (left, not visible, bot not in chat)
	CodeStale                           // the card is too old or its reference is spent
	CodeConfig                          // our credentials, scope or quota are wrong: a person must act
)

// SendError is why something was not said or fetched, and whether trying again helps.
type SendError struct {
	Code     SendCode
	Retry    bool
	After    time.Duration // wait at least this long
	API      string        // held back as a whole for After when not empty
	Platform string        // the platform's code and request id, for the record; no secret
	Err      error
}

// Error implements error.
func (e *SendError) Error() string {
	return fmt.Sprintf("send: %s: %v", e.Platform, e.Err)
}

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }
