package wecomsim

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// cardNode is a part of a card as it is written in a passive reply's XML. The
// names are those of the JSON in CamelCase; lists are repeated elements.
type cardNode struct {
	XMLName xml.Name
	Text    string     `xml:",chardata"`
	Subs    []cardNode `xml:",any"`
}

// value turns the XML into what the JSON of the same card would hold.
func (n *cardNode) value() map[string]any {
	out := map[string]any{}
	for i := range n.Subs {
		sub := &n.Subs[i]
		name := jsonName(sub.XMLName.Local)
		if slices.Contains(cardLists, sub.XMLName.Local) {
			list, _ := out[name].([]any)
			out[name] = append(list, sub.value())
			continue
		}
		out[name] = sub.leaf()
	}
	return out
}

// leaf is the value of one element.
func (n *cardNode) leaf() any {
	if len(n.Subs) > 0 {
		return n.value()
	}
	text := strings.TrimSpace(n.Text)
	switch {
	case slices.Contains(cardNumbers, n.XMLName.Local):
		if num, err := strconv.Atoi(text); err == nil {
			return num
		}
	case slices.Contains(cardFlags, n.XMLName.Local):
		if flag, err := strconv.ParseBool(text); err == nil {
			return flag
		}
	}
	return text
}

// jsonName is CardType → card_type, but KeyName → keyname.
func jsonName(name string) string {
	if slices.Contains(cardJoined, name) {
		return strings.ToLower(name)
	}
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && name[i-1] >= 'a' {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
