package wecom

import (
	"strings"
	"unicode/utf8"

	"genjin/bots"
)

// textMax is the most bytes of a text (45002 beyond).
const textMax = 2048

// textOf says a message in words, in parts that the platform takes.
func textOf(m bots.Message) []string { return split(plainOf(m), textMax) }

// plainOf says a message in words; whoever cannot press can follow the link.
func plainOf(m bots.Message) string { return escapeText(spoken(m)) }

func spoken(m bots.Message) string {
	if m.Card == nil {
		return m.Text
	}
	text := m.Card.Plain()
	if m.Card.Link != "" {
		text += "\n" + m.Card.Link
	}
	return text
}

// escapeText keeps words from being markup: in texts the platform reads <a> as a
// link that hides where it leads.
func escapeText(s string) string {
	var out strings.Builder
	for i, r := range s {
		if r == '<' && isAnchor(s[i+1:]) {
			r = '＜'
		}
		out.WriteRune(r)
	}
	return out.String()
}

func isAnchor(s string) bool {
	s = strings.TrimPrefix(s, "/")
	return len(s) > 0 && s[0]|0x20 == 'a' && (len(s) == 1 || strings.ContainsRune(" \t\r\n>/", rune(s[1])))
}

// split parts a text at the ends of lines, and lines that are too long between
// characters. Nothing is lost but the line ends between parts.
func split(s string, most int) []string {
	var parts []string
	for len(s) > most {
		end, skip := strings.LastIndexByte(s[:most+1], '\n'), 1
		if end <= 0 {
			for end, skip = most, 0; end > 0 && !utf8.RuneStart(s[end]); {
				end--
			}
		}
		if part := strings.TrimRight(s[:end], "\n"); strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
		s = s[end+skip:]
	}
	if strings.TrimSpace(s) != "" || len(parts) == 0 {
		parts = append(parts, s)
	}
	return parts
}
