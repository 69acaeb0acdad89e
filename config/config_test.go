package config

import (
	"strings"
	"testing"
	"time"

	"genjin/sales"
)

func TestDefaultRulesAndSampleOrg(t *testing.T) {
	t.Parallel()
	r, err := ParseRules("default_rules.yaml", DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseOrg("sample_org.yaml", SampleOrg(), time.UTC); err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, d := range r.Dimensions {
		total += d.Weight
	}
	if total != 100 {
		t.Errorf("weights sum to %d, want 100", total)
	}
	l, problems := sales.NewLead(map[string]string{"公司": "华东智造", "联系人": "张伟", "电话": "+86 138 0013 8000", "行业": "智能制造", "规模": "500人", "需求": "想了解MES，预算50万"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s, err := r.ScoreLead(l.Facts())
	if err != nil || s.Grade != "B" || s.Total != 62 {
		t.Errorf("score %+v %v", s, err)
	}
	if l.BANT.Budget == "" {
		t.Errorf("budget in the need was not seen")
	}
}

// TestRulesMistakes plants one mistake each in the default rules.
func TestRulesMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown field", "weight: 30", "wieght: 30", "不认识的字段"},
		{"points above weight", "points: 30", "points: 31", "points 31"},
		{"grades not descending", "min: 50", "min: 80", "从高到低"},
		{"typing mistake in a condition", "size >= 1000", "sizze >= 1000", "sizze"},
		{"endless condition", "size >= 1000", "any(1..size, true)", ".."},
		{"unknown type", "types: [pdf], attendees", "types: [exe], attendees", "exe"},
		{"unknown approver", "who: [manager2]", "who: [boss]", "boss"},
		{"no time", `from: "21:00"`, `from: "9 pm"`, "不是时刻"},
		{"no duration", "respond_in: 30m", "respond_in: soon", "不是时长"},
		{"no won stage", "won: true", "won: false", "won: true"},
		{"bant", "bant: optional", "bant: maybe", "required"},
		{"too large", "max_mib: 100", "max_mib: 100000", "超出范围"},
		{"two ids", "id: proposal\n", "id: needs\n", "重复"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(DefaultRules()), c.from, c.to, 1)
			if text == string(DefaultRules()) {
				t.Fatalf("nothing was planted")
			}
			_, err := ParseRules("rules.yaml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want it to say %q", err, c.want)
			}
			if !strings.Contains(err.Error(), "rules.yaml") && !strings.Contains(err.Error(), ":") {
				t.Errorf("no place in %v", err)
			}
		})
	}
}

func TestRulesTellEverythingAtOnce(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("points: 30", "points: 31", "min: 50", "min: 80", "types: [pdf]", "types: [exe]").Replace(string(DefaultRules()))
	_, err := ParseRules("rules.yaml", []byte(text))
	if err == nil || strings.Count(err.Error(), "\n") < 2 {
		t.Errorf("not all mistakes are told: %v", err)
	}
	if !strings.Contains(err.Error(), "rules.yaml:12：") {
		t.Errorf("the line is not told: %v", err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	env := func(kv map[string]string) func(string) string { return func(k string) string { return kv[k] } }
	read := func(path string) ([]byte, error) { return []byte("from-" + path + "\n"), nil }
	c, err := Load(env(map[string]string{"GENJIN_FEISHU_APP_ID": "cli_a", "GENJIN_FEISHU_APP_SECRET_FILE": "secret", "GENJIN_FEISHU_ENCRYPT_KEY": "k", "GENJIN_FEISHU_VERIFICATION_TOKEN": "v"}), read)
	if err != nil || c.Feishu.AppSecret.Reveal() != "from-secret" || !c.Feishu.On || c.Addr != ":8080" || c.Location.String() != "Asia/Shanghai" {
		t.Errorf("%+v %v", c, err)
	}
	_, err = Load(env(map[string]string{
		"GENJIN_ADDR": "8080", "GENJIN_TZ": "Moon", "GENJIN_LOG_LEVEL": "loud", "GENJIN_REDIS_URL": "redis://10.0.0.5:6379", "GENJIN_DATABASE_URL": "mysql://x",
		"GENJIN_TRUSTED_PROXIES": "10.0.0.0/99", "GENJIN_FEISHU_APP_ID": "cli_a", "GENJIN_FEISHU_MODE": "pigeon",
	}), read)
	for _, want := range []string{"GENJIN_ADDR", "GENJIN_TZ", "GENJIN_LOG_LEVEL", "GENJIN_REDIS_URL", "GENJIN_DATABASE_URL", "GENJIN_TRUSTED_PROXIES", "GENJIN_FEISHU_MODE", "GENJIN_FEISHU_APP_SECRET"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told: %v", want, err)
		}
	}
	for _, ok := range []string{"redis://127.0.0.1:6379", "redis://:pw@10.0.0.5:6379", "redis-socket:///run/redis.sock", "redis-cluster://:pw@a:1,b:2"} {
		if _, err := Load(env(map[string]string{"GENJIN_REDIS_URL": ok}), read); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	if u := Unknown([]string{"GENJIN_FEISHU_APPID=x", "GENJIN_ADDR=1", "GENJIN_RULES_FILE=x", "HOME=/"}); len(u) != 1 || !strings.Contains(u[0], "GENJIN_FEISHU_APP_ID") {
		t.Errorf("unknown: %v", u)
	}
}

// TestSecretIsNotPrinted prints a secret on every road to text.
func TestSecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	c := Config{Feishu: Feishu{AppSecret: "canary-value"}}
	if s := sprintAll(c); strings.Contains(s, "canary-value") {
		t.Errorf("a secret is printed: %s", s)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"any(1..900, # < 0)", "size ** 99 > 1", `need matches "(a+)+"`, "let r = 1; r > 0", "any(fields, any(fields, true))", "size", "repeat(need, 99999) == need", "now() != nil",
	} {
		if _, err := compile(bad); err == nil {
			t.Errorf("%q is let through", bad)
		}
	}
	c, err := compile(`fields["等级"] == "VIP" or size > 10`)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := c.Holds(sales.Facts{Fields: map[string]string{"等级": "VIP"}}); err != nil || !ok {
		t.Errorf("%v %v", ok, err)
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add(string(DefaultRules()))
	f.Add("score: [{}]")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseRules("rules.yaml", []byte(s)); err == nil && r == nil {
			t.Error("neither rules nor error")
		}
	})
}
