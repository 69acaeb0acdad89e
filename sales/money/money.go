package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	"genjin/sales/norm"
)

// Amount is an amount in minor units. There are no floats in this package.
type Amount struct {
	Fen int64  `json:"fen"`
	Cur string `json:"cur"` // ISO 4217; empty = CNY
}

var (
	// errMoney is every complaint about an amount's form.
	errAmount = errors.New("not an amount")
	// errOverflow is an amount that no order of this world has.
	errOverflow = errors.New("amount out of range")
	// errCurrency mixes currencies.
	errCurrency = errors.New("different currencies")

	amountShape = regexp.MustCompile(`^(?:¥|rmb|cny|人民币)?\s*(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(\d{1,8}))?\s*(亿|千万|百万|十万|万|w|千|k)?\s*(?:元|块|圆|rmb|cny|人民币)?(?:整|左右)?$`)
)

// largest is a million million yuan: more is a slip of the finger.
const largest = 1_000_000_000_000_00

// Parse reads an amount as people write it: 128万, 1,280,000.00, ￥１２８,
// 1.5亿, 500元, 壹佰万元整. It is exact: what has more than two decimals in the
// end, or is not an amount, is an error.
func Parse(s string) (Amount, error) {
	text := strings.ToLower(norm.Fold(s))
	m := amountShape.FindStringSubmatch(text)
	if m == nil {
		fen, ok := hanFen(text)
		if !ok {
			return Amount{}, fmt.Errorf("%w: %d characters", errAmount, norm.Len(text))
		}
		if fen > largest {
			return Amount{}, errOverflow
		}
		return Amount{Fen: fen}, nil
	}
	zeros := norm.UnitZeros(m[3]) + 2 // to fen
	whole, frac := strings.ReplaceAll(m[1], ",", ""), m[2]
	if len(frac) > zeros {
		if strings.Trim(frac[zeros:], "0") != "" {
			return Amount{}, fmt.Errorf("%w: finer than 1 fen", errAmount)
		}
		frac = frac[:zeros]
	}
	digits := strings.TrimLeft(whole+frac+strings.Repeat("0", zeros-len(frac)), "0")
	if digits == "" {
		return Amount{}, nil
	}
	fen, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || fen > largest {
		return Amount{}, errOverflow
	}
	return Amount{Fen: fen}, nil
}

// String writes the amount in full: ¥1,280,000.00.
func (m Amount) String() string {
	sign, whole, cents := m.parts()
	return fmt.Sprintf("%s%s%s.%02d", sign, m.symbol(), thousands(whole), cents)
}

// Short writes the amount for a title: ¥1,280,000, with decimals only where
// there are any.
func (m Amount) Short() string {
	sign, whole, cents := m.parts()
	if cents == 0 {
		return sign + m.symbol() + thousands(whole)
	}
	return m.String()
}

func (m Amount) parts() (sign string, whole, cents uint64) {
	abs := uint64(m.Fen) //nolint:gosec // two's complement is undone just below
	if m.Fen < 0 {
		sign, abs = "-", -abs
	}
	return sign, abs / 100, abs % 100
}

// yuan is the currency that an empty Cur means.
const yuan = "CNY"

func (m Amount) symbol() string {
	if m.currency() == yuan {
		return "¥"
	}
	return m.Cur + " "
}

func (m Amount) currency() string {
	if m.Cur == "" {
		return yuan
	}
	return m.Cur
}

func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Add sums two amounts of one currency.
func (m Amount) Add(o Amount) (Amount, error) {
	if m.currency() != o.currency() {
		return Amount{}, errCurrency
	}
	sum := m.Fen + o.Fen
	if (o.Fen > 0 && sum < m.Fen) || (o.Fen < 0 && sum > m.Fen) {
		return Amount{}, errOverflow
	}
	return Amount{Fen: sum, Cur: m.Cur}, nil
}

// Sub takes one amount from another of the same currency.
func (m Amount) Sub(o Amount) (Amount, error) {
	if m.currency() != o.currency() {
		return Amount{}, errCurrency
	}
	diff := m.Fen - o.Fen
	if (o.Fen < 0 && diff < m.Fen) || (o.Fen > 0 && diff > m.Fen) {
		return Amount{}, errOverflow
	}
	return Amount{Fen: diff, Cur: m.Cur}, nil
}

// MulBasis gives bp ten-thousandths of the amount, rounded half away from zero
// to the fen.
func (m Amount) MulBasis(bp int64) (Amount, error) {
	neg := (m.Fen < 0) != (bp < 0)
	hi, lo := bits.Mul64(magnitude(m.Fen), magnitude(bp))
	lo, carry := bits.Add64(lo, 5000, 0)
	hi += carry
	if hi >= 10000 {
		return Amount{}, errOverflow
	}
	q, _ := bits.Div64(hi, lo, 10000)
	if q > 1<<63-1 {
		return Amount{}, errOverflow
	}
	fen := int64(q)
	if neg {
		fen = -fen
	}
	return Amount{Fen: fen, Cur: m.Cur}, nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n) //nolint:gosec // the magnitude of a negative number
	}
	return uint64(n)
}

// Split shares the amount by weights: nothing is lost, and the fen that remain
// go to the largest remainders, the first of equals first.
func (m Amount) Split(weights ...int64) ([]Amount, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("%w: negative weight", errAmount)
		}
		if total += magnitude(w); total > math.MaxInt64 {
			return nil, errOverflow
		}
	}
	if total == 0 || m.Fen < 0 {
		return nil, fmt.Errorf("%w: nothing to share", errAmount)
	}
	shares := make([]Amount, len(weights))
	rest := make([]uint64, len(weights))
	left := m.Fen
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(m.Fen), magnitude(w))
		q, r := bits.Div64(hi, lo, total)                         // w ≤ total, so the quotient is at most m.Fen
		shares[i], rest[i] = Amount{Fen: int64(q), Cur: m.Cur}, r //nolint:gosec // as said
		left -= shares[i].Fen
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rest {
			if rest[i] > rest[best] {
				best = i
			}
		}
		shares[best].Fen++
		rest[best] = 0
	}
	return shares, nil
}
