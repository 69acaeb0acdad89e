package feishu

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"genjin/bots"
)

// drawn is a card as JSON again.
func drawn(t *testing.T, c bots.Card) map[string]any {
	t.Helper()
	text, err := render(c)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// each calls f with every object of a card.
func each(v any, f func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		f(v)
		for _, part := range v {
			each(part, f)
		}
	case []any:
		for _, part := range v {
			each(part, f)
		}
	}
}

// TestToneIsNotColourAlone.
func TestToneIsNotColourAlone(t *testing.T) {
	t.Parallel()
	heads := map[string]bool{}
	for tone := bots.ToneInfo; tone <= bots.ToneClosed; tone++ {
		header, _ := drawn(t, bots.Card{Title: "x", Tone: tone})["header"].(map[string]any)
		heads[fmt.Sprint(header["template"])] = true
		title, _ := header["title"].(map[string]any)
		if bad := tone == bots.ToneWarn || tone == bots.ToneError || tone == bots.ToneSuccess; bad == (title["content"] == "x") {
			t.Errorf("tone %d: %v", tone, title)
		}
	}
	if len(heads) != 6 {
		t.Errorf("colours %v", heads)
	}
}

// TestCardsAreShared: only shared cards can be changed later.
func TestCardsAreShared(t *testing.T) {
	t.Parallel()
	c := drawn(t, bots.Card{Title: "标题"})
	config, _ := c["config"].(map[string]any)
	if c["schema"] != "2.0" || config["update_multi"] != true || fmt.Sprint(config["summary"]) != "map[content:标题]" {
		t.Errorf("%v", c)
	}
}

