package norm_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"genjin/sales/norm"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"　线索　公司＝华东智造　", "线索 公司=华东智造"},
		{"推进：华东智造，方案报价。", "推进:华东智造,方案报价。"},
		{"￥１，２３４．５０", "¥1,234.50"},
		{"同意 1287 👍🏻", "同意 1287"},
		{"同意[强] 1287[玫瑰][OK]", "同意 1287"},
		{"需求=[MES] 升级", "需求=[MES] 升级"},
		{"[强[强]]", ""},
		{"A[2026]B", "A[2026]B"},
		{"好的[捂脸][破涕为笑]❤️", "好的"},
		{"1️⃣ 号", "1 号"},
		{"张\u200b三\u200d\ufeff", "张三"},
		{"\u202e0001 意同\u202c", "0001 意同"},
		{"👨‍👩‍👧", ""},
		{"\u200b\u200d\ufeff", ""},
		{"a\tb\r\nc\x00\x1b", "a b \nc"},
		{"⏰㊗️™", "™"},
		{"　张三　（北京）", "张三 (北京)"},
		{"\xff\xfe坏字节", "坏字节"},
		{"", ""},
	} {
		if got := norm.Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// checkFold holds what must be true of every folded text.
func checkFold(t interface{ Errorf(string, ...any) }, s string) {
	got := norm.Fold(s)
	if again := norm.Fold(got); again != got {
		t.Errorf("Fold(%q) = %q, folded again %q", s, got, again)
	}
	if !utf8.ValidString(got) {
		t.Errorf("Fold(%q) = %q is not UTF-8", s, got)
	}
	for _, r := range got {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || (unicode.IsSpace(r) && r != ' ') || (r >= 0xFF01 && r <= 0xFF5E)) {
			t.Errorf("Fold(%q) keeps %U", s, r)
		}
	}
}

func TestFoldKeepsItsWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{"[", "]", "［", "］", "强", "OK", "\u200b", "👍", "　", "\n", "，", "=", "A", "公司"}), rapid.String(),
		)).Draw(t, "parts")
		checkFold(t, strings.Join(parts, ""))
	})
}

// TestFoldOfABomb folds what once took minutes: every bracket looked for its
// partner through the whole text.
func TestFoldOfABomb(t *testing.T) {
	t.Parallel()
	const n = 300_000
	for _, bomb := range []string{strings.Repeat("[", n), strings.Repeat("[强", n) + strings.Repeat("]", n), strings.Repeat("[a", n) + strings.Repeat("]", n)} {
		start := time.Now()
		norm.Fold(bomb)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s…: %v", bomb[:6], took)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"线索　公司＝华东智造", "[强[OK]]", "\u202e\x00", "［［强］］", "a\r\n\u2028b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkFold(t, s) })
}
