package wecomsim

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const stageBotKey = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

// stageClock is a platform clock that tests move.
type stageClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stageClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stageClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// stage is a platform with people and groups, and a hub that writes down what
// it is told.
type stage struct {
	*Server
	t     *testing.T
	base  string
	clock *stageClock
	hub   *stageHub
}

// told is one callback as the hub has got it.
type told struct {
	bot      bool
	plain    string
	receiver string
	cipher   string
	query    url.Values
	event    appEvent
	json     map[string]any
}

// appEvent reads the XML that the app is told.
type appEvent struct {
	ToUserName, FromUserName, MsgType, Content, FileName        string
	Event, EventKey, CardType, ResponseCode, ChangeType, UserID string
	CreateTime                                                  int64
	AgentID                                                     string
	MsgID                                                       string `xml:"MsgId"`
	TaskID                                                      string `xml:"TaskId"`
	MediaID                                                     string `xml:"MediaId"`
	PicURL                                                      string `xml:"PicUrl"`
	Items                                                       []struct {
		QuestionKey string
		OptionIDs   []string `xml:"OptionIds>OptionId"`
	} `xml:"SelectedItems>SelectedItem"`
}

// stageHub is what the callbacks are pushed to.
type stageHub struct {
	t      *testing.T
	mu     sync.Mutex
	told   []told
	answer func(e told, n int) (status int, body string)
}

func (h *stageHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e := told{bot: strings.HasSuffix(r.URL.Path, "bot"), query: r.URL.Query()}
	key := vectorKey
	if e.bot {
		key = stageBotKey
	}
	if r.Method == http.MethodGet {
		e.cipher = e.query.Get("echostr")
	} else {
		var env struct {
			Encrypt string `json:"encrypt"`
		}
		if xml.Unmarshal(body, &env) != nil {
			_ = json.Unmarshal(body, &env)
		}
		e.cipher = env.Encrypt
	}
	e.plain, e.receiver = unseal(key, e.cipher)
	if e.bot {
		_ = json.Unmarshal([]byte(e.plain), &e.json)
	} else {
		_ = xml.Unmarshal([]byte(e.plain), &e.event)
	}
	h.mu.Lock()
	h.told = append(h.told, e)
	n, answer := len(h.told), h.answer
	h.mu.Unlock()
	status, out := http.StatusOK, ""
	if r.Method == http.MethodGet {
		out = e.plain
	}
	if answer != nil {
		status, out = answer(e, n)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, out)
}

func (h *stageHub) all() []told {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]told(nil), h.told...)
}

// last is the newest callback.
func (h *stageHub) last() told {
	h.t.Helper()
	all := h.all()
	if len(all) == 0 {
		h.t.Fatal("the hub was told nothing")
	}
	return all[len(all)-1]
}

func (h *stageHub) answers(f func(e told, n int) (int, string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = f
}

func newStage(t *testing.T, change ...func(*Options)) *stage {
	t.Helper()
	c := &stageClock{now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	o := Options{
		CorpID: "ww1", AgentID: 1000002, Secret: "s", Token: vectorToken, AESKey: vectorKey,
		BotID: "aib1", BotToken: "bot token", BotAESKey: stageBotKey, BotName: "跟进", Now: c.Now,
		RetryDelays: []time.Duration{10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	w := &stage{Server: New(o), t: t, clock: c, hub: &stageHub{t: t}}
	web := httptest.NewServer(w.hub)
	base, stop := w.Start()
	t.Cleanup(func() { stop(); web.Close() })
	w.base = base
	w.SetCallbackURL(web.URL + "/webhooks/wecom")
	w.SetBotCallbackURL(web.URL + "/webhooks/bot")
	w.AddUser(User{UserID: "LiLei", Name: "李雷", Leaders: []string{"WangFang"}})
	w.AddUser(User{UserID: "WangFang", Name: "王芳"})
	w.AddChat(Chat{ID: "east", Name: "华东群", Members: []string{"LiLei", "WangFang"}, Aibot: true})
	w.AddChat(Chat{ID: "quiet", Name: "安静群", Members: []string{"LiLei"}})
	return w
}

// card puts a card of the hub before people, as message/send would.
func (w *stage) card(raw string, userIDs ...string) string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	first := &message{sender: senderIsBot, created: w.o.Now()}
	sh, rep, ok := w.cardLocked(first, json.RawMessage(raw), appRoad, &call{now: w.o.Now()})
	if !ok {
		w.t.Fatalf("the card is refused: %+v", rep.err)
	}
	send := &sending{msgid: newID("msg"), at: w.o.Now(), taskID: sh.taskID}
	users := make([]*User, 0, len(userIDs))
	for _, id := range userIDs {
		users = append(users, w.users[strings.ToLower(id)])
	}
	w.sends[send.msgid] = send
	w.handOutLocked(send, first, users, w.o.Now())
	return send.msgid
}

// reply seals an answer as a hub would.
func (w *stage) reply(to inlet, plain string) string {
	w.t.Helper()
	query, encrypted, err := w.signed(to, []byte(plain))
	if err != nil {
		w.t.Fatal(err)
	}
	if to == inletBot {
		out, err := json.Marshal(map[string]string{
			"encrypt": encrypted, "msgsignature": query.Get("msg_signature"), "timestamp": query.Get("timestamp"), "nonce": query.Get("nonce"),
		})
		if err != nil {
			w.t.Fatal(err)
		}
		return string(out)
	}
	return string(xmlDoc(words("Encrypt", encrypted), words("MsgSignature", query.Get("msg_signature")),
		words("TimeStamp", query.Get("timestamp")), words("Nonce", query.Get("nonce"))))
}

// get fetches an address that the platform gave.
func (w *stage) get(address string) (int, []byte, http.Header) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, out, resp.Header
}

// inTime bounds what a test waits for.
func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// at walks through nested JSON objects.
func at(v any, path ...string) any {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

const stageCard = `{"card_type":"button_interaction","main_title":{"title":"待你审批","desc":"商机 #1287"},"task_id":"appr-1287-v1",
 "action_menu":{"desc":"更多","action_list":[{"text":"不再推送","key":"mute"}]},
 "button_selection":{"question_key":"reason","title":"意见","option_list":[{"id":"r1","text":"符合"},{"id":"r2","text":"补材料"}],"selected_id":"r2"},
 "button_list":[{"text":"同意","style":1,"key":"approve?n=1"},{"text":"驳回","style":2,"key":"reject"},{"type":1,"text":"查看","style":4,"url":"https://hub/deal"}]}`

const stageVote = `{"card_type":"vote_interaction","main_title":{"title":"选哪些"},"task_id":"vote-1",
 "checkbox":{"question_key":"pick","mode":1,"option_list":[{"id":"1287:3","text":"华东"},{"id":"1288:1","text":"苏州","is_checked":true},{"id":"1289:1","text":"宁波","is_checked":true}]},
 "submit_button":{"text":"同意所选","key":"all-approve"}}`

const stageSelects = `{"card_type":"multiple_interaction","main_title":{"title":"推进阶段"},"task_id":"stage-1",
 "select_list":[{"question_key":"stage","title":"目标阶段","selected_id":"s3","option_list":[{"id":"s2","text":"方案"},{"id":"s3","text":"报价"}]},
  {"question_key":"level","title":"把握度","option_list":[{"id":"l1","text":"高"},{"id":"l2","text":"低"}]}],
 "submit_button":{"text":"提交","key":"submit_stage"}}`
