package norm

import (
	"regexp"
	"strconv"
	"strings"
)

// countMax is more people than any company employs.
const countMax = 100_000_000

var (
	countWords = regexp.MustCompile(`(?:人|名|员工|个|位|次|家|以上|左右|多|余|\+|\s)+$`)
	countShape = regexp.MustCompile(`^(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,4}))?\s*(万|千|[wk])?(?:\s*[-~到至—–]\s*[\d,.]+\s*(万|千|[wk])?)?$`)
	countHead  = regexp.MustCompile(`^(?:大约|大概|超过|不到|约|近|有)\s*`)
)

// Count reads how many there are: 500, 500人, 约1,200人, 1.2万, 五百人以上.
// Of a range (100-500人) it is the lower end.
func Count(s string) (n int64, ok bool) {
	s = countHead.ReplaceAllString(strings.ToLower(Fold(s)), "")
	s = countWords.ReplaceAllString(s, "")
	m := countShape.FindStringSubmatch(s)
	if m == nil {
		n, ok = HanNumber(s)
		return n, ok && n <= countMax
	}
	unit := m[3]
	if unit == "" {
		unit = m[4] // 1-2万人
	}
	zeros, frac := UnitZeros(unit), strings.TrimRight(m[2], "0")
	if len(frac) > zeros {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", "")+frac+strings.Repeat("0", zeros-len(frac)), 10, 64)
	if err != nil || n > countMax {
		return 0, false
	}
	return n, true
}
