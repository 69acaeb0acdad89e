package config

// variable is what is known about a variable of the environment.
type variable struct {
	standard string // the value where nothing is set
	meaning  string // for people, and for docs/reference.zh-CN.md
}

// names are the variables that the hub knows, each also as NAME_FILE.
var names = map[string]variable{
	"GENJIN_ADDR":                      {":8080", "监听地址"},
	"GENJIN_PUBLIC_URL":                {"http://localhost:8080", "对外地址，消息里的链接以此开头；正式使用须是 https"},
	"GENJIN_DATA_DIR":                  {"data", "数据目录：SQLite 文件、凭证文件、签名密钥、检查点；多个副本共用同一个"},
	"GENJIN_DATABASE_URL":              {"", "数据库；留空用数据目录里的 SQLite，或写 postgres://用户:密码@主机:5432/库名"},
	"GENJIN_REDIS_URL":                 {"", "任务队列；留空用内置的，可写 redis、rediss、redis-sentinel、redis-cluster、redis-socket"},
	"GENJIN_ORG":                       {"", "人员和团队（org.yaml）的路径；留空用内置示例公司"},
	"GENJIN_RULES":                     {"", "业务规则（rules.yaml）的路径；留空用内置默认规则"},
	"GENJIN_TZ":                        {"Asia/Shanghai", "时区，决定工作时间和工作日"},
	"GENJIN_LOG_LEVEL":                 {"info", "日志级别：debug、info、warn、error"},
	"GENJIN_TRUSTED_PROXIES":           {"", "反向代理的网段（逗号分隔），只信它们给的 X-Forwarded-For"},
	"GENJIN_FEISHU_APP_ID":             {"", "飞书应用的 App ID，填了即启用飞书"},
	"GENJIN_FEISHU_APP_SECRET":         {"", "飞书应用的 App Secret"},
	"GENJIN_FEISHU_ENCRYPT_KEY":        {"", "飞书的 Encrypt Key，webhook 模式必填"},
	"GENJIN_FEISHU_VERIFICATION_TOKEN": {"", "飞书的 Verification Token，webhook 模式必填"},
	"GENJIN_FEISHU_API_BASE":           {"https://open.feishu.cn", "飞书接口地址"},
	"GENJIN_FEISHU_MODE":               {"webhook", "怎样收飞书事件：webhook，或 socket（长连接，不需要公网地址）"},
	"GENJIN_WECOM_CORP_ID":             {"", "企业 ID，填了即启用企业微信"},
	"GENJIN_WECOM_AGENT_ID":            {"", "自建应用的 AgentId"},
	"GENJIN_WECOM_SECRET":              {"", "自建应用的 Secret"},
	"GENJIN_WECOM_TOKEN":               {"", "接收消息的 Token"},
	"GENJIN_WECOM_AES_KEY":             {"", "接收消息的 EncodingAESKey，43 个字符"},
	"GENJIN_WECOM_BOT_TOKEN":           {"", "智能机器人的 Token，可选"},
	"GENJIN_WECOM_BOT_AES_KEY":         {"", "智能机器人的 EncodingAESKey，可选，43 个字符"},
	"GENJIN_WECOM_API_BASE":            {"https://qyapi.weixin.qq.com", "企业微信接口地址"},
	"GENJIN_WECOM_OAUTH":               {"off", "on：在企业微信里打开的页面核对打开的人，需先设可信域名"},
}

// levels are the log levels from talkative to terse.
var levels = []string{"debug", "info", "warn", "error"}

// redisSchemes are the forms of a Redis URL that the jobs understand.
var redisSchemes = []string{"redis", "rediss", "redis-socket", "redis-sentinel", "sentinel", "redis-cluster", "rediss-cluster"}
