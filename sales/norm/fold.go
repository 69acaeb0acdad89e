package norm

import (
	"slices"
	"strings"
	"unicode"
)

// Fold makes what a person typed comparable: full-width characters become
// half-width, every kind of space a plain one, and what cannot be seen (control,
// zero-width, direction) or says nothing (emoji, [强]) goes away. Line breaks
// stay. Fold of a folded text is the same text.
func Fold(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		r = halfWidth(r)
		if r != '\n' && unseen(r) {
			continue
		}
		out = append(out, r)
		if r == ']' {
			// Looking back from each closing bracket reads the text once, and
			// what is left holds no sticker however they were nested.
			out = dropSticker(out)
		}
	}
	return strings.TrimSpace(string(out))
}

// halfWidth gives a character its plain form.
func halfWidth(r rune) rune {
	switch {
	case r == '\n':
		return r
	case unicode.IsSpace(r): // U+3000 among them
		return ' '
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == '￥':
		return '¥'
	}
	return r
}

// unseen tells characters that cannot be seen, and pictographs: none of them is
// part of a name or an amount.
func unseen(r rune) bool {
	return unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.In(r, unicode.Cf, invisibles, pictographs)
}

// stickerMax is the most runes that stand in a sticker's brackets.
const stickerMax = 14

// dropSticker cuts [强] and its like off the end: brackets around a few Han
// characters or a sticker's Latin name. [MES] is a word and stays.
func dropSticker(out []rune) []rune {
	end := len(out) - 1
	for i := end - 1; i >= 0 && i >= end-stickerMax-1; i-- {
		if out[i] == '[' {
			if sticker(out[i+1 : end]) {
				return out[:i]
			}
			return out
		}
	}
	return out
}

// hanStickerMax is the most Han characters of a sticker's name.
const hanStickerMax = 6

func sticker(name []rune) bool {
	if len(name) == 0 {
		return false
	}
	if len(name) <= hanStickerMax && !slices.ContainsFunc(name, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
		return true
	}
	_, known := stickerNames[strings.ToLower(string(name))]
	return known
}
