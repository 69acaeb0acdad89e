package config

import (
	"strings"
	"testing"

	"genjin/sales"
)

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
