package bots

import "strings"

// Plain says a card in words, for platforms and moments that cannot draw it:
// everything that can be read, and at the end what to write instead of pressing.
func (c Card) Plain() string {
	var lines []string
	if c.Title != "" {
		lines = append(lines, c.Title)
	}
	for _, b := range c.Blocks {
		lines = append(lines, b.plain()...)
	}
	if c.Fallback != "" {
		lines = append(lines, c.Fallback)
	}
	return strings.Join(lines, "\n")
}

func (b Block) plain() []string {
	var lines []string
	for _, s := range []string{b.Text, b.Note} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	for _, f := range b.Facts {
		lines = append(lines, f.Name+"："+f.Value)
	}
	return lines
}
