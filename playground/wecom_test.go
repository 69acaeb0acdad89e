package playground

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"genjin/playground/wecomsim"
)

// both is a visit with a WeCom beside the Feishu.
type both struct {
	*visit
	wecom *wecomsim.Server
	token string
}

func newBoth(t *testing.T) *both {
	t.Helper()
	b := &both{visit: newVisit(t)}
	key := strings.Repeat("a", 42) + "A"
	b.wecom = wecomsim.New(wecomsim.Options{
		CorpID: "c", AgentID: 7, Secret: "s", Token: "t", AESKey: key, BotToken: "b", BotAESKey: key, Now: b.clock.Now,
	})
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.heard++
	}))
	_, stop := b.wecom.Start()
	t.Cleanup(func() { stop(); app.Close() })
	b.wecom.SetCallbackURL(app.URL)
	b.wecom.SetBotCallbackURL(app.URL)
	b.wecom.AddUser(wecomsim.User{UserID: "LiLei", Name: "李雷"})
	b.wecom.AddUser(wecomsim.User{UserID: "Guo", Name: "郭襄"})
	b.wecom.AddChat(wecomsim.Chat{ID: "chateast", Name: "华东区", Members: []string{"LiLei", "Guo"}, App: true, Aibot: true})
	b.wecom.AddChat(wecomsim.Chat{ID: "chatdeaf", Name: "公告", Members: []string{"LiLei"}, App: true})
	b.page = New(Options{
		Sim: b.sim, WeCom: b.wecom, Clock: b.clock, Groups: []Group{{ChatID: "oc_east", Name: "华东区"}},
		People: []Person{
			{OpenID: "ou_li", WeCom: "LiLei", Name: "李雷", Role: "rep"}, {OpenID: "ou_wang", Name: "王芳", Role: "manager"}, {WeCom: "Guo", Name: "郭襄", Role: "rep"},
		},
	})
	return b
}

// app calls the API of WeCom as the hub.
func (b *both) app(path string, body any) map[string]any {
	b.t.Helper()
	call := func(method, path string, body io.Reader) map[string]any {
		w := httptest.NewRecorder()
		b.wecom.ServeHTTP(w, httptest.NewRequestWithContext(b.t.Context(), method, path, body))
		out := map[string]any{}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out["errcode"] != 0.0 {
			b.t.Fatalf("%s: %s", path, w.Body)
		}
		return out
	}
	if b.token == "" {
		b.token, _ = call("GET", "/cgi-bin/gettoken?corpid=c&corpsecret=s", nil)["access_token"].(string)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	return call("POST", path+"?access_token="+b.token, strings.NewReader(string(raw)))
}

// sends has the hub say something to a person on WeCom.
func (b *both) sends(user, kind string, content any) wecomsim.Message {
	b.t.Helper()
	b.app("/cgi-bin/message/send", map[string]any{"touser": user, "msgtype": kind, "agentid": 7, kind: content})
	all := b.wecom.Messages(user)
	return all[len(all)-1]
}

// phone cuts one phone out of the page.
func phoneOf(t *testing.T, page, key string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `<section class="col chat `+key+`"`)
	if !found {
		t.Fatalf("no phone %s on the page", key)
	}
	if before, _, more := strings.Cut(rest, `<section class="col chat`); more {
		rest = before
	}
	part, _, _ := strings.Cut(rest, "</main>")
	return part
}

func contains(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not show %q", what, w)
		}
	}
}

const buttonCard = `{"card_type":"button_interaction","source":{"desc":"跟进"},"main_title":{"title":"待你审批 <b>","desc":"时限 周三"},
 "quote_area":{"title":"依据","quote_text":"规则 见 https://example.com/r"},"sub_title_text":"商务谈判 → 合同签订",
 "horizontal_content_list":[{"keyname":"金额","value":"¥880,000"},{"type":1,"keyname":"详情","value":"打开","url":"https://example.com/d"}],
 "task_id":"t-1","button_selection":{"question_key":"comment","title":"原因","option_list":[{"id":"none","text":"不填"},{"id":"price","text":"价格"}],"selected_id":"price"},
 "button_list":[{"text":"同意","style":1,"key":"approve"},{"text":"拒绝","style":2,"key":"reject"},{"text":"转交","style":4,"key":"transfer"}]}`

