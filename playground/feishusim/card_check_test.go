package feishusim

import (
	"strings"
	"testing"
)

func body(elements string) string {
	return `{"schema":"2.0","body":{"elements":[` + elements + `]}}`
}

const submit = `{"tag":"button","name":"b","text":{"tag":"plain_text","content":"x"},"form_action_type":"submit","behaviors":[{"type":"callback","value":{}}]}`

func TestCardValidator(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.AddUser(User{OpenID: "ou_li", Name: "李雷"})
	good := []string{
		approvalCard, closedCard, body(""),
		body(`{"tag":"form","name":"f","elements":[{"tag":"select_static","name":"s","options":[{"text":{"tag":"plain_text","content":"展会"},"value":"expo"}]},` + submit + `]}`),
		body(`{"tag":"markdown","content":"<at id=ou_li></at> <at id=all></at>"},{"tag":"hr"}`),
		body(`{"tag":"collapsible_panel","header":{"title":{"tag":"plain_text","content":"更多"}},"elements":[{"tag":"markdown","content":"x"}]}`),
	}
	for _, card := range good {
		if e := s.cardLocked(card); e.code != 0 {
			t.Errorf("refused %.60s: %s", card, e.msg)
		}
	}
	bad := []struct{ name, card, code string }{
		{"not JSON", `{`, "200621"},
		{"schema 1.0", `{"elements":[]}`, "200621"},
		{"no body", `{"schema":"2.0"}`, "200621"},
		{"unknown property of the card", `{"schema":"2.0","body":{},"elements":[]}`, "200621"},
		{"unknown property of an element", body(`{"tag":"markdown","content":"x","color":"red"}`), "200621"},
		{"value on a button", body(`{"tag":"button","text":{"tag":"plain_text","content":"x"},"value":{}}`), "200621"},
		{"update_multi false", `{"schema":"2.0","config":{"update_multi":false},"body":{}}`, "200621"},
		{"unknown template", `{"schema":"2.0","header":{"template":"pink","title":{"tag":"plain_text","content":"x"}},"body":{}}`, "200621"},
		{"header without title", `{"schema":"2.0","header":{"template":"red"},"body":{}}`, "200621"},
		{"action", body(`{"tag":"action","actions":[]}`), "200861"},
		{"note", body(`{"tag":"note","elements":[]}`), "200861"},
		{"invented tag", body(`{"tag":"slider"}`), "200861"},
		{"no content", body(`{"tag":"markdown"}`), "200621"},
		{"button type", body(`{"tag":"button","type":"huge","text":{"tag":"plain_text","content":"x"}}`), "200621"},
		{"string value", body(`{"tag":"button","text":{"tag":"plain_text","content":"x"},"behaviors":[{"type":"callback","value":"x"}]}`), "200621"},
		{"form in a column", body(`{"tag":"column_set","columns":[{"tag":"column","elements":[{"tag":"form","name":"f","elements":[` + submit + `]}]}]}`), "200550"},
		{"form in a form", body(`{"tag":"form","name":"f","elements":[` + submit + `,{"tag":"form","name":"g","elements":[]}]}`), "200550"},
		{"form without name", body(`{"tag":"form","name":"","elements":[` + submit + `]}`), "200550"},
		{"form without submit", body(`{"tag":"form","name":"f","elements":[{"tag":"input","name":"i"}]}`), "200550"},
		{"submit outside a form", body(submit), "200550"},
		{"field without name", body(`{"tag":"form","name":"f","elements":[{"tag":"input"},` + submit + `]}`), "200550"},
		{"name twice", body(`{"tag":"form","name":"f","elements":[{"tag":"input","name":"b"},` + submit + `]}`), "200550"},
		{"option without value", body(`{"tag":"select_static","options":[{"text":{"tag":"plain_text","content":"x"}}]}`), "200621"},
		{"unknown image", body(`{"tag":"img","img_key":"img_x"}`), "200570"},
		{"unknown person", body(`{"tag":"markdown","content":"<at id=ou_ghost></at>"}`), "100290"},
		{"201 elements", body(strings.Repeat(`{"tag":"hr"},`, 200) + `{"tag":"hr"}`), "300305"},
		{"element id twice", body(`{"tag":"hr","element_id":"a"},{"tag":"hr","element_id":"a"}`), "200621"},
	}
	for _, c := range bad {
		e := s.cardLocked(c.card)
		if e.code != 230099 || !strings.Contains(e.msg, "ErrCode: "+c.code) || !strings.Contains(e.msg, "ErrPath: ROOT") {
			t.Errorf("%s: %d %s, want ErrCode %s", c.name, e.code, e.msg, c.code)
		}
	}
}

func TestCardView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := messageID(w.send("open_id", "ou_wang", "interactive", approvalCard, ""))
	m, ok := w.Message(id)
	if !ok || m.Title != "待你审批 · 华东智造" || len(m.Buttons) != 2 || !m.Buttons[1].Disabled || len(m.Inputs) != 1 {
		t.Fatalf("the card is seen as %+v", m)
	}
	for _, word := range []string{"待你审批", "@李雷", "意见", "同意"} {
		if !strings.Contains(m.Text, word) {
			t.Errorf("%q is not to be read in %q", word, m.Text)
		}
	}
}
