package feishu

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

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
	r := &renderer{}
	var elements []any
	for _, b := range c.Blocks {
		elements = append(elements, r.block(b)...)
	}
	if c.Fallback != "" {
		elements = append(elements, r.note(c.Fallback))
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
	if len(text) > cardBytesMax || r.elements > cardElementsMax {
		return nil, &bots.SendError{Code: bots.CodeRefused, Platform: "render", Err: fmt.Errorf("card of %d bytes and %d elements is too large", len(text), r.elements)}
	}
	return text, nil
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

// renderer counts what it draws and keeps names apart.
type renderer struct {
	elements int
	names    int
}

func plain(s string) object { return object{"tag": "plain_text", "content": escapeText(s)} }

func (r *renderer) div(s string) object {
	r.elements += 2
	return object{"tag": "div", "text": plain(s)}
}

func (r *renderer) note(s string) object {
	r.elements += 2
	return object{"tag": "div", "text": object{"tag": "plain_text", "content": escapeText(s), "text_size": "notation", "text_color": "grey"}}
}

func (r *renderer) block(b bots.Block) []any {
	var out []any
	if b.Text != "" {
		out = append(out, r.div(b.Text))
	}
	for _, f := range b.Facts {
		out = append(out, r.div(f.Name+"："+f.Value))
	}
	if b.Note != "" {
		out = append(out, r.note(b.Note))
	}
	if b.Divider {
		r.elements++
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

// form stands at the root of the card, as the platform asks; every part of it
// has a name of its own.
func (r *renderer) form(f bots.Form) object {
	r.elements++
	elements := make([]any, 0, len(f.Inputs)+1)
	for _, in := range f.Inputs {
		elements = append(elements, r.input(in))
	}
	elements = append(elements, r.row(f.Buttons, true))
	return object{"tag": "form", "name": f.Name, "elements": elements}
}

func (r *renderer) input(in bots.Input) object {
	r.elements += 3
	out := object{"name": in.Name, "required": in.Required}
	if in.Hint != "" {
		out["placeholder"] = plain(in.Hint)
	}
	switch in.Kind {
	case bots.InputChoice:
		options := make([]any, 0, len(in.Options))
		for _, o := range in.Options {
			r.elements++
			options = append(options, object{"text": plain(o.Text), "value": o.Value})
		}
		out["tag"], out["options"] = "select_static", options
		if in.Hint == "" {
			out["placeholder"] = plain(in.Label)
		}
		if in.Default != "" {
			out["initial_option"] = in.Default
		}
	case bots.InputDate:
		out["tag"] = "date_picker"
		if in.Default != "" {
			out["initial_date"] = in.Default
		}
	case bots.InputPerson:
		out["tag"], out["options"] = "select_person", []any{}
	case bots.InputText, bots.InputLongText:
		textInput(out, in)
	}
	return out
}

func textInput(out object, in bots.Input) {
	out["tag"], out["label"], out["input_type"] = "input", plain(in.Label), "text"
	if in.Kind == bots.InputLongText {
		out["input_type"], out["rows"] = "multiline_text", 2
	}
	if in.Default != "" {
		out["default_value"] = in.Default
	}
	if in.MaxLen > 0 {
		out["max_length"] = in.MaxLen
	}
}

// row sets buttons side by side; they wrap on a phone.
func (r *renderer) row(buttons []bots.Button, submits bool) object {
	r.elements++
	columns := make([]any, 0, len(buttons))
	for _, b := range buttons {
		r.elements++
		columns = append(columns, object{"tag": "column", "width": "auto", "elements": []any{r.button(b, submits)}})
	}
	return object{"tag": "column_set", "flex_mode": "flow", "horizontal_spacing": "8px", "columns": columns}
}

func (r *renderer) button(b bots.Button, submits bool) object {
	r.elements += 2
	r.names++
	value := map[string]string{actionKey: b.Action}
	maps.Copy(value, b.Value)
	out := object{
		"tag": "button", "name": "b" + strconv.Itoa(r.names) + "_" + b.Action, "text": plain(b.Text), "type": buttonType(b.Style),
		"behaviors": []any{object{"type": "callback", "value": value}},
	}
	if submits {
		out["form_action_type"] = "submit"
	}
	if b.Confirm != "" {
		r.elements += 2
		out["confirm"] = object{"title": plain("请确认"), "text": plain(b.Confirm)}
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
