package main

import "regexp"

// What the doctor says. {1}, {2} … stand for what was found; of a platform's
// refusal {1} is the platform, {2} the record and {3} the address it names.

const wordDoctorEnd = "体检结束：{1} 处必须处理，{2} 处建议处理。"

// levelMarks begin a line, levelWords stand in JSON.
var (
	levelMarks = map[level]string{levelFine: "✓", levelWarn: "！", levelBad: "✗"}
	levelWords = map[level]string{levelFine: "ok", levelWarn: "warn", levelBad: "bad"}
)

// platformWords are the platforms as people call them.
var platformWords = map[string]string{"feishu": "飞书", "wecom": "企业微信"}

// checkWords are the checks as people call them.
var checkWords = map[string]string{
	"config": "配置", "org": "人员", "rules": "规则", "holidays": "节假日", "rest": "其余检查", "data_dir": "数据目录", "serve": "服务进程",
	"database": "数据库", "marker": "数据目录标记", "clock": "时钟", "audit": "审计", "dead": "死信", "backlog": "积压", "approvals": "审批送达", "queue": "队列",
	"public_url": "对外地址", "reach": "对外访问", "tls": "证书", "oauth": "网页授权", "callback_feishu": "飞书回调", "callback_wecom": "企业微信回调",
	"callback_wecom_bot": "智能机器人回调", "feishu": "飞书应用", "wecom": "企业微信应用", "accounts": "平台账号", "ready": "运行状态",
}

// setupChecks need nothing but files; worldChecks need a sound setup.
var (
	setupChecks = []check{{"config", (*doctor).lookConfig}, {"org", (*doctor).lookOrg}, {"rules", (*doctor).lookRules}, {"holidays", (*doctor).lookHolidays}}
	worldChecks = []check{
		{"data_dir", (*doctor).lookDataDir},
		{"serve", (*doctor).lookServe},
		{"database", (*doctor).lookDatabase},
		{"clock", (*doctor).lookClock},
		{"audit", (*doctor).lookAudit},
		{"dead", (*doctor).lookWork},
		{"approvals", (*doctor).lookApprovals},
		{"queue", (*doctor).lookQueue},
		{"public_url", (*doctor).lookPublicURL},
		{"reach", (*doctor).lookReach},
		{"tls", (*doctor).lookCert},
		{"ready", (*doctor).lookReady},
		{"callbacks", (*doctor).lookCallbacks},
		{"platforms", (*doctor).lookPlatforms},
	}
)

// whereFrom is where the text of a setting's file comes from.
var whereFrom = map[string]string{
	"org":   "参照 config/sample_org.yaml，或执行 genjin org pull feishu（或 wecom）从通讯录生成",
	"rules": "参照 config/default_rules.yaml；不设 GENJIN_RULES 就用内置规则",
}

// Setup.
var (
	sayRest          = saying{"没有做", "先处理上面标 ✗ 的，再执行 genjin doctor"}
	sayTypo          = saying{"{1}", "改正变量名，否则它不起作用"}
	sayMistake       = saying{"{1}", "照上面改好，再执行 genjin doctor"}
	sayNoPlatform    = saying{"没有启用任何平台", "设置 GENJIN_FEISHU_APP_ID 或 GENJIN_WECOM_CORP_ID（步骤见 README）；只想试用请执行 genjin demo"}
	sayConfig        = saying{"环境变量正确，已启用{1}", ""}
	sayFileAway      = saying{"没有文件 {1}", "写好它放到这里，或改正 {2}：{3}"}
	sayNoFile        = saying{"读不到文件 {1}：{2}", "让运行 genjin 的用户能读它：ls -l {1}，再 chown 或 chmod"}
	sayOrg           = saying{"{1} 人，{2} 个团队（{3}）", ""}
	saySampleOrg     = saying{"用的是内置示例公司", ""}
	saySampleOrgLive = saying{"没有设置 GENJIN_ORG，用的是内置示例公司，真实的人发消息会被当作陌生人", "照 config/sample_org.yaml 写 org.yaml，再设 GENJIN_ORG=org.yaml"}
	sayDeafManagers  = saying{"主管收不到审批：{1} 没有已启用平台的账号", "在 {3} 里给他们写上 {2}"}
	sayNoManager     = saying{"没有主管：{1} 的审批没有人收", "在 {2} 里给他们写 manager，或给所在团队写 manager"}
	sayNowhere       = saying{"收不到消息：{1} 没有已启用平台的账号", "在 {3} 里写上 {2}；已离职的写 left: true"}
	sayNoAdmin       = saying{"没有收得到消息的管理员（role: admin），故障没有人知道", "在 {1} 里给一个人写 role: admin 和平台账号"}
	sayRules         = saying{"{1} 个阶段（{2}）", ""}
	sayHolidayFile   = saying{"{1}", "改正或删除 {2} 里的文件"}
	sayNoHolidays    = saying{"不知道 {1} 年的放假和调休，只能按周一到周五算工作日", "升级 genjin，或把 {1}.json（holiday-cn 格式）放进 {2}/holidays"}
	sayHolidaysThis  = saying{"{1} 年已知；{2} 年的通知通常在年底前发布", ""}
	sayHolidays      = saying{"{1} 年和 {2} 年已知", ""}
)

