package config

// names are the variables that the hub knows, each also as NAME_FILE, with
// their defaults.
var names = map[string]string{
	"GENJIN_ADDR":                      ":8080",
	"GENJIN_PUBLIC_URL":                "http://localhost:8080",
	"GENJIN_DATA_DIR":                  "data",
	"GENJIN_DATABASE_URL":              "",
	"GENJIN_REDIS_URL":                 "",
	"GENJIN_ORG":                       "",
	"GENJIN_RULES":                     "",
	"GENJIN_TZ":                        "Asia/Shanghai",
	"GENJIN_LOG_LEVEL":                 "info",
	"GENJIN_TRUSTED_PROXIES":           "",
	"GENJIN_FEISHU_APP_ID":             "",
	"GENJIN_FEISHU_APP_SECRET":         "",
	"GENJIN_FEISHU_ENCRYPT_KEY":        "",
	"GENJIN_FEISHU_VERIFICATION_TOKEN": "",
	"GENJIN_FEISHU_API_BASE":           "https://open.feishu.cn",
	"GENJIN_FEISHU_MODE":               "webhook",
	"GENJIN_WECOM_CORP_ID":             "",
	"GENJIN_WECOM_AGENT_ID":            "",
	"GENJIN_WECOM_SECRET":              "",
	"GENJIN_WECOM_TOKEN":               "",
	"GENJIN_WECOM_AES_KEY":             "",
	"GENJIN_WECOM_BOT_TOKEN":           "",
	"GENJIN_WECOM_BOT_AES_KEY":         "",
	"GENJIN_WECOM_API_BASE":            "https://qyapi.weixin.qq.com",
	"GENJIN_WECOM_OAUTH":               "off",
}

// levels are the log levels from talkative to terse.
var levels = []string{"debug", "info", "warn", "error"}

// redisSchemes are the forms of a Redis URL that the jobs understand.
var redisSchemes = []string{"redis", "rediss", "redis-socket", "redis-sentinel", "sentinel", "redis-cluster", "rediss-cluster"}
