package money

import (
	"strings"

	"genjin/sales/norm"
)

// hanFen reads an amount in Chinese numerals, formal or plain, in fen:
// 壹万贰仟叁佰肆拾伍元陆角柒分, 一百二十万. What can be read in two ways (两万五)
// is no amount.
func hanFen(s string) (fen int64, ok bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "人民币"), "¥")
	s = strings.TrimRight(strings.TrimSpace(s), "整正")
	whole, small := s, ""
	if i := strings.IndexAny(s, "元圆圓块"); i >= 0 {
		whole, small = s[:i], s[i+len("元"):]
	}
	n, ok := norm.HanNumber(whole)
	if !ok || n > largest/100 {
		return 0, false
	}
	cents, ok := hanCents(small)
	return n*100 + cents, ok
}

// hanCents reads 陆角柒分, 零五分, 五毛.
func hanCents(s string) (fen int64, ok bool) {
	r := []rune(strings.TrimPrefix(s, "零"))
	for _, unit := range []struct {
		words string
		fen   int64
	}{{"角毛", 10}, {"分", 1}} {
		if len(r) < 2 || !strings.ContainsRune(unit.words, r[1]) {
			continue
		}
		digit, is := norm.HanDigit(r[0])
		if !is || digit == 0 {
			return 0, false
		}
		fen += digit * unit.fen
		r = r[2:]
	}
	return fen, len(r) == 0
}
