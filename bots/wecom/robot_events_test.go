package wecom

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"genjin/bots"
)

const testReply = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=c:1"

// said is a push of the 智能机器人, in private or in a group.
func said(group bool, more string) string {
	chat := `"chattype":"single"`
	if group {
		chat = `"chattype":"group","chatid":"wr1"`
	}
	return `{"msgid":"CAIQ1","aibotid":"AIB","from":{"userid":"LiLei"},"response_url":"` + testReply + `",` + chat + `,` + more + `}`
}

// TestRobotMessages: each type of message, in private and in a group.
func TestRobotMessages(t *testing.T) {
	t.Parallel()
	file := func(url, name string, image bool) bots.File {
		return bots.File{Bot: "wecom", Key: url, MessageID: "CAIQ1", Name: name, Image: image}
	}
	for name, c := range map[string]struct {
		group      bool
		more, text string
		files      []bots.File
	}{
		"text":    {more: `"msgtype":"text","text":{"content":" 帮助\n"}`, text: "帮助"},
		"NUL":     {more: `"msgtype":"text","text":{"content":"a\u0000b"}`, text: "a\uFFFDb"},
		"voice":   {more: `"msgtype":"voice","voice":{"content":"待办"}`, text: "待办"},
		"image":   {more: `"msgtype":"image","image":{"url":"https://f/1"}`, files: []bots.File{file("https://f/1", "图片", true)}},
		"file":    {more: `"msgtype":"file","file":{"url":"https://f/1?x=y"}`, files: []bots.File{file("https://f/1?x=y", "", false)}},
		"named":   {more: `"msgtype":"file","file":{"url":"https://f/1","filename":"报价.pdf"}`, files: []bots.File{file("https://f/1", "报价.pdf", false)}},
		"video":   {more: `"msgtype":"video","video":{"url":"https://f/1"}`, files: []bots.File{file("https://f/1", "视频", false)}},
		"no file": {more: `"msgtype":"file","file":{}`},
		"mixed": {
			more: `"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"推进 华东"}},{"msgtype":"image","image":{"url":"https://f/1"}},{"msgtype":"hologram"},{"msgtype":"text","text":{"content":"见上"}}]}`,
			text: "推进 华东\n见上", files: []bots.File{file("https://f/1", "图片", true)},
		},
		"quoted words are not one's own": {more: `"msgtype":"text","text":{"content":"帮助"},"quote":{"msgtype":"text","text":{"content":"同意 1287"}}`, text: "帮助"},
		"a quoted file is pointed at": {
			group: true, more: `"msgtype":"text","text":{"content":"@跟进 推进 华东 方案报价"},"quote":{"msgtype":"file","file":{"url":"https://f/1"}}`,
			text: "推进 华东 方案报价", files: []bots.File{file("https://f/1", "", false)},
		},
		"group":                 {group: true, more: `"msgtype":"text","text":{"content":"@跟进 帮助"}`, text: "帮助"},
		"group, mixed":          {group: true, more: `"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"@跟进 推进"}},{"msgtype":"image","image":{"url":"https://f/1"}}]}`, text: "推进", files: []bots.File{file("https://f/1", "图片", true)}},
		"a mention in private":  {more: `"msgtype":"text","text":{"content":"@韩梅梅 好"}`, text: "@韩梅梅 好"},
		"the time, in quotes":   {more: `"msgtype":"text","create_time":"1700000000","text":{"content":"a"}`, text: "a"},
		"the time, as a number": {more: `"msgtype":"text","create_time":1700000000,"text":{"content":"a"}`, text: "a"},
		"no time":               {more: `"msgtype":"text","create_time":"","text":{"content":"a"}`, text: "a"},
	} {
		e := robotEventOf(t, said(c.group, c.more))
		kind, _, _ := strings.Cut(c.more[len(`"msgtype":"`):], `"`)
		want := bots.Event{
			Bot: "wecom", Key: "b:CAIQ1", Kind: bots.EventMessage, Type: kind, At: noon(), User: "LiLei", Reply: "reply:LiLei:" + testReply,
			Private: !c.group, Mentioned: true, MessageID: "CAIQ1", Text: c.text, Files: c.files,
		}
		if c.group {
			want.Chat, want.Reply = "wr1", "reply-group:LiLei:"+testReply
		}
		if strings.Contains(c.more, "1700000000") {
			want.At = time.Unix(1700000000, 0)
		}
		if !reflect.DeepEqual(e, want) {
			t.Errorf("%s: %+v\nwant %+v", name, e, want)
		}
	}
	if e := robotEventOf(t, strings.Replace(said(false, `"msgtype":"text"`), testReply, "", 1)); e.Reply != "" {
		t.Errorf("nowhere to reply to: %q", e.Reply)
	}
	if e := robotEventOf(t, said(false, `"chatid":"wr1","msgtype":"text"`)); e.Chat != "" || !e.Private {
		t.Errorf("a private chat has no group's id: %+v", e)
	}
	if e := robotEventOf(t, `{"msgid":"a\u0000","from":{"userid":"b\u0000"},"msgtype":"text"}`); e.Key != "b:a\uFFFD" || e.User != "b\uFFFD" {
		t.Errorf("ids that cannot be kept: %q %q", e.Key, e.User)
	}
}

