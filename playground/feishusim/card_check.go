package feishusim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxElements = 200
	subJSON     = 200621 // not a card, or a property that 2.0 does not know
	subTag      = 200861 // a tag that 2.0 does not know
	subForm     = 200550 // a container in the wrong place, a name missing or used twice
	subImage    = 200570
	subUser     = 100290
	subCount    = 300305
)

// mentionIn finds people in markdown: <at id=ou_x></at>.
var mentionIn = regexp.MustCompile(`<at\s+(?:id|user_id|ids)\s*=\s*"?([^\s">]+)"?\s*>`)

// cardFault is why a card is refused.
type cardFault struct {
	code int
	path string
	msg  string
}

// checker walks through one card.
type checker struct {
	userKnown  func(openID string) bool
	imageKnown func(key string) bool
	elements   int
	names      map[string]bool // interactive elements of the form being walked
	ids        map[string]bool // element ids
	inForm     bool
	submits    int
	fault      *cardFault
}

// cardLocked checks a card as the platform does when it is sent or updated.
func (s *Server) cardLocked(content string) apiError {
	if _, on := s.Strikes(FaultRefuseCards, ""); on {
		return errCard.with("ErrCode: 11310; ErrMsg: switched on; ErrPath: ROOT")
	}
	k := &checker{
		ids:       map[string]bool{},
		userKnown: func(id string) bool { return s.users[id] != nil },
		imageKnown: func(key string) bool {
			b := s.blobs[key]
			return b != nil && b.image
		},
	}
	k.card(content)
	if k.fault == nil {
		return apiError{}
	}
	return errCard.with(fmt.Sprintf("ErrCode: %d; ErrMsg: %s; ErrPath: %s", k.fault.code, k.fault.msg, k.fault.path))
}

// blame keeps the first fault.
func (k *checker) blame(code int, path, format string, args ...any) {
	if k.fault == nil {
		k.fault = &cardFault{code: code, path: path, msg: fmt.Sprintf(format, args...)}
	}
}

func (k *checker) card(content string) {
	var card map[string]any
	if err := json.Unmarshal([]byte(content), &card); err != nil {
		k.blame(subJSON, "ROOT", "parse card json err: %v", err)
		return
	}
	if card["schema"] != "2.0" {
		k.blame(subJSON, "ROOT -> schema", "the simulator knows only schema 2.0")
		return
	}
	k.props("ROOT", card, cardProps)
	if config, ok := k.object("ROOT", card, "config"); ok {
		k.props("ROOT -> config", config, configProps)
		if v, set := config["update_multi"]; set && v != true {
			k.blame(subJSON, "ROOT -> config -> update_multi", "only true is supported in schema 2.0")
		}
	}
	if header, ok := k.object("ROOT", card, "header"); ok {
		k.header(header)
	}
	body, ok := k.object("ROOT", card, "body")
	if !ok {
		k.blame(subJSON, "ROOT -> body", "body is required")
		return
	}
	k.props("ROOT -> body", body, bodyProps)
	k.list("ROOT -> body -> elements", body["elements"], true)
	if k.elements > maxElements {
		k.blame(subCount, "ROOT", "element exceeds the limit: %d of %d", k.elements, maxElements)
	}
}

func (k *checker) header(header map[string]any) {
	const path = "ROOT -> header"
	k.props(path, header, headerProps)
	for _, name := range []string{"title", "subtitle"} {
		if text, ok := k.object(path, header, name); ok {
			k.element(path+" -> "+name, text, false)
		}
	}
	if _, ok := header["title"]; !ok {
		k.blame(subJSON, path, "title is required")
	}
	if t, set := header["template"]; set && !oneOf(t, templates) {
		k.blame(subJSON, path+" -> template", "unknown template %v", t)
	}
	if tags, ok := header["text_tag_list"].([]any); ok {
		k.list(path+" -> text_tag_list", tags, false)
	}
}

// list walks through an array of elements.
func (k *checker) list(path string, v any, atRoot bool) {
	if v == nil {
		return
	}
	items, ok := v.([]any)
	if !ok {
		k.blame(subJSON, path, "must be an array")
		return
	}
	for i, item := range items {
		at := path + " -> [" + strconv.Itoa(i) + "]"
		el, ok := item.(map[string]any)
		if !ok {
			k.blame(subJSON, at, "must be an object")
			return
		}
		k.element(at, el, atRoot)
	}
}

