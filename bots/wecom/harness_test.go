package wecom_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"genjin/bots"
	"genjin/bots/botstest"
	"genjin/bots/wecom"
	"genjin/playground/wecomsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBot is the suite that every platform passes, with the app's way in.
func TestBot(t *testing.T) {
	t.Parallel()
	botstest.Run(t, func(t *testing.T) botstest.Harness { return newWeCom(t) })
}

// TestRobot is the same with the way in of the 智能机器人.
func TestRobot(t *testing.T) {
	t.Parallel()
	botstest.Run(t, func(t *testing.T) botstest.Harness { return robotHarness{newWeCom(t)} })
}

const (
	corpID    = "ww5823bf96d3bd56c7"
	agentID   = 1000002
	appSecret = "canary-app-secret"
	appToken  = "CanaryAppToken"
	botToken  = "CanaryBotToken"
	appAESKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	botAESKey = "kWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	robotKey  = "canary-robot-key"
	lilei     = "LiLei"
	hanmei    = "HanMeimei"
	east      = "chateast"
	eastTeam  = "east"
	publicURL = "https://hub.example"
)

// harness is a bot with the simulated WeCom around it.
type harness struct {
	bot   *wecom.Bot
	sim   *wecomsim.Server
	base  string
	http  *http.Client
	n     atomic.Int64
	later atomic.Int64 // how far the platform's clock is ahead

	mu  sync.Mutex
	log bytes.Buffer
}

func newWeCom(t testing.TB, change ...func(*wecomsim.Options)) *harness {
	t.Helper()
	h := &harness{}
	o := wecomsim.Options{
		CorpID: corpID, AgentID: agentID, Secret: appSecret, Token: appToken, AESKey: appAESKey, BotToken: botToken, BotAESKey: botAESKey,
		CallbackURL: "http://127.0.0.1:1/webhooks/wecom", BotCallbackURL: "http://127.0.0.1:1/webhooks/wecom-bot", Now: h.now,
	}
	for _, c := range change {
		c(&o)
	}
	h.sim = wecomsim.New(o)
	base, stop := h.sim.Start()
	transport := &http.Transport{}
	t.Cleanup(func() { stop(); transport.CloseIdleConnections() })
	h.base, h.http = base, &http.Client{Transport: transport}
	h.sim.AddUser(wecomsim.User{UserID: lilei, Name: "李雷"})
	h.sim.AddUser(wecomsim.User{UserID: hanmei, Name: "韩梅梅", Leaders: []string{lilei}})
	h.sim.AddChat(wecomsim.Chat{ID: east, Name: "华东", Owner: lilei, Members: []string{lilei, hanmei}, App: true})
	h.sim.AddChat(wecomsim.Chat{ID: "wild", Name: "机器人群", Members: []string{lilei}, RobotKey: robotKey})
	h.bot = h.another(t)
	return h
}

// now is the platform's clock.
func (h *harness) now() time.Time { return time.Now().Add(time.Duration(h.later.Load())) }

