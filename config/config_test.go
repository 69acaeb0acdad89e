package config

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"genjin/sales"
)

// from makes an environment.
func from(kv ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return func(k string) string { return m[k] }
}

// noFile is a disk without files.
func noFile(string) ([]byte, error) { return nil, errors.New("no such file") }

// feishuOn is a complete Feishu app.
func feishuOn(more ...string) func(string) string {
	return from(append([]string{
		"GENJIN_FEISHU_APP_ID", "cli_a", "GENJIN_FEISHU_APP_SECRET", "s", "GENJIN_FEISHU_ENCRYPT_KEY", "k", "GENJIN_FEISHU_VERIFICATION_TOKEN", "v",
	}, more...)...)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := Load(from(), noFile)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":8080" || c.PublicURL != "http://localhost:8080" || c.DataDir != "data" || c.DatabaseURL != "" || c.RedisURL != "" || c.OrgPath != "" || c.RulesPath != "" {
		t.Errorf("%+v", c)
	}
	if c.Location.String() != "Asia/Shanghai" || c.LogLevel != slog.LevelInfo || len(c.TrustedProxies) > 0 || c.Feishu.On || c.WeCom.On {
		t.Errorf("%+v", c)
	}
	if c.Feishu.APIBase != "https://open.feishu.cn" || c.Feishu.Mode != "webhook" || c.WeCom.APIBase != "https://qyapi.weixin.qq.com" || c.WeCom.OAuth {
		t.Errorf("%+v", c)
	}
}

func TestEverythingIsRead(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", 43)
	c, err := Load(feishuOn(
		"GENJIN_ADDR", "127.0.0.1:9000", "GENJIN_PUBLIC_URL", "https://hub.example.com/genjin/", "GENJIN_DATA_DIR", "/var/lib/genjin",
		"GENJIN_DATABASE_URL", "postgres://u:p@db/genjin", "GENJIN_REDIS_URL", "redis://:pw@10.0.0.5:6379/0", "GENJIN_ORG", "org.yaml", "GENJIN_RULES", "rules.yaml",
		"GENJIN_TZ", "Asia/Urumqi", "GENJIN_LOG_LEVEL", "WARN", "GENJIN_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.0/16,::1/128",
		"GENJIN_FEISHU_API_BASE", "https://open.larksuite.com", "GENJIN_FEISHU_MODE", "socket",
		"GENJIN_WECOM_CORP_ID", "ww1", "GENJIN_WECOM_AGENT_ID", "1000002", "GENJIN_WECOM_SECRET", "s", "GENJIN_WECOM_TOKEN", "t", "GENJIN_WECOM_AES_KEY", key,
		"GENJIN_WECOM_BOT_TOKEN", "bt", "GENJIN_WECOM_BOT_AES_KEY", key, "GENJIN_WECOM_API_BASE", "http://127.0.0.1:1", "GENJIN_WECOM_OAUTH", "On",
	), noFile)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:9000" || c.PublicURL != "https://hub.example.com/genjin" || c.DatabaseURL.Reveal() != "postgres://u:p@db/genjin" || c.RedisURL.Reveal() != "redis://:pw@10.0.0.5:6379/0" {
		t.Errorf("%+v", c)
	}
	if c.Location.String() != "Asia/Urumqi" || c.LogLevel != slog.LevelWarn || len(c.TrustedProxies) != 3 || !c.Feishu.On || c.Feishu.Mode != "socket" || c.Feishu.EncryptKey.Reveal() != "k" {
		t.Errorf("%+v", c)
	}
	if w := c.WeCom; !w.On || w.AgentID != 1000002 || w.AESKey.Reveal() != key || w.BotToken.Reveal() != "bt" || w.APIBase != "http://127.0.0.1:1" || !w.OAuth {
		t.Errorf("%+v", w)
	}
}

