package sales_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"genjin/sales"
	"genjin/sales/norm"
)

// given is a complete lead with some fields changed; an empty value takes one out.
func given(changes ...string) map[string]string {
	in := map[string]string{"公司": "华东智造", "联系人": "张伟", "电话": "13800138000"}
	for i := 0; i+1 < len(changes); i += 2 {
		in[changes[i]] = changes[i+1]
		if changes[i+1] == "" {
			delete(in, changes[i])
		}
	}
	return in
}

func TestNewLeadOfTheDesign(t *testing.T) {
	t.Parallel()
	l, problems := sales.NewLead(map[string]string{
		"公司": "华东智造", "联系人": "张伟", "手机": "+86 138 0013 8000", "行业": "智能制造", "规模": "500人", "需求": "想了解MES，预算50万", "金额": "1,000,000.00",
	})
	want := sales.Lead{
		Company: "华东智造", CompanyKey: "华东智造", Contact: "张伟", Phone: "+8613800138000", Industry: "智能制造", Size: 500, Need: "想了解MES,预算50万",
		BANT: sales.BANT{Budget: "50万", Need: "想了解MES,预算50万"}, Fields: map[string]string{"金额": "1,000,000.00"},
	}
	if len(problems) > 0 || !reflect.DeepEqual(l, want) {
		t.Errorf("%+v\n%+v\nproblems %v", l, want, problems)
	}
}

// TestLeadFormInputs holds the bad inputs of the lead form that are the rules'
// business.
func TestLeadFormInputs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   map[string]string
		want []sales.Problem
	}{
		{"complete", given(), nil},
		{"e-mail instead of a phone", given("电话", "", "邮箱", "zhang@example.com"), nil},
		{"nothing", nil, []sales.Problem{{Field: "公司", Kind: "missing"}, {Field: "联系人", Kind: "missing"}, {Field: "电话", Kind: "missing"}}},
		{"LF-21 zero-width name", given("联系人", "\u200b\u200d\ufeff"), []sales.Problem{{Field: "联系人", Kind: "missing"}}},
		{"only emoji", given("公司", "👍🏻[强]"), []sales.Problem{{Field: "公司", Kind: "missing"}}},
		{"only punctuation", given("公司", "###"), []sales.Problem{{Field: "公司", Kind: "invalid", Got: "###"}}},
		{"phone 12345", given("电话", "12345"), []sales.Problem{{Field: "电话", Kind: "invalid", Got: "12345"}}},
		{"bad e-mail beside a good phone", given("邮箱", "zhang@"), []sales.Problem{{Field: "邮箱", Kind: "invalid", Got: "zhang@"}}},
		{"bad size", given("规模", "很大"), []sales.Problem{{Field: "规模", Kind: "invalid", Got: "很大"}}},
		{"CN-08 64 wide characters", given("联系人", strings.Repeat("𠮷", 64)), nil},
		{"65 characters", given("联系人", strings.Repeat("张", 65)), []sales.Problem{{Field: "联系人", Kind: "too_long", Got: strings.Repeat("张", 20) + "…"}}},
		{"long need", given("需求", strings.Repeat("要", 2001)), []sales.Problem{{Field: "需求", Kind: "too_long", Got: strings.Repeat("要", 20) + "…"}}},
		{
			"everything at once",
			map[string]string{"公司": strings.Repeat("长", 65), "电话": "12", "规模": "x", "访问": "y"},
			[]sales.Problem{
				{Field: "公司", Kind: "too_long", Got: strings.Repeat("长", 20) + "…"},
				{Field: "联系人", Kind: "missing"},
				{Field: "电话", Kind: "invalid", Got: "12"},
				{Field: "规模", Kind: "invalid", Got: "x"},
				{Field: "访问", Kind: "invalid", Got: "y"},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, problems := sales.NewLead(c.in); !slices.Equal(problems, c.want) {
				t.Errorf("%v, want %v", problems, c.want)
			}
		})
	}
}

func TestLeadKeepsWhatWasSent(t *testing.T) {
	t.Parallel()
	formula := `=HYPERLINK("http://evil","x")`
	l, problems := sales.NewLead(given("联系人", formula, "公司", "阿卜杜拉·买买提商贸", "客户等级", "VIP", "邮箱", "user@аpple.com", "邮箱存疑", "没有"))
	if len(problems) > 0 || l.Contact != formula || l.Company != "阿卜杜拉·买买提商贸" || l.Fields["客户等级"] != "VIP" {
		t.Errorf("%+v %v", l, problems)
	}
	if l.Email != "user@аpple.com" || l.Fields[sales.SuspectField] == "" || l.Fields[sales.SuspectField] == "没有" {
		t.Errorf("a look-alike domain is not flagged: %v", l.Fields)
	}
	if l, _ := sales.NewLead(given("邮箱", "zhang@example.com", "邮箱存疑", "x")); l.Fields != nil {
		t.Errorf("a person can flag an address: %v", l.Fields)
	}
	if l, _ := sales.NewLead(given("电话", "010-62345678转801")); l.Phone != "+861062345678" || l.Ext != "801" {
		t.Errorf("%q ext %q", l.Phone, l.Ext)
	}
	a, _ := sales.NewLead(given("联系人", "张伟"))
	b, _ := sales.NewLead(given("联系人", "張偉"))
	if a.Contact == b.Contact {
		t.Error("traditional and simplified were merged")
	}
}

