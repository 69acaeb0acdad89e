package wecom_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"genjin/bots"
	"genjin/bots/wecom"
	"genjin/playground/wecomsim"
)

func sendError(t *testing.T, err error) *bots.SendError {
	t.Helper()
	var se *bots.SendError
	if !errors.As(err, &se) {
		t.Fatalf("no error, or one of another kind: %v", err)
	}
	return se
}

func say(t *testing.T, b *wecom.Bot, m bots.Message) bots.CardRef {
	t.Helper()
	ref, err := b.Send(t.Context(), m)
	if err != nil || ref == "" {
		t.Fatalf("send %s: %q %v", m.Key, ref, err)
	}
	return ref
}

const (
	tokenAPI = "GET /cgi-bin/gettoken"
	sendAPI  = "POST /cgi-bin/message/send"
)

// TestTokenRenewal has the platform end the token while many send, and while the
// SDK calls.
func TestTokenRenewal(t *testing.T) {
	t.Parallel()
	for name, garbage := range map[string]bool{"40014": true, "42001": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newWeCom(t, func(o *wecomsim.Options) { o.NoLimits = true })
			for i := range 20 {
				h.sim.AddUser(wecomsim.User{UserID: fmt.Sprint("p", i)})
			}
			say(t, h.bot, bots.Message{Key: "warm", User: lilei, Text: "x"})
			h.sim.ExpireTokens(garbage)
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					if _, err := h.bot.Send(t.Context(), bots.Message{Key: fmt.Sprint("k", i), User: fmt.Sprint("p", i), Text: "x"}); err != nil {
						t.Error(err)
					}
				})
				wg.Go(func() {
					if m, err := h.bot.Member(t.Context(), hanmei); err != nil || m.Name != "韩梅梅" {
						t.Error(m, err)
					}
				})
			}
			wg.Wait()
			if n := h.sim.Calls(tokenAPI); n != 2 {
				t.Errorf("%d tokens fetched, want 2", n)
			}
		})
	}
}

// TestTokenStaysDead: a platform that refuses new tokens as well is not asked
// for ever.
func TestTokenStaysDead(t *testing.T) {
	t.Parallel()
	tries := 0
	b := api(t, func(w http.ResponseWriter, _ *http.Request) {
		tries++
		answer(w, `{"errcode":42001,"errmsg":"access_token expired"}`)
	})
	_, err := b.Send(t.Context(), bots.Message{Key: "k", User: lilei, Text: "x"})
	if se := sendError(t, err); se.Code != bots.CodeConfig || !se.Retry || tries != 2 {
		t.Errorf("%v after %d tries", err, tries)
	}
}

// TestWrongSecret is for a person to mend; it is not tried again at once, since
// the platform would lock the address out.
func TestWrongSecret(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	for name, c := range map[string]struct {
		change func(*wecom.Options)
		code   string
	}{
		"secret": {func(o *wecom.Options) { o.Secret = "canary-wrong-secret" }, "40001"},
		"corp":   {func(o *wecom.Options) { o.CorpID = "ww0" }, "40013"},
	} {
		b := h.another(t, c.change)
		before := h.sim.Calls(tokenAPI)
		for range 5 {
			_, err := b.Send(t.Context(), bots.Message{Key: "k", User: lilei, Text: "x"})
			if se := sendError(t, err); se.Code != bots.CodeConfig || !se.Retry || se.After < 30*time.Second || !strings.Contains(se.Platform, c.code) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.Check(t.Context()); sendError(t, err).Code != bots.CodeConfig {
			t.Errorf("%s: check: %v", name, err)
		}
		if n := h.sim.Calls(tokenAPI) - before; n != 1 {
			t.Errorf("%s: asked %d times", name, n)
		}
	}
	if err := h.bot.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
}

// TestNobodyThere: nothing can have been accepted where nobody answered the dial.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	b := h.another(t, func(o *wecom.Options) { o.APIBase = "http://127.0.0.1:1" })
	_, err := b.Send(t.Context(), bots.Message{Key: "k", User: lilei, Text: "x"})
	if se := sendError(t, err); se.Code != bots.CodeUnavailable || !se.Retry {
		t.Errorf("%v", err)
	}
}

// TestTokenInRedis: replicas share a token, and each goes on without Redis.
func TestTokenInRedis(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	m := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: m.Addr(), MaxRetries: -1, DialTimeout: 100 * time.Millisecond})
	t.Cleanup(func() { _ = client.Close() })
	with := func(o *wecom.Options) { o.Redis = func() redis.UniversalClient { return client } }
	one, two := h.another(t, with), h.another(t, with)
	say(t, one, bots.Message{Key: "a", User: lilei, Text: "x"})
	say(t, two, bots.Message{Key: "b", User: lilei, Text: "x"})
	if n := h.sim.Calls(tokenAPI); n != 1 {
		t.Errorf("%d tokens for two replicas", n)
	}
	kept, err := m.Get(one.TokenKey())
	if err != nil || !strings.HasPrefix(kept, "tok-") || !strings.HasPrefix(one.TokenKey(), "gowechat_work__access_token_"+corpID+"_") {
		t.Errorf("%q under %s: %v", kept, one.TokenKey(), err)
	}
	if ttl := m.TTL(one.TokenKey()); ttl < 90*time.Minute || ttl > 2*time.Hour {
		t.Errorf("kept for %v", ttl)
	}

	h.sim.ExpireTokens(true)
	say(t, one, bots.Message{Key: "c", User: lilei, Text: "x"})
	fresh, _ := m.Get(one.TokenKey())
	say(t, two, bots.Message{Key: "d", User: lilei, Text: "x"})
	if now, _ := m.Get(one.TokenKey()); fresh == kept || now != fresh || h.sim.Calls(tokenAPI) != 2 {
		t.Errorf("the token %s became %s, then %s, after %d calls", kept, fresh, now, h.sim.Calls(tokenAPI))
	}

	m.Close()
	h.sim.ExpireTokens(false)
	say(t, one, bots.Message{Key: "e", User: lilei, Text: "x"})
	say(t, h.another(t, with), bots.Message{Key: "f", User: lilei, Text: "x"})
	say(t, h.another(t, func(o *wecom.Options) { o.Redis = func() redis.UniversalClient { return nil } }), bots.Message{Key: "g", User: lilei, Text: "x"})
}

// TestSecretsHaveTokensOfTheirOwn: another secret of the same app never gets the
// token that was kept for the first.
func TestSecretsHaveTokensOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	if a, b := h.bot.TokenKey(), h.another(t, func(o *wecom.Options) { o.Secret = "other" }).TokenKey(); a == b {
		t.Errorf("both are kept under %s", a)
	}
}

// TestTokenLastsWhileThePlatformIsDown: the SDK renews 25 minutes early; until
// the end the old token does.
func TestTokenLastsWhileThePlatformIsDown(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	h.bot.SetWall(h.now)
	say(t, h.bot, bots.Message{Key: "a", User: lilei, Text: "x"})
	h.later.Store(int64(100 * time.Minute))
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultBusy, Path: "/cgi-bin/gettoken"})
	say(t, h.bot, bots.Message{Key: "b", User: lilei, Text: "x"})
	h.later.Store(int64(121 * time.Minute))
	_, err := h.bot.Send(t.Context(), bots.Message{Key: "c", User: lilei, Text: "x"})
	if se := sendError(t, err); se.Code != bots.CodeUnavailable || !se.Retry {
		t.Errorf("%v", err)
	}
	h.sim.ClearFaults()
	h.later.Store(int64(122 * time.Minute))
	say(t, h.bot, bots.Message{Key: "c", User: lilei, Text: "x"})
}
