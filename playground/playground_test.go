package playground

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"genjin/playground/feishusim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// moving is a clock that the page moves.
type moving struct {
	mu  sync.Mutex
	now time.Time
}

func (c *moving) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *moving) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// visit is a page with a platform behind it and a hub that says yes.
type visit struct {
	t     *testing.T
	sim   *feishusim.Server
	clock *moving
	page  http.Handler
	base  string // the platform's API
	mu    sync.Mutex
	hook  string // what the hub answers
	heard int
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	v := &visit{t: t, hook: "{}", clock: &moving{now: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)}} // Friday 10:00 in Shanghai
	v.sim = feishusim.New(feishusim.Options{AppID: "a", AppSecret: "s", EncryptKey: "k", Now: v.clock.Now, NoLimits: true})
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.heard++; r.Header.Get("X-Lark-Signature") == "" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = io.WriteString(w, v.hook)
	}))
	base, stop := v.sim.Start()
	t.Cleanup(func() { stop(); hub.Close() })
	v.base = base
	v.sim.SetEventURL(hub.URL)
	v.sim.AddUser(feishusim.User{OpenID: "ou_li", Name: "李雷", LeaderOpenID: "ou_wang"})
	v.sim.AddUser(feishusim.User{OpenID: "ou_wang", Name: "王芳"})
	v.sim.AddChat(feishusim.Chat{ID: "oc_east", Name: "华东区", Members: []string{"ou_li", "ou_wang"}, BotIn: true})
	v.page = New(Options{
		Sim: v.sim, Clock: v.clock,
		People: []Person{{OpenID: "ou_li", Name: "李雷", Role: "rep"}, {OpenID: "ou_wang", Name: "王芳", Role: "manager"}},
		Groups: []Group{{ChatID: "oc_east", Name: "华东区"}},
		Trace: func(context.Context, int64) ([]TraceEvent, error) {
			return []TraceEvent{{ID: 7, At: v.clock.Now(), Title: "李雷：线索", Lines: []TraceLine{{Label: "变更", Text: "评分 82"}}, State: "uncertain"}}, nil
		},
	})
	return v
}

func (v *visit) do(r *http.Request) *httptest.ResponseRecorder {
	v.t.Helper()
	w := httptest.NewRecorder()
	v.page.ServeHTTP(w, r)
	return w
}

