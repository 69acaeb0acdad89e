package sales

import (
	"strings"
	"unicode"
)

// Fold makes what a person typed comparable: full-width characters become
// half-width, every kind of space a plain one, and what cannot be seen (control,
// zero-width, direction) or says nothing (emoji, [强]) goes away. Line breaks
// stay. Fold of a folded text is the same text.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune('\n')
		case r == 0x3000 || unicode.IsSpace(r):
			b.WriteByte(' ')
		case r >= 0xFF01 && r <= 0xFF5E:
			b.WriteRune(r - 0xFEE0)
		case r == '￥':
			b.WriteRune('¥')
		case unseen(r) || emoji(r):
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(dropStickers(b.String()))
}

// unseen tells control, format and unassigned-selector characters.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || (r >= 0xFE00 && r <= 0xFE0F) || (r >= 0xE0000 && r <= 0xE01EF) || r == 0x034F || r == 0x115F || r == 0x1160 || r == 0x3164 || r == unicode.ReplacementChar
}

// emoji tells pictographs; none of them is part of a name or an amount.
func emoji(r rune) bool {
	return (r >= 0x1F000 && r <= 0x1FAFF) || (r >= 0x2600 && r <= 0x27BF) || (r >= 0x2B00 && r <= 0x2BFF) || r == 0x20E3 || (r >= 0x1F1E6 && r <= 0x1F1FF)
}

// stickerMax is the most runes that stand in a sticker's brackets.
const stickerMax = 6

// dropStickers removes [强] and its like: brackets around a few Han or Latin
// letters and nothing else. It repeats until nothing changes, so that what
// remains holds none.
func dropStickers(s string) string {
	for {
		cut := dropOnce(s)
		if cut == s {
			return s
		}
		s = cut
	}
}

func dropOnce(s string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:open])
		s = s[open:]
		end := strings.IndexByte(s, ']')
		if end > 0 && sticker(s[1:end]) {
			s = s[end+1:]
			continue
		}
		b.WriteByte('[')
		s = s[1:]
	}
}

func sticker(name string) bool {
	n := 0
	for _, r := range name {
		if !unicode.IsLetter(r) {
			return false
		}
		n++
	}
	return n > 0 && n <= stickerMax
}
