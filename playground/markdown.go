package playground

import (
	"regexp"
	"strings"
)

// span is a run of text in a card.
type span struct {
	Text   string
	Bold   bool
	Italic bool
	Strike bool
	Code   bool
	Muted  bool
	Href   string
}

// marks finds what card markdown can do: links, emphasis, code, mentions, fonts.
var marks = regexp.MustCompile("(?s)" +
	`\[([^\]\n]+)\]\((https?://[^)\s]+)\)` +
	`|\*\*(.+?)\*\*` +
	`|\*([^*\n]+)\*` +
	`|~~(.+?)~~` +
	"|`([^`\n]+)`" +
	`|<at (?:id|user_id)="?([^\s">]+)"?>(?:[^<]*</at>)?` +
	`|<font color=['"]?\w+['"]?>(.*?)</font>` +
	`|\\([\\*_~\[\]<>()#` + "`" + `|{}!+.-])` +
	`|` + address)

// address is a link as people write it: clients make it one.
const address = `(https?://[^\s<>"'，。；：、！？（）「」\x60*)]+)`

// addresses finds links in plain text.
var addresses = regexp.MustCompile(address)

// linked cuts plain text into spans: only addresses are more than text.
func linked(text string) []span {
	var out []span
	from := 0
	for _, m := range addresses.FindAllStringIndex(text, -1) {
		if m[0] > from {
			out = append(out, span{Text: text[from:m[0]]})
		}
		out = append(out, span{Text: text[m[0]:m[1]], Href: text[m[0]:m[1]]})
		from = m[1]
	}
	if from < len(text) {
		out = append(out, span{Text: text[from:]})
	}
	return out
}

// markdown cuts a card's markdown into spans; who names the people mentioned.
func markdown(text string, who func(openID string) string) []span {
	var out []span
	say := func(all ...span) {
		for _, s := range all {
			if s.Text != "" {
				out = append(out, s)
			}
		}
	}
	from := 0
	for _, m := range marks.FindAllStringSubmatchIndex(text, -1) {
		say(span{Text: entities.Replace(text[from:m[0]])})
		from = m[1]
		group := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return text[m[2*n]:m[2*n+1]]
		}
		say(marked(group, who)...)
	}
	say(span{Text: entities.Replace(text[from:])})
	return out
}

// marked is what one mark means; group gives the parts of the match.
func marked(group func(int) string, who func(string) string) []span {
	switch {
	case group(2) != "":
		return []span{{Text: group(1), Href: group(2)}}
	case group(3) != "":
		inner := markdown(group(3), who)
		for i := range inner {
			inner[i].Bold = true
		}
		return inner
	case group(4) != "":
		return []span{{Text: entities.Replace(group(4)), Italic: true}}
	case group(5) != "":
		return []span{{Text: entities.Replace(group(5)), Strike: true}}
	case group(6) != "":
		return []span{{Text: entities.Replace(group(6)), Code: true}}
	case group(7) != "":
		return []span{{Text: "@" + who(group(7))}}
	case group(9) != "":
		return []span{{Text: group(9)}}
	case group(10) != "":
		return []span{{Text: group(10), Href: group(10)}}
	}
	inner := markdown(group(8), who)
	for i := range inner {
		inner[i].Muted = true
	}
	return inner
}

// entities are the character references that card markdown knows.
var entities = strings.NewReplacer( //nolint:gochecknoglobals // read-only
	"&lt;", "<", "&gt;", ">", "&amp;", "&", "&#42;", "*", "&#95;", "_", "&#126;", "~", "&#91;", "[", "&#93;", "]", "&#96;", "`", "&nbsp;", " ",
	"&#60;", "<", "&#62;", ">", "&#38;", "&", "&#40;", "(", "&#41;", ")", "&#35;", "#", "&#92;", `\`, "&#45;", "-", "&#33;", "!", "&#124;", "|",
)