func TestValuesFromFiles(t *testing.T) {
	t.Parallel()
	read := func(path string) ([]byte, error) {
		switch path {
		case "/run/secret":
			return []byte("from file\r\n"), nil
		case "/run/empty":
			return []byte("\n"), nil
		}
		return noFile(path)
	}
	on := feishuOn("GENJIN_FEISHU_APP_SECRET", "", "GENJIN_FEISHU_APP_SECRET_FILE", "/run/secret")
	if c, err := Load(on, read); err != nil || c.Feishu.AppSecret.Reveal() != "from file" {
		t.Errorf("%q %v", c.Feishu.AppSecret.Reveal(), err)
	}
	for want, env := range map[string]func(string) string{
		"读不到文件 /nowhere":    from("GENJIN_TZ_FILE", "/nowhere"),
		"文件 /run/empty 是空的": from("GENJIN_TZ_FILE", "/run/empty"),
		"同时设置了":             from("GENJIN_TZ_FILE", "/run/secret", "GENJIN_TZ", "UTC"),
	} {
		if _, err := Load(env, read); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "GENJIN_TZ") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	const secret = "canary-value"
	for _, c := range []struct{ name, value, want string }{
		{"GENJIN_ADDR", "8080", ":8080"},
		{"GENJIN_ADDR", ":99999", ":8080"},
		{"GENJIN_ADDR", ":http", ":8080"},
		{"GENJIN_PUBLIC_URL", "hub.example.com", "https://"},
		{"GENJIN_PUBLIC_URL", "ftp://hub", "https://"},
		{"GENJIN_PUBLIC_URL", "https://u:" + secret + "@hub", "用户名"},
		{"GENJIN_PUBLIC_URL", "https://hub/?a=1", "?"},
		{"GENJIN_DATABASE_URL", "mysql://u:" + secret + "@db/x", "postgres://"},
		{"GENJIN_DATABASE_URL", "postgres://u:" + secret + "%zz@db/x", "postgres://"},
		{"GENJIN_REDIS_URL", "10.0.0.5:6379", "redis://"},
		{"GENJIN_REDIS_URL", "http://10.0.0.5", "redis://"},
		{"GENJIN_REDIS_URL", "redis://10.0.0.5:6379", "必须带密码"},
		{"GENJIN_REDIS_URL", "redis://user:@10.0.0.5:6379", "必须带密码"},
		{"GENJIN_REDIS_URL", "redis://redis", "必须带密码"},
		{"GENJIN_REDIS_URL", "redis://[2001:db8::1]:6379", "必须带密码"},
		{"GENJIN_REDIS_URL", "redis://127.0.0.1.evil.com:6379", "必须带密码"},
		{"GENJIN_TZ", "Moon/Sea", "Asia/Shanghai"},
		{"GENJIN_LOG_LEVEL", "loud", "debug、info、warn、error"},
		{"GENJIN_LOG_LEVEL", "info+2", "debug、info、warn、error"},
		{"GENJIN_TRUSTED_PROXIES", "10.0.0.0/99", "10.0.0.0/8"},
		{"GENJIN_TRUSTED_PROXIES", "10.0.0.1", "10.0.0.0/8"},
		{"GENJIN_FEISHU_MODE", "pigeon", "webhook 或 socket"},
		{"GENJIN_FEISHU_API_BASE", "open.feishu.cn", "https://"},
		{"GENJIN_WECOM_AGENT_ID", "my app", "1000002"},
		{"GENJIN_WECOM_AES_KEY", secret, "43"},
		{"GENJIN_WECOM_OAUTH", "yes", "on 或 off"},
	} {
		_, err := Load(from(c.name, c.value), noFile)
		if err == nil || !strings.HasPrefix(err.Error(), c.name+"：") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells a secret: %v", c.name, err)
		}
	}
	for _, ok := range []string{
		"redis://127.0.0.1:6379", "redis://localhost", "redis://[::1]:6379", "redis://:pw@10.0.0.5:6379", "redis-socket:///run/redis.sock", "rediss://10.0.0.5:6379",
		"redis-cluster://:pw@a:1,b:2", "redis-sentinel://:pw@a:26379/master",
	} {
		if _, err := Load(from("GENJIN_REDIS_URL", ok), noFile); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
}

