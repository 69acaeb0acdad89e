package wecom

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"genjin/bots"
)

// push is the XML of a push: what all have in common, and some more.
func push(from, kind, more string) string {
	return "<xml><ToUserName><![CDATA[" + testCorp + "]]></ToUserName><FromUserName><![CDATA[" + from + "]]></FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[" + kind + "]]></MsgType>" + more + "</xml>"
}

const ours = "<AgentID>218</AgentID>"

// TestAppMessages: each type of message, as the platform documents it.
func TestAppMessages(t *testing.T) {
	t.Parallel()
	const id = "<MsgId>1234567890123456</MsgId>" + ours
	file := func(name string, image bool) []bots.File {
		return []bots.File{{Bot: "wecom", Key: "media_1", MessageID: "1234567890123456", Name: name, Image: image}}
	}
	for name, c := range map[string]struct {
		kind, more, text string
		files            []bots.File
	}{
		"text":                  {kind: "text", more: "<Content><![CDATA[ 帮助 推进 \n]]></Content>", text: "帮助 推进"},
		"markup in a text":      {kind: "text", more: "<Content><![CDATA[<!DOCTYPE html> <b>&amp;</b>]]></Content>", text: "<!DOCTYPE html> <b>&amp;</b>"},
		"an end in a text":      {kind: "text", more: "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>", text: "a]]>b"},
		"control characters":    {kind: "text", more: "<Content><![CDATA[线索\x08 公司=华东\x00\x0b智造]]></Content>", text: "线索 公司=华东智造"},
		"broken characters":     {kind: "text", more: "<Content><![CDATA[公司=\xe5\x8d]]></Content>", text: "公司=\uFFFD\uFFFD"},
		"emoji":                 {kind: "text", more: "<Content><![CDATA[同意 1287 👍🏻]]></Content>", text: "同意 1287 👍🏻"},
		"image":                 {kind: "image", more: "<PicUrl><![CDATA[http://p]]></PicUrl><MediaId><![CDATA[media_1]]></MediaId>", files: file("图片", true)},
		"voice":                 {kind: "voice", more: "<MediaId>media_1</MediaId><Format>amr</Format>"},
		"voice, written down":   {kind: "voice", more: "<MediaId>media_1</MediaId><Recognition>待办</Recognition>", text: "待办"},
		"video":                 {kind: "video", more: "<MediaId>media_1</MediaId><ThumbMediaId>t</ThumbMediaId>", files: file("视频", false)},
		"file":                  {kind: "file", more: "<MediaId>media_1</MediaId><FileName><![CDATA[报价.pdf]]></FileName>", files: file("报价.pdf", false)},
		"file without content":  {kind: "file", more: "<FileName>报价.pdf</FileName>"},
		"location":              {kind: "location", more: "<Location_X>23.134</Location_X><Location_Y>113.3</Location_Y><Scale>20</Scale><Label>位置</Label>"},
		"link is not a command": {kind: "link", more: "<Title>同意 1287</Title><Description>d</Description><Url>https://e</Url>"},
	} {
		e := appEvent(t, push("LiLei", c.kind, c.more+id))
		want := bots.Event{
			Bot: "wecom", Key: "m:1234567890123456", Kind: bots.EventMessage, Type: c.kind, At: time.Unix(1700000000, 0), Tenant: testCorp, User: "LiLei",
			Private: true, Mentioned: true, MessageID: "1234567890123456", Text: c.text, Files: c.files,
		}
		if !reflect.DeepEqual(e, want) {
			t.Errorf("%s: %+v\nwant %+v", name, e, want)
		}
	}
}

