package speech

import (
	"regexp"
	"strings"

	"genjin/sales"
)

// fieldShape finds what may be the name of a field: a word before = or a colon.
var fieldShape = regexp.MustCompile(`(^|[\s,;，；、。])(["'“]?)([\p{L}][\p{L}\p{N}_-]{0,15})\s*([=:])`)

// CutFields splits 名=值 pairs off a text. A value runs to the next name; commas,
// spaces and units belong to it. Behind a comma, and with a colon, only names
// that we know count: 需求=想了解MES,预算50万 has one field.
func CutFields(text string) (head string, fields map[string]string) {
	type mark struct{ from, to, value int }
	var marks []mark
	var names []string
	for _, m := range fieldShape.FindAllStringSubmatchIndex(text, -1) {
		name, known := fieldName(text[m[6]:m[7]])
		before := text[m[2]:m[3]]
		spaced := before == "" || strings.TrimSpace(before) == ""
		colon := text[m[8]:m[9]] == ":"
		if !known && (colon || !spaced) {
			continue
		}
		marks = append(marks, mark{m[0], m[7], m[9]})
		names = append(names, name)
	}
	if len(marks) == 0 {
		return strings.TrimSpace(text), nil
	}
	fields = make(map[string]string, len(marks))
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1].from
		}
		value := strings.Trim(strings.TrimSpace(text[m.value:end]), ",;，；、 \n\t")
		if value != "" || fields[names[i]] == "" {
			fields[names[i]] = value
		}
	}
	return strings.TrimSpace(strings.Trim(text[:marks[0].from], ",;，；、 \n\t")), fields
}

// fieldName is what we call a field, and whether we know it at all.
func fieldName(word string) (name string, known bool) {
	if name, ok := moreFields[strings.ToLower(word)]; ok {
		return name, true
	}
	if name, ok := sales.Canonical(word); ok {
		return name, true
	}
	return word, false
}
