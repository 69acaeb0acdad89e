package feishu_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/bots"
	"genjin/bots/botstest"
	"genjin/bots/feishu"
	"genjin/playground/feishusim"
)

const (
	appSecret  = "canary-app-secret"
	encryptKey = "test key"
	verifToken = "v-token"
	li         = "ou_li"
)

// harness is a bot with the simulated Feishu around it.
type harness struct {
	bot *feishu.Bot
	sim *feishusim.Server
	n   int
	mu  sync.Mutex
	log bytes.Buffer
}

func newHarness(t *testing.T) botstest.Harness { return newFeishu(t) }

func newFeishu(t testing.TB, change ...func(*feishusim.Options)) *harness {
	t.Helper()
	o := feishusim.Options{AppID: "cli_a", AppSecret: appSecret, EncryptKey: encryptKey, VerificationToken: verifToken, TenantKey: "t1", BotOpenID: "ou_genjin", Now: time.Now}
	for _, c := range change {
		c(&o)
	}
	h := &harness{sim: feishusim.New(o)}
	base, stop := h.sim.Start()
	t.Cleanup(stop)
	h.sim.AddUser(feishusim.User{OpenID: li, Name: "李雷"})
	h.sim.AddUser(feishusim.User{OpenID: "ou_han", Name: "韩梅梅"})
	h.sim.AddChat(feishusim.Chat{ID: "oc_east", Name: "华东", Members: []string{li}, BotIn: true})
	b, err := feishu.New(feishu.Options{
		AppID: o.AppID, AppSecret: o.AppSecret, EncryptKey: o.EncryptKey, VerificationToken: o.VerificationToken, APIBase: base, Now: time.Now,
		Logger: slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug})),
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

func (h *harness) Bot() bots.Bot             { return h.bot }
func (*harness) Features() botstest.Features { return botstest.Features{Fetch: true, TextInput: true} }
func (*harness) Path() string                { return "/webhooks/feishu" }
func (*harness) Person() string              { return li }
func (h *harness) LoseAnswers(*testing.T) {
	h.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultResetAfterAccept, Path: "/open-apis/im/v1/messages", Times: 1})
}
func (*harness) Secrets() []string { return []string{appSecret, encryptKey, verifToken, "t-"} }
func (h *harness) Seen(*testing.T) (out []string) {
	for _, m := range h.sim.Messages(li) {
		if m.SenderID == "bot" {
			out = append(out, m.Text)
		}
	}
	return out
}

// message is the body of im.message.receive_v1.
func message(id, chatType, kind, content string, more ...any) map[string]any {
	return map[string]any{
		"sender":  map[string]any{"sender_id": map[string]any{"open_id": li}, "sender_type": "user"},
		"message": map[string]any{"message_id": id, "chat_id": "oc_1", "chat_type": chatType, "message_type": kind, "content": content, "create_time": "1609073151345", "mentions": more},
	}
}

func (h *harness) Push(_ *testing.T, text string) ([]byte, http.Header) {
	h.n++
	content, _ := json.Marshal(map[string]string{"text": text})
	return h.sim.Sealed(h.sim.Envelope(message(fmt.Sprintf("om_%d", h.n), "p2p", "text", string(content)), "im.message.receive_v1", feishusim.Header{EventID: fmt.Sprintf("ev_%d", h.n)}))
}

func (h *harness) Challenge(*testing.T) ([]byte, http.Header, string) {
	body, header := h.sim.Sealed([]byte(`{"challenge":"ajls384kdjx98XX","token":"v-token","type":"url_verification"}`))
	return body, header, `{"challenge":"ajls384kdjx98XX"}`
}

