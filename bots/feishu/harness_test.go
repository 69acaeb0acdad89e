package feishu_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"genjin/bots"
	"genjin/bots/botstest"
	"genjin/bots/feishu"
	"genjin/playground/feishusim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBot is the suite that every platform passes.
func TestBot(t *testing.T) {
	t.Parallel()
	botstest.Run(t, func(t *testing.T) botstest.Harness { return newFeishu(t) })
}

const (
	appSecret  = "canary-app-secret"
	encryptKey = "test key"
	verifToken = "v-token"
	li         = "ou_li"
	east       = "oc_east"
	messages   = "im.message.receive_v1"
)

// harness is a bot with the simulated Feishu around it.
type harness struct {
	bot   *feishu.Bot
	sim   *feishusim.Server
	n     atomic.Int64
	later atomic.Int64 // how far the platform's clock is ahead

	mu  sync.Mutex
	log bytes.Buffer
}

func newFeishu(t testing.TB, change ...func(*feishusim.Options)) *harness {
	t.Helper()
	h := &harness{}
	o := feishusim.Options{
		AppID: "cli_a", AppSecret: appSecret, EncryptKey: encryptKey, VerificationToken: verifToken, TenantKey: "t1", BotOpenID: "ou_genjin",
		Now: func() time.Time { return time.Now().Add(time.Duration(h.later.Load())) },
	}
	for _, c := range change {
		c(&o)
	}
	h.sim = feishusim.New(o)
	base, stop := h.sim.Start()
	transport := &http.Transport{}
	t.Cleanup(func() { stop(); transport.CloseIdleConnections() })
	h.sim.AddUser(feishusim.User{OpenID: li, Name: "李雷"})
	h.sim.AddUser(feishusim.User{OpenID: "ou_han", Name: "韩梅梅"})
	h.sim.AddChat(feishusim.Chat{ID: east, Name: "华东", Members: []string{li}, BotIn: true})
	b, err := feishu.New(feishu.Options{
		AppID: o.AppID, AppSecret: o.AppSecret, EncryptKey: o.EncryptKey, VerificationToken: o.VerificationToken, APIBase: base, Now: time.Now,
		HTTPClient: &http.Client{Transport: transport},
		Logger:     slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.bot = b
	return h
}

func (h *harness) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(p)
}

func (h *harness) Log() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.String()
}

func (h *harness) Bot() bots.Bot     { return h.bot }
func (h *harness) Inlet() bots.Inlet { return h.bot }
func (*harness) Path() string        { return "/webhooks/feishu" }
func (*harness) Person() string      { return li }
func (*harness) Chat() string        { return east }
func (*harness) Secrets() []string   { return []string{appSecret, encryptKey, verifToken, "t-"} }
func (h *harness) Age(*testing.T)    { h.later.Store(int64(15 * 24 * time.Hour)) }

func (*harness) Features() botstest.Features {
	return botstest.Features{Fetch: true, TextInput: true, Programs: true, Stamped: true}
}

func (h *harness) LoseAnswers(*testing.T) {
	h.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultResetAfterAccept, Path: "/open-apis/im/v1/messages", Times: 1})
}

func (h *harness) Seen(*testing.T) (out []string) {
	for _, m := range h.sim.Messages(li) {
		if m.SenderID == "bot" {
			out = append(out, m.Text)
		}
	}
	return out
}

