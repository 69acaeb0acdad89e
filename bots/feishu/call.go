package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// call makes one request to an API and reads its data. writes tells that the
// platform may have acted although no answer came: only the same uuid may follow.
func (b *Bot) call(ctx context.Context, api string, req *larkcore.ApiReq, writes bool, data any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout+2*time.Second)
	defer cancel()
	for renewed := false; ; renewed = true {
		token, err := b.tokens.get(ctx)
		if err != nil {
			return err
		}
		code, err := b.once(ctx, api, req, token, writes, data)
		if err == nil || renewed || !tokenDead(code) {
			return err
		}
		b.tokens.drop(token)
	}
}

// once makes the request with a given token.
//
//nolint:revive // argument-limit: a call's parts, told apart by their types
func (b *Bot) once(ctx context.Context, api string, req *larkcore.ApiReq, token string, writes bool, data any) (int, error) {
	if err := b.limits.admit(ctx, api); err != nil {
		return 0, err
	}
	req.SupportedAccessTokenTypes = []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant}
	options := []larkcore.RequestOptionFunc{larkcore.WithTenantAccessToken(token)}
	if _, is := req.Body.(*larkcore.Formdata); is {
		options = append(options, larkcore.WithFileUpload())
	}
	resp, err := larkcore.Request(ctx, req, b.sdk, options...)
	if err != nil {
		return 0, transportError(api, err, writes)
	}
	var out struct {
		Code int             `json:"code"`
		Msg  string          `json:"msg"`
		Data json.RawMessage `json:"data"`
	}
	if jsonErr := json.Unmarshal(resp.RawBody, &out); jsonErr != nil {
		code := bots.CodeUnavailable
		if writes {
			code = bots.CodeUnknown
		}
		return 0, &bots.SendError{Code: code, Retry: true, Platform: platformWords(api, resp, 0), Err: errStatus(resp.StatusCode)}
	}
	if out.Code == 0 && resp.StatusCode < http.StatusBadRequest {
		if data == nil {
			return 0, nil
		}
		if err := json.Unmarshal(out.Data, data); err != nil {
			return 0, &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: platformWords(api, resp, 0), Err: fmt.Errorf("answer: %w", err)}
		}
		return 0, nil
	}
	se := classify(api, resp, out.Code, out.Msg)
	if se.API != "" {
		b.limits.hold(api, se.After)
	}
	return out.Code, se
}

// classify says what an error code means for another try (feishu.md §3, from
// api-call-guide/generic-error-code).
//
//
//nolint:cyclop // one table as a switch, in the order in which it must be asked
func classify(api string, resp *larkcore.ApiResp, code int, msg string) *bots.SendError {
	se := &bots.SendError{Platform: platformWords(api, resp, code), Err: errors.New(cutWords(msg))}
	reset := resetAfter(resp.Header)
	switch {
	case code == 99991400 || resp.StatusCode == http.StatusTooManyRequests:
		se.Code, se.Retry, se.After, se.API = bots.CodeLimited, true, max(reset, time.Second), api
	case codeIn(limitedCodes, code):
		se.Code, se.Retry, se.After = bots.CodeLimited, true, max(reset, time.Second)
	case tokenDead(code):
		se.Code, se.Retry, se.After = bots.CodeConfig, true, time.Second
	case codeIn(staleCodes, code):
		se.Code = bots.CodeStale
	case codeIn(unreachableCodes, code):
		se.Code = bots.CodeNoReach
	case codeIn(configCodes, code):
		se.Code, se.Retry, se.After = bots.CodeConfig, true, 30*time.Second
	case codeIn(transientCodes, code) || resp.StatusCode >= http.StatusInternalServerError || code/1000 == 300 && code >= 300000:
		se.Code, se.Retry = bots.CodeUnavailable, true
	default:
		se.Code = bots.CodeRefused
	}
	return se
}

// transportError is a call that got no answer. Where the request may have gone
// out, nobody knows whether it was accepted.
func transportError(api string, err error, writes bool) error {
	var dial *larkcore.DialFailedError
	var op *net.OpError
	refused := errors.As(err, &dial) || errors.As(err, &op) && op.Op == "dial"
	code := bots.CodeUnavailable
	if writes && !refused {
		code = bots.CodeUnknown
	}
	return &bots.SendError{Code: code, Retry: true, Platform: api, Err: errors.New(redact(err.Error()))}
}

// redact keeps what a transport error says, without the query of its URL.
func redact(s string) string {
	if i := strings.IndexByte(s, '?'); i >= 0 {
		if j := strings.IndexAny(s[i:], "\" "); j > 0 {
			return s[:i] + s[i+j:]
		}
		return s[:i]
	}
	return s
}

// platformWords is what the record keeps of an answer: the API, the codes and
// the platform's id of the request.
func platformWords(api string, resp *larkcore.ApiResp, code int) string {
	return fmt.Sprintf("%s http %d code %d logid %s", api, resp.StatusCode, code, resp.Header.Get("X-Tt-Logid"))
}

// cutWords bounds a platform's message.
func cutWords(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300])
	}
	if s == "" {
		return "no words"
	}
	return s
}

// resetAfter reads x-ogw-ratelimit-reset, in seconds.
func resetAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("X-Ogw-Ratelimit-Reset"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 3600)) * time.Second
}

// sdkLog passes on what the SDK warns about; it never holds bodies or tokens.
type sdkLog struct{ log *slog.Logger }

func (l sdkLog) say(ctx context.Context, level slog.Level, args []any) {
	l.log.LogAttrs(ctx, level, "feishu sdk", slog.String("said", redact(fmt.Sprint(args...))))
}

func (l sdkLog) Debug(context.Context, ...any)          {}
func (l sdkLog) Info(ctx context.Context, args ...any)  { l.say(ctx, slog.LevelDebug, args) }
func (l sdkLog) Warn(ctx context.Context, args ...any)  { l.say(ctx, slog.LevelDebug, args) }
func (l sdkLog) Error(ctx context.Context, args ...any) { l.say(ctx, slog.LevelWarn, args) }
