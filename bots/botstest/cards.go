package botstest

import (
	"strings"
	"testing"

	"genjin/bots"
)

// everything is a card with one of each.
func everything(title string) bots.Card {
	return bots.Card{
		Title: title, Tone: bots.ToneAct, Fallback: "回复 同意 1287",
		Blocks: []bots.Block{
			{Text: "一段话"},
			{Facts: []bots.Fact{{Name: "客户", Value: "华东智造"}, {Name: "金额", Value: "¥1,280,000"}}},
			{Divider: true},
			{Note: "小字"},
			{Form: everyInput("f", "同意")},
			{Buttons: []bots.Button{{Text: "看附件", Action: "files"}}},
		},
	}
}

// everyInput is a form with one field of each kind.
func everyInput(name, button string) *bots.Form {
	return &bots.Form{
		Name: name, Inputs: []bots.Input{
			{Name: "comment", Label: "审批意见", Kind: bots.InputLongText, MaxLen: 500},
			{Name: "why", Label: "来源", Kind: bots.InputChoice, Options: []bots.Option{{Value: "a", Text: "展会"}, {Value: "b", Text: "转介绍"}}},
			{Name: "day", Label: "日期", Kind: bots.InputDate},
			{Name: "who", Label: "转给谁", Kind: bots.InputPerson},
			{Name: "name", Label: "公司", Kind: bots.InputText, Required: true, Default: "x"},
		},
		Buttons: []bots.Button{
			{Text: button, Action: "approve", Value: map[string]string{"n": name}, Style: bots.ButtonPrimary},
			{Text: "拒绝" + name, Action: "reject", Style: bots.ButtonDanger, Confirm: "确认拒绝？"},
		},
	}
}

func card(t *testing.T, h Harness) {
	c := everything("待你审批 · 华东智造")
	send(t, h, bots.Message{Key: "k3", User: h.Person(), Card: &c})
	seen := strings.Join(h.Seen(t), "\n")
	want := []string{"待你审批", "一段话", "华东智造", "¥1,280,000", "同意", "拒绝", "看附件", "小字", "来源", "回复 同意 1287"}
	if h.Features().TextInput {
		want = append(want, "审批意见", "日期", "转给谁", "公司")
	}
	for _, want := range want {
		if !strings.Contains(seen, want) {
			t.Errorf("%q cannot be read in:\n%s", want, seen)
		}
	}
}

func updated(t *testing.T, h Harness) {
	c := everything("待你审批 · 旧")
	ref := send(t, h, bots.Message{Key: "k4", User: h.Person(), Card: &c})
	closed := bots.Card{Title: "已同意 · 新", Tone: bots.ToneClosed, Blocks: []bots.Block{{Text: "王芳 15:30"}}}
	next, err := h.Bot().Update(t.Context(), ref, bots.Message{Key: "k5", User: h.Person(), Card: &closed})
	if err != nil || next == "" {
		t.Fatalf("%q %v", next, err)
	}
	if seen := h.Seen(t); count(seen, "旧") != 0 || count(seen, "已同意") != 1 {
		t.Errorf("after the update:\n%s", strings.Join(seen, "\n"))
	}
}

func stale(t *testing.T, h Harness) {
	c := everything("待你审批")
	ref := send(t, h, bots.Message{Key: "k10", User: h.Person(), Card: &c})
	h.Age(t)
	closed := bots.Card{Title: "已同意", Tone: bots.ToneClosed}
	for _, old := range []bots.CardRef{ref, ""} {
		_, err := h.Bot().Update(t.Context(), old, bots.Message{Key: "k11", User: h.Person(), Card: &closed})
		if se := sendError(t, err); se.Code != bots.CodeStale || se.Retry {
			t.Errorf("update of %q: %v, want a stale card", old, err)
		}
	}
}

func markup(t *testing.T, h Harness) {
	const words = `[点我](http://evil) **x** <font color=red>`
	c := bots.Card{Title: "客户 " + words, Tone: bots.ToneInfo, Blocks: []bots.Block{{Text: words + "<at id=all></at>"}, {Facts: []bots.Fact{{Name: "名", Value: words}}}}}
	send(t, h, bots.Message{Key: "k6", User: h.Person(), Card: &c})
	if seen := strings.Join(h.Seen(t), "\n"); strings.Count(seen, words) < 3 {
		t.Errorf("not shown as text:\n%s", seen)
	} else if strings.Contains(seen, "@all") {
		t.Errorf("a customer's words address everybody:\n%s", seen)
	}
}

