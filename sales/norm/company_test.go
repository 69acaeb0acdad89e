package norm_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"genjin/sales/norm"
)

func TestCompanyKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, key string }{
		{"深圳市华测智能制造设备有限公司", "华测智能制造设备"},
		{"华测智能制造设备(深圳)有限公司", "华测智能制造设备"},
		{"华测智能制造设备（ 深圳市 ）股份有限公司", "华测智能制造设备"},
		{"华东智造", "华东智造"},
		{"华东智造有限公司", "华东智造"},
		{"华东智造集团股份有限公司", "华东智造"},
		{"内蒙古自治区伊利实业集团", "伊利实业"},
		{"HUAWEI Technologies Co., Ltd.", "huaweitechnologies"},
		{"Huawei Technologies", "huaweitechnologies"},
		{"ＡＢＢ（中国）有限公司", "abb"},
		{"Zinc", "zinc"},
		{"A Inc", "ainc"},
		{"华测 Ltd", "华测"},
		{"华东智造上海分公司", "华东智造上海分公司"},
		{"华东智造上海分公司 有限公司", "华东智造上海分公司"},
		{"北京银行", "北京银行"},
		{"上海银行股份有限公司", "上海银行"},
		{"中国工商银行", "工商银行"},
		{"北京人民医院", "北京人民医院"},
		{"中国平安", "平安"},
		{"阿卜杜拉·买买提商贸", "阿卜杜拉买买提商贸"},
		{"阿卜杜拉•买买提商贸", "阿卜杜拉买买提商贸"},
		{"公司", "公司"},
		{"###", ""},
		{"", ""},
	} {
		if got := norm.CompanyKey(c.name); got != c.key {
			t.Errorf("CompanyKey(%q) = %q, want %q", c.name, got, c.key)
		}
	}
}

func TestSameCompany(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want norm.Likeness
	}{
		{"深圳市华测智能制造设备有限公司", "华测智能制造设备(深圳)有限公司", norm.CompanySame},
		{"华测智能制造（深圳）有限公司", "深圳市华测智能制造设备有限公司", norm.CompanySimilar},
		{"华测", "华创", norm.CompanyDifferent},
		{"北京银行", "上海银行", norm.CompanyDifferent},
		{"张伟商贸", "張偉商貿", norm.CompanyDifferent}, // never merged alone
		{"华东智造", "华东智造上海分公司", norm.CompanyDifferent},
		{"", "", norm.CompanyDifferent},
		{"###", "***", norm.CompanyDifferent},
	} {
		if got := norm.SameCompany(c.a, c.b); got != c.want {
			t.Errorf("SameCompany(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if ab, ba := norm.SameCompany(c.a, c.b), norm.SameCompany(c.b, c.a); ab != ba {
			t.Errorf("%q and %q: %d one way, %d the other", c.a, c.b, ab, ba)
		}
	}
}

// checkKey holds what must be true of every key.
func checkKey(t interface{ Errorf(string, ...any) }, name string) {
	key := norm.CompanyKey(name)
	if again := norm.CompanyKey(key); again != key {
		t.Errorf("CompanyKey(%q) = %q, of that %q", name, key, again)
	}
	if key != "" && norm.SameCompany(name, key) != norm.CompanySame {
		t.Errorf("%q is not the company of its key %q", name, key)
	}
}

func TestKeyOfAKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]string{
			"中国", "深圳", "市", "自治区", "(", ")", "（北京）", "华测", "银行", "有限公司", "公司", "分公司", "集团", " ", ".", "Co.", "Ltd", "Inc", "-", "A", "[强]",
		}), rapid.StringN(0, 3, -1))).Draw(t, "parts")
		checkKey(t, strings.Join(parts, ""))
	})
}

func FuzzCompanyKey(f *testing.F) {
	for _, s := range []string{"深圳市华测智能制造设备有限公司", "a co ltd inc", "İnc.", "（（北京））", "公司公司公司"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkKey(t, s) })
}