func (h *harness) options() wecom.Options {
	return wecom.Options{
		CorpID: corpID, AgentID: agentID, Secret: appSecret, Token: appToken, AESKey: appAESKey, BotToken: botToken, BotAESKey: botAESKey,
		APIBase: h.base, PublicURL: publicURL, HTTPClient: h.http,
		Robots: func(team string) string { return map[string]string{eastTeam: robotKey, "gone": "no-such-key"}[team] },
		Logger: slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// another is a bot that remembers nothing: another replica, or after a restart.
func (h *harness) another(t testing.TB, change ...func(*wecom.Options)) *wecom.Bot {
	t.Helper()
	o := h.options()
	for _, c := range change {
		c(&o)
	}
	b, err := wecom.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
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

func secrets() []string {
	return []string{appSecret, appToken, botToken, appAESKey, botAESKey, robotKey, "tok-", "response_code="}
}

func (h *harness) Bot() bots.Bot     { return h.bot }
func (h *harness) Inlet() bots.Inlet { return h.bot }
func (*harness) Path() string        { return "/webhooks/wecom" }
func (*harness) Person() string      { return lilei }
func (*harness) Chat() string        { return east }
func (*harness) Secrets() []string   { return secrets() }
func (h *harness) Age(*testing.T)    { h.later.Store(int64(73 * time.Hour)) }

func (*harness) Features() botstest.Features {
	return botstest.Features{
		Fetch:     true,
		NoInput:   "a selector on the card (botstest ClickComesBack), a chat reply, or the page behind the card's link",
		NoProgram: "nobody but members can write to an app, and the platform pushes no program's words",
		NoStamp:   "Encrypt is signed; what stands around it only says whom it is for, which Encrypt says again",
	}
}

func (h *harness) LoseAnswers(*testing.T) {
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultResetAfterAccept, Path: "/cgi-bin/message/send", Times: 1})
}

func (h *harness) Seen(*testing.T) (out []string) {
	for _, m := range h.sim.Messages(lilei) {
		if m.SenderID == "bot" {
			out = append(out, m.Text)
		}
	}
	return out
}

// Troubles are the platform's answers and silences, by the table of its codes.
func (h *harness) Troubles() []botstest.Trouble {
	on := func(name string, kind wecomsim.FaultKind, code bots.SendCode, retry bool, after time.Duration) botstest.Trouble {
		return botstest.Trouble{
			Name: name, Code: code, Retry: retry, After: after,
			Strike: func(*testing.T) { h.sim.SetFault(wecomsim.Fault{Kind: kind, Path: "/cgi-bin/message"}) },
			Calm:   func(*testing.T) { h.sim.ClearFaults() },
		}
	}
	person := func(name string, u wecomsim.User) botstest.Trouble {
		u.UserID = lilei
		return botstest.Trouble{Name: name, Code: bots.CodeNoReach, Strike: func(*testing.T) { h.sim.AddUser(u) }}
	}
	refused := on("card refused", wecomsim.FaultRefuseCards, bots.CodeRefused, false, 0)
	refused.Strike = func(*testing.T) { h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultRefuseCards}) }
	refused.Card = &bots.Card{Title: "卡片", Tone: bots.ToneInfo, Blocks: []bots.Block{{Buttons: []bots.Button{{Text: "看", Action: "see"}}}}}
	return []botstest.Trouble{
		on("45009", wecomsim.FaultRateLimit, bots.CodeLimited, true, time.Minute),
		on("45033", wecomsim.FaultConcurrency, bots.CodeLimited, true, time.Second),
		on("busy", wecomsim.FaultBusy, bots.CodeUnavailable, true, 0),
		on("500", wecomsim.FaultHTTP500, bots.CodeUnavailable, true, 0),
		on("504", wecomsim.FaultHTTP504, bots.CodeUnknown, true, 0),
		on("502 page", wecomsim.FaultHTML502, bots.CodeUnknown, true, 0),
		on("cut", wecomsim.FaultDown, bots.CodeUnknown, true, 0),
		on("48002", wecomsim.FaultNoRight, bots.CodeConfig, true, 30*time.Second),
		on("60020", wecomsim.FaultBadIP, bots.CodeConfig, true, 30*time.Second),
		on("wrong json", wecomsim.FaultWrongJSON, bots.CodeRefused, false, 0),
		refused,
		person("not visible", wecomsim.User{Name: "李雷", NoReach: true}),
		person("left", wecomsim.User{Name: "李雷", Left: true}),
	}
}

// Huge is a card with more buttons and words than the platform takes; its words
// need several texts.
func (*harness) Huge() bots.Card {
	c := bots.Card{Title: "很大", Tone: bots.ToneInfo, Fallback: "回复 同意 1"}
	for i := range 30 {
		c.Blocks = append(c.Blocks, bots.Block{Text: strings.Repeat("字", 100), Buttons: []bots.Button{{Text: "按", Action: strconv.Itoa(i)}}})
	}
	return c
}

// next gives an id that was not used.
func (h *harness) next() string { return strconv.FormatInt(h.n.Add(1), 10) }

func sealed(query url.Values, body []byte, kind string) botstest.Push {
	return botstest.Push{Query: query, Body: body, Header: http.Header{"Content-Type": {kind}}, InQuery: "msg_signature"}
}

// push is a signed push of the app with the given elements.
func (h *harness) push(elements string) botstest.Push {
	plain := fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>1409659813</CreateTime>%s<AgentID>%d</AgentID></xml>", corpID, lilei, elements, agentID)
	query, body := h.sim.Seal([]byte(plain))
	return sealed(query, body, "text/xml")
}

