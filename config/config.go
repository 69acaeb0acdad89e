package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Config is the environment, checked.
type Config struct {
	Addr           string
	PublicURL      string // without a trailing slash
	DataDir        string
	DatabaseURL    Secret // empty = SQLite in DataDir
	RedisURL       Secret // empty = embedded
	OrgPath        string // empty = built-in sample
	RulesPath      string // empty = built-in default
	Location       *time.Location
	LogLevel       slog.Level
	TrustedProxies []netip.Prefix
	Feishu         Feishu
}

// Feishu is the Feishu app. The channel is on when AppID is set.
type Feishu struct {
	On                bool
	AppID             string
	AppSecret         Secret
	EncryptKey        Secret
	VerificationToken Secret
	APIBase           string
	Mode              string // webhook or socket
}

// Load reads the environment and reports every mistake at once.
func Load(getenv func(string) string, read func(path string) ([]byte, error)) (Config, error) {
	l := loader{getenv: getenv, read: read}
	c := Config{
		Addr: l.addr("GENJIN_ADDR"), PublicURL: l.url("GENJIN_PUBLIC_URL", "http", "https"), DataDir: l.text("GENJIN_DATA_DIR"),
		DatabaseURL: l.database(), RedisURL: l.redis(), OrgPath: l.text("GENJIN_ORG"), RulesPath: l.text("GENJIN_RULES"),
		Location: l.zone(), LogLevel: l.level(), TrustedProxies: l.proxies(), Feishu: l.feishu(),
	}
	return c, errors.Join(l.errs...)
}

type loader struct {
	getenv func(string) string
	read   func(string) ([]byte, error)
	errs   []error
}

func (l *loader) fail(name, what string) { l.errs = append(l.errs, fmt.Errorf("%s：%s", name, what)) }

// text is a variable's value: its own, or that of the file which NAME_FILE
// names, or the default.
func (l *loader) text(name string) string {
	own, path := l.getenv(name), l.getenv(name+"_FILE")
	switch {
	case own != "" && path != "":
		l.fail(name, "和 "+name+"_FILE 同时设置了，请只留一个")
	case path != "":
		b, err := l.read(path)
		if err != nil {
			l.fail(name+"_FILE", fmt.Sprintf("读不到文件 %s，请检查路径和权限", path))
			return ""
		}
		own = strings.TrimRight(string(b), "\r\n")
	}
	if own == "" {
		return names[name]
	}
	return own
}

func (l *loader) addr(name string) string {
	v := l.text(name)
	if _, _, err := net.SplitHostPort(v); err != nil {
		l.fail(name, fmt.Sprintf("%q 不是监听地址，请写成 :8080 或 127.0.0.1:8080", v))
	}
	return v
}

func (l *loader) url(name string, schemes ...string) string {
	v := strings.TrimRight(l.text(name), "/")
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		l.fail(name, fmt.Sprintf("%q 不是网址，请写成 %s://主机", v, schemes[len(schemes)-1]))
	}
	return v
}

func (l *loader) database() Secret {
	v := l.text("GENJIN_DATABASE_URL")
	if v == "" || strings.HasPrefix(v, "postgres://") || strings.HasPrefix(v, "postgresql://") {
		return Secret(v)
	}
	l.fail("GENJIN_DATABASE_URL", "只认识 postgres://用户:密码@主机:5432/库名，留空则用数据目录里的 SQLite")
	return ""
}