// element checks one element and everything in it.
func (k *checker) element(path string, el map[string]any, atRoot bool) {
	tag, _ := el["tag"].(string)
	path += "(tag: " + tag + ")"
	rule, known := cardRules[tag]
	switch {
	case k.fault != nil:
		return
	case slices.Contains(removedTags, tag):
		k.blame(subTag, path, "cards of schema V2 no longer support this capability; unsupported tag %s", tag)
		return
	case !known:
		k.blame(subTag, path, "unknown tag %q", tag)
		return
	}
	k.elements++
	k.props(path, el, slices.Concat(elementProps, rule.props))
	for _, name := range rule.required {
		if _, ok := el[name]; !ok {
			k.blame(subJSON, path, "%s is required", name)
		}
	}
	k.identity(path, el)
	if rule.input {
		k.interactive(path, tag, el)
	}
	k.content(path, tag, el)
	if tag == "form" {
		k.form(path, el, atRoot)
		return
	}
	k.children(path, el)
}

// identity wants element ids to be unique.
func (k *checker) identity(path string, el map[string]any) {
	v, set := el["element_id"]
	if !set {
		return
	}
	id, ok := v.(string)
	if !ok || id == "" || len(id) > 20 || k.ids[id] {
		k.blame(subJSON, path+" -> element_id", "must be unique and at most 20 characters")
	}
	k.ids[id] = true
}

// form wants to sit at the card's root, with a name of its own, unique names
// inside and a button that submits.
func (k *checker) form(path string, el map[string]any, atRoot bool) {
	switch {
	case k.inForm:
		k.blame(subForm, path, "a form cannot be nested in a form")
		return
	case !atRoot:
		k.blame(subForm, path, "a form must be a direct child of body.elements")
		return
	}
	if name, _ := el["name"].(string); name == "" {
		k.blame(subForm, path, "name is empty")
	}
	k.inForm, k.names, k.submits = true, map[string]bool{}, 0
	k.children(path, el)
	if k.submits == 0 {
		k.blame(subForm, path, "a form needs at least one button with form_action_type submit")
	}
	k.inForm, k.names = false, nil
}

// children walks into whatever holds further elements.
func (k *checker) children(path string, el map[string]any) {
	k.list(path+" -> elements", el["elements"], false)
	if _, isTable := el["rows"]; !isTable && el["tag"] != "table" {
		k.list(path+" -> columns", el["columns"], false)
	}
	for _, name := range []string{"text", "label", "placeholder", "icon", "alt", "hover_tips", "disabled_tips"} {
		if sub, ok := el[name].(map[string]any); ok {
			k.element(path+" -> "+name, sub, false)
		}
	}
	if header, ok := el["header"].(map[string]any); ok {
		if title, ok := header["title"].(map[string]any); ok {
			k.element(path+" -> header -> title", title, false)
		}
	}
	if confirm, ok := k.object(path, el, "confirm"); ok {
		k.props(path+" -> confirm", confirm, confirmProps)
		for _, name := range confirmProps {
			if sub, ok := confirm[name].(map[string]any); ok {
				k.element(path+" -> confirm -> "+name, sub, false)
			}
		}
	}
}

// object gives a property that must be an object when it is there.
func (k *checker) object(path string, el map[string]any, name string) (map[string]any, bool) {
	v, set := el[name]
	if !set {
		return nil, false
	}
	o, ok := v.(map[string]any)
	if !ok {
		k.blame(subJSON, path+" -> "+name, "must be an object")
	}
	return o, ok
}

// props refuses properties that 2.0 does not know.
func (k *checker) props(path string, el map[string]any, allowed []string) {
	names := make([]string, 0, len(el))
	for name := range el {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(allowed, name) {
			k.blame(subJSON, path+" -> "+name, "unknown property, path: %s", strings.ReplaceAll(path, " -> ", "."))
		}
	}
}

// oneOf tells whether v is one of some words.
func oneOf(v any, all []string) bool {
	s, ok := v.(string)
	return ok && slices.Contains(all, s)
}