// Troubles are the platform's answers and silences, by the retry table of its
// documentation.
func (h *harness) Troubles() []botstest.Trouble {
	on := func(f feishusim.Fault) botstest.Trouble {
		f.Path = "/open-apis/im"
		return botstest.Trouble{Strike: func(*testing.T) { h.sim.SetFault(f) }, Calm: func(*testing.T) { h.sim.ClearFaults() }}
	}
	with := func(t botstest.Trouble, name string, code bots.SendCode, retry bool, after time.Duration) botstest.Trouble {
		t.Name, t.Code, t.Retry, t.After = name, code, retry, after
		return t
	}
	person := func(change func(*feishusim.User)) botstest.Trouble {
		return botstest.Trouble{Strike: func(*testing.T) {
			u := feishusim.User{OpenID: li, Name: "李雷"}
			change(&u)
			h.sim.AddUser(u)
		}}
	}
	refused := botstest.Trouble{
		Card:   &bots.Card{Title: "卡片", Tone: bots.ToneInfo},
		Strike: func(*testing.T) { h.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultRefuseCards}) },
	}
	return []botstest.Trouble{
		with(on(feishusim.Fault{Kind: feishusim.FaultRateLimit, Delay: 52 * time.Second}), "429 with reset", bots.CodeLimited, true, 52*time.Second),
		with(on(feishusim.Fault{Kind: feishusim.FaultRateLimitBare}), "429 bare", bots.CodeLimited, true, time.Second),
		with(on(feishusim.Fault{Kind: feishusim.FaultRateLimitOld}), "400 and 99991400", bots.CodeLimited, true, time.Second),
		with(on(feishusim.Fault{Kind: feishusim.FaultHTTP500}), "500", bots.CodeUnavailable, true, 0),
		with(on(feishusim.Fault{Kind: feishusim.FaultHTTP504}), "504", bots.CodeUnknown, true, 0),
		with(on(feishusim.Fault{Kind: feishusim.FaultHTML502}), "502 page", bots.CodeUnknown, true, 0),
		with(on(feishusim.Fault{Kind: feishusim.FaultDown}), "cut", bots.CodeUnknown, true, 0),
		with(on(feishusim.Fault{Kind: feishusim.FaultNoScope}), "no scope", bots.CodeConfig, true, 30*time.Second),
		with(refused, "card refused", bots.CodeRefused, false, 0),
		with(person(func(u *feishusim.User) { u.NoReach = true }), "not visible", bots.CodeNoReach, false, 0),
		with(person(func(u *feishusim.User) { u.Muted = true }), "muted", bots.CodeNoReach, false, 0),
		with(person(func(u *feishusim.User) { u.Left = true }), "left", bots.CodeNoReach, false, 0),
	}
}

// Huge is a card beyond 200 elements and 30 KB.
func (*harness) Huge() bots.Card {
	c := bots.Card{Title: "很大", Tone: bots.ToneInfo, Fallback: "回复 同意 1"}
	for range 150 {
		c.Blocks = append(c.Blocks, bots.Block{Text: strings.Repeat("字", 100)})
	}
	return c
}

// message is the body of im.message.receive_v1.
func message(id, chatType, kind, content string, mentions ...any) map[string]any {
	return map[string]any{
		"sender":  map[string]any{"sender_id": map[string]any{"open_id": li}, "sender_type": "user"},
		"message": map[string]any{"message_id": id, "chat_id": "oc_1", "chat_type": chatType, "message_type": kind, "content": content, "create_time": "1609073151345", "mentions": mentions},
	}
}

// next gives an id that was not used.
func (h *harness) next() string { return strconv.FormatInt(h.n.Add(1), 10) }

func (h *harness) sealed(plain []byte) botstest.Push {
	body, header := h.sim.Sealed(plain)
	return botstest.Push{Body: body, Header: header, InHeader: "X-Lark-Signature"}
}

// event is a signed event with a fresh id.
func (h *harness) event(kind string, body any) botstest.Push {
	return h.sealed(h.sim.Envelope(body, kind, feishusim.Header{EventID: "ev_" + h.next(), Micros: kind == "card.action.trigger"}))
}

func (h *harness) Push(_ *testing.T, text string) botstest.Push {
	return h.event(messages, message("om_"+h.next(), "p2p", "text", `{"text":"`+text+`"}`))
}

func (h *harness) PushFromBot(_ *testing.T, text string) botstest.Push {
	m := message("om_"+h.next(), "p2p", "text", `{"text":"`+text+`"}`)
	m["sender"] = map[string]any{"sender_id": map[string]any{"open_id": "ou_genjin"}, "sender_type": "app"}
	return h.event(messages, m)
}

func (h *harness) PushOdd(*testing.T) botstest.Push {
	return h.event("future.thing.happened_v9", map[string]any{"x": []int{1}})
}

// PushClick presses a button. The fields of a second form have a number behind
// their names; people do not see them.
func (h *harness) PushClick(t *testing.T, card bots.CardRef, button string, form map[string]any) botstest.Push {
	t.Helper()
	e, err := h.sim.ClickEvent(li, string(card), button, form)
	if err != nil {
		numbered := map[string]any{}
		for name, v := range form {
			numbered[name+"~2"] = v
		}
		e, err = h.sim.ClickEvent(li, string(card), button, numbered)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h.event("card.action.trigger", e)
}

func (h *harness) Challenge(*testing.T) (botstest.Push, string) {
	return h.sealed([]byte(`{"challenge":"ajls384kdjx98XX","token":"v-token","type":"url_verification"}`)), `{"challenge":"ajls384kdjx98XX"}`
}

func post(body []byte, header http.Header) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/webhooks/feishu", bytes.NewReader(body))
	r.Header = header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// read decodes a push that holds one event.
func (h *harness) read(t *testing.T, p botstest.Push) bots.Event {
	t.Helper()
	in, err := h.bot.Decode(post(p.Body, p.Header))
	if err != nil || len(in.Events) != 1 {
		t.Fatalf("%+v %v", in, err)
	}
	return in.Events[0]
}