// huge: what cannot be drawn is said in words, with what to write instead of
// pressing.
func huge(t *testing.T, h Harness) {
	c := h.Huge()
	send(t, h, bots.Message{Key: "k12", User: h.Person(), Card: &c})
	seen := strings.Join(h.Seen(t), "\n")
	if !strings.Contains(seen, c.Title) || !strings.Contains(seen, c.Fallback) {
		t.Errorf("%d bytes are seen, without the title or what to reply", len(seen))
	}
}

// click: what a button and a form carry comes back as it was given, also when
// several forms of a card have fields of the same name.
func click(t *testing.T, h Harness) {
	if !h.Features().TextInput {
		t.Logf("instead: %s", h.Features().NoInput)
		choose(t, h)
		return
	}
	c := everything("待你审批")
	c.Blocks = append(c.Blocks, bots.Block{Form: everyInput("f2", "第二个同意")})
	ref := send(t, h, bots.Message{Key: "k13", User: h.Person(), Card: &c})
	for n, button := range map[string]string{"f": "同意", "f2": "第二个同意"} {
		form := map[string]any{"comment": "可以", "why": "b", "day": "2026-12-01", "name": "甲,乙"}
		e := decode(t, h, h.PushClick(t, ref, button, form))
		if e.Kind != bots.EventClick || e.User != h.Person() || e.Key == "" || e.Click == nil {
			t.Fatalf("event %+v", e)
		}
		clicked(t, *e.Click, ref, n, form)
	}
}

// choose: what was chosen comes back with the button, from a card with buttons
// and from a card with one question.
func choose(t *testing.T, h Harness) {
	t.Helper()
	c := everything("待你审批")
	c.Blocks[4].Form.Inputs[0].Options = []bots.Option{{Value: "价格没谈拢", Text: "价格没谈拢"}, {Value: "材料不全", Text: "材料不全"}}
	ref := send(t, h, bots.Message{Key: "k13", User: h.Person(), Card: &c})
	e := decode(t, h, h.PushClick(t, ref, "同意", map[string]any{"comment": "材料不全"}))
	chosen(t, e, ref, bots.Click{Action: "approve", Value: map[string]string{"n": "f"}, Form: map[string]string{"comment": "材料不全"}})
	if e.Kind != bots.EventClick || e.User != h.Person() || e.Key == "" {
		t.Errorf("event %+v", e)
	}
	ask := &bots.Form{
		Name: "todo", Inputs: []bots.Input{{Name: "pick", Label: "选哪些", Kind: bots.InputChecks, Options: []bots.Option{{Value: "1287:3", Text: "#1287 华东智造"}, {Value: "1288:1", Text: "#1288 苏州精工"}}}},
		Buttons: []bots.Button{{Text: "同意所选", Action: "all-approve", Value: map[string]string{"n": "nonce"}}},
	}
	c = bots.Card{Title: "2 个审批等你", Tone: bots.ToneAct, Ask: ask, Fallback: "回复 同意 1287", Blocks: []bots.Block{{Text: "每个都能单独处理"}}}
	ref = send(t, h, bots.Message{Key: "k14", User: h.Person(), Card: &c})
	for _, pick := range [][]string{{"1287:3"}, {"1287:3", "1288:1"}} {
		e = decode(t, h, h.PushClick(t, ref, "同意所选", map[string]any{"pick": pick}))
		chosen(t, e, ref, bots.Click{Action: "all-approve", Value: map[string]string{"n": "nonce"}, Form: map[string]string{"pick": strings.Join(pick, ",")}})
	}
}

// chosen wants a click on a card, with what was chosen.
func chosen(t *testing.T, e bots.Event, ref bots.CardRef, want bots.Click) {
	t.Helper()
	if e.Click == nil || !e.Click.Card.Same(ref) || e.Click.Action != want.Action || e.Click.Value["n"] != want.Value["n"] {
		t.Fatalf("click %+v on %s, want %+v", e.Click, ref, want)
	}
	for name, v := range want.Form {
		if e.Click.Form[name] != v {
			t.Errorf("field %s: %q, want %q", name, e.Click.Form[name], v)
		}
	}
}

func clicked(t *testing.T, c bots.Click, ref bots.CardRef, n string, form map[string]any) {
	t.Helper()
	if !c.Card.Same(ref) || c.Action != "approve" || len(c.Value) != 1 || c.Value["n"] != n {
		t.Errorf("button of form %s: %+v", n, c)
	}
	for name, want := range form {
		if c.Form[name] != want {
			t.Errorf("form %s, field %s: %q, want %q", n, name, c.Form[name], want)
		}
	}
}