// TestBot is the suite that every platform passes.
func TestBot(t *testing.T) {
	t.Parallel()
	botstest.Run(t, newHarness)
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

// TestDecodeRefuses is bad_inputs.json, surface feishu.event, as far as one
// request tells.
func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	event := func(hd feishusim.Header) []byte {
		return h.sim.Envelope(message("om_1", "p2p", "text", `{"text":"A"}`), "im.message.receive_v1", hd)
	}
	at := func(stamp string) func([]byte) ([]byte, http.Header) {
		return func(plain []byte) ([]byte, http.Header) {
			body, header := h.sim.Sealed(plain)
			header.Set("X-Lark-Request-Timestamp", stamp)
			header.Set("X-Lark-Signature", h.sim.Sign(stamp, header.Get("X-Lark-Request-Nonce"), string(body)))
			return body, header
		}
	}
	raw := func(text string) ([]byte, http.Header) { // signed, but not encrypted as it should be
		ts := strconv.FormatInt(time.Now().Unix(), 10)
		return []byte(text), http.Header{"X-Lark-Request-Timestamp": {ts}, "X-Lark-Request-Nonce": {"n"}, "X-Lark-Signature": {h.sim.Sign(ts, "n", text)}}
	}
	good, header := h.sim.Sealed(event(feishusim.Header{EventID: "e1"}))
	for _, c := range []struct {
		id     string
		body   []byte
		header http.Header
		fault  bots.Fault
		reason string
	}{
		pair("FE-01", good, http.Header{})(bots.FaultSignature, "signature_missing"),
		pair("FE-03", bytes.Replace(good, []byte(`":`), []byte(`": `), 1), header)(bots.FaultSignature, "signature_invalid"),
		pair2("FE-07", at(strconv.FormatInt(time.Now().Add(-24*time.Hour).Unix(), 10)), event(feishusim.Header{EventID: "e2"}))(bots.FaultSignature, "timestamp_out_of_window"),
		pair2("FE-09", at("abc"), event(feishusim.Header{EventID: "e3"}))(bots.FaultSignature, "timestamp_invalid"),
		pair("FE-15", event(feishusim.Header{EventID: "e4"}), http.Header{})(bots.FaultSignature, "plaintext_not_allowed"),
		pair3("FE-15 signed", raw, string(event(feishusim.Header{EventID: "e4"})))(bots.FaultSignature, "plaintext_not_allowed"),
		pair3("FE-17", raw, `{"encrypt":"`+strings.Repeat("QUJD", 11)+`"}`)(bots.FaultMalformed, "decrypt_failed"),
		pair3("FE-19", raw, `{"encrypt":"`+strings.Repeat("QUJD", 16)+`"}`)(bots.FaultMalformed, "decrypt_failed"),
		pair2("FE-25", h.sim.Sealed, event(feishusim.Header{EventID: strings.Repeat("a", 10_000)}))(bots.FaultMalformed, "field_too_long"),
		pair("FE-27", good, with(header, "Content-Type", "text/plain"))(bots.FaultMedia, "content_type"),
		pair("FE-29", bytes.Repeat([]byte("a"), 1<<20+1), header)(bots.FaultTooLarge, "body_too_large"),
		pair3("FE-33", raw, strings.Repeat("[", 20_000))(bots.FaultMalformed, "json_invalid"),
		pair3("FE-35", raw, `{"a":1} {"a":2}`)(bots.FaultMalformed, "json_trailing"),
		pair2("token", h.sim.Sealed, event(feishusim.Header{EventID: "e5", Token: "wrong"}))(bots.FaultSignature, "token_invalid"),
		pair2("challenge token", h.sim.Sealed, []byte(`{"challenge":"x","token":"wrong","type":"url_verification"}`))(bots.FaultSignature, "token_invalid"),
	} {
		t.Run(c.id, func(t *testing.T) {
			t.Parallel()
			_, err := h.bot.Decode(post(c.body, c.header))
			var de *bots.DecodeError
			if !errors.As(err, &de) || de.Fault != c.fault || de.Reason != c.reason {
				t.Errorf("%v, want fault %d %s", err, c.fault, c.reason)
			}
		})
	}
}

type refused = struct {
	id     string
	body   []byte
	header http.Header
	fault  bots.Fault
	reason string
}

func pair(id string, body []byte, header http.Header) func(bots.Fault, string) refused {
	return func(f bots.Fault, reason string) refused { return refused{id, body, header, f, reason} }
}

func pair2(id string, seal func([]byte) ([]byte, http.Header), plain []byte) func(bots.Fault, string) refused {
	body, header := seal(plain)
	return pair(id, body, header)
}

