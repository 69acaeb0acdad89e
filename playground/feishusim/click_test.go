package feishusim

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestClick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	w.hub.answers(func(map[string]any, int) (int, string) {
		return 200, `{"toast":{"type":"success","content":"已同意"},"card":{"type":"raw","data":` + closedCard + `}}`
	})
	res := w.Click(soon(t), "ou_wang", id, "同意", map[string]any{"comment": "好"})
	if !res.Done() || res.Toast != "已同意" || !res.CardReplaced {
		t.Fatalf("click: %+v", res)
	}
	e := w.hub.seen()[0]
	if path(e, "event", "action", "value", "act") != "approve" || path(e, "event", "action", "form_value", "comment") != "好" ||
		path(e, "event", "operator", "open_id") != "ou_wang" || path(e, "event", "context", "open_message_id") != id {
		t.Errorf("event: %v", e)
	}
	if micros, _ := path(e, "header", "create_time").(string); len(micros) != 16 {
		t.Errorf("create_time %s is not in microseconds", micros)
	}
	if m, _ := w.Message(id); m.Title != "已同意" || len(m.Buttons) != 0 {
		t.Errorf("the card is now %+v", m)
	}
}

func TestClientRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	needed := strings.Replace(approvalCard, `"max_length":5`, `"max_length":5,"required":true`, 1)
	id := messageID(w.send("open_id", "ou_wang", "interactive", needed, ""))
	for name, form := range map[string]map[string]any{
		"off": nil, "none": nil, "同意": nil, "ok": {"comment": "六个字的意见"},
	} {
		if res := w.Click(soon(t), "ou_wang", id, name, form); res.Blocked == "" {
			t.Errorf("%s %v went out: %+v", name, form, res)
		}
	}
	if res := w.Click(soon(t), "ou_wang", id, "ok", map[string]any{"comment": "好", "extra": "1"}); res.Blocked == "" {
		t.Error("a field that does not exist was filled")
	}
	w.clock.Advance(15 * 24 * time.Hour)
	if res := w.Click(soon(t), "ou_wang", id, "ok", map[string]any{"comment": "好"}); res.Blocked == "" {
		t.Error("a card of 15 days was clicked")
	}
	if n := len(w.hub.seen()); n != 0 {
		t.Errorf("%d clicks reached the hub", n)
	}
}

func TestClientCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	for body, code := range map[string]int{
		"{}": 0, `{"toast":{"type":"info","content":"x"}}`: 0,
		"null": ClientBody, "ok": ClientBody, "": ClientBody, `{"toast":{"type":"shout","content":"x"}}`: ClientBody,
		`{"card":{"type":"raw","data":{"schema":"2.0","body":{"elements":[{"tag":"note"}]}}}}`: ClientCard,
		`{"card":{"type":"raw","data":{"elements":[]}}}`:                                       ClientVersion,
	} {
		w.hub.answers(func(map[string]any, int) (int, string) { return 200, body })
		if res := w.Click(soon(t), "ou_wang", id, "ok", nil); res.ClientCode != code {
			t.Errorf("%q gives %d, want %d", body, res.ClientCode, code)
		}
	}
	before := len(w.hub.seen())
	w.hub.answers(func(map[string]any, int) (int, string) { return http.StatusFound, "" })
	if res := w.Click(soon(t), "ou_wang", id, "ok", nil); res.ClientCode != ClientStatus {
		t.Errorf("a redirect gives %d", res.ClientCode)
	}
	if n := len(w.hub.seen()); n != before+1 {
		t.Errorf("a click was pushed %d times", n-before)
	}
	w.hub.answers(func(map[string]any, int) (int, string) {
		time.Sleep(pushLimit + 100*time.Millisecond)
		return 200, "{}"
	})
	if res := w.Click(soon(t), "ou_wang", id, "ok", nil); res.ClientCode != ClientTimeout {
		t.Errorf("a late answer gives %d", res.ClientCode)
	}
	w.SetEventURL("http://127.0.0.1:1/")
	if res := w.Click(soon(t), "ou_wang", id, "ok", nil); res.ClientCode != ClientConnection {
		t.Errorf("no listener gives %d", res.ClientCode)
	}
}

func TestDelayedUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	update := func(token string) map[string]any {
		return w.call("POST", "/open-apis/interactive/v1/card/update", map[string]any{"token": token, "card": json.RawMessage(closedCard)})
	}
	res := w.Click(soon(t), "ou_wang", id, "ok", nil)
	w.wantCode(update(res.Token), 0, 200)
	if m, _ := w.Message(id); m.Title != "已同意" {
		t.Errorf("card is %q", m.Title)
	}
	w.wantCode(update(res.Token), 0, 200)
	w.wantCode(update(res.Token), 300040, 400)
	w.wantCode(update("c-none"), 300030, 400)

	other := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	w.hub.answers(func(e map[string]any, _ int) (int, string) {
		token, _ := path(e, "event", "token").(string)
		update(token) // before the answer: the client undoes it
		return 200, "{}"
	})
	early := w.Click(soon(t), "ou_wang", other, "ok", nil)
	if m, _ := w.Message(other); m.Title == "已同意" {
		t.Error("an update before the answer stayed")
	}
	w.clock.Advance(31 * time.Minute)
	w.wantCode(update(early.Token), 300030, 400)
	w.wantCode(w.call("POST", "/open-apis/interactive/v1/card/update", map[string]any{"token": early.Token, "card": closedCard}), 99992402, 400)
}

func TestForgedClick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	e, err := w.ClickEvent("ou_li", id, "ok", nil)
	if err != nil {
		t.Fatal(err)
	}
	action, _ := e["action"].(map[string]any)
	action["value"] = map[string]any{"act": "approve", "id": "999"}
	if res := w.PushClick(soon(t), e); !res.Done() || path(w.hub.seen()[0], "event", "action", "value", "id") != "999" {
		t.Errorf("forged click: %+v", res)
	}
}

func TestButtonsByPlaceAndZonedDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	two := body(`{"tag":"button","text":{"tag":"plain_text","content":"同意"},"behaviors":[{"type":"callback","value":{"n":"1"}}]},
	 {"tag":"form","name":"f","elements":[{"tag":"date_picker","name":"due"},{"tag":"picker_datetime","name":"at"},
	  {"tag":"button","name":"same","text":{"tag":"plain_text","content":"同意"},"form_action_type":"submit","behaviors":[{"type":"callback","value":{"n":"2"}}]}]}`)
	id := messageID(w.send("open_id", "ou_wang", "interactive", two, ""))
	m, _ := w.Message(id)
	w.Click(soon(t), "ou_wang", id, m.Buttons[0].Ref, nil)
	w.Click(soon(t), "ou_wang", id, m.Buttons[1].Ref, map[string]any{"due": "2026-12-01", "at": "2026-12-01T09:30"})
	seen := w.hub.seen()
	if path(seen[0], "event", "action", "value", "n") != "1" || path(seen[1], "event", "action", "value", "n") != "2" ||
		path(seen[1], "event", "action", "form_value", "due") != "2026-12-01 +0800" || path(seen[1], "event", "action", "form_value", "at") != "2026-12-01 09:30 +0800" {
		t.Errorf("clicks: %v", seen)
	}
	if res := w.Click(soon(t), "ou_wang", id, "#2", nil); res.Blocked == "" {
		t.Error("a third button was pressed")
	}
}
