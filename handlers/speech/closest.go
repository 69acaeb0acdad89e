package speech

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// wordMax is the longest word that may have been meant as a verb.
const wordMax = 16

// Closest are the verbs that a word may have been meant as: the same sound, one
// character away, or something right behind the verb, as in 催办王芳.
func Closest(word string) []string {
	word = strings.ToLower(word)
	if len([]rune(word)) > wordMax {
		return nil
	}
	sound := Sounds(word)
	found := map[string]int{}
	for alias, v := range spokenVerbs() {
		far := apart(word, sound, alias)
		if old, ok := found[string(v)]; far <= 1 && (!ok || far < old) {
			found[string(v)] = far
		}
	}
	if len(found) > 1 {
		delete(found, string(Help)) // it is offered anyway
	}
	names := slices.Collect(maps.Keys(found))
	slices.SortFunc(names, func(a, b string) int {
		if found[a] != found[b] {
			return found[a] - found[b]
		}
		return strings.Compare(a, b)
	})
	return names[:min(len(names), 3)]
}

// apart is how far a word is from one that means a verb.
func apart(word, sound, alias string) int {
	switch far := Distance([]rune(word), []rune(alias)); {
	case isHan(alias) && isHan(word) && Sounds(alias) == sound:
		return 0
	case isHan(alias) && strings.HasPrefix(word, alias):
		return min(far, 1)
	default:
		return far
	}
}

// spokenVerbs are all words that mean a verb, those that decide included.
func spokenVerbs() map[string]Verb {
	all := make(map[string]Verb, len(verbs)+4)
	for word, v := range verbs {
		if len([]rune(word)) > 1 {
			all[word] = v
		}
	}
	for _, v := range []Verb{Approve, Reject, Transfer, Return} {
		all[string(v)] = v
	}
	return all
}

func isHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return s != ""
}

// Distance is the number of single changes between two words.
func Distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		last := row[0]
		row[0] = i + 1
		for j := range b {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, last+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// Sounds is a word in pinyin without tones; what is not Chinese stays.
func Sounds(s string) string { return spell(s, pinyin.Normal) }

// Initials are the first letters of a word's pinyin: 华东智造 → hdzz.
func Initials(s string) string { return spell(s, pinyin.FirstLetter) }

func spell(s string, style int) string {
	args := pinyin.NewArgs()
	args.Style = style
	var b strings.Builder
	for _, r := range s {
		if all := pinyin.SinglePinyin(r, args); len(all) > 0 {
			b.WriteString(all[0])
			continue
		}
		if !unicode.IsSpace(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
