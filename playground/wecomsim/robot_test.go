package wecomsim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"testing"
	"time"
)

// post answers a message to the 智能机器人 at its response_url.
func (w *stage) post(address, body string) map[string]any {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func responseURL(e told) string {
	address, _ := e.json["response_url"].(string)
	return address
}

func TestTextToTheBot(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	res := w.SendText(inTime(t), "lilei", WithBot, "帮助")
	e := w.hub.last()
	if !res.OK() || !e.bot || e.receiver != "" || res.ChatID != "bot:LiLei" {
		t.Fatalf("%+v %+v", res, e)
	}
	if e.json["msgid"] != res.MessageID || e.json["aibotid"] != "aib1" || e.json["chattype"] != "single" || e.json["chatid"] != nil ||
		at(e.json, "from", "userid") != "LiLei" || e.json["msgtype"] != "text" || at(e.json, "text", "content") != "帮助" {
		t.Errorf("told %s", e.plain)
	}
	if all := w.Messages("bot:LiLei"); len(all) != 1 || all[0].Text != "帮助" || len(w.Messages("LiLei")) != 0 {
		t.Errorf("the chat shows %+v", all)
	}
}

func TestMentionsInGroups(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := inTime(t)
	for _, c := range []struct{ user, chat, text, told string }{
		{"LiLei", "east", "@hub 看板", "@跟进 看板"},
		{"WangFang", "east", "请 @跟进 看板", "请 @跟进 看板"},
		{"LiLei", "east", "大家好", ""},
		{"LiLei", "quiet", "@hub 看板", ""},
	} {
		before := len(w.hub.all())
		res := w.SendText(ctx, c.user, c.chat, c.text)
		if heard := len(w.hub.all()) > before; heard != (c.told != "") || res.Dropped == heard || res.Err != nil {
			t.Errorf("%q in %s: %+v", c.text, c.chat, res)
			continue
		}
		if e := w.hub.last(); c.told != "" && (at(e.json, "text", "content") != c.told || e.json["chattype"] != "group" || e.json["chatid"] != "east") {
			t.Errorf("%q is told as %s", c.text, e.plain)
		}
	}
	before := len(w.hub.all())
	for _, res := range []PushResult{
		w.SendImage(ctx, "LiLei", "east", []byte("p")), w.SendFile(ctx, "LiLei", "east", "a.pdf", []byte("p")), w.SendVoice(ctx, "LiLei", "east", "喂"),
	} {
		if !res.Dropped || res.Err != nil {
			t.Errorf("in a group: %+v", res)
		}
	}
	if len(w.hub.all()) != before {
		t.Error("a file in a group reached the hub")
	}
	for _, res := range []PushResult{w.SendText(ctx, "WangFang", "quiet", "@hub a"), w.SendText(ctx, "LiLei", "north", "@hub a"), w.AddBotToChat(ctx, "WangFang", "quiet")} {
		if res.Err == nil || !res.Dropped {
			t.Errorf("where they are not: %+v", res)
		}
	}
	if res := w.AddBotToChat(ctx, "LiLei", "quiet"); res.Err != nil {
		t.Error(res.Err)
	}
	if res := w.SendText(ctx, "LiLei", "quiet", "@hub 看板"); !res.OK() {
		t.Errorf("after the bot was added: %+v", res)
	}
}

func TestRobotFiles(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	secret, err := base64.StdEncoding.DecodeString(stageBotKey + "=")
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 31, 32, 70_001} {
		data := bytes.Repeat([]byte("合"), size)[:size]
		if res := w.SendFile(inTime(t), "LiLei", WithBot, "合同 1.pdf", data); !res.OK() {
			t.Fatalf("%+v", res)
		}
		address, _ := at(w.hub.last().json, "file", "url").(string)
		status, body, head := w.get(address)
		if status != http.StatusOK || len(body)%32 != 0 || bytes.Equal(body, data) || !bytes.Equal(unpad(secret, body), data) {
			t.Errorf("%d bytes come as HTTP %d, %d bytes", size, status, len(body))
		}
		if _, params, err := mime.ParseMediaType(head.Get("Content-Disposition")); err != nil || params["filename"] != "合同 1.pdf" {
			t.Errorf("named %q %v", head.Get("Content-Disposition"), err)
		}
		if w.clock.Advance(5*time.Minute - time.Second); size == 31 {
			if status, _, _ := w.get(address); status != http.StatusOK {
				t.Errorf("within five minutes: HTTP %d", status)
			}
		}
		w.clock.Advance(time.Second)
		if status, _, _ := w.get(address); status == http.StatusOK {
			t.Error("a file can be had after five minutes")
		}
	}
	if status, _, _ := w.get(w.base + robotFilePath + "none"); status == http.StatusOK {
		t.Error("a file that never was can be had")
	}
	w.SendImage(inTime(t), "LiLei", WithBot, []byte("png"))
	address, _ := at(w.hub.last().json, "image", "url").(string)
	if _, body, _ := w.get(address); string(unpad(secret, body)) != "png" {
		t.Errorf("image: %s", w.hub.last().plain)
	}
}

