package norm_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"genjin/sales/norm"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, phone, ext string }{
		{"13800138000", "+8613800138000", ""},
		{"+86 138 0013 8000", "+8613800138000", ""},
		{"0086-138-0013-8000", "+8613800138000", ""},
		{"86 13800138000", "+8613800138000", ""},
		{"(138)00138000", "+8613800138000", ""},
		{"（+86）138-0013-8000", "+8613800138000", ""},
		{"１３８００１３８０００", "+8613800138000", ""},
		{"010-62345678转801", "+861062345678", "801"},
		{"010 62345678 分机：801", "+861062345678", "801"},
		{"0755-12345678x9", "", ""}, // no landline begins with 1
		{"0755-82345678 ext. 12", "+8675582345678", "12"},
		{"+86-755-82345678", "+8675582345678", ""},
		{"+86 (0)755 82345678", "+8675582345678", ""},
		{"400-820-8820", "4008208820", ""},
		{"+852 9123 4567", "+85291234567", ""},
		{"00852 91234567", "+85291234567", ""},
		{"12345", "", ""},
		{"1380013800", "", ""},    // a digit short
		{"138001380001", "", ""},  // a digit long
		{"5912345678", "", ""},    // 15912345678 without its 1, not a number of Fuzhou
		{"62345678", "", ""},      // no area code
		{"12800138000", "", ""},   // no such prefix
		{"+0138001380", "", ""},   // no country begins with 0
		{"138-0013-800a", "", ""}, // a letter
		{"13800138000/13900139000", "", ""},
		{"一三八零零一三八零零零", "", ""},
		{"", "", ""},
		{"转801", "", ""},
	} {
		phone, ext, err := norm.Phone(c.in)
		if phone != c.phone || ext != c.ext || (err != nil) != (c.phone == "") {
			t.Errorf("Phone(%q) = %q %q %v, want %q %q", c.in, phone, ext, err, c.phone, c.ext)
		}
		if err != nil && c.in != "" && strings.Contains(err.Error(), c.in) {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

// checkPhone holds what must be true of every number.
func checkPhone(t interface{ Errorf(string, ...any) }, s string) {
	phone, ext, err := norm.Phone(s)
	if (err == nil) == (phone == "") {
		t.Errorf("Phone(%q) = %q, %v", s, phone, err)
	}
	if err == nil {
		again, none, err := norm.Phone(phone)
		if again != phone || none != "" || err != nil {
			t.Errorf("Phone(%q) = %q ext %q; of that %q ext %q, %v", s, phone, ext, again, none, err)
		}
	}
	masked := norm.MaskPhone(s)
	if utf8.ValidString(s) && !utf8.ValidString(masked) {
		t.Errorf("MaskPhone(%q) = %q is not UTF-8", s, masked)
	}
	if err == nil && strings.Contains(masked, strings.TrimPrefix(phone, "+86")) {
		t.Errorf("MaskPhone(%q) = %q shows it", s, masked)
	}
}

func TestPhoneOfAPhone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkPhone(t, rapid.OneOf(
			rapid.StringMatching(`(\+|00|0086|\+86|86)?[ (]?1[0-9]{9,11}(转[0-9]{1,4})?`),
			rapid.StringMatching(`\+?[0-9 ().-]{5,18}`), rapid.String(),
		).Draw(t, "typed"))
	})
}

func TestOnePhoneInAnySpelling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "mobile")
		prefix := rapid.SampledFrom([]string{"", "+86", "0086", "86", "（+86）", "+86 "}).Draw(t, "prefix")
		gap := rapid.SampledFrom([]string{"", " ", "-", "　", "－"}).Draw(t, "gap")
		typed := prefix + digits[:3] + gap + digits[3:7] + gap + digits[7:]
		if phone, _, err := norm.Phone(typed); err != nil || phone != "+86"+digits {
			t.Errorf("%q: %q, %v", typed, phone, err)
		}
	})
}

func TestMaskPhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+8613800138000": "138****8000", "13800138000": "138****8000", "+86 138 0013 8000": "138****8000", "010-62345678转801": "10****78",
		"+85291234567": "+85****4567", "4008208820": "40****20", "1234567": "*******", "12345": "*****", "": "", "138****8000": "138****8000",
		"一三八零零一三八零零零": "一三八****八零零零",
	} {
		if got := norm.MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Zhang.Wei@Example.COM ": "zhang.wei@example.com", "zhang＠example．com": "zhang@example.com", "mailto:a@b.cn": "a@b.cn",
		"user@аpple.com": "user@аpple.com", "a@例子.中国": "a@例子.中国", "a@xn--pple-43d.com": "a@xn--pple-43d.com",
		"a@b": "", "a@b..cn": "", "@b.cn": "", "a@": "", "a b@c.cn": "", "a@b@c.cn": "", "a@-b.cn": "", "a@b.cn<script>": "", "a@1.2.3.4": "", ".a@b.cn": "",
		"=cmd@b.cn": "", strings.Repeat("a", 65) + "@b.cn": "", "": "",
	} {
		got, err := norm.Email(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Email(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]bool{"user@аpple.com": true, "a@xn--pple-43d.com": true, "a@mail.xn--pple-43d.com": true, "user@apple.com": false, "a@例子.中国": false} {
		if got := norm.SuspectEmail(in); got != want {
			t.Errorf("SuspectEmail(%q) = %v, want %v", in, got, want)
		}
	}
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"+86 138 0013 8000", "010-62345678转801", "００８６", "+852 9123 4567", "86867551234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkPhone(t, s)
		if mail, err := norm.Email(s); err == nil {
			if again, err := norm.Email(mail); err != nil || again != mail {
				t.Errorf("Email(%q) = %q, of that %q, %v", s, mail, again, err)
			}
		}
	})
}
