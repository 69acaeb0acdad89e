package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// tokens holds the tenant access token, in memory alone. The SDK's own cache
// renews a dead token with itself, and fails calls when its store fails.
type tokens struct {
	mu    sync.Mutex
	value string
	until time.Time // when it is renewed
	end   time.Time // when it is dead

	calls shared[string] // a hundred waiters cause one fetch
	fetch func(ctx context.Context) (value string, life time.Duration, err error)
	now   func() time.Time
}

const (
	// early is how long before its end a token is renewed. The platform gives
	// the same token again while more than 30 minutes of it are left, so this
	// must be less.
	early = 5 * time.Minute
	// spare is how long an old token is used on when the new one was not given.
	spare = 10 * time.Second
)

// get gives a token that is good for a while.
func (t *tokens) get(ctx context.Context) (string, error) {
	if value, ok := t.good(); ok {
		return value, nil
	}
	value, err := t.calls.do(ctx, callTimeout, t.renew)
	if ctx.Err() != nil && err != nil {
		return "", &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: "token", Err: err}
	}
	return value, err
}

// good gives the present token while it needs no renewal.
func (t *tokens) good() (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.value, t.value != "" && t.now().Before(t.until)
}

func (t *tokens) renew(ctx context.Context) (string, error) {
	if value, ok := t.good(); ok { // somebody was faster
		return value, nil
	}
	value, life, err := t.fetch(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	switch {
	case err == nil:
		t.value, t.until, t.end = value, now.Add(max(life-early, life/2)), now.Add(life)
	case t.value != "" && now.Before(t.end): // the old one still works
		t.until = now.Add(spare)
	default:
		return "", err
	}
	return t.value, nil
}

// drop forgets a token that the platform refused, unless it is gone already.
func (t *tokens) drop(value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value == value {
		t.value = ""
	}
}

// fetchToken asks for a tenant access token (auth-v3/auth/tenant_access_token_internal).
func (b *Bot) fetchToken(ctx context.Context) (string, time.Duration, error) {
	resp, err := larkcore.Request(ctx, &larkcore.ApiReq{
		HttpMethod: http.MethodPost, ApiPath: "/open-apis/auth/v3/tenant_access_token/internal",
		Body:                      map[string]string{"app_id": b.AppID, "app_secret": b.AppSecret},
		SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeNone},
	}, b.sdk)
	if err != nil {
		return "", 0, transportError("token", err, false)
	}
	var out struct {
		Code   int    `json:"code"`
		Msg    string `json:"msg"`
		Token  string `json:"tenant_access_token"`
		Expire int64  `json:"expire"` // seconds
	}
	if jsonErr := json.Unmarshal(resp.RawBody, &out); jsonErr != nil || resp.StatusCode >= http.StatusInternalServerError {
		return "", 0, &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: platformWords("token", resp, 0), Err: errStatus(resp.StatusCode)}
	}
	if out.Code != 0 || out.Token == "" {
		se := classify("token", resp, out.Code, out.Msg)
		if se.Code == bots.CodeRefused { // a wrong secret is for a person to mend
			se.Code, se.Retry, se.After = bots.CodeConfig, true, configWait
		}
		return "", 0, se
	}
	return out.Token, time.Duration(out.Expire) * time.Second, nil
}

func errStatus(status int) error { return fmt.Errorf("http status %d", status) }
