package wecom

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"genjin/bots"
)

// How many characters the clients show in one place (path/90236, "建议不超过").
const (
	subMax       = 160
	descMax      = 44
	factNameMax  = 5
	factValueMax = 30
)

// cardLines are a card's words by where they may stand.
type cardLines struct {
	text     []string
	facts    []bots.Fact
	notes    []string
	fallback string
}

func linesOf(c bots.Card) cardLines {
	out := cardLines{fallback: c.Fallback}
	for _, b := range c.Blocks {
		if b.Text != "" {
			out.text = append(out.text, b.Text)
		}
		if b.Note != "" {
			out.notes = append(out.notes, b.Note)
		}
		out.facts = append(out.facts, b.Facts...)
	}
	return out
}

// all gives every line, for places that hold nothing but text.
func (l cardLines) all() []string {
	out := append([]string{}, l.text...)
	for _, f := range l.facts {
		out = append(out, f.Name+"："+f.Value)
	}
	out = append(out, l.notes...)
	if l.fallback != "" {
		out = append(out, l.fallback)
	}
	return out
}

// write puts a card's words where the platform shows them whole: short facts in
// the table, notes below the title, paragraphs and what to reply in the
// subtitle, and what is too long for these in the quote.
func (out *card) write(c bots.Card) error {
	l := linesOf(c)
	quote := out.table(l.facts)
	out.Title = cardTitle{Title: headline(c), Desc: oneLine(l.notes)}
	if utf8.RuneCountInString(out.Title.Desc) > descMax {
		quote, out.Title.Desc = append(l.notes, quote...), ""
	}
	sub := l.text
	if l.fallback != "" {
		sub = append(slices.Clip(sub), l.fallback)
	}
	out.Sub = strings.Join(sub, "\n")
	if utf8.RuneCountInString(out.Sub) > subMax {
		quote, out.Sub = append(slices.Clip(l.text), quote...), l.fallback
	}
	if len(quote) > 0 {
		out.Quote = &cardQuote{Text: strings.Join(quote, "\n")}
	}
	if n := utf8.RuneCountInString(strings.Join(quote, "\n")); n > quoteMax {
		return fmt.Errorf("%d characters are too many for a card", n)
	}
	return nil
}

// table sets the facts that fit into the table, and gives the others in words.
func (out *card) table(facts []bots.Fact) (rest []string) {
	for _, f := range facts {
		short := utf8.RuneCountInString(f.Name) <= factNameMax && utf8.RuneCountInString(f.Value) <= factValueMax && !strings.Contains(f.Value, "\n")
		if short && f.Name != "" && f.Value != "" && len(out.Facts) < factsMax {
			out.Facts = append(out.Facts, cardFact{Name: f.Name, Value: f.Value})
			continue
		}
		rest = append(rest, f.Name+"："+f.Value)
	}
	return rest
}

func oneLine(lines []string) string { return strings.Join(lines, " · ") }