// This machine, the database and the queue.
var (
	sayDataDir        = saying{"{1} 不能写：{2}", "给运行 genjin 的用户写权限：chown -R 用户 {1}；磁盘满了就先清理"}
	sayDataDirFile    = saying{"{1} 是文件，不是目录", "移走它，或改 GENJIN_DATA_DIR"}
	sayDataDirFull    = saying{"{1} 只剩 {2}", "清理磁盘或扩容，至少留 1 GiB；写满后会拒收新消息，但不会丢"}
	sayDataDirFine    = saying{"{1} 可写，剩余 {2}", ""}
	sayServe          = saying{"genjin serve 正在运行（进程 {1}）", ""}
	sayNoServe        = saying{"genjin serve 没有在这个数据目录上运行", "执行 genjin serve，再体检一次"}
	sayServePostgres  = saying{"用 PostgreSQL，可同时运行多个副本；是否在运行看“对外访问”", ""}
	sayServeUnknown   = saying{"看不出 genjin serve 是否在运行：{1}", "用运行 serve 的同一个用户执行 genjin doctor"}
	sayNoDatabase     = saying{"还没有数据库", "第一次执行 genjin serve 时会自动建立"}
	sayDatabase       = saying{"可连接，结构一致，可提交", ""}
	sayMarker         = saying{"与数据库是一套", ""}
	saySchemaOld      = saying{"结构旧了：{1}", "执行 genjin migrate（SQLite 由 genjin serve 自动升级）"}
	saySchemaNew      = saying{"结构比程序新：{1}", "改用更新的 genjin，或恢复备份"}
	sayForeign        = saying{"数据目录属于另一个数据库：{1}", "检查 GENJIN_DATA_DIR 和 GENJIN_DATABASE_URL，改成一套的"}
	sayPostgresAway   = saying{"不能用：{1}", "检查 GENJIN_DATABASE_URL 的主机、端口、用户、密码和库名：psql \"$GENJIN_DATABASE_URL\" -c 'select 1'；synchronous_commit 必须不是 off"}
	saySQLiteAway     = saying{"不能用：{1}", "检查数据目录的权限和剩余空间；文件坏了请恢复备份"}
	sayClock          = saying{"与{1}相差 {2}", ""}
	sayClockOff       = saying{"与{1}相差 {2}", "打开时间同步：timedatectl set-ntp true"}
	sayClockFar       = saying{"与{1}相差 {2}，超过 10 秒", "打开时间同步：timedatectl set-ntp true；与数据库相差这么多时后台工作会停下"}
	sayClockUnknown   = saying{"问不到{1}的时间：{2}", "先处理数据库的问题"}
	sayNoKey          = saying{"签名密钥不见了，已有的检查点无法校验", "从备份恢复 {1}；有意换密钥前请先留存旧的 audit.pub"}
	sayBadKey         = saying{"最后的检查点与密钥不符：{1}", "执行 genjin audit verify 看是哪一处；核对 {2} 是否换过"}
	sayLateCheckpoint = saying{"有 {1} 条记录还没有签名，上一个检查点是 {2}前", "确认有一个 genjin serve --roles worker 在运行，看它的日志"}
	sayNoCheckpoint   = saying{"还没有检查点；有记录之后由 genjin serve 签出", ""}
	sayAudit          = saying{"密钥与检查点相符，{1} 条已签名，最近一次在 {2}前", ""}
	sayUnread         = saying{"读不出来：{1}", "先处理数据库的问题"}
	sayNoDead         = saying{"没有死信，也没有不确定的消息", ""}
	sayDead           = saying{"{1} 个任务做不成，{2} 条消息发不出，{3} 条不确定", "执行 genjin dead list 查看，genjin dead replay ID 重放"}
	sayNoBacklog      = saying{"没有久等的任务（{1} 个到期）", ""}
	sayBacklog        = saying{"{1} 个到期的任务没有做，最久的等了 {2}", "确认有一个 genjin serve --roles worker 在运行，看它的日志"}
	sayDelivered      = saying{"没有送不到的审批", ""}
	sayUndelivered    = saying{"审批 {1} 没有送到任何人", "查看 genjin dead list；检查审批人在 org.yaml 里的账号和应用的可见范围"}
	sayQueueEmbedded  = saying{"用内置的", ""}
	sayQueue          = saying{"Redis 可用，不淘汰数据", ""}
	sayQueueAway      = saying{"Redis 不能用：{1}；不会丢消息，但多个副本之间会慢", "检查 GENJIN_REDIS_URL 的主机、端口和密码，或留空改用内置的"}
	sayQueueSilent    = saying{"Redis 可用，但不说内存满了怎么办", "请在 Redis 一侧确认 maxmemory-policy 是 noeviction"}
	sayQueueEvicts    = saying{"Redis 内存满了会淘汰数据（{1}）", "执行 redis-cli config set maxmemory-policy noeviction，并写进 redis.conf"}
)

