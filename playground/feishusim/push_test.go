package feishusim

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

func path(event map[string]any, keys ...string) any {
	var v any = event
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

func TestPushIsSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.SendText(soon(t), "ou_li", "", "帮助")
	if !res.OK() {
		t.Fatalf("push: %+v", res)
	}
	e, head := w.hub.seen()[0], w.hub.heads[0]
	if head.Get("X-Lark-Signature") == "" || head.Get("X-Lark-Request-Timestamp") == "" {
		t.Errorf("headers: %v", head)
	}
	for want, keys := range map[string][]string{
		"im.message.receive_v1": {"header", "event_type"},
		"v-token":               {"header", "token"},
		"p2p":                   {"event", "message", "chat_type"},
		`{"text":"帮助"}`:         {"event", "message", "content"},
		"ou_li":                 {"event", "sender", "sender_id", "open_id"},
		"1795514400000":         {"header", "create_time"},
	} {
		if got := path(e, keys...); got != want {
			t.Errorf("%v is %v, want %v", keys, got, want)
		}
	}
	if err := w.CheckURL(soon(t)); err != nil {
		t.Error(err)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SendText(soon(t), "ou_li", "oc_east", "@hub 转交 @王芳")
	msg, _ := path(w.hub.seen()[0], "event", "message").(map[string]any)
	if msg["content"] != `{"text":"@_user_1 转交 @_user_2"}` || msg["chat_type"] != "group" {
		t.Errorf("message is %v", msg)
	}
	list, _ := msg["mentions"].([]any)
	if len(list) != 2 || path(list[0].(map[string]any), "id", "open_id") != w.o.BotOpenID || path(list[1].(map[string]any), "id", "open_id") != "ou_wang" {
		t.Errorf("mentions are %v", list)
	}
	w.SendPost(soon(t), "ou_li", "oc_east", Post{Title: "周报", Lines: []string{"@hub 看这里"}, Images: [][]byte{{1}}})
	content, _ := path(w.hub.seen()[1], "event", "message", "content").(string)
	var post struct {
		Title   string
		Content [][]map[string]string
	}
	if err := json.Unmarshal([]byte(content), &post); err != nil || post.Content[0][0]["tag"] != "at" || post.Content[1][0]["tag"] != "img" {
		t.Errorf("post is %s", content)
	}
}

func TestRetriesKeepTheEventID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := make(chan struct{})
	w.hub.answers(func(_ map[string]any, n int) (int, string) {
		if n < 3 {
			return http.StatusServiceUnavailable, "later"
		}
		close(done)
		return http.StatusOK, "{}"
	})
	if res := w.SendText(soon(t), "ou_li", "", "a"); res.Status != 503 {
		t.Errorf("first outcome is %+v", res)
	}
	select {
	case <-done:
	case <-soon(t).Done():
		t.Fatal("no third push")
	}
	ids := map[any]bool{}
	for _, e := range w.hub.seen() {
		ids[path(e, "header", "event_id")] = true
	}
	if len(ids) != 1 {
		t.Errorf("event ids: %v", ids)
	}
}

func TestRetriesFollowTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.RetryDelays = []time.Duration{6 * time.Hour} })
	again := make(chan struct{})
	w.hub.answers(func(_ map[string]any, n int) (int, string) {
		if n == 2 {
			close(again)
		}
		return map[int]int{1: 500, 2: 200}[n], "{}"
	})
	w.SendText(soon(t), "ou_li", "", "a")
	w.clock.Advance(7 * time.Hour)
	deadline := soon(t)
	for { // the retry may not have begun to wait yet
		w.ClockMoved()
		select {
		case <-again:
			return
		case <-deadline.Done():
			t.Fatal("no retry after the jump")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestPushFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetFault(Fault{Kind: FaultDropEvents, Times: 1})
	if res := w.SendText(soon(t), "ou_li", "", "lost"); !res.Dropped || len(w.hub.seen()) != 0 {
		t.Errorf("dropped event: %+v", res)
	}
	w.SetFault(Fault{Kind: FaultDuplicatePush, Times: 1})
	if res := w.SendText(soon(t), "ou_li", "", "twice"); res.Again != 200 {
		t.Errorf("duplicate: %+v", res)
	}
	seen := w.hub.seen()
	if len(seen) != 2 || path(seen[0], "header", "event_id") == path(seen[1], "header", "event_id") ||
		path(seen[0], "event", "message", "message_id") != path(seen[1], "event", "message", "message_id") {
		t.Errorf("duplicates: %v", seen)
	}
	w.SetFault(Fault{Kind: FaultReorder})
	first, second := w.SendText(soon(t), "ou_li", "", "1"), w.SendText(soon(t), "ou_li", "", "2")
	seen = w.hub.seen()
	if !first.Held || !second.OK() || len(seen) != 4 || path(seen[2], "event", "message", "content") != `{"text":"2"}` {
		t.Errorf("reordered: %+v %+v %d", first, second, len(seen))
	}
}

func TestRoomEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := soon(t)
	sent := w.SendText(ctx, "ou_li", "", "oops")
	w.EnterP2P(ctx, "ou_li")
	w.AddBotToChat(ctx, "ou_li", "oc_east")
	w.Menu(ctx, "ou_li", "help")
	w.Recall(ctx, sent.MessageID)
	w.UpdateUser(ctx, "ou_li")
	w.DeleteUser(ctx, "ou_li")
	want := []string{
		"im.message.receive_v1", "im.chat.access_event.bot_p2p_chat_entered_v1", "im.chat.member.bot.added_v1",
		"application.bot.menu_v6", "im.message.recalled_v1", "contact.user.updated_v3", "contact.user.deleted_v3",
	}
	for i, e := range w.hub.seen() {
		if got := path(e, "header", "event_type"); got != want[i] {
			t.Errorf("event %d is %v, want %s", i, got, want[i])
		}
	}
	if m, _ := w.Message(sent.MessageID); !m.Recalled {
		t.Error("the recalled message still stands")
	}
	w.wantCode(w.send("open_id", "ou_li", "text", text("a"), ""), 230013, 400)
	w.wantCode(w.call("GET", "/open-apis/contact/v3/users/ou_li", nil), 41012, 400)
}

func TestBadInputHelpers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plainBody := w.Envelope(map[string]any{"type": "approval_instance"}, "", Header{V1: true, EventID: "u1"})
	status, _ := w.PushRaw(soon(t), w.Encrypt(plainBody), http.Header{"X-Lark-Signature": {"00"}})
	if e := w.hub.seen()[0]; status != 200 || e["uuid"] != "u1" || e["type"] != "event_callback" {
		t.Errorf("v1 envelope: %d %v", status, e)
	}
	if res := w.PushEvent(soon(t), map[string]any{}, "odd.event", Header{TenantKey: "other"}); !res.OK() || path(w.hub.seen()[1], "header", "tenant_key") != "other" {
		t.Errorf("odd event: %+v", res)
	}
}

func TestWaitMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	go w.send("open_id", "ou_li", "text", text("推进 好了"), "")
	if m, err := w.WaitMessage(soon(t), "ou_li", FromBot("推进", "好了")); err != nil || m.Text != "推进 好了" {
		t.Errorf("%+v %v", m, err)
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := w.WaitMessage(short, "ou_wang", FromBot("x")); err == nil {
		t.Error("waited for nothing and got it")
	}
}

func TestOnlyMentions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.OnlyMentions = true })
	if res := w.SendFile(soon(t), "ou_li", "oc_east", "a.pdf", []byte("%PDF")); !res.Dropped {
		t.Errorf("a file in a group reached a bot without the scope: %+v", res)
	}
	if res := w.SendText(soon(t), "ou_li", "oc_east", "@hub hi"); !res.OK() {
		t.Errorf("a mention did not arrive: %+v", res)
	}
}
