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
	var n nesting
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			n.enter()
		case '}', ']':
			n.depth--
		case '"':
			word := quoted(text[i:])
			i += len(word) - 1
			if isKey(text[i+1:]) && !n.name(word) {
				return fault(bots.FaultMalformed, "json_duplicate", nil)
			}
		}
		if n.depth < 0 || n.depth > depthMax {
			return fault(bots.FaultMalformed, "json_invalid", nil)
		}
	}
	return nil
}

// nesting is where in a text the reader is, and which names it has met in the
// object of the first level and in that of the second.
type nesting struct {
	depth        int
	outer, inner [][]byte
}

func (n *nesting) enter() {
	n.depth++
	if seen := n.seen(); seen != nil {
		*seen = (*seen)[:0]
	}
}

func (n *nesting) seen() *[][]byte {
	switch n.depth {
	case 1:
		return &n.outer
	case 2:
		return &n.inner
	}
	return nil
}

// name notes a name; false: it was met before.
func (n *nesting) name(word []byte) bool {
	seen := n.seen()
	if seen == nil {
		return true
	}
	if !fresh(*seen, word) {
		return false
	}
	if len(*seen) < keysMax {
		*seen = append(*seen, word)
	}
	return true
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