// The world outside.
var (
	sayPublicURL    = saying{"{1}", ""}
	sayPublicLocal  = saying{"{1} 只有本机或内网能访问，平台推不进来", "把 GENJIN_PUBLIC_URL 设成公网 https 地址；只用飞书时也可设 GENJIN_FEISHU_MODE=socket（长连接，不需要公网地址）"}
	sayPublicPlain  = saying{"{1} 不是 https", "在反向代理上配置证书，再把 GENJIN_PUBLIC_URL 改成 https://…"}
	sayPublicLinks  = saying{"{1} 只有本机或内网能访问，消息里的链接（表单、上传页）在手机上打不开", "把 GENJIN_PUBLIC_URL 设成手机能访问的地址"}
	sayOAuth        = saying{"GENJIN_WECOM_OAUTH=on 需要 https 域名，现在是 {1}", "改用域名，并在管理后台 → 应用管理 → 应用 → 网页授权及JS-SDK 里设为可信域名；或设 GENJIN_WECOM_OAUTH=off"}
	sayReach        = saying{"{1} 是这个程序在应答", ""}
	sayReady        = saying{"运行中的 genjin serve 一切正常", ""}
	sayNotReady     = saying{"运行中的 genjin serve 不能提交：{1}", "照“数据库”和“数据目录”两项处理；恢复后平台会重新推送，不会丢"}
	sayDegraded     = saying{"运行中的 genjin serve 连不上 Redis，后台工作直接从数据库领取", "检查 GENJIN_REDIS_URL 所在的机器；不会丢消息"}
	sayMisfits      = saying{"运行中的 genjin serve 没有采用改过的设置，仍按上一版运行：{1}", "照这里写的改好文件再保存；要采用一份旧的文件，执行 systemctl reload genjin（或 kill -HUP 进程号）"}
	sayChannels     = saying{"长连接没有建立：{1}", "核对应用凭证；开发者后台 → 事件与回调 里，事件和回调的订阅方式都要选长连接"}
	sayNotOurs      = saying{"{1} 不是这个程序在应答（HTTP {2}）", "让反向代理把整个路径转给 GENJIN_ADDR，保留 X-Request-Id 头；并确认 genjin serve 在运行"}
	sayNoName       = saying{"{1} 的域名 {2} 解析不出来", "检查域名的 DNS 记录和本机的 DNS"}
	sayNoAnswer     = saying{"{1} 没有应答", "检查防火墙、安全组和反向代理；若本机不能访问自己的公网地址，请用手机流量打开它验证"}
	sayRefused      = saying{"{1} 连不上：{2}", "确认 genjin serve 和反向代理在运行，端口已放行"}
	sayCertOver     = saying{"{1} 的证书已过期，平台推不进来", "续签证书并重载反向代理"}
	sayCertWrong    = saying{"{1} 的证书不被信任：{2}", "换成与域名一致、由公共机构签发的证书，并带上完整证书链"}
	sayCertSoon     = saying{"证书 {1} 到期，还剩 {2} 天", "续签证书并重载反向代理；确认自动续签在运行"}
	sayCert         = saying{"有效到 {1}，还剩 {2} 天", ""}
	sayCallback     = saying{"{1} 应答正确", ""}
	sayCallbackOff  = saying{"{1} 没有启用", "运行中的 genjin serve 没有这个平台的变量：补上后重启"}
	sayCallbackKeys = saying{"{1} 不认这里的 Token 和 EncodingAESKey", "运行中的 genjin serve 用的是另一套：核对变量后重启"}
	sayCallbackSlow = saying{"{1} 应答正确，但用了 {2}", "企业微信保存回调地址时只等 1 秒：检查反向代理和网络"}

	sayPlatform        = saying{"{1}接受了凭证", ""}
	sayAppOff          = saying{"应用“{1}”已停用", "管理后台 → 应用管理 → 应用，打开右上角的开关"}
	sayAppNarrow       = saying{"应用的可见范围不含整个公司，不能在 {1} 的群里说话（60011）", "管理后台 → 应用管理 → 应用 → 可见范围，加入根部门；或在 org.yaml 里改用 wecom_robot"}
	sayAppDomain       = saying{"GENJIN_WECOM_OAUTH=on，但应用的可信域名是 {2}，不是 {1}", "管理后台 → 应用管理 → 应用 → 网页授权及JS-SDK，把可信域名设成 {1}"}
	sayAccounts        = saying{"{1}认得 org.yaml 里的 {2} 个账号", ""}
	sayUnseen          = saying{"{1}里没有，或应用看不到：{2}", "核对 {3} 里的账号（管理后台 → 通讯录 → 成员 → 账号），并把他们加进应用的可见范围"}
	sayAccountsUnknown = saying{"账号没有核对完：{1}", "过一分钟再执行 genjin doctor"}
	sayPlatformAway    = saying{"{1}连不上：{2}", "检查本机能否访问外网、代理变量 HTTPS_PROXY，以及接口地址变量 _API_BASE"}
	sayPlatformRefused = saying{"{1}不接受：{2}", "按错误码在平台的文档里查，核对应用的凭证、权限和版本"}
)

