package feishu_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/feishusim"
)

func mention(key, openID, name, kind string) map[string]any {
	m := map[string]any{"key": key, "id": map[string]any{"open_id": openID, "user_id": "u"}, "name": name}
	if kind != "" {
		m["mentioned_type"] = kind
	}
	return m
}

// text is the content of a text message.
func text(s string) string {
	b, _ := json.Marshal(map[string]string{"text": s}) //nolint:errchkjson // strings always marshal
	return string(b)
}

// TestMentions: the hub's own is taken out, the others' become names.
func TestMentions(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	me, han := mention("@_user_1", "ou_genjin", "跟进", "bot"), mention("@_user_2", "ou_han", "韩梅梅", "user")
	twelfth := mention("@_user_12", "ou_x", "小明@_user_2", "user")
	for said, want := range map[string]struct {
		mentions  []any
		text      string
		addressed bool
	}{
		"@_user_1 转交 12 @_user_2":         {[]any{me, han}, "转交 12 @韩梅梅", true},
		"@_user_2 你好":                     {[]any{han}, "@韩梅梅 你好", false},
		"@_user_12 和 @_user_1 和 @_user_2": {[]any{me, han, twelfth}, "@小明@_user_2 和  和 @韩梅梅", true},
		"@_all 开会":                        {nil, "@_all 开会", false},
		"@_user_3 帮助":                     {[]any{mention("@_user_3", "ou_other_bot", "另一个机器人", "bot")}, "@另一个机器人 帮助", false},
		"没有人":                             {[]any{mention("", "ou_genjin", "跟进", "bot")}, "没有人", false},
	} {
		e := h.read(t, h.event(messages, message("om_"+h.next(), "group", "text", text(said), want.mentions...)))
		if e.Text != want.text || e.Mentioned != want.addressed || e.Private {
			t.Errorf("%q: %+v", said, e)
		}
	}
	if n := h.sim.Calls("GET /open-apis/bot/v3/info"); n != 1 {
		t.Errorf("the bot asked %d times who it is", n)
	}
}

// TestMentionWhileThePlatformIsAway: any program that is addressed counts as the
// hub, and the question costs no event its 3 s.
func TestMentionWhileThePlatformIsAway(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	h.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultBlackHole, Path: "/open-apis"})
	began := time.Now()
	for i := range 10 {
		e := h.read(t, h.event(messages, message("om_"+h.next(), "group", "text", text("@_user_1 帮助"), mention("@_user_1", "ou_genjin", "跟进", "bot"))))
		if !e.Mentioned || e.Text != "帮助" {
			t.Errorf("%d: %+v", i, e)
		}
	}
	if e := h.read(t, h.event(messages, message("om_"+h.next(), "group", "text", text("@_user_1 帮助"), mention("@_user_1", "ou_han", "韩梅梅", "user")))); e.Mentioned {
		t.Errorf("a person taken for the hub: %+v", e)
	}
	if took := time.Since(began); took > 2500*time.Millisecond {
		t.Errorf("eleven events took %v", took)
	}
	h.sim.ClearFaults()
}

// TestContents are the kinds of messages.
func TestContents(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	me := mention("@_user_1", "ou_genjin", "跟进", "bot")
	read := func(kind, content string) bots.Event {
		return h.read(t, h.event(messages, message("om_"+h.next(), "group", kind, content, me)))
	}
	e := read("post", `{"title":"纪要","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" 附件"},{"tag":"a","href":"https://x","text":"链接"}],[{"tag":"img","image_key":"img_1"}],[{"tag":"media","file_key":"file_1"}],[{"tag":"emotion","emoji_type":"OK"}]]}`)
	if e.Text != "纪要\n 附件链接" || !e.Mentioned || len(e.Files) != 2 || !e.Files[0].Image || e.Files[0].MessageID != e.MessageID || e.Files[0].Bot != "feishu" {
		t.Errorf("post: %+v", e)
	}
	if e := read("post", `{"en_us":{"title":"","content":[[{"tag":"text","text":"hello"}]]},"zh_cn":{"title":"","content":[[{"tag":"text","text":"你好"}]]}}`); e.Text != "你好" {
		t.Errorf("post with locales: %+v", e)
	}
	if e := read("file", `{"file_key":"file_2","file_name":"../../方案.pdf"}`); len(e.Files) != 1 || e.Files[0].Key != "file_2" || e.Files[0].Image {
		t.Errorf("file: %+v", e)
	}
	if e := read("image", `{"image_key":"img_2"}`); len(e.Files) != 1 || !e.Files[0].Image || e.Files[0].Name == "" {
		t.Errorf("image: %+v", e)
	}
	for kind, content := range map[string]string{
		"sticker": `{"file_key":"x"}`, "folder": `{"file_key":"x","file_name":"y"}`, "share_chat": `{"chat_id":"oc_1"}`, "location": `{"name":"x"}`, "hongbao": `{"text":"[红包]"}`,
		"text": `not json`, "file": `{}`, "image": `[]`, "post": `""`, "future": `{"x":1}`,
	} {
		if e := read(kind, content); e.Kind != bots.EventMessage || e.Text != "" || len(e.Files) != 0 {
			t.Errorf("%s %s: %+v", kind, content, e)
		}
	}
}

