package wecom

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"genjin/bots"
)

// TestSplit: parts fit, are whole characters, and make the text again.
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a字\n 😀]{0,40}`)
		s, most := strings.Join(rapid.SliceOfN(word, 0, 20).Draw(t, "words"), ""), rapid.IntRange(4, 50).Draw(t, "most")
		var all strings.Builder
		for _, part := range split(s, most) {
			if len(part) > most || !utf8.ValidString(part) {
				t.Fatalf("part %q", part)
			}
			all.WriteString(part)
		}
		bare := strings.NewReplacer("\n", "", " ", "")
		if bare.Replace(all.String()) != bare.Replace(s) {
			t.Fatalf("%q became %q", s, all.String())
		}
	})
}

// TestSplitAtLines, and only there as long as lines fit.
func TestSplitAtLines(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]string{"abc|def": "abc\ndef", "abc d|ef": "abc d\nef", "a|b|c": "a\n\n\n\nb\n\n\n\nc", "abcde|fgh": "abcdefgh", "字|字字": "字\n字字", "x": "x", "": ""} {
		most := 5
		if strings.Contains(s, "字字") {
			most = 6
		}
		if got := strings.Join(split(s, most), "|"); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// FuzzEncode: whatever is said is read again as it was, without \u escapes.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "a\\u2028", "\u2028\u2029", "\\\\u0000", "\x00\x1f\x7f", "\xff\xfe", `"<a>&'`, "\\", "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := encode(map[string]string{"k": s})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\n\r\t\b\f", r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(s, "\uFFFD"))
		if plain := strings.ToValidUTF8(got["k"], "\uFFFD"); len([]rune(plain)) != len([]rune(s)) || strings.ReplaceAll(plain, "\uFFFD", "") != strings.ReplaceAll(want, "\uFFFD", "") {
			t.Errorf("%q became %q", s, got["k"])
		}
		if strings.Contains(strings.ReplaceAll(string(text), `\\`, ""), `\u`) {
			t.Errorf("%q holds an escape", text)
		}
	})
}

// TestEscapes: the words stay readable, and nothing of them is markup.
func TestEscapes(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		`<a href="x">y</a>`: `＜a href="x">y＜/a>`, "<A>": "＜A>", "<abc> </abc>": "<abc> </abc>", "a<b": "a<b", "<": "<", "<a": "＜a", "</": "</", "<font>": "<font>",
	} {
		if got := escapeText(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{
		"# a\n  ## b\n> c\na # b": "＃ a\n  ＃# b\n＞ c\na # b", "**a** `b` [c](d)": "＊＊a＊＊ ｀b｀ [c］(d)", "<@all> <font>": "＜@all> ＜font>",
	} {
		if got := escapeMarkdown(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// TestSameWordsAreSeenAgain: another key asks for another span of the duplicate
// check, within what the platform allows.
func TestSameWordsAreSeenAgain(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for key := range strings.FieldsSeq("a b c d e f g h") {
		n := checkInterval(key)
		if n < 3600 || n > 4*3600 || n != checkInterval(key) {
			t.Errorf("%s: %d", key, n)
		}
		seen[n] = true
	}
	if len(seen) != 8 || taskOf("a") == taskOf("b") || !aTaskID.MatchString(taskOf("a:b 字")) {
		t.Errorf("%v", seen)
	}
}

// TestRecentIsBounded, and forgets the oldest first.
func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	r := newRecent[int, int](3)
	for i := range 10 {
		r.put(i, i)
		r.put(i, i+1)
	}
	r.drop(8)
	_, six := r.get(6)
	_, eight := r.get(8)
	if seven, ok := r.get(7); !ok || seven != 8 || six || eight || len(r.known) != 2 || len(r.old) != 3 {
		t.Errorf("%+v", r)
	}
}

// TestRefs: what a click teaches is used first, and junk does no harm.
func TestRefs(t *testing.T) {
	t.Parallel()
	task, codes := codesOf("gj-1 old@100 a@b@300 new@200 junk @5 x@")
	if task != "gj-1" || len(codes) != 3 || codes[0].value != "a@b" || codes[1].value != "new" || codes[2].value != "old" {
		t.Errorf("%s %+v", task, codes)
	}
	if got := refOf(task, codes); got != "gj-1 old@100 new@200 a@b@300" {
		t.Errorf("%s", got)
	}
	if _, codes := codesOf(bots.CardRef("gj-1 one@100 two@100")); codes[0].value != "two" {
		t.Errorf("of the same age, the one learnt last goes first: %+v", codes)
	}
}
