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

// tokens holds the tenant access token in memory. The SDK's own cache renews a
// dead token with itself, and fails calls when its cache fails.
type tokens struct {
	mu    sync.Mutex // held across the fetch: a hundred waiters cause one
	value string
	until time.Time
	fetch func(ctx context.Context) (value string, life time.Duration, err error)
	now   func() time.Time
}

// early is how long before its end a token is renewed.
const early = 5 * time.Minute

// get gives a token that is good for a while.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value != "" && t.now().Before(t.until) {
		return t.value, nil
	}
	value, life, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	t.value, t.until = value, t.now().Add(max(life-early, life/2))
	return value, nil
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
		if se.Code == bots.CodeRefused {
			se.Code = bots.CodeConfig // a wrong secret is for a person to mend
		}
		return "", 0, se
	}
	return out.Token, time.Duration(out.Expire) * time.Second, nil
}

func errStatus(status int) error { return fmt.Errorf("http status %d", status) }