func pair3(id string, seal func(string) ([]byte, http.Header), text string) func(bots.Fault, string) refused {
	body, header := seal(text)
	return pair(id, body, header)
}

func with(h http.Header, name, value string) http.Header {
	h = h.Clone()
	h.Set(name, value)
	return h
}

// TestDecodeAccepts holds the positive controls and what is recorded without
// being understood.
func TestDecodeAccepts(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	read := func(t *testing.T, plain []byte) bots.Event {
		t.Helper()
		body, header := h.sim.Sealed(plain)
		in, err := h.bot.Decode(post(body, header))
		if err != nil || len(in.Events) != 1 {
			t.Fatalf("%+v %v", in, err)
		}
		return in.Events[0]
	}
	_ = read(t, h.sim.Envelope(message("om_0", "p2p", "text", `{"text":"A"}`), "im.message.receive_v1", feishusim.Header{EventID: "e0"}))
	for _, body := range []string{`{"challenge":"abc","token":"v-token","type":"url_verification"}`} { // FE-13, unsigned and plain
		in, err := h.bot.Decode(post([]byte(body), nil))
		if err != nil || in.Response == nil || string(in.Response.Body) != `{"challenge":"abc"}` {
			t.Errorf("url check: %+v %v", in, err)
		}
	}
	if e := read(t, h.sim.Envelope(message("om_1", "p2p", "text", `{"text":"A"}`), "im.message.receive_v1", feishusim.Header{EventID: "e1", TenantKey: "t_unknown"})); e.Kind != bots.EventUnknown || e.Type != "foreign" { // FE-21
		t.Errorf("foreign tenant: %+v", e)
	}
	if e := read(t, h.sim.Envelope(map[string]any{"type": "approval_instance"}, "approval_instance", feishusim.Header{EventID: "u1", V1: true})); e.Key != "u:u1" || e.Type != "approval_instance" { // FE-23
		t.Errorf("v1: %+v", e)
	}
	if e := read(t, h.sim.Envelope(message("om_2", "p2p", "text", `{"text":"\ud800"}`), "im.message.receive_v1", feishusim.Header{EventID: "e2"})); e.Text != "\uFFFD" { // FE-37
		t.Errorf("lone surrogate: %q", e.Text)
	}
	self := message("om_3", "p2p", "text", `{"text":"A"}`)
	self["sender"].(map[string]any)["sender_type"] = "app"
	if e := read(t, h.sim.Envelope(self, "im.message.receive_v1", feishusim.Header{EventID: "e3"})); !e.FromBot { // FE-39
		t.Errorf("own message: %+v", e)
	}
	if e := read(t, []byte(`{"token":"v-token","open_id":"ou_li","open_message_id":"om","action":{"value":{"a":"approve"}}}`)); e.Kind != bots.EventUnknown || e.Type != "card.action.trigger_v1" { // FC-16
		t.Errorf("old card: %+v", e)
	}
	me := map[string]any{"key": "@_user_1", "id": map[string]any{"open_id": "ou_genjin"}, "name": "跟进"}
	you := map[string]any{"key": "@_user_2", "id": map[string]any{"open_id": "ou_han"}, "name": "韩梅梅"}
	if e := read(t, h.sim.Envelope(message("om_4", "group", "text", `{"text":"@_user_1 转交 12 @_user_2"}`, me, you), "im.message.receive_v1", feishusim.Header{EventID: "e4"})); !e.Mentioned || e.Private || e.Text != "转交 12 @韩梅梅" {
		t.Errorf("mention: %+v", e)
	}
	post := `{"title":"","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" 附件"}],[{"tag":"img","image_key":"img_1"}]]}`
	if e := read(t, h.sim.Envelope(message("om_5", "group", "post", post, me), "im.message.receive_v1", feishusim.Header{EventID: "e5"})); len(e.Files) != 1 || !e.Files[0].Image || !strings.Contains(e.Text, "附件") || !e.Mentioned {
		t.Errorf("post: %+v", e)
	}
	click := map[string]any{
		"operator": map[string]any{"open_id": li}, "action": map[string]any{"value": `{"a":"approve","no":"42"}`, "form_value": map[string]any{"comment": "ok", "multi": []string{"a", "b"}}},
		"context": map[string]any{"open_message_id": "om_9", "open_chat_id": "oc_1"},
	}
	if e := read(t, h.sim.Envelope(click, "card.action.trigger", feishusim.Header{EventID: "e6", Micros: true})); e.Click == nil || e.Click.Action != "approve" || e.Click.Value["no"] != "42" || e.Click.Form["multi"] != "a,b" || e.Click.Card != "om_9" || time.Since(e.At).Abs() > time.Hour {
		t.Errorf("click: %+v %+v", e, e.Click)
	}
}

