package bots

import (
	"slices"
	"strings"
)

// CardRef names a message that was sent, in the platform's own words. The first
// word names the message and never changes. Further words, parted by spaces,
// are what it takes to change the card, each good for one change (WeCom's
// response codes). Nobody outside the platform's package looks into the words.
type CardRef string

// Same tells whether both name the same message.
func (r CardRef) Same(other CardRef) bool {
	a, _, _ := strings.Cut(string(r), " ")
	b, _, _ := strings.Cut(string(other), " ")
	return a == b
}

// Merge takes over what became of before elsewhere: words that are missing in
// after were used up, new ones were won. What r has learnt meanwhile stays. So
// a click can bring a new word while an update uses an old one.
func (r CardRef) Merge(before, after CardRef) CardRef {
	if r == "" {
		return after
	}
	spent, now := strings.Fields(string(before)), strings.Fields(string(after))
	words := strings.Fields(string(r))
	words = append(words[:1:1], slices.DeleteFunc(words[1:], func(w string) bool { return slices.Contains(spent, w) && !slices.Contains(now, w) })...)
	for _, w := range now[min(1, len(now)):] {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return CardRef(strings.Join(words, " "))
}
