package config

import (
	"errors"
	"log/slog"
	"net/netip"
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
	WeCom          WeCom
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

// WeCom is the WeCom app. The channel is on when CorpID is set; the 智能机器人 is
// optional.
type WeCom struct {
	On        bool
	CorpID    string
	AgentID   int64
	Secret    Secret
	Token     Secret
	AESKey    Secret
	BotToken  Secret
	BotAESKey Secret
	APIBase   string
	OAuth     bool // pages opened in WeCom ask who opened them; needs 可信域名
}

// Load reads the environment and reports every mistake at once, each with what
// to write instead. No value of a secret stands in an error.
func Load(getenv func(string) string, read func(path string) ([]byte, error)) (Config, error) {
	l := loader{getenv: getenv, read: read}
	c := Config{
		Addr: l.addr("GENJIN_ADDR"), PublicURL: l.url("GENJIN_PUBLIC_URL"), DataDir: l.text("GENJIN_DATA_DIR"),
		DatabaseURL: l.database(), RedisURL: l.redis(), OrgPath: l.text("GENJIN_ORG"), RulesPath: l.text("GENJIN_RULES"),
		Location: l.zone(), LogLevel: l.level(), TrustedProxies: l.proxies(), Feishu: l.feishu(), WeCom: l.wecom(),
	}
	return c, errors.Join(l.errs...)
}
