package handlers

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"genjin/handlers/speech"
	"genjin/sales"
)

// stagesFrom makes the parser's view of a pipeline.
func stagesFrom(r *sales.Rules) speech.Stages {
	return func(text string) (id, rest string, ok bool) {
		longest := 0
		for _, s := range r.Pipeline {
			for _, name := range append([]string{s.Name, s.ID}, s.Aliases...) {
				if len(name) <= longest || len(name) > len(text) || !strings.EqualFold(text[:len(name)], name) || !ends(name, text[len(name):]) {
					continue
				}
				longest, id, rest, ok = len(name), s.ID, text[len(name):], true
			}
		}
		return id, rest, ok
	}
}

// ends tells whether a name really ends there: won is no part of wonderful.
func ends(name, rest string) bool {
	last, _ := utf8.DecodeLastRuneInString(name)
	next, _ := utf8.DecodeRuneInString(rest)
	latin := func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	return !latin(last) || !latin(next)
}

// stageNames lists the names of a pipeline.
func stageNames(r *sales.Rules) string {
	names := make([]string, 0, len(r.Pipeline))
	for _, s := range r.Pipeline {
		names = append(names, s.Name)
	}
	return strings.Join(names, "、")
}

// closing is the stage that a won or lost deal ends in.
func closing(r *sales.Rules, won bool) (sales.Stage, bool) {
	for _, s := range r.Pipeline {
		if (won && s.Won) || (!won && s.Lost) {
			return s, true
		}
	}
	return sales.Stage{}, false
}