func (v *visit) get(path string) string {
	v.t.Helper()
	w := v.do(httptest.NewRequestWithContext(v.t.Context(), http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		v.t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// post acts as the script does and gives the toast.
func (v *visit) post(path string, form url.Values) toast {
	v.t.Helper()
	r := httptest.NewRequestWithContext(v.t.Context(), http.MethodPost, "/playground"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	w := v.do(r)
	var said toast
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		v.t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
	return said
}

// says has the hub say something through the platform's API.
func (v *visit) says(openID, kind, content string) {
	v.t.Helper()
	call := func(path, token string, body any) map[string]any {
		raw, err := json.Marshal(body)
		if err != nil {
			v.t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(v.t.Context(), http.MethodPost, path, strings.NewReader(string(raw)))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		v.sim.ServeHTTP(w, r)
		out := map[string]any{}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out["code"] != 0.0 {
			v.t.Fatalf("%s: %s", path, w.Body)
		}
		return out
	}
	token, _ := call("/open-apis/auth/v3/tenant_access_token/internal", "", map[string]string{"app_id": "a", "app_secret": "s"})["tenant_access_token"].(string)
	call("/open-apis/im/v1/messages?receive_id_type=open_id", token, map[string]string{"receive_id": openID, "msg_type": kind, "content": content})
}

const approval = `{"schema":"2.0","header":{"template":"orange","title":{"tag":"plain_text","content":"待你审批 <b>"}},"body":{"elements":[
 {"tag":"markdown","content":"**金额** ¥880,000 <at id=ou_li></at> [规则](https://example.com/r)\n&lt;i&gt;"},
 {"tag":"form","name":"f","elements":[
  {"tag":"input","name":"comment","max_length":500,"input_type":"multiline_text","label":{"tag":"plain_text","content":"意见"}},
  {"tag":"select_person","name":"to","placeholder":{"tag":"plain_text","content":"转交给"}},
  {"tag":"date_picker","name":"due","placeholder":{"tag":"plain_text","content":"日期"}},
  {"tag":"button","name":"ok","type":"primary_filled","text":{"tag":"plain_text","content":"同意"},"form_action_type":"submit","behaviors":[{"type":"callback","value":{}}]},
  {"tag":"button","name":"no","type":"danger","text":{"tag":"plain_text","content":"拒绝"},"form_action_type":"submit","confirm":{"title":{"tag":"plain_text","content":"确认？"}},"behaviors":[{"type":"callback","value":{}}]}]},
 {"tag":"button","text":{"tag":"plain_text","content":"同意"},"behaviors":[{"type":"callback","value":{"second":"1"}}]}]}}`

func TestPageShowsTheCompany(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.says("ou_li", "text", `{"text":"<script>alert(1)</script>"}`)
	for _, path := range []string{"/playground", "/playground/", "/playground?as=ou_li", "/playground?as=ou_wang&feishu=oc_east"} {
		got := v.get(path)
		for _, want := range []string{"李雷", "王芳", "华东区", "11月27日 周五 10:00", "三分钟走一遍", "不确定", "评分 82", "需求纪要.pdf"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not show %q", path, want)
			}
		}
		if regexp.MustCompile(`<script>|\sstyle=|\son\w+=`).MatchString(got) {
			t.Errorf("%s holds inline script or style", path)
		}
	}
	w := v.do(httptest.NewRequestWithContext(t.Context(), "GET", "/playground", nil))
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'self'") || strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe") {
		t.Errorf("CSP is %q", w.Header().Get("Content-Security-Policy"))
	}
	for _, path := range []string{"/playground?as=ou_ghost", "/playground?as=ou_li&feishu=oc_ghost", "/playground/file/feishu/om_none", "/playground/file/x/om_none", "/playground/state?as=x"} {
		if w := v.do(httptest.NewRequestWithContext(t.Context(), "GET", path, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if got := v.get("/playground/parts"); !strings.Contains(got, "¥128,000,000.00") {
		t.Error("the page of parts is not whole")
	}
	if got := v.get("/playground/static/playground.js"); !strings.Contains(got, "use strict") {
		t.Error("no script")
	}
}

func TestSpeaking(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	if said := v.post("/send", url.Values{"as": {"ou_li"}, "text": {"帮助"}}); said.Text != words["sent"] {
		t.Errorf("said %+v", said)
	}
	if said := v.post("/send", url.Values{"as": {"ou_li"}}); said.Text != words["empty"] {
		t.Errorf("said %+v", said)
	}
	for _, s := range newSampleIDs(t) {
		if said := v.post("/sample", url.Values{"as": {"ou_li"}, "feishu": {"oc_east"}, "sample": {s}}); said.Text != words["sent"] {
			t.Errorf("sample %s: %+v", s, said)
		}
	}
	if v.heard != 6 || len(v.sim.Messages("oc_east")) != 5 {
		t.Errorf("the hub heard %d", v.heard)
	}
	m := v.sim.Messages("oc_east")[0]
	w := v.do(httptest.NewRequestWithContext(t.Context(), "GET", "/playground/file/feishu/"+m.ID, nil))
	if !strings.HasPrefix(w.Body.String(), "%PDF-") || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("file: %v", w.Header())
	}
	// Without the script: the page again, with the toast once.
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/playground/send", strings.NewReader("as=ou_li&text=hi"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := v.do(r); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/playground?as=ou_li" {
		t.Errorf("plain form: %d %v", w.Code, w.Header())
	}
	if !strings.Contains(v.get("/playground?as=ou_li"), words["sent"]) || strings.Contains(v.get("/playground?as=ou_li"), words["sent"]) {
		t.Error("the toast is not shown exactly once")
	}
	forged := httptest.NewRequestWithContext(t.Context(), "POST", "/playground/send", strings.NewReader("as=ou_li&text=hi"))
	forged.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := v.do(forged); w.Code != http.StatusForbidden {
		t.Errorf("another site's form: %d", w.Code)
	}
}

func newSampleIDs(t *testing.T) []string {
	t.Helper()
	all, err := newSamples()
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 0, len(all))
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestCardsAreDrawnAndPressed(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.says("ou_wang", "interactive", approval)
	got := v.get("/playground?as=ou_wang")
	for _, want := range []string{
		"待你审批 &lt;b&gt;", "<strong>金额</strong>", "@李雷", `href="https://example.com/r"`, "&lt;i&gt;", `class="warning"`,
		`name="f.comment"`, `maxlength="500"`, `<option value="">转交给</option>`, `class="sr">转交给</label>`, `<option value="ou_li">李雷</option>`, `type="date"`, `value="#0"`, `value="#2"`, `data-confirm="确认？"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the card does not show %s", want)
		}
	}
	v.hook = `{"toast":{"type":"error","content":"请写原因"}}`
	id := v.sim.Messages("ou_wang")[0].ID
	press := func(form url.Values) toast {
		form.Set("as", "ou_wang")
		form.Set("message", id)
		return v.post("/click", form)
	}
	if said := press(url.Values{"button": {"#1"}, "f.comment": {"不行"}, "f.due": {"2026-12-01"}}); said != (toast{"请写原因", "danger"}) {
		t.Errorf("said %+v", said)
	}
	if said := press(url.Values{"button": {"#9"}}); said.Tone != "warning" {
		t.Errorf("a button that does not exist: %+v", said)
	}
	v.hook = "null"
	if said := press(url.Values{"button": {"#2"}}); !strings.Contains(said.Text, "200672") {
		t.Errorf("a bad answer: %+v", said)
	}
}

func TestClockAndFaults(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	for _, c := range []struct{ to, want string }{
		{"hour", "11月27日 周五 11:00"}, {"morning", "11月30日 周一 09:00"}, {"days", "12月3日 周四 09:00"}, {"back", "12月3日 周四 09:00"},
	} {
		if said := v.post("/clock", url.Values{"to": {c.to}}); !strings.Contains(said.Text, c.want) {
			t.Errorf("%s: %s, want %s", c.to, said.Text, c.want)
		}
	}
	v.post("/fault", url.Values{"pair": {"feishu.down=1"}})
	if n := len(v.sim.Faults()); n != 1 || !strings.Contains(v.get("/playground"), "1 个开启") {
		t.Errorf("%d faults", n)
	}
	v.post("/fault", url.Values{"pair": {"feishu.down=0"}})
	if said := v.post("/fault", url.Values{"pair": {"feishu.x=1"}}); len(v.sim.Faults()) != 0 || said.Tone != "danger" {
		t.Errorf("%v %+v", v.sim.Faults(), said)
	}
}

func TestStateAnswersOnChange(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	var first, second news
	if err := json.Unmarshal([]byte(v.get("/playground/state?as=ou_li")), &first); err != nil {
		t.Fatal(err)
	}
	done := make(chan string)
	go func() { done <- v.get("/playground/state?as=ou_li&rev=" + first.Rev) }()
	v.says("ou_li", "text", `{"text":"新消息"}`)
	if err := json.Unmarshal([]byte(<-done), &second); err != nil || second.Rev == first.Rev || len(second.Phones[0].Chat) != 1 {
		t.Errorf("%+v %v", second, err)
	}
	v.says("ou_wang", "text", `{"text":"给主管"}`)
	if got := v.get("/playground?as=ou_li"); !strings.Contains(got, "1<span class=\"sr\"> 条新消息") {
		t.Error("the manager's new message is not counted")
	}
	v.get("/playground?as=ou_wang")
	_, rest, _ := strings.Cut(v.get("/playground?as=ou_li"), `id="people"`)
	if people, _, _ := strings.Cut(rest, "</nav>"); strings.Contains(people, "条新消息") {
		t.Error("what was seen is still counted")
	}
}

func TestTour(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	at := func() string {
		hit := regexp.MustCompile(`(\d)/4</span>`).FindStringSubmatch(v.get("/playground?as=ou_li"))
		if hit == nil {
			t.Fatal("no tour")
		}
		return hit[1]
	}
	say := func(words string) { v.says("ou_li", "text", `{"text":"`+words+`"}`) }
	v.post("/send", url.Values{"as": {"ou_li"}, "text": {"线索 公司=华东智造 联系人=张伟"}})
	if at() != "0" {
		t.Error("the tour moves before the hub has answered")
	}
	say("✓ 已录入线索 #12 · 华东智造 · B 级")
	if at() != "1" || !strings.Contains(v.get("/playground?as=ou_li"), "转商机 #12") {
		t.Error("a lead does not move the tour, or its number is not used")
	}
	v.post("/step", url.Values{"as": {"ou_li"}})
	if last := v.sim.Messages("ou_li"); last[len(last)-1].Text != "转商机 #12 金额=88万 产品=MES" {
		t.Errorf("the step says %q", last[len(last)-1].Text)
	}
	for _, words := range []string{
		"已转为商机 #13 · 华东智造 · ¥880,000", "没有推进", "已收到 需求纪要.pdf", "初步接触 → 需求确认", "已收到 方案.pdf", "需求确认 → 方案报价",
		"已收到 拜访纪要.pdf", "方案报价 → 商务谈判",
	} {
		say(words)
	}
	v.post("/step", url.Values{"as": {"ou_li"}})
	if all := v.sim.Messages("ou_li"); all[len(all)-1].Type != "image" {
		t.Error("the step sends no picture")
	}
	say("已收到 图片")
	say("已提交审批 #14")
	if got := v.get("/playground?as=ou_li"); at() != "3" || !strings.Contains(got, "成为 王芳") || !strings.Contains(got, `<img src="/playground/file/feishu/`) {
		t.Errorf("the tour stands at %s, or does not lead to the manager, or the picture is not shown", at())
	}
	say("审批 #14 已通过")
	if at() != "4" || !strings.Contains(v.get("/playground"), "走完了") {
		t.Errorf("the tour ends at %s", at())
	}
	if said := v.post("/step", url.Values{"as": {"ou_li"}}); said.Tone != "warning" {
		t.Errorf("a step after the end: %+v", said)
	}
}

// TestTourTakesOtherWays: a file that was given on a page is no step missed.
func TestTourTakesOtherWays(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	for _, words := range []string{"✓ 已录入线索 #12 · 华东智造", "已转为商机 #13 · 华东智造 · ¥880,000", "没有推进", "华东智造：初步接触 → 需求确认"} {
		v.says("ou_li", "text", `{"text":"`+words+`"}`)
	}
	if got := v.get("/playground?as=ou_li"); !strings.Contains(got, "发送文件：方案报价.pdf") {
		t.Error("the tour still asks for what the page has taken")
	}
}

func TestTraceTrouble(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	page := New(Options{
		Sim: v.sim, Clock: v.clock, People: []Person{{OpenID: "ou_ops", Name: "周舟", Role: "ops"}},
		Trace: func(context.Context, int64) ([]TraceEvent, error) { return nil, errors.New("数据库忙") },
	})
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/playground", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "数据库忙") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	empty := httptest.NewRecorder()
	New(Options{Sim: v.sim, Clock: v.clock}).ServeHTTP(empty, httptest.NewRequestWithContext(t.Context(), "GET", "/playground", nil))
	if empty.Code != http.StatusNotFound {
		t.Errorf("a company without people: %d", empty.Code)
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	got := markdown("a **b** *c* ~~d~~ `e` [f](https://x.y/z) <font color='grey'>g</font> <at id=ou_1></at> [h](javascript:1) &lt;", func(id string) string { return "人" + id })
	var flat strings.Builder
	for _, s := range got {
		flat.WriteString(s.Text)
		if strings.HasPrefix(s.Href, "javascript") {
			t.Error("a script became a link")
		}
	}
	if want := "a b c d e f g @人ou_1 [h](javascript:1) <"; flat.String() != want {
		t.Errorf("got %q, want %q", flat.String(), want)
	}
	for _, spans := range [][]span{linked("打开（30 分钟内有效）：http://localhost:8080/form/AB12。"), markdown("打开：http://localhost:8080/form/AB12。", nil)} {
		if len(spans) != 3 || spans[1].Href != "http://localhost:8080/form/AB12" || spans[2].Text != "。" {
			t.Errorf("an address in a text: %+v", spans)
		}
	}
}
