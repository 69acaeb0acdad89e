package wecom

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"genjin/bots"
)

const (
	// configWait is the least time between tries while a person must mend something.
	configWait = 30 * time.Second
	// oftenWait is how long the platform blocks an API that was called too often
	// within a minute; manyWait is how long too many calls at once are left alone.
	oftenWait = 60 * time.Second
	manyWait  = time.Second
	// wordsMax bounds a platform's message.
	wordsMax = 300
)

// classify says what an error code means for another try.
func classify(api string, code int, msg string) *bots.SendError {
	se := &bots.SendError{Platform: fmt.Sprintf("%s errcode %d", api, code), Err: errors.New(withCure(words(msg), code))}
	switch {
	case code == codeTooOften:
		se.Code, se.Retry, se.After, se.API = bots.CodeLimited, true, oftenWait, api
	case code == codeTooMany:
		se.Code, se.Retry, se.After, se.API = bots.CodeLimited, true, manyWait, api
	case slices.Contains(busyCodes, code):
		se.Code, se.Retry = bots.CodeUnavailable, true
	case tokenDead(code):
		se.Code, se.Retry, se.After = bots.CodeConfig, true, time.Second
	case slices.Contains(configCodes, code):
		se.Code, se.Retry, se.After = bots.CodeConfig, true, configWait
	case slices.Contains(unreachableCodes, code):
		se.Code = bots.CodeNoReach
	case slices.Contains(staleCodes, code):
		se.Code = bots.CodeStale
	default:
		se.Code = bots.CodeRefused
	}
	return se
}

// withCure adds to what the platform says what a person can do about it.
func withCure(said string, code int) string {
	if cure := cures[code]; cure != "" {
		return said + "。" + cure
	}
	return said
}

func tokenDead(code int) bool { return slices.Contains(deadTokenCodes, code) }

// words bounds what the platform says and takes the queries of URLs out of it.
func words(msg string) string {
	msg = bots.Redact(strings.TrimSpace(msg))
	if r := []rune(msg); len(r) > wordsMax {
		return string(r[:wordsMax])
	}
	if msg == "" {
		return "no words"
	}
	return msg
}

// transportError is a call that got no answer. Where the request may have gone
// out, nobody knows whether it was accepted. The address stays out of it: it
// holds the token.
func (r request) transportError(err error) error {
	if ue, is := errors.AsType[*url.Error](err); is {
		err = ue.Err
	}
	op, isOp := errors.AsType[*net.OpError](err)
	refused := isOp && op.Op == "dial"
	cause := errors.New(words(err.Error()))
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		cause = fmt.Errorf("no answer in time: %w", err)
	}
	if refused {
		return &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: r.api, Err: cause}
	}
	return r.unclear(0, cause)
}

// statusError is an answer that is not the API's own.
func (r request) statusError(status int) error {
	err := fmt.Errorf("http status %d", status)
	gateway := status == http.StatusBadGateway || status == http.StatusGatewayTimeout
	switch {
	case status >= http.StatusInternalServerError && !gateway:
		return &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: fmt.Sprintf("%s http %d", r.api, status), Err: err}
	case status >= http.StatusBadRequest && !gateway:
		return &bots.SendError{Code: bots.CodeRefused, Platform: fmt.Sprintf("%s http %d", r.api, status), Err: err}
	}
	return r.unclear(status, err)
}

// unclear is an outcome that nobody knows. Another try is seen once only where
// the platform looks for duplicates.
func (r request) unclear(status int, err error) error {
	if !r.acts {
		return &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: fmt.Sprintf("%s http %d", r.api, status), Err: err}
	}
	return &bots.SendError{Code: bots.CodeUnknown, Retry: r.twice, Platform: fmt.Sprintf("%s http %d", r.api, status), Err: err}
}
