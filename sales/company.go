package sales

import "strings"

// Likeness says how alike two company names are.
type Likeness int

// The degrees.
const (
	CompanyDifferent Likeness = iota + 1
	CompanySimilar            // worth asking a person, never merged alone
	CompanySame
)

// CompanyKey is what two spellings of one company have in common: folded, lower
// case, without brackets, punctuation, legal form and leading region. A branch
// (分公司) is a company of its own.
func CompanyKey(name string) string {
	s := strings.ToLower(Fold(name))
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ·•‧・.-_、,，()（）[]【】\"'“”&\n", r) {
			return -1
		}
		return r
	}, dropRegionBrackets(s))
	s = cutSuffix(s)
	return cutRegion(s)
}

// dropRegionBrackets removes (深圳) and the like, which say where, not who.
func dropRegionBrackets(s string) string {
	s = strings.NewReplacer("（", "(", "）", ")", "【", "(", "】", ")").Replace(s)
	for _, r := range regions {
		s = strings.ReplaceAll(s, "("+r+")", "")
		s = strings.ReplaceAll(s, "("+r+"市)", "")
	}
	return s
}

func cutSuffix(s string) string {
	if strings.HasSuffix(s, "分公司") {
		return s
	}
	for cut := true; cut; {
		cut = false
		for _, suffix := range companySuffixes {
			if rest, ok := strings.CutSuffix(s, suffix); ok && runes(rest) >= 2 {
				s, cut = rest, true
				break
			}
		}
	}
	return s
}

func cutRegion(s string) string {
	for cut := true; cut; {
		cut = false
		for _, r := range regions {
			rest, ok := strings.CutPrefix(s, r)
			if !ok {
				continue
			}
			for _, unit := range []string{"自治区", "特别行政区", "省", "市"} {
				rest = strings.TrimPrefix(rest, unit)
			}
			if runes(rest) >= 2 {
				s, cut = rest, true
				break
			}
		}
	}
	return s
}

func runes(s string) int { return len([]rune(s)) }

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
