package feishusim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// sheet is a card as a person reads it.
type sheet struct {
	title   string
	lines   []string
	buttons []Button
	inputs  []Input
	parts   []part
}

// part is something to press or to fill, with the form around it.
type part struct {
	el   map[string]any
	form map[string]any // nil outside a form
}

// readCard reads a card from top to bottom.
func readCard(content string) sheet {
	var card map[string]any
	var sh sheet
	if err := json.Unmarshal([]byte(content), &card); err != nil {
		return sh
	}
	if header, ok := card["header"].(map[string]any); ok {
		sh.title = plain(header["title"])
		sh.say(sh.title)
		sh.say(plain(header["subtitle"]))
		tags, _ := header["text_tag_list"].([]any)
		for _, t := range tags {
			if tag, ok := t.(map[string]any); ok {
				sh.say(plain(tag["text"]))
			}
		}
	}
	if body, ok := card["body"].(map[string]any); ok {
		sh.walk(body["elements"], nil)
	}
	return sh
}

func (sh *sheet) say(line string) {
	if line != "" {
		sh.lines = append(sh.lines, line)
	}
}

func (sh *sheet) walk(v any, form map[string]any) {
	list, _ := v.([]any)
	for _, item := range list {
		if el, ok := item.(map[string]any); ok {
			sh.read(el, form)
		}
	}
}

func (sh *sheet) read(el, form map[string]any) {
	tag, _ := el["tag"].(string)
	rule := cardRules[tag]
	switch {
	case tag == "button":
		b := Button{Ref: "#" + strconv.Itoa(len(sh.buttons)), Name: word(el, "name"), Text: plain(el["text"]), Disabled: el["disabled"] == true}
		sh.buttons = append(sh.buttons, b)
		sh.parts = append(sh.parts, part{el, form})
		sh.say(b.Text)
	case rule.input:
		in := readInput(tag, el)
		sh.inputs = append(sh.inputs, in)
		sh.parts = append(sh.parts, part{el, form})
		sh.say(in.Label)
	case tag == "form":
		sh.walk(el["elements"], el)
	case tag == "markdown", tag == "plain_text", tag == "lark_md":
		sh.say(word(el, "content"))
	case tag == "img":
		sh.say(plain(el["alt"]))
	default:
		if header, ok := el["header"].(map[string]any); ok {
			sh.say(plain(header["title"]))
		}
		sh.say(plain(el["text"]))
		sh.walk(el["columns"], form)
		sh.walk(el["elements"], form)
	}
}

func readInput(tag string, el map[string]any) Input {
	in := Input{
		Name: word(el, "name"), Kind: tag, Required: el["required"] == true,
		Label: plain(el["label"]), Default: word(el, "default_value"),
	}
	for _, name := range []string{"initial_option", "initial_date", "initial_time", "initial_datetime"} {
		if in.Default == "" {
			in.Default = word(el, name)
		}
	}
	if in.Label == "" {
		in.Label = plain(el["placeholder"])
	}
	if n, ok := el["max_length"].(float64); ok {
		in.MaxLength = int(n)
	}
	options, _ := el["options"].([]any)
	for _, item := range options {
		if o, ok := item.(map[string]any); ok {
			in.Options = append(in.Options, Option{Value: word(o, "value"), Text: plain(o["text"])})
		}
	}
	return in
}

// find gives the button with that place (#0 is the first), or else with that
// name, or else with that text.
func (sh *sheet) find(name string) (part, bool) {
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "#")); err == nil && strings.HasPrefix(name, "#") {
		for _, p := range sh.parts {
			if word(p.el, "tag") != "button" {
				continue
			}
			if n == 0 {
				return p, true
			}
			n--
		}
		return part{}, false
	}
	for _, same := range []func(part) bool{
		func(p part) bool { return word(p.el, "name") == name },
		func(p part) bool { return plain(p.el["text"]) == name },
	} {
		if i := slices.IndexFunc(sh.parts, same); i >= 0 {
			return sh.parts[i], true
		}
	}
	return part{}, false
}

// fields gives what can be filled in the form around a button.
func (sh *sheet) fields(form map[string]any) []Input {
	var all []Input
	for _, p := range sh.parts {
		if tag := word(p.el, "tag"); tag != "button" && form != nil && word(p.form, "name") == word(form, "name") {
			all = append(all, readInput(tag, p.el))
		}
	}
	return all
}

// word is a property that is a string.
func word(el map[string]any, name string) string {
	s, _ := el[name].(string)
	return s
}

// plain is the text of a text object.
func plain(v any) string {
	o, _ := v.(map[string]any)
	return strings.TrimSpace(word(o, "content"))
}
