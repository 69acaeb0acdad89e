package feishusim

import (
	"slices"
	"strconv"
	"strings"
)

// interactive checks what a person can press or fill.
func (k *checker) interactive(path, tag string, el map[string]any) {
	if k.inForm {
		name, _ := el["name"].(string)
		switch {
		case name == "":
			k.blame(subForm, path, "name is empty in form")
		case k.names[name]:
			k.blame(subForm, path, "name %q is used twice in form", name)
		}
		k.names[name] = true
	}
	if tag == "button" {
		k.button(path, el)
	}
	if t, set := el["input_type"]; set && tag == "input" && !oneOf(t, inputTypes) {
		k.blame(subJSON, path+" -> input_type", "unknown input_type %v", t)
	}
	k.behaviors(path, el)
	k.options(path, tag, el)
}

func (k *checker) button(path string, el map[string]any) {
	if t, set := el["type"]; set && !oneOf(t, buttonTypes) {
		k.blame(subJSON, path+" -> type", "unknown button type %v", t)
	}
	action, set := el["form_action_type"]
	switch {
	case !set:
	case !oneOf(action, submitTypes):
		k.blame(subJSON, path+" -> form_action_type", "unknown form_action_type %v", action)
	case !k.inForm:
		k.blame(subForm, path, "form_action_type outside a form")
	case action == "submit":
		k.submits++
	}
}

// behaviors wants callback values to be objects: clients of the long
// connection cannot read strings.
func (k *checker) behaviors(path string, el map[string]any) {
	v, set := el["behaviors"]
	if !set {
		return
	}
	list, ok := v.([]any)
	if !ok {
		k.blame(subJSON, path+" -> behaviors", "must be an array")
		return
	}
	for i, item := range list {
		at := path + " -> behaviors -> [" + strconv.Itoa(i) + "]"
		b, ok := item.(map[string]any)
		if !ok {
			k.blame(subJSON, at, "must be an object")
			return
		}
		k.props(at, b, behaviorProps)
		value, hasValue := b["value"]
		_, isObject := value.(map[string]any)
		switch {
		case !oneOf(b["type"], words("callback open_url form_action")):
			k.blame(subJSON, at, "unknown behavior type %v", b["type"])
		case hasValue && !isObject:
			k.blame(subJSON, at+" -> value", "must be an object")
		}
	}
}

// options wants choices to have a text and a value.
func (k *checker) options(path, tag string, el map[string]any) {
	list, ok := el["options"].([]any)
	if !ok || (!slices.Contains(selectTags, tag) && !slices.Contains(personTags, tag)) {
		return
	}
	for i, item := range list {
		at := path + " -> options -> [" + strconv.Itoa(i) + "]"
		o, ok := item.(map[string]any)
		if !ok {
			k.blame(subJSON, at, "must be an object")
			return
		}
		k.props(at, o, optionProps)
		text, hasText := o["text"].(map[string]any)
		value, _ := o["value"].(string)
		switch {
		case value == "" && tag != "overflow":
			k.blame(subJSON, at, "value is empty")
		case !hasText && slices.Contains(selectTags, tag):
			k.blame(subJSON, at, "text is required")
		case hasText:
			k.element(at+" -> text", text, false)
		}
	}
}

// content checks texts, people and images.
func (k *checker) content(path, tag string, el map[string]any) {
	if v, set := el["content"]; set {
		text, ok := v.(string)
		if !ok {
			k.blame(subJSON, path+" -> content", "must be a string")
		}
		if tag == "markdown" || tag == "lark_md" {
			k.people(path, text)
		}
	}
	switch tag {
	case "img":
		if key, _ := el["img_key"].(string); !k.imageKnown(key) {
			k.blame(subImage, path+" -> img_key", "image key is invalid")
		}
	case "person":
		if id, _ := el["user_id"].(string); !k.userKnown(id) {
			k.blame(subUser, path+" -> user_id", "invalid user resource, user_id: %s", id)
		}
	}
}

// people refuses mentions of somebody who does not exist.
func (k *checker) people(path, text string) {
	for _, hit := range mentionIn.FindAllStringSubmatch(text, -1) {
		for id := range strings.SplitSeq(hit[1], ",") {
			if strings.HasPrefix(id, "ou_") && !k.userKnown(id) {
				k.blame(subUser, path+" -> content", "invalid user resource, user_id: %s", id)
			}
		}
	}
}