func (h *harness) Push(t *testing.T, text string) botstest.Push {
	t.Helper()
	var escaped bytes.Buffer
	if err := xml.EscapeText(&escaped, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return h.push("<MsgType>text</MsgType><Content>" + escaped.String() + "</Content><MsgId>" + h.next() + "</MsgId>")
}

func (*harness) PushFromBot(t *testing.T, _ string) botstest.Push {
	t.Helper()
	t.Fatal("no program can write to an app")
	return botstest.Push{}
}

func (h *harness) PushOdd(*testing.T) botstest.Push {
	return h.push("<MsgType>event</MsgType><Event>future_thing_happened</Event><EventKey>" + h.next() + "</EventKey>")
}

// shown is the message that shows a card.
func (h *harness) shown(t *testing.T, card bots.CardRef) wecomsim.Message {
	t.Helper()
	for _, m := range h.sim.Messages(lilei) {
		if m.TaskID != "" && card.Same(bots.CardRef(m.TaskID)) {
			return m
		}
	}
	t.Fatalf("nobody sees the card %s", card)
	return wecomsim.Message{}
}

func (h *harness) PushClick(t *testing.T, card bots.CardRef, button string, form map[string]any) botstest.Push {
	t.Helper()
	query, body, err := h.sim.ClickPush(lilei, h.shown(t, card).ID, button, form)
	if err != nil {
		t.Fatal(err)
	}
	return sealed(query, body, "text/xml")
}

func (h *harness) Challenge(*testing.T) (botstest.Push, string) {
	return botstest.Push{Method: http.MethodGet, Query: h.sim.SealEcho("", "1616140317555161061"), InQuery: "msg_signature"}, "1616140317555161061"
}

// robotHarness looks at the way in of the 智能机器人.
type robotHarness struct{ *harness }

func (h robotHarness) Inlet() bots.Inlet { return h.bot.Robot() }
func (robotHarness) Path() string        { return "/webhooks/wecom-bot" }

func (h robotHarness) push(t *testing.T, more map[string]any) botstest.Push {
	t.Helper()
	plain := map[string]any{"msgid": "m" + h.next(), "aibotid": "aib", "chattype": "single", "from": map[string]any{"userid": lilei}, "create_time": 1700000000}
	maps.Copy(plain, more)
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	query, body := h.sim.SealBot(text)
	return sealed(query, body, "application/json")
}

func (h robotHarness) Push(t *testing.T, text string) botstest.Push {
	t.Helper()
	return h.push(t, map[string]any{"msgtype": "text", "text": map[string]any{"content": text}, "response_url": h.base + "/cgi-bin/aibot/response?response_code=x"})
}

func (h robotHarness) PushOdd(t *testing.T) botstest.Push {
	t.Helper()
	return h.push(t, map[string]any{"msgtype": "event", "event": map[string]any{"eventtype": "future_thing"}})
}

// PushClick presses a button of a card as the 智能机器人 would tell it.
func (h robotHarness) PushClick(t *testing.T, card bots.CardRef, button string, form map[string]any) botstest.Push {
	t.Helper()
	m := h.shown(t, card)
	i := slices.IndexFunc(m.Buttons, func(b wecomsim.Button) bool { return b.Text == button })
	if i < 0 {
		t.Fatalf("no button %s in %+v", button, m.Buttons)
	}
	selected := make([]any, 0, len(form))
	for name, v := range form {
		ids, is := v.([]string)
		if !is {
			ids = []string{fmt.Sprint(v)}
		}
		selected = append(selected, map[string]any{"question_key": name, "option_ids": map[string]any{"option_id": ids}})
	}
	return h.push(t, map[string]any{"msgtype": "event", "event": map[string]any{
		"eventtype": "template_card_event", "template_card_event": map[string]any{
			"card_type": m.CardType, "event_key": m.Buttons[i].Name, "task_id": m.TaskID, "selected_items": map[string]any{"selected_item": selected},
		},
	}})
}

func (h robotHarness) Challenge(*testing.T) (botstest.Push, string) {
	return botstest.Push{Method: http.MethodGet, Query: h.sim.SealEcho(wecomsim.WithBot, "42"), InQuery: "msg_signature"}, "42"
}
