package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/credential"

	"genjin/bots"
)

const (
	// failedFor is the least time that a failed request for a token is not made
	// again: the platform blocks an address that comes with a wrong secret.
	failedFor = time.Second
	// tokenLife is how long a token is used on when no new one is given. The SDK
	// renews 25 minutes before its end.
	tokenLife = 2*time.Hour - time.Minute
)

// tokens gives the app's access token, through the SDK's own source of them. One
// caller asks the platform; the others wait for it, each as long as it likes.
type tokens struct {
	bot   *Bot
	cache *tokenCache
	label string        // what the SDK calls the app: another for each secret
	turn  chan struct{} // holds one token while nobody asks

	mu     sync.Mutex
	last   string // the last token that was got
	at     time.Time
	failed error // why the last request failed
	until  time.Time
}

func newTokens(b *Bot) *tokens {
	sum := sha256.Sum256([]byte(b.APIBase + "\n" + b.Secret))
	t := &tokens{
		bot: b, cache: newTokenCache(b.Redis, b.wall), turn: make(chan struct{}, 1),
		label: strconv.Itoa(b.AgentID) + "-" + hex.EncodeToString(sum[:4]),
	}
	t.turn <- struct{}{}
	return t
}

// key is where the SDK keeps the token; its two underscores are the SDK's.
func (t *tokens) key() string {
	return credential.CacheKeyWorkPrefix + "_access_token_" + t.bot.CorpID + "_" + t.label
}

// get gives a token that is good for a while.
func (t *tokens) get(ctx context.Context) (string, error) {
	if value, ok := t.cache.here(t.key()); ok {
		return value, nil
	}
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		return "", &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: "gettoken", Err: ctx.Err()}
	}
	if value, ok := t.cache.here(t.key()); ok { // somebody was faster
		return value, nil
	}
	if err := t.lately(); err != nil {
		return "", err
	}
	value, err := t.ask(ctx)
	return t.settle(ctx, value, err)
}

// lately is why the last request failed, as long as that counts.
func (t *tokens) lately() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bot.wall().Before(t.until) {
		return t.failed
	}
	return nil
}

// ask has the SDK look into the cache and then ask the platform.
func (t *tokens) ask(ctx context.Context) (string, error) {
	r := request{api: "gettoken", into: &struct {
		Token string `json:"access_token"`
	}{}}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	e := &errand{bot: t.bot, req: r, ctx: ctx, put: map[string]string{"corpsecret": t.bot.Secret}}
	slip := t.bot.sdk.issue(e)
	defer t.bot.sdk.retire(slip)
	source := credential.NewWorkAccessToken(t.bot.CorpID, slip, t.label, credential.CacheKeyWorkPrefix, t.cache)
	value, err := source.GetAccessTokenContext(ctx)
	switch {
	case err != nil:
		return "", r.sdkError(err)
	case value == "":
		return "", &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: "gettoken", Err: errors.New("the answer holds no token")}
	}
	return value, nil
}

// settle notes how a request ended. While the platform gives no new token, the
// old one is used on as long as it lives.
func (t *tokens) settle(ctx context.Context, value string, err error) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.bot.wall()
	if err == nil {
		t.last, t.at, t.failed, t.until = value, now, nil, time.Time{}
		return value, nil
	}
	if ctx.Err() != nil { // the caller gave up; the platform may be well
		return "", err
	}
	se, is := errors.AsType[*bots.SendError](err)
	if is && se.Code != bots.CodeConfig && t.last != "" && now.Sub(t.at) < tokenLife {
		t.cache.keep(t.key(), t.last, failedFor)
		return t.last, nil
	}
	wait := failedFor
	if is {
		if se.Code == bots.CodeRefused { // a refused application is for a person to mend
			se.Code, se.Retry, se.After = bots.CodeConfig, true, configWait
		}
		wait = max(wait, se.After)
	}
	t.failed, t.until = err, now.Add(wait)
	return "", err
}

// drop forgets a token that the platform refused, unless it is gone already.
func (t *tokens) drop(ctx context.Context, value string) {
	t.mu.Lock()
	if t.last == value {
		t.last = ""
	}
	t.mu.Unlock()
	t.cache.forget(ctx, t.key(), value)
}
