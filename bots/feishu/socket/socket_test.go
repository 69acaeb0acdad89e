package socket_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"genjin/bots"
	"genjin/bots/feishu"
	"genjin/bots/feishu/socket"
	"genjin/playground/feishusim"
)

func TestMain(m *testing.M) {
	// Every client of the SDK leaves one behind.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/larksuite/oapi-sdk-go/v3/cache.(*cron).start"))
}

const li = "ou_li"

// line is a hub on a long connection to the simulated platform.
type line struct {
	t    *testing.T
	sim  *feishusim.Server
	bot  *socket.Bot
	stop func() error // ends the listening and gives its error

	mu     sync.Mutex
	events []bots.Event
	handle func(bots.Event) (bots.Answer, error)
	log    strings.Builder
}

func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(p)
}

func (l *line) logged() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.String()
}

func (l *line) seen() []bots.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]bots.Event(nil), l.events...)
}

// on says how events are handled from now on.
func (l *line) on(handle func(bots.Event) (bots.Answer, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handle = handle
}

func newLine(t *testing.T, retry ...time.Duration) *line {
	t.Helper()
	l := &line{t: t}
	l.sim = feishusim.New(feishusim.Options{AppID: "cli_a", AppSecret: "canary-secret", TenantKey: "t1", BotOpenID: "ou_genjin", RetryDelays: retry})
	base, stopSim := l.sim.Start()
	l.sim.AddUser(feishusim.User{OpenID: li, Name: "李雷"})
	b, err := feishu.New(feishu.Options{
		AppID: "cli_a", AppSecret: "canary-secret", APIBase: base, Logger: slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	l.bot = socket.New(b)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- l.bot.Listen(ctx, func(_ context.Context, e bots.Event) (bots.Answer, error) {
			l.mu.Lock()
			l.events = append(l.events, e)
			handle := l.handle
			l.mu.Unlock()
			if handle == nil {
				return bots.Answer{}, nil
			}
			return handle(e)
		})
	}()
	l.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := l.stop(); err != nil {
			t.Errorf("listen: %v", err)
		}
		stopSim()
	})
	l.until("the connection stands", func() bool { ok, _ := l.bot.Healthy(); return ok && l.sim.Sockets() == 1 })
	return l
}

func (l *line) until(what string, ok func() bool) {
	l.t.Helper()
	wait(l.t, what, ok)
}

// wait waits for something to come true.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestEventsComeInClear: the same reading as on the webhook, without signature.
func TestEventsComeInClear(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	if r := l.sim.SendText(t.Context(), li, "", "待办"); !r.OK() {
		t.Fatalf("%+v", r)
	}
	if e := l.seen()[0]; e.Kind != bots.EventMessage || e.Text != "待办" || e.User != li || !e.Private || e.Key != "m:"+e.MessageID {
		t.Errorf("%+v", e)
	}
	for _, kind := range append(feishu.Subscribed(), "im.message.message_read_v1", "approval_instance") {
		if kind == "card.action.trigger" {
			continue
		}
		if r := l.sim.PushEvent(t.Context(), map[string]any{}, kind, feishusim.Header{}); !r.OK() {
			t.Errorf("%s is refused: %+v", kind, r)
		}
	}
	if r := l.sim.PushEvent(t.Context(), map[string]any{}, "im.chat.updated_v1", feishusim.Header{TenantKey: "t_other"}); !r.OK() || l.seen()[len(l.seen())-1].Type != "foreign" {
		t.Errorf("a foreign company's event: %+v", l.seen())
	}
}

// TestAckedOnlyAfterCommit: an event whose handling failed is pushed again.
func TestAckedOnlyAfterCommit(t *testing.T) {
	t.Parallel()
	l := newLine(t, 20*time.Millisecond, 20*time.Millisecond)
	failures := 1
	l.on(func(bots.Event) (bots.Answer, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if failures--; failures >= 0 {
			return bots.Answer{}, errors.New("database away")
		}
		return bots.Answer{}, nil
	})
	r := l.sim.SendText(t.Context(), li, "", "待办")
	if r.OK() {
		t.Error("acknowledged before the commit")
	}
	l.until("the event comes again", func() bool { return len(l.seen()) == 2 })
	if all := l.seen(); all[0].Key != all[1].Key {
		t.Errorf("keys %s and %s of one event", all[0].Key, all[1].Key)
	}
}