// codeWords are the codes that people meet while they set a platform up.
var codeWords = map[string]map[string]saying{
	"feishu": {
		"10003":    {"App ID 或 App Secret 不对（{2}）", "开发者后台 → 应用 → 凭证与基础信息，重新复制 GENJIN_FEISHU_APP_ID 和 GENJIN_FEISHU_APP_SECRET"},
		"10014":    {"App Secret 不对（{2}）", "开发者后台 → 应用 → 凭证与基础信息，重新复制 App Secret"},
		"10012":    {"应用已停用或没有这个应用（{2}）", "管理后台 → 应用管理里启用它，核对 GENJIN_FEISHU_APP_ID"},
		"99991672": {"应用缺少权限（{2}）", "开发者后台 → 权限管理开通 README 列出的权限，再创建版本并发布"},
		"11205":    {"应用没有机器人能力（{2}）", "开发者后台 → 添加应用能力 → 机器人，再创建版本并发布"},
	},
	"wecom": {
		"60020":  {"本机 IP 不在可信名单：{3}（{2}）", "管理后台 → 应用管理 → 应用 → 企业可信IP → 配置，加入 {3}，约 1 分钟后生效；灰色不能点时先设置接收消息的 URL 或可信域名"},
		"40001":  {"Secret 不对（{2}）", "管理后台 → 应用管理 → 应用 → Secret → 查看，重新复制 GENJIN_WECOM_SECRET"},
		"40013":  {"企业 ID 不对（{2}）", "管理后台 → 我的企业 → 企业信息最下面，复制 GENJIN_WECOM_CORP_ID"},
		"301002": {"AgentId 与 Secret 不是同一个应用（{2}）", "管理后台 → 应用管理 → 应用，从同一页复制 GENJIN_WECOM_AGENT_ID 和 GENJIN_WECOM_SECRET"},
		"40056":  {"没有这个 AgentId（{2}）", "管理后台 → 应用管理 → 应用，重新复制 GENJIN_WECOM_AGENT_ID"},
		"48002":  {"应用没有这个接口的权限（{2}）", "确认 Secret 是自建应用的，不是通讯录或其他应用的"},
		"60011":  {"可见范围不够（{2}）", "管理后台 → 应用管理 → 应用 → 可见范围，加入相关的人；建群还要包含根部门"},
	},
}

// codeShape finds a platform's code in the record of a refusal, ipShape the
// address that WeCom says the hub comes from.
var (
	codeShape = regexp.MustCompile(`\b(?:err)?code (-?\d+)`)
	ipShape   = regexp.MustCompile(`from ip: ([0-9a-fA-F.:]*[0-9a-fA-F])`)
)
