package main

// What genjin org says. {1}, {2} … stand for what was found.

const (
	wordNoOrgPath = "没有设置 GENJIN_ORG：请先把它设为 org.yaml 的路径（文件可以还不存在），例如 GENJIN_ORG=/etc/genjin/org.yaml"
	wordFound     = "{1}通讯录里看得到 {2} 人，其中 {3} 人已在 org.yaml 里。"

	wordAdded       = "新增 {1} 人（role 都先写 rep，主管、运营、财务等请改）："
	wordAddedLine   = "  + {2}（id {1}，账号 {3}，团队 {4}）"
	wordTeams       = "新增 {1} 个团队（请补上 manager 和 groups）："
	wordTeamsLine   = "  + {2}（id {1}）"
	wordJoined      = "补上 {1} 人的账号（手机号或邮箱相同）："
	wordJoinedLine  = "  + {2}（{1}）→ {6}: {3}"
	wordLoose       = "{1} 人的上级对不上（不在 org.yaml 里，或互为上级），没有写 manager，请手工补："
	wordLooseLine   = "  ? {2}（{1}），{6}上的上级是 {5}"
	wordGone        = "{1} 人在 org.yaml 里，{2}上已不可用（没有改动；确已离职请写 left: true）："
	wordGoneLine    = "  ! {2}（{1}，账号 {3}）：{5}"
	wordUnseen      = "看不到，可能已离职，或不在应用的可见范围"
	wordClosed      = "已离职或停用"
	wordBack        = "{1} 人在 org.yaml 里写着 left: true，{2}上仍在职（没有改动）："
	wordBackLine    = "  ? {2}（{1}，账号 {3}）"
	wordRenamed     = "{1} 人的名字和{2}上不同（保留 org.yaml 里的）："
	wordRenamedLine = "  · {2}（{1}）在{6}上叫 {5}"
	wordMore        = "  …… 还有 {1} 条"

	wordAsked    = "有 {1} 处要您确认（没有写入）："
	wordAskLine  = "  可能是同一人：{1} 和{2}的 {3}（{4}）。若是，请在 {5} 一行写 {6}；若不是，请另加一行 {7}"
	wordAskOther = "  可能是同一人：{1} 和{2}的 {3}（{4}），手机号或邮箱相同，但那一行已有别的账号。若换了账号，请把 {5} 一行改成 {6}；若不是，请另加一行 {7}"

	wordNothingToWrite   = "没有要写入 {1} 的内容。"
	wordDryRun           = "以上是将要写入 {1} 的内容；因为 --dry-run，没有写入。"
	wordWritten          = "已写入 {1}。"
	wordKeptOld          = "原来的内容在 {1}.bak。"
	wordChangedMeanwhile = "{1} 在此期间被别人改过，没有写入，请再执行一次"
	wordOtherAway        = "{1}的通讯录读不到，不能按手机号和邮箱对人：{2}"

	wordNoStrangers    = "没有不认识的人写过消息。"
	wordStrangers      = "{1}：以下 {2} 个账号给机器人写过消息，但不在 org.yaml 里（或已标离职）："
	wordStranger       = "  {1}{2}，最后一次 {3}，共 {4} 次"
	wordStrangerAdd    = "    写进 people：{1}"
	wordStrangerJoin   = "    可能是 {1}：若是，请在那一行写 {2}；若不是，写进 people：{3}"
	wordStrangerLeft   = "    {1} 在 org.yaml 里写着 left: true；若回来了请去掉"
	wordNameNotTold    = "（{1}没有告诉姓名）"
	wordStrangersNames = "部分姓名没有查到：{1}"
)

// wordNotOn says how to turn a platform on.
var wordNotOn = map[string]string{
	"feishu": "飞书没有启用：请设置 GENJIN_FEISHU_APP_ID、GENJIN_FEISHU_APP_SECRET 等（见 README）",
	"wecom":  "企业微信没有启用：请设置 GENJIN_WECOM_CORP_ID、GENJIN_WECOM_AGENT_ID、GENJIN_WECOM_SECRET 等（见 README）",
}

// wordNobody says why a directory may be empty.
var wordNobody = map[string]string{
	"feishu": "飞书通讯录里一个人也看不到：开发者后台 → 权限管理 → 通讯录权限范围，选全部成员或相关部门，再创建版本并发布",
	"wecom":  "企业微信通讯录里一个人也看不到：管理后台 → 应用管理 → 应用 → 可见范围，加入相关部门或成员",
}
