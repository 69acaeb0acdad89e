package bots

import "strings"

// Redact takes the queries of URLs out of what a library says: platforms carry
// tokens and tickets in them.
func Redact(s string) string {
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '?')
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		s = s[i+1:]
		end := strings.IndexAny(s, "\" \t\n'<>")
		if end < 0 {
			end = len(s)
		}
		if !strings.ContainsRune(s[:end], '=') { // a question mark of prose
			out.WriteByte('?')
			continue
		}
		s = s[end:]
	}
}
