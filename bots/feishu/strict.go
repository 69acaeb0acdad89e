package feishu

import (
	"bytes"

	"genjin/bots"
)

const (
	// depthMax is how deep a push may be nested: the events go to about 8.
	depthMax = 32
	// keysMax bounds the names that are compared at one level.
	keysMax = 64
)

// strict refuses what a lenient reader would silently choose from: a push that
// is nested beyond reason, or that says the same thing twice in its first two
// levels. Go's reader takes the last of two, and takes "Token" for "token".
func strict(text []byte) error {
	var (
		depth int
		keys  [3][][]byte // names seen at depths 1 and 2
	)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			if depth++; depth > depthMax {
				return fault(bots.FaultMalformed, "json_invalid", nil)
			}
			if depth < len(keys) {
				keys[depth] = keys[depth][:0]
			}
		case '}', ']':
			if depth--; depth < 0 {
				return fault(bots.FaultMalformed, "json_invalid", nil)
			}
		case '"':
			word := quoted(text[i:])
			i += len(word) - 1
			if depth < 1 || depth >= len(keys) || !isKey(text[i+1:]) {
				continue
			}
			if !fresh(keys[depth], word) {
				return fault(bots.FaultMalformed, "json_duplicate", nil)
			}
			if len(keys[depth]) < keysMax {
				keys[depth] = append(keys[depth], word)
			}
		}
	}
	return nil
}

// quoted is the string that a text begins with, with its quotes; what does not
// end is the reader's to refuse.
func quoted(text []byte) []byte {
	for end := 1; ; end++ {
		i := bytes.IndexByte(text[end:], '"')
		if i < 0 {
			return text
		}
		end += i
		escapes := end
		for text[escapes-1] == '\\' {
			escapes--
		}
		if (end-escapes)%2 == 0 {
			return text[:end+1]
		}
	}
}

// isKey tells whether a colon follows.
func isKey(after []byte) bool {
	after = bytes.TrimLeft(after, " \t\r\n")
	return len(after) > 0 && after[0] == ':'
}

// fresh tells whether a name was not seen yet; one that hides behind escapes
// counts as seen.
func fresh(seen [][]byte, word []byte) bool {
	if bytes.IndexByte(word, '\\') >= 0 {
		return false
	}
	for _, s := range seen {
		if bytes.EqualFold(s, word) {
			return false
		}
	}
	return true
}
