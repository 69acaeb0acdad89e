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
var marks = regexp.MustCompile("(?s)" + //nolint:gochecknoglobals // a compiled pattern is read-only
	`\[([^\]\n]+)\]\((https?://[^)\s]+)\)` +
	`|\*\*(.+?)\*\*` +
	`|\*([^*\n]+)\*` +
	`|~~(.+?)~~` +
	"|`([^`\n]+)`" +
	`|<at (?:id|user_id)="?([^\s">]+)"?>(?:[^<]*</at>)?` +
	`|<font color=['"]?\w+['"]?>(.*?)</font>` +
	`|\\([\\*_~\[\]<>()#` + "`" + `|{}!+.-])`)

// markdown cuts a card's markdown into spans; who names the people mentioned.
func markdown(text string, who func(openID string) string) []span {
	var out []span
	say := func(s span) {
		if s.Text == "" {
			return
		}
		s.Text = entities.Replace(s.Text)
		out = append(out, s)
	}
	from := 0
	for _, m := range marks.FindAllStringSubmatchIndex(text, -1) {
		say(span{Text: text[from:m[0]]})
		from = m[1]
		group := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return text[m[2*n]:m[2*n+1]]
		}
		switch {
		case group(2) != "":
			say(span{Text: group(1), Href: group(2)})
		case group(3) != "":
			for _, s := range markdown(group(3), who) {
				s.Bold = true
				say(s)
			}
		case group(4) != "":
			say(span{Text: group(4), Italic: true})
		case group(5) != "":
			say(span{Text: group(5), Strike: true})
		case group(6) != "":
			say(span{Text: group(6), Code: true})
		case group(7) != "":
			say(span{Text: "@" + who(group(7))})
		case group(9) != "":
			say(span{Text: group(9)})
		default:
			for _, s := range markdown(group(8), who) {
				s.Muted = true
				say(s)
			}
		}
	}
	say(span{Text: text[from:]})
	return out
}

// entities are the character references that card markdown knows.
var entities = strings.NewReplacer( //nolint:gochecknoglobals // read-only
	"&lt;", "<", "&gt;", ">", "&amp;", "&", "&#42;", "*", "&#95;", "_", "&#126;", "~", "&#91;", "[", "&#93;", "]", "&#96;", "`", "&nbsp;", " ",
	"&#60;", "<", "&#62;", ">", "&#38;", "&", "&#40;", "(", "&#41;", ")", "&#35;", "#", "&#92;", `\`, "&#45;", "-", "&#33;", "!", "&#124;", "|",
)