func TestTwoPhonesStandSideBySide(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	page := b.get("/playground")
	contains(t, "Feishu", phoneOf(t, page, "feishu"), "跟进机器人", "华东区", `id="feishu-text"`)
	contains(t, "WeCom", phoneOf(t, page, "wecom"), "智能机器人", "华东区", "公告", `id="wecom-text"`, "只收文字和图片")
	contains(t, "the page", page, `class="play two"`, `data-go="feishu" aria-pressed="true"`, `data-go="wecom"`, "拒收卡片", "wecom.down=1", "feishu.down=1")
	page = b.get("/playground?as=ou_wang")
	if wecom := phoneOf(t, page, "wecom"); !strings.Contains(wecom, "王芳 没有企业微信账号") || strings.Contains(wecom, "<textarea") {
		t.Error("who has no account on WeCom does not see that said, or can write there")
	}
	page = b.get("/playground?as=Guo")
	contains(t, "Feishu", phoneOf(t, page, "feishu"), "郭襄 没有飞书账号")
	contains(t, "the page", page, `data-view="wecom"`)
	if said := b.post("/send", url.Values{"as": {"Guo"}, "on": {"feishu"}, "text": {"帮助"}}); said.Text != words["no-account"] {
		t.Errorf("writing without an account: %+v", said)
	}
}

func TestSpeakingOnWeCom(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	at := func(room string, more url.Values) url.Values {
		v := url.Values{"as": {"ou_li"}, "on": {"wecom"}}
		if room != "" {
			v.Set("wecom", room)
		}
		maps.Copy(v, more)
		return v
	}
	for _, c := range []struct {
		what, path, room string
		form             url.Values
		want             string
		heard            int
	}{
		{"a word to the app", "/send", "", url.Values{"text": {"帮助"}}, words["sent"], 1},
		{"a document to the app", "/sample", "", url.Values{"sample": {"needs"}}, words["wecom-app-note"], 1},
		{"a picture to the app", "/sample", "", url.Values{"sample": {"signed"}}, words["sent"], 2},
		{"a document to the 智能机器人", "/sample", "bot", url.Values{"sample": {"needs"}}, words["sent"], 3},
		{"a word in the group", "/send", "chateast", url.Values{"text": {"大家好"}}, words["wecom-group-note"], 3},
		{"an @ in the group", "/send", "chateast", url.Values{"text": {"@hub 待办"}}, words["sent"], 4},
		{"a file in the group", "/sample", "chateast", url.Values{"sample": {"needs"}}, words["wecom-group-note"], 4},
		{"a word where the app only speaks", "/send", "chatdeaf", url.Values{"text": {"@hub 待办"}}, words["wecom-deaf-note"], 4},
	} {
		said := b.post(c.path, at(c.room, c.form))
		b.mu.Lock()
		heard := b.heard
		b.mu.Unlock()
		if said.Text != c.want || heard != c.heard {
			t.Errorf("%s: %+v, and the hub has heard %d, want %q and %d", c.what, said, heard, c.want, c.heard)
		}
	}
	for room, want := range map[string]string{"": "华东智造-需求纪要.pdf", "bot": "华东智造-需求纪要.pdf", "chateast": "@hub 待办"} {
		contains(t, "room "+room, phoneOf(t, b.get("/playground?as=ou_li&on=wecom&wecom="+room), "wecom"), want)
	}
	b.wecom.SetFault(wecomsim.Fault{Kind: wecomsim.FaultDropEvents})
	if said := b.post("/send", at("bot", url.Values{"text": {"帮助"}})); said.Text != words["dropped"] {
		t.Errorf("a lost event: %+v", said)
	}
}

func TestWeComCardsAreDrawnAndPressed(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	m := b.sends("LiLei", "template_card", json.RawMessage(buttonCard))
	contains(t, "the card", phoneOf(t, b.get("/playground?as=ou_li"), "wecom"),
		"待你审批 &lt;b&gt;", "时限 周三", `<a href="https://example.com/r"`, "商务谈判 → 合同签订", "<dt>金额</dt><dd>¥880,000</dd>", `<a href="https://example.com/d"`,
		`<option value="price" selected>价格</option>`, `class="primary">同意`, `class="danger">拒绝`, `value="#2"`, `card flat`,
	)
	press := func(form url.Values) toast {
		form.Set("as", "ou_li")
		form.Set("on", "wecom")
		form.Set("message", m.ID)
		return b.post("/click", form)
	}
	if said := press(url.Values{"button": {"#0"}, "f.comment": {"none"}}); said.Tone != "quiet" {
		t.Errorf("a click: %+v", said)
	}
	if said := press(url.Values{"button": {"#7"}}); said.Tone != "warning" {
		t.Errorf("a button that does not exist: %+v", said)
	}
	b.wecom.SetCallbackURL("http://127.0.0.1:1")
	if said := press(url.Values{"button": {"#0"}}); said.Tone != "danger" {
		t.Errorf("a click that nobody takes: %+v", said)
	}
}

