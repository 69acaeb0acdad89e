package playground

import (
	"encoding/json"
	"strconv"
	"strings"
)

// card is a card as the page draws it: Feishu's with a coloured head, WeCom's
// as WeCom does.
type card struct {
	WeCom           bool
	Source          string // small print above the title
	Title, Subtitle string
	Tone            string
	Tags            []string
	Nodes           []*node
}

// node is one element of a card. Where tells pieces deep inside which page,
// person and message they belong to.
type node struct {
	Kind     string // md, hr, cols, col, form, button, input, panel; WeCom's: quote, facts, jump
	Where    *place
	Spans    []span
	Muted    bool
	Weighted bool
	InForm   bool
	Nodes    []*node
	Button   button
	Input    input
	Title    string
	Facts    []fact
	Href     string
}

// fact is a name with its value; either may be a link.
type fact struct{ Name, Value, Href string }

type button struct {
	Ref, Text, Style, Confirm string
	Disabled                  bool
}

type input struct {
	ID, Name, Label, Hint, Kind, Value string
	Required, Several, Disabled        bool
	Inside                             bool // its label stands in the field, as the platform shows it
	MaxLen, Rows                       int
	Choices                            []choice
}

type choice struct {
	Value, Text string
	Selected    bool
}

// reader draws one card.
type reader struct {
	where   *place
	who     func(openID string) string
	people  []choice
	buttons int
}

type object = map[string]any

// readCard draws a Feishu card.
func readCard(raw json.RawMessage, where *place, people []Person) *card {
	var in struct {
		Header object `json:"header"`
		Body   struct {
			Elements []any `json:"elements"`
		} `json:"body"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return &card{Title: words["card-broken"]}
	}
	r := &reader{where: where, who: func(id string) string { return nameOf(people, id, func(q Person) string { return q.OpenID }) }}
	for _, person := range people {
		if person.OpenID != "" {
			r.people = append(r.people, choice{Value: person.OpenID, Text: person.Name})
		}
	}
	c := &card{
		Title: content(in.Header["title"]), Subtitle: content(in.Header["subtitle"]),
		Tone: tones[text(in.Header, "template")], Nodes: r.list(in.Body.Elements, false),
	}
	tags, _ := in.Header["text_tag_list"].([]any)
	for _, t := range tags {
		if tag, ok := t.(object); ok {
			c.Tags = append(c.Tags, content(tag["text"]))
		}
	}
	return c
}

// list draws elements; buttons are counted in the order in which the
// simulator counts them.
func (r *reader) list(v any, inForm bool) []*node {
	items, _ := v.([]any)
	var out []*node
	for _, item := range items {
		if el, ok := item.(object); ok {
			if n := r.element(el, inForm); n != nil {
				out = append(out, n)
			}
		}
	}
	return out
}

func (r *reader) element(el object, inForm bool) *node {
	n := &node{Where: r.where, InForm: inForm}
	tag := text(el, "tag")
	switch tag {
	case "markdown", "lark_md":
		n.Kind, n.Spans = "md", markdown(text(el, "content"), r.who)
		n.Muted = text(el, "text_size") == "notation"
	case "plain_text", "div":
		n.read(r, el, tag)
	case "hr":
		n.Kind = "hr"
	case "column_set":
		n.Kind, n.Nodes = "cols", r.list(el["columns"], inForm)
	case "column":
		n.Kind, n.Nodes = "col", r.list(el["elements"], inForm)
		n.Weighted = text(el, "width") != "auto"
	case "form":
		n.Kind, n.Nodes = "form", r.list(el["elements"], true)
	case "collapsible_panel", "interactive_container":
		n.Kind, n.Nodes = "panel", r.list(el["elements"], inForm)
		if header, ok := el["header"].(object); ok {
			n.Title = content(header["title"])
		}
	case "button":
		n.Kind, n.Button = "button", r.button(el)
	default:
		if n.Input = r.input(tag, el); n.Input.Kind == "" {
			return nil // pictures, charts: the page does not draw them
		}
		n.Kind = "input"
	}
	return n
}

// read takes plain text, on its own or inside a div.
func (n *node) read(r *reader, el object, tag string) {
	n.Kind = "md"
	body := el
	if tag == "div" {
		body, _ = el["text"].(object)
	}
	n.Muted = text(body, "text_color") == "grey" || text(body, "text_size") == "notation"
	if text(body, "tag") == "lark_md" {
		n.Spans = markdown(text(body, "content"), r.who)
		return
	}
	n.Spans = linked(text(body, "content"))
}

func (r *reader) button(el object) button {
	b := button{
		Ref: "#" + strconv.Itoa(r.buttons), Text: content(el["text"]), Disabled: el["disabled"] == true,
		Style: buttonStyles[text(el, "type")],
	}
	r.buttons++
	if confirm, ok := el["confirm"].(object); ok {
		b.Confirm = strings.TrimSpace(content(confirm["title"]) + "\n" + content(confirm["text"]))
	}
	return b
}

// name gives a field without a label its hint for one; a list shows it inside, as
// the platform does.
func (in *input) name() {
	switch {
	case in.Label != "":
	case in.Kind == "choice" && !in.Several:
		in.Label, in.Inside = in.Hint, true
	default:
		in.Label, in.Hint = in.Hint, ""
	}
}

func (r *reader) input(tag string, el object) input {
	in := input{
		Name: text(el, "name"), Label: content(el["label"]), Hint: content(el["placeholder"]), Kind: inputKinds[tag],
		Required: el["required"] == true, Several: strings.HasPrefix(tag, "multi_"), Disabled: el["disabled"] == true,
	}
	in.ID = r.where.Message + "-" + in.Name
	in.name()
	for _, name := range []string{"default_value", "initial_option", "initial_date", "initial_time", "initial_datetime"} {
		if in.Value == "" {
			in.Value = text(el, name)
		}
	}
	if tag == "input" && text(el, "input_type") == "multiline_text" {
		in.Kind = "long"
	}
	in.MaxLen, in.Rows = number(el, "max_length", 0), number(el, "rows", 2)
	if tag == "checker" {
		in.Label = content(el["text"])
	}
	options, _ := el["options"].([]any)
	for _, item := range options {
		if o, ok := item.(object); ok {
			in.Choices = append(in.Choices, choice{Value: text(o, "value"), Text: content(o["text"])})
		}
	}
	if strings.HasSuffix(tag, "select_person") {
		in.Choices = append([]choice(nil), r.people...)
	}
	for i, c := range in.Choices {
		in.Choices[i].Selected = c.Value == in.Value
	}
	if in.Kind == "date" {
		in.Value, _, _ = strings.Cut(in.Value, " ")
	}
	return in
}

// text is a property that is a string.
func text(el object, name string) string {
	s, _ := el[name].(string)
	return s
}

// content is the text of a text object.
func content(v any) string {
	o, _ := v.(object)
	return text(o, "content")
}

func number(el object, name string, otherwise int) int {
	if n, ok := el[name].(float64); ok && n > 0 {
		return int(n)
	}
	return otherwise
}
