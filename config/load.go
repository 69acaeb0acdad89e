package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// loader reads variables and gathers mistakes.
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
		if own = strings.TrimRight(string(b), "\r\n"); own == "" {
			l.fail(name+"_FILE", fmt.Sprintf("文件 %s 是空的，请写入内容，或去掉这个变量", path))
			return ""
		}
	}
	if own == "" {
		return names[name].standard
	}
	return own
}

func (l *loader) addr(name string) string {
	v := l.text(name)
	_, port, err := net.SplitHostPort(v)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		l.fail(name, fmt.Sprintf("%q 不是监听地址，请写成 :8080 或 127.0.0.1:8080", v))
	}
	return v
}

// url is a place that paths are joined to.
func (l *loader) url(name string) string {
	v := strings.TrimRight(l.text(name), "/")
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https"):
		l.fail(name, "不是网址，请写成 https://主机")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		l.fail(name, "网址里不要带用户名、? 或 #，请只写 https://主机 或 https://主机/路径")
	}
	return v
}

func (l *loader) database() Secret {
	const name = "GENJIN_DATABASE_URL"
	v := l.text(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		l.fail(name, "只认识 postgres://用户:密码@主机:5432/库名（密码里的特殊字符要写成 %xx），留空则用数据目录里的 SQLite")
		return ""
	}
	return Secret(v)
}

// redis refuses a Redis that anybody on the network could write to.
func (l *loader) redis() Secret {
	const name = "GENJIN_REDIS_URL"
	v := l.text(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || !slices.Contains(redisSchemes, u.Scheme) || (u.Host == "" && u.Path == "") {
		l.fail(name, "请写成 redis://:密码@主机:6379/0（也可用 rediss、redis-sentinel、redis-cluster、redis-socket；密码里的特殊字符要写成 %xx），留空则用内置的")
		return ""
	}
	if pw, _ := u.User.Password(); pw == "" && u.Scheme == "redis" && !private(u) {
		l.fail(name, "主机不在本机，必须带密码：redis://:密码@"+u.Host+"（没有密码的 Redis 任何人都能写）")
	}
	return Secret(v)
}

// private tells whether every host of a URL is this machine.
func private(u *url.URL) bool {
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

// flag is on or off.
func (l *loader) flag(name string) bool {
	v := strings.ToLower(l.text(name))
	if v != "on" && v != "off" {
		l.fail(name, fmt.Sprintf("%q 不是开关，可写 on 或 off", v))
	}
	return v == "on"
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
		APIBase: l.url("GENJIN_FEISHU_API_BASE"), Mode: l.text("GENJIN_FEISHU_MODE"),
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

// wecom reads the WeCom app. Its two keys are 43 characters by the platform's
// rule.
func (l *loader) wecom() WeCom {
	w := WeCom{
		CorpID: l.text("GENJIN_WECOM_CORP_ID"), Secret: Secret(l.text("GENJIN_WECOM_SECRET")),
		Token: Secret(l.text("GENJIN_WECOM_TOKEN")), AESKey: l.aesKey("GENJIN_WECOM_AES_KEY"),
		BotToken: Secret(l.text("GENJIN_WECOM_BOT_TOKEN")), BotAESKey: l.aesKey("GENJIN_WECOM_BOT_AES_KEY"),
		APIBase: l.url("GENJIN_WECOM_API_BASE"), OAuth: l.flag("GENJIN_WECOM_OAUTH"),
	}
	w.On = w.CorpID != ""
	if agent := l.text("GENJIN_WECOM_AGENT_ID"); agent != "" || w.On {
		var err error
		if w.AgentID, err = strconv.ParseInt(agent, 10, 64); err != nil || w.AgentID <= 0 {
			l.fail("GENJIN_WECOM_AGENT_ID", "应是应用的数字编号，例如 1000002（管理后台 → 应用管理）")
		}
	}
	if !w.On {
		return w
	}
	for _, must := range []struct {
		name  string
		value Secret
	}{{"GENJIN_WECOM_SECRET", w.Secret}, {"GENJIN_WECOM_TOKEN", w.Token}, {"GENJIN_WECOM_AES_KEY", w.AESKey}} {
		if must.value == "" {
			l.fail(must.name, "设了 GENJIN_WECOM_CORP_ID 就必须设它（管理后台 → 应用管理 → 应用 → 接收消息）")
		}
	}
	if (w.BotToken == "") != (w.BotAESKey == "") {
		l.fail("GENJIN_WECOM_BOT_TOKEN", "和 GENJIN_WECOM_BOT_AES_KEY 要同时设置，或都不设置")
	}
	return w
}

// aesKeyLen is the length of an EncodingAESKey.
const aesKeyLen = 43

func (l *loader) aesKey(name string) Secret {
	v := l.text(name)
	if v != "" && len(v) != aesKeyLen {
		l.fail(name, fmt.Sprintf("应是 %d 个字符，现在是 %d 个，请从管理后台重新复制", aesKeyLen, len(v)))
		return ""
	}
	return Secret(v)
}
