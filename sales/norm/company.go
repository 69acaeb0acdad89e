package norm

import (
	"regexp"
	"strings"
	"unicode"
)

// Likeness says how alike two company names are.
type Likeness int

// The degrees.
const (
	CompanyDifferent Likeness = iota + 1
	CompanySimilar            // worth asking a person, never merged alone
	CompanySame
)

// foreignForm is a Latin legal form at the end of a name, apart from what stands
// before it: Zinc is not Z Inc.
var foreignForm = regexp.MustCompile(`(?s)^(.*?[^a-z0-9])(?:co[\s.,]*ltd|corporation|corp|incorporated|inc|limited|ltd|llc|gmbh|co)[\s.,]*$`)

// CompanyKey is what spellings of one company have in common: folded, lower
// case, without brackets, punctuation, legal form and leading region. A branch
// (分公司) is a company of its own. The key of a key is the same key.
func CompanyKey(name string) string {
	for {
		key := companyStep(name)
		if key == name {
			return key
		}
		name = key // each step only takes away, so this ends
	}
}

func companyStep(s string) string {
	s = strings.ToLower(Fold(s))
	for m := foreignForm.FindStringSubmatch(s); m != nil && Len(onlyWord(m[1])) >= 2; m = foreignForm.FindStringSubmatch(s) {
		s = m[1]
	}
	s = dropRegionBrackets(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s))
	return cutRegion(cutSuffix(onlyWord(s)))
}

// onlyWord drops punctuation, symbols and spaces.
func onlyWord(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// dropRegionBrackets removes (深圳) and the like, which say where, not who.
func dropRegionBrackets(s string) string {
	s = strings.NewReplacer("【", "(", "】", ")", "〔", "(", "〕", ")", "[", "(", "]", ")").Replace(s)
	if !strings.Contains(s, "(") {
		return s
	}
	for _, r := range regions {
		s = strings.ReplaceAll(s, "("+r+")", "")
		s = strings.ReplaceAll(s, "("+r+"市)", "")
	}
	return s
}

func cutSuffix(s string) string {
	for cut := true; cut && !strings.HasSuffix(s, "分公司"); {
		cut = false
		for _, suffix := range companySuffixes {
			if rest, ok := strings.CutSuffix(s, suffix); ok && Len(rest) >= 2 {
				s, cut = rest, true
				break
			}
		}
	}
	return s
}

func cutRegion(s string) string {
	for _, r := range regions {
		rest, ok := strings.CutPrefix(s, r)
		if !ok {
			continue
		}
		for _, unit := range regionUnits {
			rest = strings.TrimPrefix(rest, unit)
		}
		if Len(rest) >= 2 && !says(rest) {
			return rest
		}
	}
	return s
}

// says tells whether a name says only what a company does: 北京银行 and 上海银行
// are two banks, so such a name keeps its region.
func says(rest string) bool {
	for rest != "" {
		cut := false
		for _, word := range trades {
			if after, ok := strings.CutPrefix(rest, word); ok {
				rest, cut = after, true
				break
			}
		}
		if !cut {
			return false
		}
	}
	return true
}

// Len is how many characters a text has.
func Len(s string) int { return len([]rune(s)) }

// SameCompany compares two names: equal keys are the same company; keys that
// share most of their pairs of characters are similar.
func SameCompany(a, b string) Likeness {
	ka, kb := CompanyKey(a), CompanyKey(b)
	switch {
	case ka == "" || kb == "":
		return CompanyDifferent
	case ka == kb:
		return CompanySame
	case dice(ka, kb) >= likenessSimilar:
		return CompanySimilar
	}
	return CompanyDifferent
}

// dice is the Dice coefficient over pairs of characters, in thousandths.
func dice(a, b string) int {
	pa, pb := pairs(a), pairs(b)
	total := len(pa) + len(pb)
	if total == 0 {
		return 0
	}
	count := map[[2]rune]int{}
	for _, p := range pa {
		count[p]++
	}
	shared := 0
	for _, p := range pb {
		if count[p] > 0 {
			count[p]--
			shared++
		}
	}
	return 2000 * shared / total
}

func pairs(s string) [][2]rune {
	r := []rune(s)
	out := make([][2]rune, 0, len(r))
	for i := 1; i < len(r); i++ {
		out = append(out, [2]rune{r[i-1], r[i]})
	}
	return out
}