func TestWeComCardsOfOtherKinds(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	see := func(card string, want ...string) string {
		t.Helper()
		b.sends("LiLei", "template_card", json.RawMessage(card))
		got := phoneOf(t, b.get("/playground?as=ou_li"), "wecom")
		contains(t, card, got, want...)
		return got
	}
	see(`{"card_type":"vote_interaction","main_title":{"title":"2 件待审批"},"task_id":"v-1","checkbox":{"question_key":"pick","mode":1,"option_list":[
	 {"id":"4:1","text":"华东智造","is_checked":true},{"id":"5:1","text":"北方重工","is_checked":false}]},"submit_button":{"text":"同意所选","key":"all"}}`,
		`name="f.none.pick"`, `value="4:1" checked`, `value="5:1">`, "同意所选")
	see(`{"card_type":"multiple_interaction","main_title":{"title":"推进阶段"},"task_id":"m-1","select_list":[
	 {"question_key":"stage","title":"目标阶段","selected_id":"s3","option_list":[{"id":"s2","text":"方案"},{"id":"s3","text":"报价"}]}],"submit_button":{"text":"提交","key":"go"}}`,
		"目标阶段", `<option value="s3" selected>报价`)
	see(`{"card_type":"text_notice","main_title":{"title":"已同意"},"emphasis_content":{"title":"¥88万","desc":"金额"},"card_action":{"type":1,"url":"https://example.com/x"},
	 "jump_list":[{"type":1,"title":"看全部","url":"https://example.com/all"}]}`, "<strong>¥88万</strong>", `href="https://example.com/x"`, "看全部")
	b.sends("LiLei", "text", map[string]any{"content": "上传：http://localhost:8080/upload/AB12。"})
	b.sends("LiLei", "markdown", map[string]any{"content": "**要点** <b>"})
	contains(t, "texts", phoneOf(t, b.get("/playground?as=ou_li"), "wecom"), `<a href="http://localhost:8080/upload/AB12"`, "<strong>要点</strong>", "&lt;b&gt;")
}

func TestFilledIn(t *testing.T) {
	t.Parallel()
	got := filledIn(url.Values{
		"f.a": {"1"}, "f.b": {""}, "f.many.c": {"x", "y"}, "f.none.c": {"1"}, "f.none.d": {"1"}, "message": {"m"},
	})
	raw, err := json.Marshal(got)
	if want := `{"a":"1","c":["x","y"],"d":[]}`; err != nil || string(raw) != want {
		t.Errorf("%s, want %s", raw, want)
	}
}

func TestUnseenOnTheOtherPhone(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	b.sends("LiLei", "text", map[string]any{"content": "新消息"})
	marked := func(path string) bool {
		return !strings.Contains(b.get(path), `count" hidden><span data-new="wecom">0`)
	}
	b.get("/playground?as=ou_li")
	if !marked("/playground?as=ou_li") {
		t.Error("a message on a phone out of sight is not marked, or counts as seen")
	}
	var state news
	if err := json.Unmarshal([]byte(b.get("/playground/state?as=ou_li&sight=wecom")), &state); err != nil || len(state.Phones) != 2 {
		t.Fatal(err, state)
	}
	if marked("/playground?as=ou_li") {
		t.Error("what was in sight is still marked")
	}
	b.post("/fault", url.Values{"as": {"ou_li"}, "pair": {"wecom.ip=1"}})
	if got := b.wecom.Faults(); len(got) != 1 || got[0].Kind != wecomsim.FaultBadIP {
		t.Errorf("faults: %+v", got)
	}
	if said := b.post("/fault", url.Values{"as": {"ou_li"}, "pair": {"wecom.ip=0"}}); len(b.wecom.Faults()) != 0 || !strings.Contains(said.Text, "企业微信") {
		t.Errorf("switched off: %+v %v", said, b.wecom.Faults())
	}
}
