package money_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"genjin/sales/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, fen := range map[string]int64{
		"128万": 1_280_000_00, "1,280,000.00": 1_280_000_00, "￥１２８": 128_00, "￥１，２３４．５０": 1234_50, "1.5亿": 150_000_000_00, "500元": 500_00,
		"RMB 500": 500_00, "人民币500元整": 500_00, "0.5万": 5000_00, "1.23456万": 12345_60, "50w": 500_000_00, "3k": 3000_00, "3千万": 30_000_000_00,
		" 128 万元 ": 1_280_000_00, "12.30": 12_30, "12.3": 12_30, "12.3000": 12_30, "0": 0, "0.01": 1, "1000000000000": 1_000_000_000_000_00,
		"壹万贰仟叁佰肆拾伍元陆角柒分": 1234567, "壹佰万元整": 1_000_000_00, "一百二十万": 1_200_000_00, "十五万": 150_000_00, "两千零五十元": 2050_00, "一亿两千万": 120_000_000_00,
		"三百元五毛": 300_50, "五万零八百": 50_800_00, "二十五块": 25_00, "伍拾元零五分": 50_05, "十万": 100_000_00,
	} {
		if m, err := money.Parse(in); err != nil || m.Fen != fen {
			t.Errorf("Parse(%q) = %d, %v, want %d", in, m.Fen, err, fen)
		}
	}
	for _, in := range []string{
		"", "万", "元", "-5", "+5", "1.234", "0.001", "12,80", "1,2345", "1.2.3", "1e5", "NaN", "Inf", "0x10", "100美元", "$5", "五五", "两万五", "一百二", "一百零", "百万",
		"10000000000001", "99999999999999999999", "１亿亿", "二〇", "三百五毛", "一万万", "一亿五", "元五角", "12345万6", "128万 MES", "1 280 000",
	} {
		if m, err := money.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %d, want an error", in, m.Fen)
		}
	}
}

// checkMoney holds what must be true of every amount that was read.
func checkMoney(t interface{ Errorf(string, ...any) }, s string) {
	m, err := money.Parse(s)
	if err != nil {
		if m.Fen != 0 {
			t.Errorf("Parse(%q) fails with %d fen", s, m.Fen)
		}
		return
	}
	if m.Fen < 0 || m.Fen > 1_000_000_000_000_00 {
		t.Errorf("Parse(%q) = %d", s, m.Fen)
	}
	for _, text := range []string{m.String(), m.Short()} {
		if again, err := money.Parse(text); err != nil || again != m {
			t.Errorf("Parse(%q) = %d; written %q, read %d, %v", s, m.Fen, text, again.Fen, err)
		}
	}
}

func TestWrittenAndRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := money.Amount{Fen: rapid.Int64Range(0, 1_000_000_000_000_00).Draw(t, "fen")}
		checkMoney(t, m.String())
		if got, err := money.Parse(m.String()); err != nil || got != m {
			t.Errorf("%s is read as %d, %v", m, got.Fen, err)
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	for m, want := range map[money.Amount][2]string{
		{Fen: 1_280_000_00}:             {"¥1,280,000.00", "¥1,280,000"},
		{Fen: 123}:                      {"¥1.23", "¥1.23"},
		{Fen: -5}:                       {"-¥0.05", "-¥0.05"},
		{Fen: math.MinInt64}:            {"-¥92,233,720,368,547,758.08", "-¥92,233,720,368,547,758.08"},
		{Fen: 100_000_00, Cur: "USD"}:   {"USD 100,000.00", "USD 100,000"},
		{Fen: 99_999_00, Cur: "CNY"}:    {"¥99,999.00", "¥99,999"},
		{}:                              {"¥0.00", "¥0"},
		{Fen: math.MaxInt64, Cur: "JP"}: {"JP 92,233,720,368,547,758.07", "JP 92,233,720,368,547,758.07"},
	} {
		if m.String() != want[0] || m.Short() != want[1] {
			t.Errorf("%d %s: %q %q, want %q", m.Fen, m.Cur, m.String(), m.Short(), want)
		}
	}
}

func TestMulBasisRoundsHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fen, bp, want int64 }{
		{23450, 100, 235}, {23350, 100, 234}, {-23450, 100, -235}, // 2.345 → 2.35, 2.335 → 2.34, -2.345 → -2.35
		{333, 725, 24}, {1, 5000, 1}, {1, 4999, 0}, {-1, 5000, -1}, {0, 725, 0}, {math.MaxInt64, 10000, math.MaxInt64},
	} {
		if got, err := (money.Amount{Fen: c.fen}).MulBasis(c.bp); err != nil || got.Fen != c.want {
			t.Errorf("%d × %d bp = %d, %v, want %d", c.fen, c.bp, got.Fen, err, c.want)
		}
	}
	for _, bp := range []int64{10001, math.MaxInt64, math.MinInt64} {
		if got, err := (money.Amount{Fen: math.MaxInt64}).MulBasis(bp); err == nil {
			t.Errorf("no overflow: %d", got.Fen)
		}
	}
}

// TestMoneyAgainstBigNumbers compares every operation with one that cannot
// overflow.
func TestAgainstBigNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		m, o := money.Amount{Fen: a}, money.Amount{Fen: b, Cur: "CNY"}
		x, y := big.NewInt(a), big.NewInt(b)
		sum, err := m.Add(o)
		compare(t, "add", sum, err, new(big.Int).Add(x, y))
		diff, err := m.Sub(o)
		compare(t, "sub", diff, err, new(big.Int).Sub(x, y))
		part, err := m.MulBasis(b)
		product := new(big.Int).Mul(x, y)
		twice := new(big.Int).Add(new(big.Int).Mul(new(big.Int).Abs(product), big.NewInt(2)), big.NewInt(10000))
		rounded := new(big.Int).Quo(twice, big.NewInt(20000)) // half away from zero
		if product.Sign() < 0 {
			rounded.Neg(rounded)
		}
		if rounded.Cmp(big.NewInt(math.MinInt64)) != 0 { // the one amount that has no opposite is refused
			compare(t, "mul", part, err, rounded)
		}
	})
}

func compare(t *rapid.T, what string, got money.Amount, err error, want *big.Int) {
	if want.IsInt64() != (err == nil) {
		t.Fatalf("%s: error %v, but the result is %s", what, err, want)
	}
	if err == nil && got.Fen != want.Int64() {
		t.Fatalf("%s: %d, want %s", what, got.Fen, want)
	}
}

func TestDifferentCurrenciesDoNotMix(t *testing.T) {
	t.Parallel()
	usd, cny := money.Amount{Fen: 1, Cur: "USD"}, money.Amount{Fen: 1}
	if _, err := usd.Add(cny); err == nil {
		t.Error("USD and CNY were added")
	}
	if _, err := cny.Sub(usd); err == nil {
		t.Error("USD was taken from CNY")
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	shares, err := money.Amount{Fen: 10000}.Split(1, 1, 1)
	if err != nil || shares[0].Fen != 3334 || shares[1].Fen != 3333 || shares[2].Fen != 3333 {
		t.Errorf("%v, %v", shares, err)
	}
	for _, weights := range [][]int64{{}, {0, 0}, {-1, 2}, {math.MaxInt64, 1}} {
		if shares, err := (money.Amount{Fen: 1}).Split(weights...); err == nil {
			t.Errorf("%v: %v", weights, shares)
		}
	}
	if shares, err := (money.Amount{Fen: -1}).Split(1); err == nil {
		t.Errorf("a debt was shared: %v", shares)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := money.Amount{Fen: rapid.Int64Range(0, math.MaxInt64).Draw(t, "fen")}
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "weights")
		weights[0]++
		shares, err := m.Split(weights...)
		if err != nil {
			t.Fatal(err)
		}
		total, all := new(big.Int), int64(0)
		for _, w := range weights {
			total.Add(total, big.NewInt(w))
		}
		for i, share := range shares {
			all += share.Fen
			exact := new(big.Int).Mul(big.NewInt(m.Fen), big.NewInt(weights[i]))
			low := new(big.Int).Quo(exact, total).Int64()
			if share.Fen != low && share.Fen != low+1 {
				t.Errorf("share %d is %d, its exact part %d", i, share.Fen, low)
			}
			if weights[i] == 0 && share.Fen != 0 {
				t.Errorf("no weight got %d", share.Fen)
			}
		}
		if all != m.Fen {
			t.Errorf("%d was shared as %d", m.Fen, all)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"128万", "￥１，２３４．５０", "壹万贰仟叁佰肆拾伍元陆角柒分", "1.5亿元整", "一亿零五万", strings.Repeat("9", 30)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkMoney(t, s) })
}
