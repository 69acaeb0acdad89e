package norm

import (
	"slices"
	"strings"
)

// UnitZeros is the power of ten that a unit behind a number means.
func UnitZeros(unit string) int {
	switch unit {
	case "亿":
		return 8
	case "千万":
		return 7
	case "百万":
		return 6
	case "十万":
		return 5
	case "万", "w":
		return 4
	case "千", "k":
		return 3
	}
	return 0
}

// HanDigit is the worth of a Chinese digit.
func HanDigit(c rune) (d int64, ok bool) {
	d, ok = hanDigits[c]
	return d, ok
}

// HanNumber reads a whole number below ten thousand 亿.
func HanNumber(s string) (n int64, ok bool) {
	r := []rune(s)
	high, low, has := cutRune(r, "亿億")
	if !has {
		return hanMyriads(r)
	}
	n, ok = hanMyriads(high)
	if !ok {
		return 0, false
	}
	if len(low) == 0 {
		return n * 1_0000_0000, true
	}
	rest, ok := hanMyriads(low)
	return n*1_0000_0000 + rest, ok && len(low) > 1
}

// hanMyriads reads a number below 亿.
func hanMyriads(r []rune) (n int64, ok bool) {
	high, low, has := cutRune(r, "万萬")
	if !has {
		return hanThousands(r)
	}
	n, ok = hanThousands(high)
	if !ok {
		return 0, false
	}
	if len(low) == 0 {
		return n * 1_0000, true
	}
	rest, ok := hanThousands(low)
	// 两万五 is 25,000 to one and 20,005 to another.
	return n*1_0000 + rest, ok && len(low) > 1
}

// hanThousands reads a number below ten thousand.
func hanThousands(r []rune) (n int64, ok bool) {
	h := hanReader{last: 1_0000, digit: -1}
	for _, c := range r {
		if d, is := HanDigit(c); is {
			ok = h.takeDigit(d)
		} else {
			ok = h.takeUnit(hanUnits[c])
		}
		if !ok {
			return 0, false
		}
	}
	switch {
	case h.digit < 0:
		return h.n, h.n > 0 && !h.zero
	case h.n > 0 && h.last != 10 && !h.zero: // 一百二
		return 0, false
	}
	return h.n + h.digit, true
}

// hanReader is how far a numeral was read.
type hanReader struct {
	n     int64
	last  int64 // unit
	digit int64 // that waits for its unit; -1 = none
	zero  bool  // a 零 stands before it
}

func (h *hanReader) takeDigit(d int64) bool {
	switch {
	case h.digit >= 0 || (d == 0 && h.zero):
		return false
	case d == 0:
		h.zero = true
	default:
		h.digit = d
	}
	return true
}

func (h *hanReader) takeUnit(unit int64) bool {
	if unit == 0 || unit >= h.last {
		return false
	}
	if h.digit < 0 {
		if unit != 10 || h.n != 0 { // 十五 needs no 一
			return false
		}
		h.digit = 1
	}
	h.n, h.last, h.digit, h.zero = h.n+h.digit*unit, unit, -1, false
	return true
}

func cutRune(r []rune, set string) (before, after []rune, found bool) {
	i := slices.IndexFunc(r, func(c rune) bool { return strings.ContainsRune(set, c) })
	if i < 0 {
		return r, nil, false
	}
	return r[:i], r[i+1:], true
}
