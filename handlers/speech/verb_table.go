package speech

// The verbs. Those that decide have no alias: only their exact form counts.
const (
	Lead     Verb = "线索"
	Convert  Verb = "转商机"
	Move     Verb = "推进"
	Won      Verb = "赢单"
	Lost     Verb = "丢单"
	Upload   Verb = "上传"
	Touch    Verb = "跟进"
	Approve  Verb = "同意"
	Reject   Verb = "拒绝"
	Transfer Verb = "转交"
	Return   Verb = "退回"
	Nudge    Verb = "催办"
	Todo     Verb = "待办"
	Mine     Verb = "我的"
	Snooze   Verb = "静音"
	Delegate Verb = "代理"
	HandOver Verb = "交接"
	Help     Verb = "帮助"
	Undo     Verb = "撤销"
	Cancel   Verb = "取消"
	GoOn     Verb = "好了"

	// What is no verb of a person's.
	Empty    Verb = "empty"
	Fields   Verb = "fields"    // only 名=值: goes on with a draft
	Choose   Verb = "choose"    // a bare number: goes on with a choice
	Two      Verb = "two"       // several moves in one message
	Talk     Verb = "talk"      // about a move, and asks for none
	NotExact Verb = "not-exact" // sounds like a decision and is none
	Unknown  Verb = "unknown"
)

// verbs maps what people write to verbs: Chinese, pinyin and English.
var verbs = map[string]Verb{
	"线索": Lead, "xiansuo": Lead, "xs": Lead, "lead": Lead, "录线索": Lead, "新线索": Lead,
	"转商机": Convert, "zhuanshangji": Convert, "zsj": Convert, "convert": Convert,
	"推进": Move, "tuijin": Move, "tj": Move, "move": Move, "推进到": Move,
	"上传": Upload, "shangchuan": Upload, "sc": Upload, "upload": Upload, "传文件": Upload,
	"赢单": Won, "yingdan": Won, "yd": Won, "won": Won, "win": Won, "签单": Won, "成交": Won,
	"丢单": Lost, "diudan": Lost, "dd": Lost, "lost": Lost, "lose": Lost, "输单": Lost,
	"跟进": Touch, "genjin": Touch, "gj": Touch,
	"催办": Nudge, "cuiban": Nudge, "cb": Nudge, "nudge": Nudge,
	"待办": Todo, "daiban": Todo, "db": Todo, "todo": Todo,
	"我的": Mine, "wode": Mine, "wd": Mine, "mine": Mine, "商机": Mine,
	"静音": Snooze, "jingyin": Snooze, "jy": Snooze, "mute": Snooze, "snooze": Snooze,
	"代理": Delegate, "daili": Delegate, "dl": Delegate, "delegate": Delegate,
	"交接": HandOver, "jiaojie": HandOver, "jj": HandOver, "handover": HandOver,
	"帮助": Help, "bangzhu": Help, "bz": Help, "help": Help, "?": Help, "菜单": Help,
	"撤销": Undo, "chexiao": Undo, "cx": Undo, "undo": Undo, "撤回": Undo,
	"取消": Cancel, "quxiao": Cancel, "qx": Cancel, "cancel": Cancel,
	"好了": GoOn, "haole": GoOn, "hl": GoOn, "done": GoOn,
}

// gluedLeads are the words for a lead that people write without a space behind.
var gluedLeads = []string{"线索", "录线索", "新线索"}

// standsAlone are verbs behind which nothing may follow.
var standsAlone = map[Verb]bool{Todo: true, Mine: true, Cancel: true, GoOn: true, Undo: true}

// moreFields are names of fields beside those of a lead.
var moreFields = map[string]string{
	"金额": "金额", "amount": "金额", "je": "金额", "报价": "金额",
	"产品": "产品", "product": "产品", "cp": "产品",
	"参会": "参会", "参会人": "参会", "参会人员": "参会", "与会": "参会", "attendees": "参会",
	"原因": "原因", "reason": "原因", "yy": "原因",
}

// aroundNames is what stands around a name without being part of it.
var aroundNames = []string{"把", "将", "客户", "商机", "项目", "今天", "刚刚", "刚", "已经", "已", "正式", "成功", "我们", "我", "的", "这边", "@"}

// chatter is what people add without meaning another deal.
var chatter = []string{
	"附件见上", "见附件", "附件", "如上", "见上", "刚发的", "上面那个", "谢谢", "辛苦", "麻烦", "请", "了", "吧", "阶段", "附件如上", "文件见上", "已发", "到", "至",
}

// doubts take a move back, suppose it or put it off.
var doubts = []string{
	"还没", "没有", "没能", "尚未", "未能", "并未", "暂未", "还未", "不能", "不要", "不会", "不想", "不是", "不用", "不打算", "不应", "先不", "先别", "别推", "无法",
	"暂缓", "暂停", "推迟", "如果", "假如", "要是", "倘若", "万一", "若是", "假设", "的话", "除非", "等到", "之后再", "以后再", "准备", "打算", "计划", "争取", "希望",
	"期望", "预计", "应该", "可能", "也许", "大概", "估计", "快要", "即将", "差点", "觉得", "认为", "讨论", "建议", "失败", "被拒", "才怪", "明天", "后天", "下周", "下个月",
}

// denials are words that take back the verb right behind them.
var denials = []string{
	"没", "不", "未", "别", "勿", "甭", "莫", "想", "想要", "要", "会", "将要", "准备", "打算", "能", "可以", "应该", "请问", "问", "说", "说要", "说想", "等", "若", "如果", "怎么", "何时", "才能", "无法",
	"先别", "还没", "没有", "尚未", "不要", "不能", "不会", "不想", "希望", "争取", "计划", "可能", "再", "才", "谁", "没法", "没能",
}

// questions make a text a question.
var questions = []string{"吗", "?", "？", "能不能", "能否", "可不可以", "可否", "是否", "会不会", "要不要", "是不是", "什么", "怎么", "为何", "何时", "几时", "有没有", "行不行", "好不好"}