// TestEveryMistakeAtOnce sets many variables wrong.
func TestEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load(from(
		"GENJIN_ADDR", "8080", "GENJIN_TZ", "Moon", "GENJIN_LOG_LEVEL", "loud", "GENJIN_REDIS_URL", "redis://10.0.0.5:6379", "GENJIN_DATABASE_URL", "mysql://x",
		"GENJIN_TRUSTED_PROXIES", "10.0.0.0/99", "GENJIN_FEISHU_APP_ID", "cli_a", "GENJIN_WECOM_CORP_ID", "ww1", "GENJIN_WECOM_BOT_TOKEN", "t",
	), noFile)
	if err == nil {
		t.Fatal("no error")
	}
	var told []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, _, _ := strings.Cut(line, "：")
		told = append(told, strings.TrimPrefix(name, "GENJIN_"))
	}
	const want = "ADDR DATABASE_URL REDIS_URL TZ LOG_LEVEL TRUSTED_PROXIES FEISHU_APP_SECRET FEISHU_ENCRYPT_KEY FEISHU_VERIFICATION_TOKEN " +
		"WECOM_AGENT_ID WECOM_SECRET WECOM_TOKEN WECOM_AES_KEY WECOM_BOT_TOKEN"
	if got := strings.Join(told, " "); got != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
	// The long connection is authenticated by the app's secret.
	if _, err := Load(from("GENJIN_FEISHU_APP_ID", "cli_a", "GENJIN_FEISHU_APP_SECRET", "s", "GENJIN_FEISHU_MODE", "socket"), noFile); err != nil {
		t.Error(err)
	}
}

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	told := Unknown([]string{
		"GENJIN_FEISHU_APPID=x", "GENJIN_ADDRESS=1", "GENJIN_ADDR=1", "GENJIN_RULES_FILE=x", "GENJIN_TEST_ROOM=1", "GENJIN_REDIS_URL_FIL=x", "HOME=/", "PATH", "GENJIN_ENCRYPT_KEY=canary",
	})
	want := []string{"GENJIN_ADDRESS", "GENJIN_ADDR（监听地址）", "GENJIN_ENCRYPT_KEY", "GENJIN_", "GENJIN_FEISHU_APPID", "GENJIN_FEISHU_APP_ID（飞书应用的 App ID", "GENJIN_REDIS_URL_FIL", "GENJIN_REDIS_URL"}
	if len(told)*2 != len(want) {
		t.Fatalf("%q", told)
	}
	for i, line := range told {
		if !strings.Contains(line, want[2*i]) || !strings.Contains(line, want[2*i+1]) || strings.Contains(line, "canary") {
			t.Errorf("%q", line)
		}
	}
}

// TestSecretIsNotPrinted prints secrets on every road to text.
func TestSecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	const canary = "canary-value"
	c := Config{
		DatabaseURL: canary, RedisURL: canary, Feishu: Feishu{AppSecret: canary, EncryptKey: canary, VerificationToken: canary},
		WeCom: WeCom{Secret: canary, Token: canary, AESKey: canary, BotToken: canary, BotAESKey: canary},
	}
	text := sprintAll(c)
	if strings.Contains(text, canary) || strings.Contains(text, "63616e617279") || !strings.Contains(text, hidden) {
		t.Errorf("a secret is printed: %s", text)
	}
	if c.RedisURL.Reveal() != canary {
		t.Error("the value is lost")
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"any(1..900, # < 0)", "size ** 99 > 1", `need matches "(a+)+"`, "let r = 1; r > 0", "any([1], any([2], # > 1))", "size", "repeat(need, 99999) == need", "now() != nil",
		"1 / size > 0", "100 % size == 0", "[1][size] > 0", `need[0:3] == "abc"`, "true; false", "min([]) > 0", "nobody.name == 1", `size > "3"`, "", "size >", "fields",
		strings.Repeat("size > 1 and ", 400) + "true",
	} {
		if _, err := compile(bad); err == nil {
			t.Errorf("%q is let through", bad)
		}
	}
	facts := sales.Facts{Size: 500, Need: "上MES", Tech: "SAP R/3", Fields: map[string]string{"等级": "VIP"}}
	for good, want := range map[string]bool{
		`fields["等级"] == "VIP" or size > 1000`: true, "size >= 300 and size < 1000": true, `need contains "MES"`: true, `lower(tech) startsWith "sap"`: true,
		`fields.等级 in ["VIP", "A"]`: true, `industry in ["智能制造"]`: false, `any(["SAP", "用友"], tech contains #)`: true, "not (size > 1)": false, `len(need) == 4`: true,
		`fields["没有"] == ""`: true, "size > 1 ? visits > 0 : true": false,
	} {
		c, err := compile(good)
		if err != nil {
			t.Errorf("%q: %v", good, err)
			continue
		}
		if got, err := c.Holds(facts); err != nil || got != want || c.String() != good {
			t.Errorf("%q: %v %v, want %v", good, got, err, want)
		}
	}
}