func TestFieldUnderTwoNames(t *testing.T) {
	t.Parallel()
	for range 20 { // a map's order must not matter
		l, _ := sales.NewLead(given("公司", "", "客户", "甲公司", "企业", "乙公司", "手机", "13900139000"))
		if l.Company != "乙公司" || l.Phone != "+8613800138000" {
			t.Fatalf("%q %q", l.Company, l.Phone)
		}
	}
}

func TestManyOtherFields(t *testing.T) {
	t.Parallel()
	in := given()
	for i := range 100 {
		in["字段"+strings.Repeat("甲", i+1)] = "值"
	}
	first, _ := sales.NewLead(in)
	again, _ := sales.NewLead(maps.Clone(in))
	if len(first.Fields) != 20 || !maps.Equal(first.Fields, again.Fields) {
		t.Errorf("%d fields; the same again: %v", len(first.Fields), maps.Equal(first.Fields, again.Fields))
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"500": 500, "500人": 500, "约500人": 500, "1,200人": 1200, "1.2万人": 12000, "2千": 2000, "500+": 500, "500人以上": 500, "100-500人": 100, "100～500": 100, "1-2万人": 10000,
		"大约 300 名员工": 300, "五百人": 500, "两万人": 20000, "５００人": 500, "0": 0, "500多人": 500,
	} {
		if l, problems := sales.NewLead(given("规模", in)); l.Size != want || len(problems) > 0 {
			t.Errorf("%q: %d %v, want %d", in, l.Size, problems, want)
		}
	}
	for _, in := range []string{"很大", "-5", "1.5人", "99999万", "5百人5", "1e9", "人"} {
		if l, problems := sales.NewLead(given("规模", in)); l.Size != 0 || len(problems) != 1 {
			t.Errorf("%q: %d %v", in, l.Size, problems)
		}
	}
}

func TestBudgetInTheNeed(t *testing.T) {
	t.Parallel()
	for need, want := range map[string]string{
		"想了解MES，预算50万": "50万", "预算：约 120 万元，明年上": "120 万元", "预算大概一百二十万": "一百二十万", "预算是￥５００，０００．": "¥500,000", "预算50万，规模500人": "50万",
		"预算2个月内批": "", "预算一般": "", "预算2026年定": "", "预算还没定": "", "50万": "", "预算两万五": "",
	} {
		if l, _ := sales.NewLead(given("需求", need)); l.BANT.Budget != want {
			t.Errorf("%q: %q, want %q", need, l.BANT.Budget, want)
		}
	}
	if l, _ := sales.NewLead(given("需求", "预算50万", "预算", "80万")); l.BANT.Budget != "80万" {
		t.Errorf("the given budget does not count: %q", l.BANT.Budget)
	}
}

// TestAnyLead makes leads of anything: the outcome is the same each time, its
// parts are normalised, and a lead without problems can be reached.
func TestAnyLead(t *testing.T) {
	t.Parallel()
	names := rapid.OneOf(rapid.SampledFrom([]string{"公司", "客户", "联系人", "电话", "手机", "邮箱", "规模", "访问", "需求", "预算", "行业", "等级"}), rapid.StringN(0, 8, -1))
	values := rapid.OneOf(rapid.SampledFrom([]string{"华东智造", "13800138000", "12345", "a@b.cn", "500人", "预算50万", "", "\u200b"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.MapOf(names, values).Draw(t, "in")
		l, problems := sales.NewLead(in)
		again, same := sales.NewLead(maps.Clone(in))
		if !reflect.DeepEqual(l, again) || !slices.Equal(problems, same) {
			t.Fatalf("%v: two leads of one input", in)
		}
		if l.Company != norm.Fold(l.Company) || l.CompanyKey != norm.CompanyKey(l.Company) || l.Size < 0 || l.Visits < 0 {
			t.Errorf("%+v is not normalised", l)
		}
		if len(problems) == 0 && (l.CompanyKey == "" || l.Contact == "" || (l.Phone == "" && l.Email == "")) {
			t.Errorf("%+v has no problem", l)
		}
		for _, p := range problems {
			if field, ok := sales.Canonical(p.Field); !ok || field != p.Field {
				t.Errorf("problem with an unknown field %q", p.Field)
			}
		}
	})
}
