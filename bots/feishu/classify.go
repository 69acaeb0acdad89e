package feishu

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// configWait is the least time between tries while a person must mend something.
const configWait = 30 * time.Second

// classify says what an error code means for another try (feishu.md §3, from
// api-call-guide/generic-error-code).
func classify(api string, resp *larkcore.ApiResp, code int, msg string) *bots.SendError {
	se := &bots.SendError{Platform: platformWords(api, resp, code), Err: errors.New(cutWords(msg))}
	reset := max(resetAfter(resp.Header), time.Second)
	switch {
	case code == apiLimitCode || resp.StatusCode == http.StatusTooManyRequests:
		se.Code, se.Retry, se.After, se.API = bots.CodeLimited, true, reset, api
	case codeIn(limitedCodes, code):
		se.Code, se.Retry, se.After = bots.CodeLimited, true, reset
	case tokenDead(code):
		se.Code, se.Retry, se.After = bots.CodeConfig, true, time.Second
	case codeIn(staleCodes, code):
		se.Code = bots.CodeStale
	case codeIn(unreachableCodes, code):
		se.Code = bots.CodeNoReach
	case codeIn(configCodes, code):
		se.Code, se.Retry, se.After = bots.CodeConfig, true, configWait
	case code == 0, codeIn(transientCodes, code), resp.StatusCode >= http.StatusInternalServerError, code/1000 == 300:
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
	return &bots.SendError{Code: code, Retry: true, Platform: api, Err: errors.New(bots.Redact(err.Error()))}
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
	l.log.LogAttrs(ctx, level, "feishu sdk", slog.String("said", bots.Redact(fmt.Sprint(args...))))
}

func (l sdkLog) Debug(context.Context, ...any)          {}
func (l sdkLog) Info(ctx context.Context, args ...any)  { l.say(ctx, slog.LevelDebug, args) }
func (l sdkLog) Warn(ctx context.Context, args ...any)  { l.say(ctx, slog.LevelDebug, args) }
func (l sdkLog) Error(ctx context.Context, args ...any) { l.say(ctx, slog.LevelWarn, args) }