// TestVectors are those of the platform's documentation.
func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := feishu.New(feishu.Options{AppID: "cli", AppSecret: "s", EncryptKey: "test key", VerificationToken: "v-token", Now: func() time.Time { return time.Unix(1700000000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	body := `{"encrypt":"MDEyMzQ1Njc4OWFiY2RlZtWk+9FBVdzQ4TLkjfEv5NOLlzViGk4gi/gsOhMmdXMDEz/PmhF1UpeZqJLuQYKg36ipvcVWDMGsAHDEi3odLzzNhDiz+oP9UUsLV2iWzcvF"}`
	in, err := b.Decode(post([]byte(body), http.Header{
		"X-Lark-Request-Timestamp": {"1700000000"}, "X-Lark-Request-Nonce": {"nonce123"}, "X-Lark-Signature": {"c6a175618795e9287165e7ff60152f8bee6a675f87644b030c18bfc0345c986e"},
	}))
	if err != nil || in.Response == nil || string(in.Response.Body) != `{"challenge":"ajls384kdjx98XX"}` {
		t.Errorf("%+v %v", in, err)
	}
	if got, err := feishu.Decrypt("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="); err != nil || string(got) != "hello world" {
		t.Errorf("%q %v", got, err)
	}
	if !feishu.Signed("002a272a435d056759149cce18e88064ff320d38d91a09432445c344c4296949", "1700000000", "nonce-1", "test key", []byte(`{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`)) { // FE-05
		t.Error("the documented signature is refused")
	}
}

// TestRetryTable says for each answer of the platform whether another try helps.
func TestRetryTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault feishusim.Fault
		code  bots.SendCode
		retry bool
		after time.Duration
	}{
		{"429 with reset", feishusim.Fault{Kind: feishusim.FaultRateLimit, Delay: 52 * time.Second}, bots.CodeLimited, true, 52 * time.Second},
		{"429 bare", feishusim.Fault{Kind: feishusim.FaultRateLimitBare}, bots.CodeLimited, true, time.Second},
		{"400 and 99991400", feishusim.Fault{Kind: feishusim.FaultRateLimitOld}, bots.CodeLimited, true, time.Second},
		{"500", feishusim.Fault{Kind: feishusim.FaultHTTP500}, bots.CodeUnavailable, true, 0},
		{"504", feishusim.Fault{Kind: feishusim.FaultHTTP504}, bots.CodeUnknown, true, 0},
		{"502 page", feishusim.Fault{Kind: feishusim.FaultHTML502}, bots.CodeUnknown, true, 0},
		{"cut", feishusim.Fault{Kind: feishusim.FaultDown}, bots.CodeUnknown, true, 0},
		{"card refused", feishusim.Fault{Kind: feishusim.FaultRefuseCards}, bots.CodeRefused, false, 0},
		{"no scope", feishusim.Fault{Kind: feishusim.FaultNoScope}, bots.CodeConfig, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFeishu(t)
			if _, err := h.bot.Send(t.Context(), bots.Message{Key: "warm", User: li, Text: "x"}); err != nil {
				t.Fatal(err)
			}
			if c.fault.Kind != feishusim.FaultRefuseCards {
				c.fault.Path = "/open-apis/im"
			}
			h.sim.SetFault(c.fault)
			card := bots.Card{Title: "x", Tone: bots.ToneInfo}
			_, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Card: &card})
			var se *bots.SendError
			if !errors.As(err, &se) || se.Code != c.code || se.Retry != c.retry || se.After < c.after {
				t.Fatalf("%v %+v", err, se)
			}
			if c.after < 10*time.Second {
				return
			}
			before := h.sim.Calls("POST /open-apis/im/v1/messages")
			h.sim.ClearFaults()
			if _, err := h.bot.Send(t.Context(), bots.Message{Key: "k2", User: "ou_han", Text: "x"}); !errors.As(err, &se) || se.Code != bots.CodeLimited || h.sim.Calls("POST /open-apis/im/v1/messages") != before {
				t.Errorf("the API is called for another receiver although it asked to be left alone: %v", err)
			}
		})
	}
}