// TestLinks: an address that a client made a link of is what the person typed.
func TestLinks(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	for said, want := range map[string]string{
		"邮箱=[zhang@a.cn](mailto:zhang@a.cn) 电话=1": "邮箱=zhang@a.cn 电话=1",
		"网站=[www.a.cn](http://www.a.cn/)":         "网站=www.a.cn",
		"[https://a.cn/x](https://a.cn/x)":        "https://a.cn/x",
		"[点我](http://evil.example)":               "[点我](http://evil.example)",
		"[a](b) [c] (d)":                          "[a](b) [c] (d)",
	} {
		if e := h.read(t, h.event(messages, message("om_"+h.next(), "p2p", "text", text(said)))); e.Text != want {
			t.Errorf("%q became %q, want %q", said, e.Text, want)
		}
	}
}

// TestNUL: PostgreSQL cannot keep it.
func TestNUL(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	if e := h.read(t, h.event(messages, message("om_1", "p2p", "text", text("a\x00b")))); e.Text != "a\uFFFDb" {
		t.Errorf("%q", e.Text)
	}
	e := h.read(t, h.event("card.action.trigger", map[string]any{
		"operator": map[string]any{"open_id": li}, "action": map[string]any{"value": map[string]any{"a": "x\x00", "k": "v\x00"}, "form_value": map[string]any{"f": "\x00"}},
		"context": map[string]any{"open_message_id": "om\x00"},
	}))
	if said := e.Click.Action + e.Click.Value["k"] + e.Click.Form["f"] + string(e.Click.Card) + e.MessageID; strings.Contains(said, "\x00") || strings.Count(said, "\uFFFD") != 5 {
		t.Errorf("%+v %+v", e, e.Click)
	}
}