// TestLimitsOfCards: 200 elements and 30 KB, not one more.
func TestLimitsOfCards(t *testing.T) {
	t.Parallel()
	lines := func(n int, text string) bots.Card {
		c := bots.Card{Title: "x"} // one element: the title
		for range n {
			c.Blocks = append(c.Blocks, bots.Block{Text: text}) // two each
		}
		return c
	}
	if _, err := render(lines(99, "x")); err != nil {
		t.Errorf("199 elements: %v", err)
	}
	for name, c := range map[string]bots.Card{"201 elements": lines(100, "x"), "too many bytes": lines(1, strings.Repeat("x", 30<<10))} {
		_, err := render(c)
		if se, is := errors.AsType[*bots.SendError](err); !is || se.Code != bots.CodeRefused || se.Retry {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// cards draws any card.
func cards() *rapid.Generator[bots.Card] {
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<at id=all></at>", "**x**", "[a](http://b)", "comment", "comment~2", ""}))
	name := rapid.SampledFrom([]string{"comment", "to", "公司"})
	button := rapid.Custom(func(t *rapid.T) bots.Button {
		return bots.Button{
			Text: word.Draw(t, "text"), Action: rapid.SampledFrom([]string{"approve", "reject"}).Draw(t, "action"), Style: bots.ButtonStyle(rapid.IntRange(0, 2).Draw(t, "style")),
			Value: rapid.MapOfN(rapid.SampledFrom([]string{"n", "v"}), word, 0, 2).Draw(t, "value"), Confirm: word.Draw(t, "confirm"),
		}
	})
	input := rapid.Custom(func(t *rapid.T) bots.Input {
		return bots.Input{
			Name: name.Draw(t, "name"), Label: word.Draw(t, "label"), Kind: bots.InputKind(rapid.IntRange(1, 5).Draw(t, "kind")), Hint: word.Draw(t, "hint"), Default: word.Draw(t, "default"),
			MaxLen: rapid.IntRange(0, 5000).Draw(t, "max"), Options: []bots.Option{{Value: "a", Text: word.Draw(t, "option")}},
		}
	})
	block := rapid.Custom(func(t *rapid.T) bots.Block {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return bots.Block{Form: &bots.Form{Name: name.Draw(t, "form"), Inputs: rapid.SliceOfN(input, 0, 4).Draw(t, "inputs"), Buttons: rapid.SliceOfN(button, 1, 3).Draw(t, "buttons")}}
		case 1:
			return bots.Block{Buttons: rapid.SliceOfN(button, 1, 3).Draw(t, "buttons")}
		case 2:
			return bots.Block{Facts: []bots.Fact{{Name: word.Draw(t, "fact"), Value: word.Draw(t, "value")}}}
		case 3:
			return bots.Block{Note: word.Draw(t, "note"), Divider: true}
		}
		return bots.Block{Text: word.Draw(t, "text")}
	})
	return rapid.Custom(func(t *rapid.T) bots.Card {
		return bots.Card{Title: word.Draw(t, "title"), Tone: bots.Tone(rapid.IntRange(1, 6).Draw(t, "tone")), Blocks: rapid.SliceOfN(block, 0, 6).Draw(t, "blocks"), Fallback: word.Draw(t, "fallback")}
	})
}

// TestAnyCard: whatever the card, all text is plain, names stand once in the
// whole card and lead back to their own, forms stand at the root, and what is
// not drawn is refused as that.
func TestAnyCard(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text, err := render(cards().Draw(rt, "card"))
		if err != nil {
			if se, is := errors.AsType[*bots.SendError](err); !is || se.Code != bots.CodeRefused {
				rt.Fatal(err)
			}
			return
		}
		var c map[string]any
		if err := json.Unmarshal(text, &c); err != nil {
			rt.Fatal(err)
		}
		names := map[string]bool{}
		each(c, func(o map[string]any) {
			if tag := o["tag"]; tag == "markdown" || tag == "lark_md" {
				rt.Errorf("markup: %v", o)
			}
			if s, _ := o["content"].(string); o["tag"] == "plain_text" && strings.Contains(s, "<at") {
				rt.Errorf("a mention: %q", s)
			}
			name, has := o["name"].(string)
			if !has {
				return
			}
			if names[name] {
				rt.Errorf("name %q stands twice", name)
			}
			names[name] = true
			if own := ownName(name); o["tag"] != "button" && own != "comment" && own != "to" && own != "公司" {
				rt.Errorf("name %q does not lead back", name)
			}
		})
	})
}

// TestAnswer is what the clicking person sees.
func TestAnswer(t *testing.T) {
	t.Parallel()
	b, err := New(Options{AppID: "a", AppSecret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	click := bots.Event{Kind: bots.EventClick}
	closed := bots.Card{Title: "已同意", Tone: bots.ToneClosed}
	huge := bots.Card{Title: strings.Repeat("x", 40<<10)}
	for name, c := range map[string]struct {
		e    bots.Event
		a    bots.Answer
		want string
	}{
		"silent":             {click, bots.Answer{}, `{}`},
		"toast":              {click, bots.Answer{Tone: bots.ToneError, Text: "这单已由“王芳”处理"}, `{"toast":{"content":"这单已由“王芳”处理","type":"error"}}`},
		"success":            {click, bots.Answer{Tone: bots.ToneSuccess, Text: "好"}, `{"toast":{"content":"好","type":"success"}}`},
		"warning":            {click, bots.Answer{Tone: bots.ToneWarn, Text: "好"}, `{"toast":{"content":"好","type":"warning"}}`},
		"info":               {click, bots.Answer{Tone: bots.ToneClosed, Text: "好"}, `{"toast":{"content":"好","type":"info"}}`},
		"too large a card":   {click, bots.Answer{Text: "好", Card: &huge}, `{"toast":{"content":"好","type":"info"}}`},
		"not a click":        {bots.Event{Kind: bots.EventMessage}, bots.Answer{Text: "好", Card: &closed}, `{}`},
		"an unknown old one": {bots.Event{Kind: bots.EventUnknown, Type: "card.action.trigger_v1"}, bots.Answer{Text: "好"}, `{}`},
	} {
		if r := b.Answer(c.e, c.a); string(r.Body) != c.want || r.Status != 200 || !strings.HasPrefix(r.Type, "application/json") {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	var out struct {
		Card struct {
			Type string         `json:"type"`
			Data map[string]any `json:"data"`
		} `json:"card"`
	}
	if err := json.Unmarshal(b.Answer(click, bots.Answer{Card: &closed}).Body, &out); err != nil || out.Card.Type != "raw" || out.Card.Data["schema"] != "2.0" {
		t.Errorf("%+v %v", out, err)
	}
}