// TestTokenRenewal has the platform revoke the token while many wait.
func TestTokenRenewal(t *testing.T) {
	t.Parallel()
	h := newFeishu(t, func(o *feishusim.Options) { o.NoLimits = true })
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "warm", User: li, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	h.sim.TokenRevoke()
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			var se *bots.SendError
			if _, err := h.bot.Send(t.Context(), bots.Message{Key: fmt.Sprint("k", i), User: fmt.Sprintf("ou_p%d", i), Text: "x"}); err != nil && (!errors.As(err, &se) || se.Code != bots.CodeNoReach) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := h.sim.Calls("POST /open-apis/auth/v3/tenant_access_token/internal"); n != 2 {
		t.Errorf("%d tokens fetched, want 2", n)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	r := h.sim.SendFile(t.Context(), li, "", "a.pdf", []byte("%PDF-1.4 content"), feishusim.NoRetry())
	m, ok := h.sim.Message(r.MessageID)
	if !ok {
		t.Fatal("no message")
	}
	body, err := h.bot.Fetch(t.Context(), bots.File{Key: m.FileKey, MessageID: m.ID, Name: "a.pdf"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(body); err != nil || b.String() != "%PDF-1.4 content" {
		t.Errorf("%q %v", b.String(), err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	var se *bots.SendError
	if _, err := h.bot.Fetch(t.Context(), bots.File{Key: "file_other", MessageID: m.ID}); !errors.As(err, &se) || se.Retry {
		t.Errorf("a foreign key: %v", err)
	}
}

func TestSendFile(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	for _, f := range []bots.Upload{{Name: "方案.pdf", Type: "application/pdf", Data: []byte("%PDF-1.4 x")}, {Name: "签字.png", Type: "image/png", Data: []byte("\x89PNG\r\n\x1a\nxxxx")}} {
		if _, err := h.bot.Send(t.Context(), bots.Message{Key: f.Name, User: li, File: &f}); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

// TestCardTooLarge: a card beyond the platform's limits is said in words, with
// its reply code.
func TestCardTooLarge(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	c := bots.Card{Title: "很大", Tone: bots.ToneInfo, Fallback: "回复 同意 1"}
	for range 150 {
		c.Blocks = append(c.Blocks, bots.Block{Text: strings.Repeat("字", 100)})
	}
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Card: &c}); err != nil {
		t.Fatal(err)
	}
	if seen := h.Seen(t); len(seen) != 1 || !strings.Contains(seen[0], "回复 同意 1") {
		t.Errorf("seen %d", len(seen))
	}
}

func FuzzDecode(f *testing.F) {
	h := newFeishu(f)
	f.Add([]byte(`{"schema":"2.0","header":{"event_id":"e","event_type":"im.message.receive_v1","token":"v-token","app_id":"cli_a"},"event":{"message":{"message_id":"m","content":"{}"}}}`))
	f.Add([]byte(`{"schema":"2.0","header":{"event_id":"e","event_type":"card.action.trigger","token":"v-token","app_id":"cli_a"},"event":{"operator":{"open_id":"o"},"action":{"value":"{}"}}}`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		body, header := h.sim.Sealed(plain)
		in, err := h.bot.Decode(post(body, header))
		var de *bots.DecodeError
		if err != nil && !errors.As(err, &de) {
			t.Errorf("error of another kind: %v", err)
		}
		for _, e := range in.Events {
			if e.Key == "" {
				t.Error("an event without a key")
			}
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	f.Add("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
	f.Fuzz(func(_ *testing.T, s string) { _, _ = feishu.Decrypt("test key", s) })
}