// redis refuses a Redis that anybody on the network could write to.
func (l *loader) redis() Secret {
	const name = "GENJIN_REDIS_URL"
	v := l.text(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	known := []string{"redis", "rediss", "redis-socket", "redis-sentinel", "sentinel", "redis-cluster", "rediss-cluster"}
	if err != nil || !slices.Contains(known, u.Scheme) {
		l.fail(name, "请写成 redis://:密码@主机:6379/0（也可用 rediss、redis-sentinel、redis-cluster），留空则用内置的")
		return ""
	}
	if _, has := u.User.Password(); !has && !private(u) {
		l.fail(name, "主机不在本机，必须带密码：redis://:密码@"+u.Host+"（没有密码的 Redis 任何人都能写）")
	}
	return Secret(v)
}

func private(u *url.URL) bool {
	if u.Scheme == "redis-socket" {
		return true
	}
	for host := range strings.SplitSeq(u.Host, ",") {
		name := host
		if h, _, err := net.SplitHostPort(host); err == nil {
			name = h
		}
		ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
		if name != "localhost" && (err != nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

func (l *loader) zone() *time.Location {
	v := l.text("GENJIN_TZ")
	loc, err := time.LoadLocation(v)
	if err != nil {
		l.fail("GENJIN_TZ", fmt.Sprintf("没有时区 %q，请写成 Asia/Shanghai", v))
		return time.UTC
	}
	return loc
}

func (l *loader) level() slog.Level {
	v := strings.ToLower(l.text("GENJIN_LOG_LEVEL"))
	var level slog.Level
	if !slices.Contains(levels, v) || level.UnmarshalText([]byte(v)) != nil {
		l.fail("GENJIN_LOG_LEVEL", fmt.Sprintf("没有级别 %q，可写 %s", v, strings.Join(levels, "、")))
	}
	return level
}

func (l *loader) proxies() []netip.Prefix {
	var out []netip.Prefix
	for word := range strings.FieldsFuncSeq(l.text("GENJIN_TRUSTED_PROXIES"), func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(word)
		if err != nil {
			l.fail("GENJIN_TRUSTED_PROXIES", fmt.Sprintf("%q 不是网段，请写成 10.0.0.0/8", word))
			continue
		}
		out = append(out, p)
	}
	return out
}

func (l *loader) feishu() Feishu {
	f := Feishu{
		AppID: l.text("GENJIN_FEISHU_APP_ID"), AppSecret: Secret(l.text("GENJIN_FEISHU_APP_SECRET")),
		EncryptKey: Secret(l.text("GENJIN_FEISHU_ENCRYPT_KEY")), VerificationToken: Secret(l.text("GENJIN_FEISHU_VERIFICATION_TOKEN")),
		APIBase: l.url("GENJIN_FEISHU_API_BASE", "http", "https"), Mode: l.text("GENJIN_FEISHU_MODE"),
	}
	f.On = f.AppID != ""
	if f.Mode != "webhook" && f.Mode != "socket" {
		l.fail("GENJIN_FEISHU_MODE", fmt.Sprintf("没有模式 %q，可写 webhook 或 socket（长连接）", f.Mode))
	}
	if !f.On {
		return f
	}
	if f.AppSecret == "" {
		l.fail("GENJIN_FEISHU_APP_SECRET", "设了 GENJIN_FEISHU_APP_ID 就必须设它（开发者后台 → 凭证与基础信息）")
	}
	if f.Mode == "webhook" {
		if f.EncryptKey == "" {
			l.fail("GENJIN_FEISHU_ENCRYPT_KEY", "webhook 模式必须设置（开发者后台 → 事件与回调 → 加密策略），否则任何人都能伪造事件")
		}
		if f.VerificationToken == "" {
			l.fail("GENJIN_FEISHU_VERIFICATION_TOKEN", "webhook 模式必须设置（开发者后台 → 事件与回调 → 加密策略）")
		}
	}
	return f
}

// Unknown lists variables that look like ours and are not, each with the
// nearest one that is: a typing mistake must not be silence.
func Unknown(environ []string) []string {
	var out []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "GENJIN_") || strings.HasPrefix(name, "GENJIN_TEST_") {
			continue
		}
		if _, ok := names[strings.TrimSuffix(name, "_FILE")]; ok {
			continue
		}
		out = append(out, fmt.Sprintf("不认识环境变量 %s，是不是想写 %s？", name, nearest(name)))
	}
	slices.Sort(out)
	return out
}

func nearest(name string) string {
	best, least := "", 1<<30
	for known := range names {
		if d := distance(name, known); d < least || (d == least && known < best) {
			best, least = known, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			left, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, left+cost)
		}
	}
	return row[len(b)]
}