// TestAppEvents: what people do, and what the platform tells of them.
func TestAppEvents(t *testing.T) {
	t.Parallel()
	event := func(from, more string) bots.Event { return appEvent(t, push(from, "event", more)) }
	for name, c := range map[string]struct {
		e    bots.Event
		kind bots.EventKind
		word string
		user string
		text string
	}{
		"enter":         {event("LiLei", "<Event>enter_agent</Event><EventKey></EventKey>"+ours), bots.EventEntered, "enter_agent", "LiLei", ""},
		"menu":          {event("LiLei", "<Event>click</Event><EventKey>待办</EventKey>"+ours), bots.EventMenu, "click", "LiLei", "待办"},
		"a menu's page": {event("LiLei", "<Event>view</Event><EventKey>https://e</EventKey>"+ours), bots.EventUnknown, "view", "LiLei", ""},
		"location":      {event("LiLei", "<Event>LOCATION</Event><Latitude>1</Latitude>"+ours), bots.EventUnknown, "LOCATION", "LiLei", ""},
		"subscribe":     {event("LiLei", "<Event>subscribe</Event>"+ours), bots.EventUnknown, "subscribe", "LiLei", ""},
		"left":          {event("sys", "<Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>LiLei</UserID>"), bots.EventUserLeft, "change_contact/delete_user", "LiLei", ""},
		"changed":       {event("sys", "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>LiLei</UserID><AgentID>3010040</AgentID>"), bots.EventUserChanged, "change_contact/update_user", "LiLei", ""},
		"disabled":      {event("sys", "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>LiLei</UserID><Status>2</Status>"), bots.EventUserLeft, "change_contact/update_user", "LiLei", ""},
		"exited":        {event("sys", "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>LiLei</UserID><Status>5</Status>"), bots.EventUserLeft, "change_contact/update_user", "LiLei", ""},
		"enabled":       {event("sys", "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>LiLei</UserID><Status>1</Status>"), bots.EventUserBack, "change_contact/update_user", "LiLei", ""},
		"not active":    {event("sys", "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>LiLei</UserID><Status>4</Status>"), bots.EventUserChanged, "change_contact/update_user", "LiLei", ""},
		"created":       {event("sys", "<Event>change_contact</Event><ChangeType>create_user</ChangeType><UserID>LiLei</UserID>"), bots.EventUnknown, "change_contact/create_user", "", ""},
		"nobody left":   {event("sys", "<Event>change_contact</Event><ChangeType>delete_user</ChangeType>"), bots.EventUnknown, "change_contact/delete_user", "", ""},
		"a forged leave": {
			event("LiLei", "<Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>WangFang</UserID>"+ours), bots.EventUnknown, "change_contact/delete_user", "LiLei", "",
		},
		"sys clicks":   {event("sys", "<Event>template_card_event</Event><EventKey>approve</EventKey><TaskId>t</TaskId>"+ours), bots.EventUnknown, "template_card_event", "", ""},
		"SYS writes":   {appEvent(t, push("SYS", "text", "<Content>同意 1</Content><MsgId>1</MsgId>"+ours)), bots.EventUnknown, "text", "", ""},
		"approval":     {event("sys", "<AgentID>3010040</AgentID><Event>sys_approval_change</Event><ApprovalInfo><SpNoStr>1</SpNoStr></ApprovalInfo>"), bots.EventUnknown, "sys_approval_change", "", ""},
		"another app":  {event("LiLei", "<Event>enter_agent</Event><AgentID>219</AgentID>"), bots.EventUnknown, "foreign", "", ""},
		"no sender":    {event("", "<Event>enter_agent</Event>"+ours), bots.EventUnknown, "enter_agent", "", ""},
		"a new event":  {event("LiLei", "<Event>brand_new</Event>"+ours), bots.EventUnknown, "brand_new", "LiLei", ""},
		"a new type":   {appEvent(t, push("LiLei", "hologram", "<MsgId>1</MsgId>"+ours)), bots.EventUnknown, "hologram", "LiLei", ""},
		"nothing":      {appEvent(t, "<xml></xml>"), bots.EventUnknown, "unknown", "", ""},
		"case is kept": {event("lILEI", "<Event>enter_agent</Event>"+ours), bots.EventEntered, "enter_agent", "lILEI", ""},
	} {
		if c.e.Kind != c.kind || c.e.Type != c.word || c.e.User != c.user || c.e.Text != c.text || c.e.Key == "" || c.e.Bot != Name || c.e.At.IsZero() {
			t.Errorf("%s: %+v", name, c.e)
		}
		if person := c.kind == bots.EventEntered || c.kind == bots.EventMenu; person && (!c.e.Private || !c.e.Mentioned) {
			t.Errorf("%s: %+v", name, c.e)
		}
	}
	if e := appEvent(t, strings.Replace(push("LiLei", "text", ours), "1700000000", "99999999999999", 1)); !e.At.Equal(noon()) {
		t.Errorf("a time that no row holds: %s", e.At)
	}
}

// TestCardClick: the key holds what the button is for, the rest what was chosen;
// the code that the click brings is kept for an update.
func TestCardClick(t *testing.T) {
	t.Parallel()
	const items = `<SelectedItems><SelectedItem><QuestionKey><![CDATA[reason]]></QuestionKey><OptionIds><OptionId><![CDATA[r1]]></OptionId></OptionIds></SelectedItem>` +
		`<SelectedItem><QuestionKey>picked</QuestionKey><OptionIds><OptionId>1287</OptionId><OptionId>1290</OptionId></OptionIds></SelectedItem>` +
		`<SelectedItem><QuestionKey>none</QuestionKey><OptionIds></OptionIds></SelectedItem></SelectedItems>`
	click := func(event, key, more string) bots.Event {
		return appEvent(t, push("LiLei", "event", "<Event>"+event+"</Event><EventKey><![CDATA["+key+"]]></EventKey><CardType>button_interaction</CardType>"+more+ours))
	}
	const card = "<TaskId>appr-1287</TaskId><ResponseCode>CODE_1</ResponseCode>"
	e := click("template_card_event", "approve?n=1287&nonce=a%26b+c%E5%8D%8E", card+items)
	want := &bots.Click{
		Action: "approve", Value: map[string]string{"n": "1287", "nonce": "a&b c华"}, Form: map[string]string{"reason": "r1", "picked": "1287,1290", "none": ""},
		Card: "appr-1287 CODE_1@1795867200", // 72 h from noon
	}
	if e.Kind != bots.EventClick || e.User != "LiLei" || !e.Private || !e.Mentioned || !reflect.DeepEqual(e.Click, want) {
		t.Errorf("%+v %+v", e, e.Click)
	}
	if got := noon().Add(72 * time.Hour).Unix(); got != 1795867200 {
		t.Fatal(got)
	}
	if e := click("template_card_menu_event", "mute?n=3", card); e.Kind != bots.EventClick || e.Click.Action != "mute" || e.Click.Value["n"] != "3" || len(e.Click.Form) != 0 {
		t.Errorf("%+v %+v", e, e.Click)
	}
	for more, card := range map[string]bots.CardRef{
		"": "", "<TaskId>t</TaskId>": "t", "<ResponseCode>c</ResponseCode>": "", "<TaskId>t u</TaskId><ResponseCode>c</ResponseCode>": "", "<TaskId>t</TaskId><ResponseCode>c d</ResponseCode>": "t",
	} {
		if e := click("template_card_event", "approve", more); e.Click.Card != card || e.Click.Action != "approve" || len(e.Click.Value) != 0 {
			t.Errorf("%s: %+v", more, e.Click)
		}
	}
	if e := click("template_card_event", "approve?n=%zz&m=1", card); e.Click.Action != "approve" || len(e.Click.Value) != 0 {
		t.Errorf("a key that is not ours: %+v", e.Click)
	}
}