func TestMixedVoiceAndQuote(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.SendMixed(inTime(t), "LiLei", "east", "@hub 看图", []byte("1"), []byte("2"))
	e := w.hub.last()
	items, _ := at(e.json, "mixed", "msg_item").([]any)
	if len(items) != 3 || at(items[0], "text", "content") != "@跟进 看图" || at(items[2], "image", "url") == nil {
		t.Errorf("mixed: %s", e.plain)
	}
	w.SendVoice(inTime(t), "LiLei", WithBot, "推进到报价")
	if at(w.hub.last().json, "voice", "content") != "推进到报价" {
		t.Errorf("voice: %s", w.hub.last().plain)
	}
	first := w.SendText(inTime(t), "LiLei", WithBot, "商机 1287")
	w.SendText(inTime(t), "LiLei", WithBot, "推进", ReplyTo(first.MessageID))
	if e := w.hub.last(); at(e.json, "quote", "text", "content") != "商机 1287" || at(e.json, "text", "content") != "推进" {
		t.Errorf("quote: %s", e.plain)
	}
	w.EnterBot(inTime(t), "LiLei")
	if e := w.hub.last(); e.json["msgtype"] != "event" || at(e.json, "event", "eventtype") != "enter_chat" || e.json["msgid"] == nil || e.json["response_url"] != nil {
		t.Errorf("enter: %s", e.plain)
	}
}

func TestMintedResponseURLs(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.SendText(inTime(t), "LiLei", WithBot, "a")
	one := responseURL(w.hub.last())
	w.SendText(inTime(t), "LiLei", "east", "@hub b")
	two := responseURL(w.hub.last())
	if one == two || !strings.HasPrefix(one, w.base+"/cgi-bin/aibot/response?response_code=") {
		t.Fatalf("%s %s", one, two)
	}
	const said = `{"msgtype":"markdown","markdown":{"content":"收到"}}`
	if got := w.post(one, said); at(got, "errcode") != json.Number("0") && at(got, "errcode") != 0.0 {
		t.Errorf("answer: %v", got)
	}
	if all := w.Messages("bot:LiLei"); len(all) != 2 || all[1].Text != "收到" {
		t.Errorf("the chat shows %+v", all)
	}
	if got := w.post(one, said); at(got, "errcode") == 0.0 {
		t.Error("answered twice")
	}
	w.clock.Advance(time.Hour + time.Second)
	if got := w.post(two, said); at(got, "errcode") == 0.0 {
		t.Error("answered after an hour")
	}
}

func TestCardsOfTheBot(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.SendText(inTime(t), "LiLei", "east", "@hub 审批")
	if got := w.post(responseURL(w.hub.last()), `{"msgtype":"template_card","template_card":`+stageVote+`}`); at(got, "errcode") != 0.0 {
		t.Fatalf("card: %v", got)
	}
	all := w.Messages("east")
	id := all[len(all)-1].ID
	res := w.Click(inTime(t), "WangFang", id, "同意所选", map[string]any{"pick": []string{"1287:3"}})
	e := w.hub.last()
	click, _ := at(e.json, "event", "template_card_event").(map[string]any)
	if !res.Done() || !e.bot || at(e.json, "event", "eventtype") != "template_card_event" || e.json["chatid"] != "east" || at(e.json, "from", "userid") != "WangFang" ||
		click["event_key"] != "all-approve" || click["task_id"] != "vote-1" || click["card_type"] != "vote_interaction" {
		t.Errorf("%+v %s", res, e.plain)
	}
	if items, _ := at(click, "selected_items", "selected_item").([]any); len(items) != 1 || len(at(items[0], "option_ids", "option_id").([]any)) != 1 {
		t.Errorf("chosen: %v", click)
	}
	update := `{"response_type":"update_template_card","userids":["wangfang"],"template_card":{"card_type":"text_notice","main_title":{"title":"已处理"},"card_action":{"type":1,"url":"https://hub"},"task_id":"vote-1"}}`
	w.hub.answers(func(told, int) (int, string) { return 200, w.reply(inletBot, update) })
	if res := w.Click(inTime(t), "WangFang", id, "同意所选", nil); !res.CardReplaced || res.Err != nil {
		t.Errorf("%+v", res)
	}
	if m, _ := w.Message(id); m.Title != "已处理" {
		t.Errorf("the card is %+v", m)
	}
}

func TestPassiveRobotReplies(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	for plain, want := range map[string]string{
		`{"msgtype":"text","text":{"content":"你好"}}`:                                 "你好",
		`{"msgtype":"stream","stream":{"id":"1","finish":true,"content":"完了"}}`:      "完了",
		`{"msgtype":"stream","stream":{"id":"1","finish":false,"content":"还没完"}}`:    "",
		`{"response_type":"update_template_card","template_card":{"card_type":"x"}}`: "",
		`[]`: "",
	} {
		w.hub.answers(func(told, int) (int, string) { return 200, w.reply(inletBot, plain) })
		res := w.SendText(inTime(t), "LiLei", WithBot, "a")
		all := w.Messages("bot:LiLei")
		if said := all[len(all)-1]; res.OK() != (want != "") || want != "" && said.Text != want {
			t.Errorf("%s: %+v %q", plain, res, said.Text)
		}
	}
	w.hub.answers(func(told, int) (int, string) { return 200, `{"encrypt":"AAAA","msgsignature":"00"}` })
	if res := w.SendText(inTime(t), "LiLei", WithBot, "a"); res.OK() {
		t.Error("a wrong signature is taken")
	}
}
