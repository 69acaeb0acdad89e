package wecom

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unmention takes the mention of the 智能机器人 out of what was said in a group:
// "@跟进 帮助". The platform does not tell its name, but tells only what mentions
// it: so it is the mention that the text begins with, or else the last one.
func unmention(text string) string {
	start := 0
	if !strings.HasPrefix(text, "@") {
		start = lastMention(text)
		if start < 0 {
			return text
		}
	}
	name := text[start:]
	end := strings.IndexRune(name, afterMention) // a name may hold spaces
	if end < 0 {
		end = strings.IndexFunc(name, unicode.IsSpace)
	}
	if end < 0 {
		end = len(name)
	}
	return strings.TrimSpace(strings.TrimSpace(text[:start]) + " " + strings.TrimSpace(name[end:]))
}

// afterMention is the space that some clients put after a mention, and nowhere
// else.
const afterMention = '\u2005'

// lastMention is where the last word begins that begins with "@", or -1.
func lastMention(text string) int {
	for at := strings.LastIndex(text, "@"); at > 0; at = strings.LastIndex(text[:at], "@") {
		if before, _ := utf8.DecodeLastRuneInString(text[:at]); unicode.IsSpace(before) {
			return at
		}
	}
	return -1
}
