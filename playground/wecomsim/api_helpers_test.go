package wecomsim

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// testClient calls the platform for all tests.
var testClient = &http.Client{Timeout: 15 * time.Second}

// apiClock is a platform clock that tests move.
type apiClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *apiClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *apiClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// platform is a simulated WeCom with three people, called as the hub would.
type platform struct {
	*Server
	t     *testing.T
	base  string
	clock *apiClock
	token string
}

// answered is what a call was answered with.
type answered map[string]any

func newPlatform(t *testing.T, change ...func(*Options)) *platform {
	t.Helper()
	c := &apiClock{now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	o := Options{
		CorpID: "ww1", AgentID: 7, Secret: "app secret", CallbackURL: "http://127.0.0.1:1/webhooks/wecom", Now: c.Now,
	}
	for _, f := range change {
		f(&o)
	}
	p := &platform{Server: New(o), t: t, clock: c}
	base, stop := p.Start()
	t.Cleanup(func() {
		testClient.CloseIdleConnections()
		stop()
	})
	p.base = base
	p.AddDepartment(Department{ID: 2, Name: "销售部", Leaders: []string{"WangFang"}})
	p.AddDepartment(Department{ID: 3, Name: "华东", ParentID: 2})
	p.AddUser(User{UserID: "LiLei", Name: "李雷", Departments: []int{3}, Leaders: []string{"WangFang"}, Mobile: "13800138000", Email: "li@example.com"})
	p.AddUser(User{UserID: "WangFang", Name: "王芳", Departments: []int{2}})
	p.AddUser(User{UserID: "Zhao", Name: "赵", Departments: []int{3}, NoReach: true})
	p.AddChat(Chat{ID: "east", Name: "华东群", Members: []string{"LiLei", "WangFang"}, App: true, RobotKey: "key-east"})
	p.AddChat(Chat{ID: "others", Name: "别人的群", Members: []string{"LiLei", "WangFang"}})
	p.login()
	return p
}

func (p *platform) login() {
	p.t.Helper()
	got := p.get("/cgi-bin/gettoken?corpid=ww1&corpsecret=" + url.QueryEscape("app secret"))
	p.token = got.str("access_token")
	if p.token == "" {
		p.t.Fatalf("no token: %v", got)
	}
}

// result is how a call was answered, without its body.
type result struct {
	status int
	head   http.Header
}

// do makes a call and gives the answer with its body read.
func (p *platform) do(method, path string, head map[string]string, body []byte) (result, []byte) {
	p.t.Helper()
	u, err := url.Parse(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	if q := u.Query(); p.token != "" && !q.Has("access_token") && !q.Has("key") {
		q.Set("access_token", p.token)
		u.RawQuery = q.Encode()
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, u.String(), bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for k, v := range head {
		req.Header.Set(k, v)
	}
	resp, err := testClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return result{status: resp.StatusCode, head: resp.Header}, data
}

func (p *platform) json(r result, data []byte) answered {
	p.t.Helper()
	if r.status != http.StatusOK {
		p.t.Errorf("HTTP %d: the platform always answers 200", r.status)
	}
	var got answered
	if err := json.Unmarshal(data, &got); err != nil {
		p.t.Fatalf("no JSON: %q", data)
	}
	return got
}

func (p *platform) get(path string) answered {
	p.t.Helper()
	resp, data := p.do(http.MethodGet, path, nil, nil)
	return p.json(resp, data)
}

func (p *platform) postRaw(path, body string) answered {
	p.t.Helper()
	resp, data := p.do(http.MethodPost, path, map[string]string{"Content-Type": "application/json"}, []byte(body))
	return p.json(resp, data)
}

func (p *platform) post(path string, body any) answered {
	p.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.postRaw(path, string(raw))
}

// send says something to people, with further fields.
func (p *platform) send(to, kind string, content any, more ...map[string]any) answered {
	p.t.Helper()
	body := map[string]any{"touser": to, "agentid": 7, "msgtype": kind, kind: content}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return p.post("/cgi-bin/message/send", body)
}

func (p *platform) text(to, words string, more ...map[string]any) answered {
	p.t.Helper()
	return p.send(to, "text", map[string]any{"content": words}, more...)
}

func (p *platform) card(to, card string, more ...map[string]any) answered {
	p.t.Helper()
	return p.send(to, "template_card", json.RawMessage(card), more...)
}

func (p *platform) upload(path, name string, data []byte) answered {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("media", name)
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	resp, got := p.do(http.MethodPost, path, map[string]string{"Content-Type": form.FormDataContentType()}, body.Bytes())
	return p.json(resp, got)
}

func (p *platform) want(got answered, code int) {
	p.t.Helper()
	if got.code() != code {
		p.t.Errorf("errcode %v %v, want %d", got["errcode"], got["errmsg"], code)
	}
	if got.code() == 0 && got.str("errmsg") != "ok" {
		p.t.Errorf("errmsg %q, want ok", got["errmsg"])
	}
}

// wantWarning wants the answer to a wrong type: it looks well and is not.
func (p *platform) wantWarning(got answered) {
	p.t.Helper()
	if got.code() != 0 || got.str("errmsg") != "ok. Warning: wrong json format. " {
		p.t.Errorf("%v, want a warning", got)
	}
}

// texts are what can be read in a chat.
func (p *platform) texts(chat string) []string {
	p.t.Helper()
	said := p.Messages(chat)
	all := make([]string, 0, len(said))
	for _, m := range said {
		all = append(all, m.Text)
	}
	return all
}

func (a answered) code() int {
	n, ok := a["errcode"].(float64)
	if !ok {
		return -99
	}
	return int(n)
}

func (a answered) str(k string) string {
	s, _ := a[k].(string)
	return s
}

// approval is a card with two buttons and a reason to choose.
func approval(task string) string {
	return strings.ReplaceAll(`{"card_type":"button_interaction","source":{"desc":"跟进"},
 "main_title":{"title":"待你审批 · 华东智造","desc":"商机 1287"},"quote_area":{"title":"备注","quote_text":"预算已批"},
 "sub_title_text":"从 方案 到 报价","horizontal_content_list":[{"keyname":"金额","value":"¥1,280,000"}],
 "card_action":{"type":1,"url":"https://crm.example.com/1287"},"task_id":"TASK",
 "button_selection":{"question_key":"reason","title":"意见","option_list":[{"id":"r1","text":"符合"},{"id":"r2","text":"补材料"}]},
 "button_list":[{"text":"同意","style":1,"key":"approve?d=1"},{"text":"驳回","style":2,"key":"reject?d=1"},{"type":1,"text":"查看","url":"https://crm.example.com"}]}`, "TASK", task)
}

const closed = `{"card_type":"text_notice","main_title":{"title":"已同意 · 华东智造"},"sub_title_text":"王芳 15:30","card_action":{"type":1,"url":"https://crm.example.com"}}`