// TestRobotEvents: what happens around the 智能机器人; a card's click is read
// nested, as documented, or flat.
func TestRobotEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plain string
		kind  bots.EventKind
		word  string
	}{
		"entered":     {said(false, `"msgtype":"event","event":{"eventtype":"enter_chat"}`), bots.EventEntered, "enter_chat"},
		"feedback":    {said(false, `"msgtype":"event","event":{"eventtype":"feedback_event","feedback_event":{"id":"f","type":1}}`), bots.EventUnknown, "feedback_event"},
		"kicked":      {said(false, `"msgtype":"event","event":{"eventtype":"disconnected_event"}`), bots.EventUnknown, "disconnected_event"},
		"no event":    {said(false, `"msgtype":"event"`), bots.EventUnknown, "event"},
		"stream":      {said(false, `"msgtype":"stream","stream":{"id":"s"}`), bots.EventUnknown, "stream"},
		"nothing":     {`{}`, bots.EventUnknown, "unknown"},
		"no sender":   {`{"msgid":"1","msgtype":"text","text":{"content":"同意 1"}}`, bots.EventUnknown, "text"},
		"wrong shape": {said(false, `"msgtype":"text","text":"同意 1"`), bots.EventUnknown, "text"},
	} {
		if e := robotEventOf(t, c.plain); e.Kind != c.kind || e.Type != c.word || e.Key == "" || e.Text != "" || e.Bot != Name {
			t.Errorf("%s: %+v", name, e)
		}
	}
	const (
		items  = `{"selected_item":[{"question_key":"q1","option_ids":{"option_id":["a","b"]}},{"question_key":"q2","option_ids":{"option_id":[]}}]}`
		nested = `"event":{"eventtype":"template_card_event","template_card_event":{"card_type":"vote_interaction","event_key":"approve?n=1287","task_id":"t1","selected_items":` + items + `}}`
	)
	want := &bots.Click{Action: "approve", Value: map[string]string{"n": "1287"}, Form: map[string]string{"q1": "a,b", "q2": ""}, Card: "t1"}
	for name, event := range map[string]string{
		"nested": nested, "flat": strings.Replace(strings.Replace(nested, `"template_card_event":{"card_type`, `"card_type`, 1), "}}}", "}}", 1),
		"a bare list": strings.Replace(nested, items, `[{"question_key":"q1","option_ids":["a","b"]},{"question_key":"q2","option_ids":null}]`, 1),
	} {
		e := robotEventOf(t, said(true, `"msgtype":"event",`+strings.TrimSuffix(event, "}")+`}`))
		if e.Kind != bots.EventClick || e.Chat != "wr1" || e.Private || !reflect.DeepEqual(e.Click, want) {
			t.Errorf("%s: %+v %+v", name, e, e.Click)
		}
	}
	single := strings.Replace(nested, items, `{"selected_item":{"question_key":"q1","option_ids":{"option_id":"a"}}}`, 1)
	if e := robotEventOf(t, said(false, `"msgtype":"event",`+single)); e.Click.Form["q1"] != "a" || len(e.Click.Form) != 1 {
		t.Errorf("one that stands alone: %+v", e.Click)
	}
}

// TestUnmention: the mention that made a group's message reach the hub is taken
// out, and no other.
func TestUnmention(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"@跟进 帮助": "帮助", "@跟进\n帮助": "帮助", "@跟进": "", "@跟进 ": "", "": "", "帮助": "帮助", "帮助 @跟进": "帮助", "帮助\n@跟进": "帮助",
		"推进 @跟进 华东智造": "推进 华东智造", "@跟进 转交 1287 @韩梅梅": "转交 1287 @韩梅梅", "转交 1287 @韩梅梅 @跟进": "转交 1287 @韩梅梅",
		"线索 公司=华东 邮箱=a@b.cn @跟进": "线索 公司=华东 邮箱=a@b.cn", "邮箱=a@b.cn": "邮箱=a@b.cn", "@Genjin 跟进\u2005帮助": "帮助", "@跟进\u2005帮助 推进": "帮助 推进",
		"@跟进\u3000帮助": "帮助", "@@": "",
	} {
		if got := unmention(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	began := time.Now()
	unmention("x" + strings.Repeat("@", bodyMax))
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a text of nothing but signs takes %s", took)
	}
}
