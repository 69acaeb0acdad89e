package feishu

import "genjin/bots"

// inputMax is the longest text that an input of a card takes.
const inputMax = 1000

// form stands at the root of the card, as the platform asks.
func (r *renderer) form(f bots.Form) object {
	elements := make([]any, 0, 2*len(f.Inputs)+1)
	for _, in := range f.Inputs {
		elements = append(elements, r.input(in)...)
	}
	elements = append(elements, r.row(f.Buttons, true))
	return object{"tag": "form", "name": r.name(f.Name), "elements": elements}
}

// input draws a field. Only texts have a label of their own on this platform;
// before the others it is said in a line.
func (r *renderer) input(in bots.Input) []any {
	out := object{"name": r.name(in.Name), "required": in.Required}
	if in.Hint != "" {
		out["placeholder"] = plain(in.Hint)
	}
	switch in.Kind {
	case bots.InputChoice:
		out["tag"], out["options"] = "select_static", options(in.Options)
		setUnlessEmpty(out, "initial_option", in.Default)
	case bots.InputChecks:
		out["tag"], out["options"] = "multi_select_static", options(in.Options)
	case bots.InputDate:
		out["tag"] = "date_picker"
		setUnlessEmpty(out, "initial_date", in.Default)
	case bots.InputPerson:
		out["tag"], out["options"] = "select_person", []any{}
		setUnlessEmpty(out, "initial_option", in.Default)
	case bots.InputText, bots.InputLongText:
		textInput(out, in)
		return []any{out}
	}
	if in.Hint == "" {
		out["placeholder"] = plain(in.Label)
	}
	return []any{div(in.Label), out}
}

func textInput(out object, in bots.Input) {
	out["tag"], out["label"], out["input_type"] = "input", plain(in.Label), "text"
	if in.Kind == bots.InputLongText {
		out["input_type"], out["rows"] = "multiline_text", 2
	}
	setUnlessEmpty(out, "default_value", in.Default)
	if in.MaxLen > 0 {
		out["max_length"] = min(in.MaxLen, inputMax)
	}
}

func options(all []bots.Option) []any {
	out := make([]any, 0, len(all))
	for _, o := range all {
		out = append(out, object{"text": plain(o.Text), "value": o.Value})
	}
	return out
}

func setUnlessEmpty(out object, name, value string) {
	if value != "" {
		out[name] = value
	}
}
