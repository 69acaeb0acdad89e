package feishusim

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTokenLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.token
	w.clock.Advance(89 * time.Minute)
	if w.login(); w.token != first {
		t.Error("a token with 31 minutes left was replaced")
	}
	w.clock.Advance(2 * time.Minute)
	if w.login(); w.token == first {
		t.Error("a token with 29 minutes left was given again")
	}
	second := w.token
	w.token = first
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200) // both are valid
	w.clock.Advance(30 * time.Minute)
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 99991663, 400)
	w.token = second
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200)
	w.TokenRevoke()
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 99991663, 400)
	if w.login(); w.token == second {
		t.Error("a revoked token was given again")
	}
	w.wantCode(w.call("POST", "/open-apis/auth/v3/tenant_access_token/internal", map[string]any{"app_id": "cli_test", "app_secret": "wrong"}), 10014, 200)
}

func TestAuthErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for token, code := range map[string]int{"": 99991661, "x-1": 99991671, "t-unknown": 99991663} {
		w.token = token
		w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), code, 400)
	}
	w.login()
	w.wantCode(w.call("GET", "/open-apis/nothing/v1", nil), 99991201, 404)
	w.SetFault(Fault{Kind: FaultNoScope, Path: "/open-apis/contact"})
	w.wantCode(w.call("GET", "/open-apis/contact/v3/users/ou_li", nil), 99991672, 400)
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200)
}

func TestSendRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	w.AddChat(Chat{ID: "oc_out", Members: []string{"ou_li"}})
	w.AddUser(User{OpenID: "ou_far", Name: "远", NoReach: true})
	w.AddUser(User{OpenID: "ou_mute", Name: "静", Muted: true})
	for _, c := range []struct {
		name, idType, id, kind, content string
		code                            int
	}{
		{"no id type", "", "ou_li", "text", text("a"), 99992402},
		{"unknown id type", "phone", "ou_li", "text", text("a"), 99992402},
		{"chat id as open id", "open_id", "oc_east", "text", text("a"), 230001},
		{"another app's person", "open_id", "ou_other", "text", text("a"), 99992361},
		{"unknown chat", "chat_id", "oc_none", "text", text("a"), 230002},
		{"bot not in chat", "chat_id", "oc_out", "text", text("a"), 230002},
		{"out of reach", "open_id", "ou_far", "text", text("a"), 230013},
		{"muted", "open_id", "ou_mute", "text", text("a"), 230053},
		{"not JSON", "open_id", "ou_li", "text", "hello", 230001},
		{"empty text", "open_id", "ou_li", "text", `{"text":""}`, 230001},
		{"too long text", "open_id", "ou_li", "text", text(strings.Repeat("a", 151<<10)), 230025},
		{"too long card", "open_id", "ou_li", "interactive", `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"` + strings.Repeat("a", 31<<10) + `"}]}}`, 230025},
		{"post without language", "open_id", "ou_li", "post", `{"title":"a","content":[]}`, 230001},
		{"post with odd tag", "open_id", "ou_li", "post", `{"zh_cn":{"title":"","content":[[{"tag":"table"}]]}}`, 230001},
		{"somebody else's file", "open_id", "ou_li", "file", `{"file_key":"file_v3_x"}`, 230017},
		{"unknown type", "open_id", "ou_li", "hologram", `{"a":1}`, 230001},
	} {
		if got := w.send(c.idType, c.id, c.kind, c.content, ""); got["code"] != float64(c.code) {
			t.Errorf("%s: got %v %v, want %d", c.name, got["code"], got["msg"], c.code)
		}
	}
	got := w.call("POST", "/open-apis/im/v1/messages?receive_id_type=open_id",
		map[string]any{"receive_id": "ou_li", "msg_type": "text", "content": map[string]string{"text": "an object"}})
	w.wantCode(got, 230001, 400)
	if n := len(w.Messages("ou_li")); n != 0 {
		t.Errorf("%d messages stand after refusals", n)
	}
}

func TestUUIDWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := messageID(w.send("open_id", "ou_li", "text", text("a"), "u1"))
	if again := messageID(w.send("open_id", "ou_li", "text", text("a"), "u1")); again != first {
		t.Errorf("the same uuid made %s beside %s", again, first)
	}
	w.clock.Advance(61 * time.Minute)
	if late := messageID(w.send("open_id", "ou_li", "text", text("a"), "u1")); late == first || late == "" {
		t.Error("after an hour the uuid must be free again")
	}
	if n := len(w.Messages("ou_li")); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
	w.wantCode(w.send("open_id", "ou_li", "text", text("a"), strings.Repeat("u", 51)), 99992402, 400)
	strict := newWorld(t, func(o *Options) { o.DuplicateUUIDFails = true })
	strict.send("open_id", "ou_li", "text", text("a"), "u1")
	strict.wantCode(strict.send("open_id", "ou_li", "text", text("a"), "u1"), 230001, 400)
}

func TestPatchRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	patch := func(id string, content any) map[string]any {
		return w.call("PATCH", "/open-apis/im/v1/messages/"+id, map[string]any{"content": content})
	}
	card := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	words := messageID(w.send("open_id", "ou_wang", "text", text("a"), ""))
	w.wantCode(patch(card, closedCard), 0, 200)
	if m, _ := w.Message(card); m.Updates != 1 || !strings.Contains(m.Text, "已同意") {
		t.Errorf("after the patch: %+v", m)
	}
	w.wantCode(patch(words, closedCard), 230054, 400)
	w.wantCode(patch(card, map[string]any{"schema": "2.0"}), 230001, 400)
	w.wantCode(patch(card, `{"schema":"2.0","config":{"update_multi":false},"body":{}}`), 230001, 400)
	w.wantCode(patch("om_none", closedCard), 230110, 400)
	w.wantCode(patch("c-123", closedCard), 99992354, 400)
	pushed := w.SendText(soon(t), "ou_wang", "", "hi")
	w.wantCode(patch(pushed.MessageID, closedCard), 230050, 400)
	w.clock.Advance(15 * 24 * time.Hour)
	w.login()
	w.wantCode(patch(card, closedCard), 230031, 400)
	w.wantCode(w.call("DELETE", "/open-apis/im/v1/messages/"+card, nil), 0, 200)
	w.wantCode(patch(card, closedCard), 230011, 400)
}

func TestEditReplyListGet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	id := messageID(w.send("chat_id", "oc_east", "text", text("one"), ""))
	for range maxEdits {
		w.wantCode(w.call("PUT", "/open-apis/im/v1/messages/"+id, map[string]any{"msg_type": "text", "content": text("two")}), 0, 200)
	}
	w.wantCode(w.call("PUT", "/open-apis/im/v1/messages/"+id, map[string]any{"msg_type": "text", "content": text("x")}), 230072, 400)
	answered := w.call("POST", "/open-apis/im/v1/messages/"+id+"/reply", map[string]any{"msg_type": "text", "content": text("three")})
	if dataOf(answered)["parent_id"] != id {
		t.Errorf("the reply is %v", answered)
	}
	seen := 0
	for token, more := "", true; more; {
		got := dataOf(w.call("GET", "/open-apis/im/v1/messages?container_id_type=chat&container_id=oc_east&page_size=1&page_token="+token, nil))
		items, _ := got["items"].([]any)
		seen += len(items)
		more, _ = got["has_more"].(bool)
		token, _ = got["page_token"].(string)
	}
	if seen != 2 {
		t.Errorf("paging showed %d messages", seen)
	}
	items, _ := dataOf(w.call("GET", "/open-apis/im/v1/messages/"+id, nil))["items"].([]any)
	if len(items) != 1 || !strings.Contains(jsonString(items[0]), "two") {
		t.Errorf("get shows %v", items)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	instant := clock{now: time.Unix(60_000, 0)}
	w.limits.clock = instant.Now
	limited := 0
	for range 3 * roomPerSecond {
		if got := w.send("open_id", "ou_li", "text", text("a"), ""); got["code"] == 230020.0 && got["status"] == 400 {
			limited++
		}
	}
	if limited != 2*roomPerSecond {
		t.Errorf("only %d of %d sends in a moment were held back", limited, 3*roomPerSecond)
	}
	limited = 0
	for range 3 * apiPerSecond {
		if got := w.call("GET", "/open-apis/bot/v3/info", nil); got["code"] == 99991400.0 {
			if limited++; got["status"] != http.StatusTooManyRequests || got["reset"] == "" {
				t.Fatalf("limited with %v", got)
			}
		}
	}
	if limited != 2*apiPerSecond {
		t.Errorf("%d of %d calls in a moment were held back", limited, 3*apiPerSecond)
	}
	instant.Advance(time.Second)
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200)
	for range 21 {
		instant.Advance(time.Second)
		for range apiPerSecond {
			if wait := w.limits.api("x"); wait > 1 {
				return // the minute's limit
			}
		}
	}
	t.Error("a thousand calls in a minute all passed")
}