// TestEvents are the other things that happen.
func TestEvents(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	han := map[string]any{"open_id": "ou_han"}
	for kind, c := range map[string]struct {
		body any
		ok   func(bots.Event) bool
	}{
		"im.chat.member.bot.added_v1": {map[string]any{"chat_id": "oc_1", "operator_id": han, "external": false}, func(e bots.Event) bool {
			return e.Kind == bots.EventBotAdded && e.Chat == "oc_1" && e.User == "ou_han"
		}},
		"im.chat.access_event.bot_p2p_chat_entered_v1": {map[string]any{"chat_id": "oc_2", "operator_id": han}, func(e bots.Event) bool {
			return e.Kind == bots.EventEntered && e.Chat == "oc_2" && e.Private && e.User == "ou_han"
		}},
		"application.bot.menu_v6": {map[string]any{"operator": map[string]any{"operator_name": "x", "operator_id": han}, "event_key": "todo", "timestamp": 1700000000}, func(e bots.Event) bool {
			return e.Kind == bots.EventMenu && e.Text == "todo" && e.User == "ou_han" && e.Chat == ""
		}},
		"contact.user.deleted_v3": {map[string]any{"object": han}, func(e bots.Event) bool { return e.Kind == bots.EventUserLeft && e.User == "ou_han" }},
		"contact.user.updated_v3": {map[string]any{"object": han, "old_object": map[string]any{}}, func(e bots.Event) bool {
			return e.Kind == bots.EventUserChanged && e.User == "ou_han"
		}},
		"im.message.recalled_v1": {map[string]any{"message_id": "om_1", "chat_id": "oc_1", "recall_type": "message_owner"}, func(e bots.Event) bool {
			return e.Kind == bots.EventRecalled && e.MessageID == "om_1" && e.Chat == "oc_1"
		}},
		"card.action.trigger":     {map[string]any{"operator": map[string]any{}, "action": map[string]any{}}, unknown},
		messages:                  {map[string]any{"message": map[string]any{}}, unknown},
		"contact.user.created_v3": {[]int{1}, unknown},
	} {
		e := h.read(t, h.event(kind, c.body))
		if !c.ok(e) || e.Type != kind || !strings.HasPrefix(e.Key, "e:ev_") || e.Tenant != "t1" || time.Since(e.At).Abs() > time.Hour {
			t.Errorf("%s: %+v", kind, e)
		}
	}
	for _, odd := range []any{"a string", 7, nil, []any{}} { // of a known type, in no known shape
		if e := h.read(t, h.event("im.message.recalled_v1", odd)); e.Key == "" {
			t.Errorf("%v: %+v", odd, e)
		}
	}
	if e := h.read(t, h.sealed([]byte(`{"token":"v-token","type":"event_callback","event":{"type":"x"}}`))); !strings.HasPrefix(e.Key, "h:") || e.Type != "x" {
		t.Errorf("without any id: %+v", e)
	}
}

func unknown(e bots.Event) bool { return e.Kind == bots.EventUnknown }

// TestSameMessageSameKey: the platform may push one message under two event ids.
func TestSameMessageSameKey(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	one := h.read(t, h.event(messages, message("om_1", "p2p", "text", text("A"))))
	two := h.read(t, h.event(messages, message("om_1", "p2p", "text", text("A"))))
	if one.Key != "m:om_1" || one.Key != two.Key {
		t.Errorf("%q and %q", one.Key, two.Key)
	}
	if want := time.UnixMilli(1609073151345); !one.At.Equal(want) {
		t.Errorf("at %v, want the message's own time %v", one.At, want)
	}
}

// TestClickShapes: values and fields in all the forms they come in.
func TestClickShapes(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	for name, value := range map[string]any{
		"object": map[string]any{"a": "approve", "no": "42"}, "string": `{"a":"approve","no":"42"}`, "numbers": map[string]any{"a": "approve", "no": 42},
	} {
		e := h.read(t, h.event("card.action.trigger", map[string]any{
			"operator": map[string]any{"open_id": li, "union_id": "on_li"}, "token": "c-1", "host": "im_message",
			"action": map[string]any{"value": value, "tag": "button", "form_value": map[string]any{
				"comment": "ok", "multi": []string{"a", "b"}, "due": "2024-04-01 +0800", "dt": "2024-04-29 07:07 +0800", "none": nil, "yes": true, "second~2": "x",
			}},
			"context": map[string]any{"open_message_id": "om_9", "open_chat_id": "oc_1"},
		}))
		c := e.Click
		if c == nil || c.Action != "approve" || c.Value["no"] != "42" || len(c.Value) != 1 || c.Card != "om_9" || e.Chat != "oc_1" || time.Since(e.At).Abs() > time.Hour {
			t.Fatalf("%s: %+v %+v", name, e, c)
		}
		for field, want := range map[string]string{
			"comment": "ok", "multi": "a,b", "due": "2024-04-01", "dt": "2024-04-29 07:07 +0800", "none": "", "yes": "true", "second": "x",
		} {
			if got, has := c.Form[field]; !has || got != want {
				t.Errorf("%s, field %s: %q, want %q", name, field, got, want)
			}
		}
	}
	for _, value := range []any{nil, "", "not json", []any{1}, 7} {
		e := h.read(t, h.event("card.action.trigger", map[string]any{"operator": map[string]any{"open_id": li}, "action": map[string]any{"value": value}}))
		if e.Kind != bots.EventClick || e.Click.Action != "" || len(e.Click.Value) != 0 {
			t.Errorf("%v: %+v", value, e.Click)
		}
	}
}
