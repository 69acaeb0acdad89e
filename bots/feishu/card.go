package feishu

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"genjin/bots"
)

// actionKey names the action among a button's values.
const actionKey = "a"

// Limits of a card (card JSON 2.0).
const (
	cardBytesMax    = 30 << 10
	cardElementsMax = 200
)

// object is a piece of JSON.
type object = map[string]any

// render draws a neutral card as card JSON 2.0. All text is plain_text, so that
// nobody's words become markup. A card beyond the platform's limits is an error
// with [bots.CodeRefused].
func render(c bots.Card) ([]byte, error) {
	r := &renderer{taken: map[string]int{}}
	elements := []any{}
	for _, b := range c.Blocks {
		elements = append(elements, r.block(b)...)
	}
	if c.Fallback != "" {
		elements = append(elements, note(c.Fallback))
	}
	card := object{
		"schema": "2.0",
		"config": object{"update_multi": true, "summary": object{"content": c.Title}},
		"header": object{"template": template(c.Tone), "title": plain(mark(c.Tone) + c.Title)},
		"body":   object{"elements": elements},
	}
	text, err := json.Marshal(card)
	if err != nil {
		return nil, &bots.SendError{Code: bots.CodeRefused, Platform: "render", Err: fmt.Errorf("card: %w", err)}
	}
	if n := tags(card); len(text) > cardBytesMax || n > cardElementsMax {
		return nil, &bots.SendError{Code: bots.CodeRefused, Platform: "render", Err: fmt.Errorf("card of %d bytes and %d elements is too large", len(text), n)}
	}
	return text, nil
}

// tags counts a card's elements as the platform does: everything with a tag.
func tags(v any) int {
	n := 0
	switch v := v.(type) {
	case object:
		if _, is := v["tag"]; is {
			n++
		}
		for _, part := range v {
			n += tags(part)
		}
	case []any:
		for _, part := range v {
			n += tags(part)
		}
	}
	return n
}

// template is the head's colour; mark says the same for those who see none.
func template(t bots.Tone) string {
	switch t {
	case bots.ToneAct:
		return "orange"
	case bots.ToneSuccess:
		return "green"
	case bots.ToneWarn:
		return "yellow"
	case bots.ToneError:
		return "red"
	case bots.ToneClosed:
		return "grey"
	case bots.ToneInfo:
	}
	return "blue"
}

func mark(t bots.Tone) string {
	switch t {
	case bots.ToneSuccess:
		return "✓ "
	case bots.ToneWarn:
		return "！"
	case bots.ToneError:
		return "✗ "
	case bots.ToneInfo, bots.ToneAct, bots.ToneClosed:
	}
	return ""
}

// plain is a text without markup. The one thing that some clients look for even
// there, a mention, is taken apart.
func plain(s string) object {
	return object{"tag": "plain_text", "content": strings.ReplaceAll(s, "<at", "＜at")}
}

func div(s string) object { return object{"tag": "div", "text": plain(s)} }

func note(s string) object {
	text := plain(s)
	text["text_size"], text["text_color"] = "notation", "grey"
	return object{"tag": "div", "text": text}
}

// renderer keeps the names of a card's parts apart: the platform wants each to
// be the only one of its name in the whole card.
type renderer struct {
	taken   map[string]int
	buttons int
}

// name gives a part a name that no other part of the card has.
func (r *renderer) name(want string) string {
	r.taken[want]++
	if n := r.taken[want]; n > 1 {
		return want + "~" + strconv.Itoa(n)
	}
	return want
}

// numbered is what [renderer.name] adds.
var numbered = regexp.MustCompile(`~\d+$`)

// ownName is the name that a part was given by those who made the card.
func ownName(name string) string { return numbered.ReplaceAllString(name, "") }

func (r *renderer) block(b bots.Block) []any {
	var out []any
	if b.Text != "" {
		out = append(out, div(b.Text))
	}
	for _, f := range b.Facts {
		out = append(out, div(f.Name+"："+f.Value))
	}
	if b.Note != "" {
		out = append(out, note(b.Note))
	}
	if b.Divider {
		out = append(out, object{"tag": "hr"})
	}
	if b.Form != nil {
		out = append(out, r.form(*b.Form))
	}
	if len(b.Buttons) > 0 {
		out = append(out, r.row(b.Buttons, false))
	}
	return out
}

// row sets buttons side by side; they wrap on a phone.
func (r *renderer) row(buttons []bots.Button, submits bool) object {
	columns := make([]any, 0, len(buttons))
	for _, b := range buttons {
		columns = append(columns, object{"tag": "column", "width": "auto", "elements": []any{r.button(b, submits)}})
	}
	return object{"tag": "column_set", "flex_mode": "flow", "horizontal_spacing": "8px", "columns": columns}
}

func (r *renderer) button(b bots.Button, submits bool) object {
	r.buttons++
	value := object{actionKey: b.Action}
	for k, v := range b.Value {
		value[k] = v
	}
	out := object{
		"tag": "button", "name": r.name("b" + strconv.Itoa(r.buttons) + "_" + b.Action), "text": plain(b.Text), "type": buttonType(b.Style),
		"behaviors": []any{object{"type": "callback", "value": value}},
	}
	if submits {
		out["form_action_type"] = "submit"
	}
	if b.Confirm != "" {
		out["confirm"] = object{"title": plain(wordConfirm), "text": plain(b.Confirm)}
	}
	return out
}

func buttonType(s bots.ButtonStyle) string {
	switch s {
	case bots.ButtonPrimary:
		return "primary_filled"
	case bots.ButtonDanger:
		return "danger"
	case bots.ButtonPlain:
	}
	return "default"
}
