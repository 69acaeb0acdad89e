package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
)

const (
	// bodyMax is the largest push that is read.
	bodyMax = 1 << 20
	// window is how far the time of a push may lie from now: the platform
	// pushes again for a good 7 h.
	window = 8 * time.Hour
	// idMax is the longest id that a platform may use.
	idMax = 200
)

// Decode implements [bots.Bot]: signature over the raw bytes first, then
// decryption, then the token. The URL check alone is answered by its token,
// plain or encrypted, signed or not.
func (b *Bot) Decode(r *http.Request) (bots.Inbound, error) {
	body, err := readBody(r)
	if err != nil {
		return bots.Inbound{}, err
	}
	if b.EncryptKey == "" || b.VerificationToken == "" { // a long connection has neither
		return bots.Inbound{}, fault(bots.FaultSignature, "webhook_off", nil)
	}
	signature := r.Header.Get("X-Lark-Signature")
	stamp := r.Header.Get("X-Lark-Request-Timestamp")
	ok := signature != "" && signed(signature, stamp, r.Header.Get("X-Lark-Request-Nonce"), b.EncryptKey, body)
	if signature != "" && !ok {
		return b.urlCheck(body, "signature_invalid")
	}
	sealed, err := readSealed(body)
	if err != nil {
		return bots.Inbound{}, err
	}
	switch {
	case len(sealed) == 0:
		return b.urlCheck(body, "plaintext_not_allowed")
	case !ok:
		return b.urlCheck(body, "signature_missing")
	}
	plain, err := decrypt(b.block, sealed)
	if err != nil {
		return bots.Inbound{}, fault(bots.FaultMalformed, "decrypt_failed", nil)
	}
	return b.open(r.Context(), plain, stamp)
}

// open reads a decrypted push.
func (b *Bot) open(ctx context.Context, plain []byte, stamp string) (bots.Inbound, error) {
	e, err := readEnvelope(plain)
	if err != nil {
		return bots.Inbound{}, err
	}
	if e.Type == "url_verification" {
		return b.challenge(e)
	}
	if err := b.inWindow(stamp); err != nil {
		return bots.Inbound{}, err
	}
	if !e.oldCard() && !same(e.token(), b.VerificationToken) {
		return bots.Inbound{}, fault(bots.FaultSignature, "token_invalid", nil)
	}
	ev, err := b.event(ctx, e, plain)
	if err != nil {
		return bots.Inbound{}, err
	}
	return bots.Inbound{Events: []bots.Event{ev}}, nil
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, fault(bots.FaultMethod, "method", nil)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, fault(bots.FaultMedia, "content_type", nil)
	}
	if r.ContentLength > bodyMax {
		return nil, fault(bots.FaultTooLarge, "body_too_large", nil)
	}
	var in bytes.Buffer
	in.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead) // so that it is read in one piece
	_, err = in.ReadFrom(io.LimitReader(r.Body, bodyMax+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || in.Len() > bodyMax:
		return nil, fault(bots.FaultTooLarge, "body_too_large", nil)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fault(bots.FaultMalformed, "read_timeout", err)
	case err != nil:
		return nil, fault(bots.FaultMalformed, "read", err)
	}
	return in.Bytes(), nil
}

// readSealed gives the ciphertext of {"encrypt":"…"}, empty for a plain body.
func readSealed(body []byte) ([]byte, error) {
	const before, after = `{"encrypt":"`, `"}`
	if inner, ok := bytes.CutPrefix(body, []byte(before)); ok { // as the platform writes it
		if inner, ok = bytes.CutSuffix(inner, []byte(after)); ok && !bytes.ContainsAny(inner, "\"\\") {
			return inner, nil
		}
	}
	if err := strict(body); err != nil {
		return nil, err
	}
	var outer struct {
		Encrypt string `json:"encrypt"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		return nil, jsonFault(err)
	}
	return []byte(outer.Encrypt), nil
}

func jsonFault(err error) error {
	if strings.Contains(err.Error(), "after top-level value") {
		return fault(bots.FaultMalformed, "json_trailing", nil)
	}
	return fault(bots.FaultMalformed, "json_invalid", nil)
}

// urlCheck answers a URL check that is not rightly signed, by its token alone.
// Anything else is refused for the given reason.
func (b *Bot) urlCheck(body []byte, reason string) (bots.Inbound, error) {
	refused := fault(bots.FaultSignature, reason, nil)
	if sealed, err := readSealed(body); err == nil && len(sealed) > 0 {
		plain, err := decrypt(b.block, sealed)
		if err != nil {
			return bots.Inbound{}, refused
		}
		body = plain
	}
	e, err := readEnvelope(body)
	if err != nil || e.Type != "url_verification" || !same(e.Token, b.VerificationToken) {
		return bots.Inbound{}, refused
	}
	return b.challenge(e)
}

func (b *Bot) challenge(e envelope) (bots.Inbound, error) {
	if !same(e.Token, b.VerificationToken) {
		return bots.Inbound{}, fault(bots.FaultSignature, "token_invalid", nil)
	}
	body, err := json.Marshal(map[string]string{"challenge": e.Challenge})
	if err != nil {
		return bots.Inbound{}, fault(bots.FaultMalformed, "challenge", err)
	}
	return bots.Inbound{Response: &bots.Response{Status: http.StatusOK, Type: jsonType, Body: body}}, nil
}

// inWindow checks the time of a signed push.
func (b *Bot) inWindow(stamp string) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fault(bots.FaultSignature, "timestamp_invalid", nil)
	}
	if b.Now().Sub(time.Unix(seconds, 0)).Abs() > window {
		return fault(bots.FaultSignature, "timestamp_out_of_window", nil)
	}
	return nil
}

const jsonType = "application/json; charset=utf-8"

func fault(f bots.Fault, reason string, err error) error {
	return &bots.DecodeError{Fault: f, Reason: reason, Err: err}
}
