package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// png is a small real picture.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82")

var pageLink = regexp.MustCompile(`http\S*(/(?:upload|form)/[A-Za-z0-9]+)`)

// page is where a link in a message leads.
func (w *world) page(text string) string {
	w.t.Helper()
	m := pageLink.FindStringSubmatch(text)
	if m == nil {
		w.t.Fatalf("no link to a page in:\n%s", text)
	}
	return w.base + m[1]
}

// opens looks at a page as a phone does.
func (w *world) opens(address string) (status int, text string) {
	w.t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// uploads submits a file on the evidence page.
func (w *world) uploads(address string, a attachment) (status int, text string) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", a.name)
	if err == nil {
		_, err = part.Write(a.data)
	}
	if err := firstErr(err, form.Close()); err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.Post(address, form.FormDataContentType(), &body)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// TestJourneyEvidencePage: the app chat of WeCom takes no documents, so the rep
// brings the evidence on a page, and the move goes on by itself.
func TestJourneyEvidencePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	w.deal("华东智造", "50万")
	if r := w.wecom.SendFile(t.Context(), wecomID(li), "", "纪要.pdf", pdf("纪要")); !r.Dropped {
		t.Fatalf("the app chat took a document: %+v", r)
	}
	asked := w.answers(li, "推进 华东智造 需求确认", "需求纪要", "/upload/")
	page := w.page(asked.Text)
	for range 2 { // the chat app looks first, then the person
		if status, text := w.opens(page); status != http.StatusOK || !strings.Contains(text, "华东智造") || !strings.Contains(text, "需求") {
			t.Fatalf("the page: %d\n%s", status, text)
		}
	}
	if status, text := w.uploads(page, attachment{"纪要.pdf", []byte("MZ not a document")}); status == http.StatusOK || !strings.Contains(text, "类型") {
		t.Errorf("a program is taken as evidence: %d\n%s", status, text)
	}
	if status, text := w.uploads(page, attachment{"需求纪要.pdf", pdf("纪要")}); status != http.StatusOK {
		t.Fatalf("upload: %d\n%s", status, text)
	}
	w.sees(li, "→ 需求确认", "需求纪要.pdf")
	if status, text := w.uploads(page, attachment{"再来.pdf", pdf("再来")}); status != http.StatusGone {
		t.Errorf("the page is used twice: %d\n%s", status, text)
	}
	if status, _ := w.opens(page); status != http.StatusGone {
		t.Errorf("a used page: %d", status)
	}

	// Half an hour later a link is dead, and says what to do.
	old := w.page(w.answers(li, "推进 华东智造 方案报价", "/upload/").Text)
	w.clock.Advance(31 * time.Minute)
	if status, text := w.uploads(old, attachment{"方案.pdf", pdf("方案")}); status != http.StatusGone || !strings.Contains(text, "推进") && !strings.Contains(text, "上传") {
		t.Errorf("an old page: %d\n%s", status, text)
	}
	if status, _ := w.opens(w.base + "/upload/nothing"); status != http.StatusNotFound && status != http.StatusGone {
		t.Errorf("an unknown page: %d", status)
	}
}

// TestJourneyPictures: what people photograph goes straight into the app chat.
func TestJourneyPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	w.deal("华东智造", "50万")
	if r := w.wecom.SendImage(t.Context(), wecomID(li), "", png); !r.OK() {
		t.Fatalf("picture: %+v", r)
	}
	w.says(li, "推进 华东智造 需求确认")
	w.sees(li, "→ 需求确认", "凭证")
}

// TestJourneyIntakePage: 线索 on WeCom says what is needed, and opens a page.
func TestJourneyIntakePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	m := w.answers(li, "线索", "公司", "联系人", "电话", "/form/")
	page := w.page(m.Text)
	resp, err := http.PostForm(page, url.Values{"company": {"华东智造"}, "contact": {"张伟"}, "phone": {"138"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong number: %d", resp.StatusCode)
	}
	resp, err = http.PostForm(page, url.Values{"company": {"华东智造"}, "contact": {"张伟"}, "phone": {"13800138000"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the page: %d", resp.StatusCode)
	}
	w.sees(li, "线索 #", "华东智造")
	w.sees(wang, "华东智造", "李雷")
}

// TestJourneyReasons: no card of WeCom takes words, so a reason is chosen on the
// card or written in the chat.
func TestJourneyReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	ask := func(company string) (string, feishusim.Message) {
		w.toNegotiation(company, "50万")
		w.sends(li, company+".pdf", pdf("签字"+company))
		w.says(li, "推进 "+company+" 合同签订")
		return number(t, w.sees(li, "审批 #", company).Text, "审批"), w.sees(wang, "待你审批", company)
	}
	no, card := ask("华东智造")
	if r := w.clicks(wang, card, "拒绝", nil); !strings.Contains(r.Toast, "拒绝 "+no) {
		t.Errorf("what to do without a reason: %q", r.Toast)
	}
	w.seesNot(li, "华东智造", "价格没谈拢")
	w.answers(wang, "拒绝 "+no+" 价格没谈拢", "已拒绝")
	w.sees(li, "华东智造", "价格没谈拢")

	_, card = ask("北方重工")
	chosen := ""
	for _, in := range card.Inputs {
		for _, o := range in.Options[1:] {
			chosen = o.Value
		}
		w.clicks(wang, card, "拒绝", map[string]any{in.Name: chosen})
	}
	if chosen == "" {
		t.Fatalf("no reason to choose from:\n%s", card.Text)
	}
	w.sees(li, "北方重工", chosen)
	w.settled()
	if closed := w.message(wang, card.ID); len(closed.Buttons) > 0 || !strings.Contains(closed.Text, "王芳") {
		t.Errorf("the card is not closed:\n%s", closed.Text)
	}
}

// TestJourneyTwoPlatforms: an approver who is on both has the request on both,
// decides on one, and the other says so; everybody hears it once.
func TestJourneyTwoPlatforms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onBothAtOnce)
	wecom := wecomPhone{w.wecom}
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	lark := w.sees(wang, "待你审批", "华东智造")
	var card feishusim.Message
	w.settled()
	for _, m := range wecom.messages(wang) {
		if feishusim.FromBot("待你审批", "华东智造")(m) {
			card = m
		}
	}
	if r := wecom.clicks(t.Context(), wang, card.ID, "同意", nil); !r.Done() {
		t.Fatalf("click on WeCom: %+v\n%s", r, w.transcript(wang))
	}
	w.sees(li, "华东智造", "已通过", "王芳")
	w.settled()
	if closed := w.message(wang, lark.ID); len(closed.Buttons) > 0 || !strings.Contains(closed.Text, "王芳") {
		t.Errorf("the copy on Feishu is open:\n%s", closed.Text)
	}
	if m, _ := w.wecom.Message(card.ID); len(m.Buttons) > 0 || !strings.Contains(m.Text, "王芳") {
		t.Errorf("the copy on WeCom is open:\n%s", m.Text)
	}
	for _, m := range wecom.messages(li) {
		if feishusim.FromBot("已通过")(m) {
			t.Errorf("the requester hears it on WeCom too:\n%s", m.Text)
		}
	}
	told := 0
	for _, m := range w.messages(li) {
		if feishusim.FromBot("已通过")(m) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the requester was told %d times:\n%s", told, w.transcript(li))
	}
}