// TestPanicIsNotAnAck: the hub does not fall, and the event comes again.
func TestPanicIsNotAnAck(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.on(func(e bots.Event) (bots.Answer, error) {
		if e.Text == "bad" {
			panic("poison")
		}
		return bots.Answer{}, nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if r := l.sim.SendText(ctx, li, "", "bad", feishusim.NoRetry()); r.OK() {
		t.Error("acknowledged")
	}
	if r := l.sim.SendText(t.Context(), li, "", "good"); !r.OK() {
		t.Errorf("the next one: %+v", r)
	}
}

// TestClickIsAnswered with the toast and the card that the handler gave.
func TestClickIsAnswered(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	card := bots.Card{Title: "待你审批", Tone: bots.ToneAct, Blocks: []bots.Block{{Form: &bots.Form{
		Name: "f", Inputs: []bots.Input{{Name: "comment", Label: "意见", Kind: bots.InputText}}, Buttons: []bots.Button{{Text: "同意", Action: "approve", Value: map[string]string{"n": "42"}}},
	}}}}
	ref, err := l.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Card: &card})
	if err != nil {
		t.Fatal(err)
	}
	closed := bots.Card{Title: "已同意", Tone: bots.ToneClosed}
	l.on(func(bots.Event) (bots.Answer, error) {
		return bots.Answer{Tone: bots.ToneSuccess, Text: "好的", Card: &closed}, nil
	})
	r := l.sim.Click(t.Context(), li, string(ref), "同意", map[string]any{"comment": "可以"})
	if !r.Done() || r.Toast != "好的" || r.ToastType != "success" || !r.CardReplaced {
		t.Errorf("%+v", r)
	}
	if c := l.seen()[0].Click; c == nil || c.Action != "approve" || c.Value["n"] != "42" || c.Form["comment"] != "可以" || c.Card != ref {
		t.Errorf("%+v", c)
	}
	l.on(nil)
	if r := l.sim.Click(t.Context(), li, string(ref), "同意", nil); r.Blocked == "" {
		t.Errorf("the closed card still has its button: %+v", r)
	}
}

// TestReconnects: health tells the truth meanwhile.
func TestReconnects(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.sim.KillSockets()
	l.until("the loss is seen", func() bool { ok, reason := l.bot.Healthy(); return !ok && reason != "" })
	l.until("the connection stands again", func() bool { ok, _ := l.bot.Healthy(); return ok && l.sim.Sockets() == 1 })
	if r := l.sim.SendText(t.Context(), li, "", "还在吗"); !r.OK() {
		t.Errorf("%+v", r)
	}
	if log := l.logged(); strings.Contains(log, "canary-secret") || strings.Contains(log, "access_key") {
		t.Errorf("a secret in the log:\n%s", log)
	}
}

// TestStopsCleanly: what is being handled is handled to its end.
func TestStopsCleanly(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	began, finished := make(chan struct{}), make(chan struct{})
	l.on(func(bots.Event) (bots.Answer, error) {
		close(began)
		time.Sleep(100 * time.Millisecond)
		close(finished)
		return bots.Answer{}, nil
	})
	go l.sim.SendText(context.WithoutCancel(t.Context()), li, "", "慢慢来", feishusim.NoRetry())
	<-began
	if err := l.stop(); err != nil {
		t.Error(err)
	}
	select {
	case <-finished:
	default:
		t.Error("stopped in the middle of an event")
	}
	if ok, reason := l.bot.Healthy(); ok || reason != "stopped" {
		t.Errorf("healthy %v, %q", ok, reason)
	}
}

// TestStartsWithoutNetwork: a platform that is away at the start is waited for.
func TestStartsWithoutNetwork(t *testing.T) {
	t.Parallel()
	sim := feishusim.New(feishusim.Options{AppID: "cli_a", AppSecret: "s"})
	t.Cleanup(sim.Close)
	var away atomic.Bool
	away.Store(true)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	s := listen(t, feishu.Options{AppID: "cli_a", AppSecret: "s", APIBase: srv.URL})
	wait(t, "the reason is told", func() bool { ok, reason := s.Healthy(); return !ok && strings.Contains(reason, "502") })
	away.Store(false)
	wait(t, "it connects", func() bool { ok, _ := s.Healthy(); return ok })
}

// TestWrongSecret: a person may mend it while the hub runs, which says meanwhile
// what is wrong.
func TestWrongSecret(t *testing.T) {
	t.Parallel()
	sim := feishusim.New(feishusim.Options{AppID: "cli_a", AppSecret: "right"})
	base, stop := sim.Start()
	t.Cleanup(stop)
	s := listen(t, feishu.Options{AppID: "cli_a", AppSecret: "wrong", APIBase: base})
	wait(t, "the reason is told", func() bool { ok, reason := s.Healthy(); return !ok && strings.Contains(reason, "invalid") })
	before := sim.Calls("POST /callback/ws/endpoint")
	wait(t, "it asks again", func() bool { return sim.Calls("POST /callback/ws/endpoint") > before })
}

// listen starts a hub that is stopped with the test.
func listen(t *testing.T, o feishu.Options) *socket.Bot {
	t.Helper()
	b, err := feishu.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := socket.New(b)
	if ok, reason := s.Healthy(); ok || reason == "" {
		t.Errorf("healthy before it listens: %q", reason)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- s.Listen(ctx, func(context.Context, bots.Event) (bots.Answer, error) { return bots.Answer{}, nil })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("listen: %v", err)
		}
	})
	return s
}