// TestJourneyOldCard: after 72 hours WeCom changes no card any more. The
// approver gets a fresh one, and the old one decides nothing wrong.
func TestJourneyOldCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	card := w.sees(wang, "待你审批", "华东智造")
	w.clock.Advance(6 * 24 * time.Hour)
	w.settled()
	var fresh feishusim.Message
	for deadline := time.Now().Add(patience); fresh.ID == "" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for _, m := range w.messages(wang) {
			if m.ID != card.ID && len(m.Buttons) > 0 && isCard(m.Title, "华东智造") {
				fresh = m
			}
		}
	}
	if fresh.ID == "" {
		t.Fatalf("no fresh card:\n%s", w.transcript(wang))
	}
	w.clicks(wang, fresh, "同意", nil)
	w.sees(li, "华东智造", "已通过")
	if r := w.presses(wang, card, "同意", nil); r.Done() && !strings.Contains(r.Toast+w.message(wang, card.ID).Text, "已") {
		t.Errorf("a click on the old card is answered with %q", r.Toast)
	}
}

// TestJourneyWeComCopies: WeCom pushes at least once; people see everything once.
func TestJourneyWeComCopies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	first := w.says(li, newLead)
	w.sees(li, "线索 #", "华东智造")
	if r := w.wecom.SendText(t.Context(), wecomID(li), "", newLead, wecomsim.WithMessageID(first.MessageID), wecomsim.NoRetry()); !r.OK() {
		t.Errorf("a copy is refused: %+v", r)
	}
	w.settled()
	seen := 0
	for _, m := range w.messages(li) {
		if feishusim.FromBot("线索 #", "华东智造")(m) {
			seen++
		}
	}
	if seen != 1 {
		t.Errorf("answered %d times:\n%s", seen, w.transcript(li))
	}
	if r := w.wecom.SendText(t.Context(), strings.ToLower(wecomID(li)), "", "我的"); r.OK() {
		w.sees(li, "华东智造", "线索")
	}
}

// TestWebhookStatusWeCom: what a push is answered with.
func TestWebhookStatusWeCom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	for name, check := range map[string]error{"app": w.wecom.CheckURL(t.Context()), "智能机器人": w.wecom.CheckBotURL(t.Context())} {
		if check != nil {
			t.Errorf("URL check of the %s: %v", name, check)
		}
	}
	query, body := w.wecom.Seal([]byte("<xml><ToUserName>" + demoWeCom(nil).CorpID + "</ToUserName><FromUserName>sys</FromUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>inactive_alert</Event><AgentID>1000002</AgentID></xml>"))
	botQuery, botBody := w.wecom.SealBot([]byte(`{"msgid":"M1","aibotid":"demo-bot","chattype":"single","from":{"userid":"LiLei"},"msgtype":"event","event":{"eventtype":"feedback_event"}}`))
	forged := url.Values{"msg_signature": {strings.Repeat("0", 40)}, "timestamp": query["timestamp"], "nonce": query["nonce"]}
	for name, c := range map[string]struct {
		method, path string
		query        url.Values
		body         []byte
		want         int
	}{
		"unknown event":        {"POST", "wecom", query, body, 200},
		"unknown bot event":    {"POST", "wecom-bot", botQuery, botBody, 200},
		"forged":               {"POST", "wecom", forged, body, 401},
		"unsigned":             {"POST", "wecom", nil, body, 401},
		"the bot's at the app": {"POST", "wecom", botQuery, botBody, 400},
		"the app's at the bot": {"POST", "wecom-bot", query, body, 400},
		"not XML":              {"POST", "wecom", query, []byte("{}"), 400},
		"too large":            {"POST", "wecom", query, append(body, make([]byte, 1<<20)...), 413},
		"wrong method":         {"PUT", "wecom", query, body, 405},
		"unsigned check":       {"GET", "wecom", nil, nil, 401},
		"no such platform":     {"POST", "dingtalk", query, body, 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, w.base+"/webhooks/"+c.path+"?"+c.query.Encode(), bytes.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.want || c.want == 200 && len(answer) > 0 {
			t.Errorf("%s: status %d %q, want %d", name, resp.StatusCode, answer, c.want)
		}
	}
}
