package handlers

// The verbs. Those that decide have no alias: only their exact form counts.
const (
	verbLead     verb = "线索"
	verbConvert  verb = "转商机"
	verbMove     verb = "推进"
	verbWon      verb = "赢单"
	verbLost     verb = "丢单"
	verbUpload   verb = "上传"
	verbTouch    verb = "跟进"
	verbApprove  verb = "同意"
	verbReject   verb = "拒绝"
	verbTransfer verb = "转交"
	verbReturn   verb = "退回"
	verbNudge    verb = "催办"
	verbTodo     verb = "待办"
	verbMine     verb = "我的"
	verbSnooze   verb = "静音"
	verbDelegate verb = "代理"
	verbHandOver verb = "交接"
	verbHelp     verb = "帮助"
	verbUndo     verb = "撤销"
	verbCancel   verb = "取消"
	verbGoOn     verb = "好了"

	// What is no verb of a person's.
	verbEmpty    verb = "empty"
	verbFields   verb = "fields"    // only 名=值: goes on with a draft
	verbChoose   verb = "choose"    // a bare number: goes on with a choice
	verbTwo      verb = "two"       // several moves in one message
	verbTalk     verb = "talk"      // about a move, and asks for none
	verbNotExact verb = "not-exact" // sounds like a decision and is none
	verbUnknown  verb = "unknown"
)

// verbs maps what people write to verbs: Chinese, pinyin and English.
var verbs = map[string]verb{
	"线索": verbLead, "xiansuo": verbLead, "xs": verbLead, "lead": verbLead, "录线索": verbLead, "新线索": verbLead,
	"转商机": verbConvert, "zhuanshangji": verbConvert, "zsj": verbConvert, "convert": verbConvert,
	"推进": verbMove, "tuijin": verbMove, "tj": verbMove, "move": verbMove, "推进到": verbMove,
	"上传": verbUpload, "shangchuan": verbUpload, "sc": verbUpload, "upload": verbUpload, "传文件": verbUpload,
	"赢单": verbWon, "yingdan": verbWon, "yd": verbWon, "won": verbWon, "win": verbWon, "签单": verbWon, "成交": verbWon,
	"丢单": verbLost, "diudan": verbLost, "dd": verbLost, "lost": verbLost, "lose": verbLost, "输单": verbLost,
	"跟进": verbTouch, "genjin": verbTouch, "gj": verbTouch,
	"催办": verbNudge, "cuiban": verbNudge, "cb": verbNudge, "nudge": verbNudge,
	"待办": verbTodo, "daiban": verbTodo, "db": verbTodo, "todo": verbTodo,
	"我的": verbMine, "wode": verbMine, "wd": verbMine, "mine": verbMine, "商机": verbMine,
	"静音": verbSnooze, "jingyin": verbSnooze, "jy": verbSnooze, "mute": verbSnooze, "snooze": verbSnooze,
	"代理": verbDelegate, "daili": verbDelegate, "dl": verbDelegate, "delegate": verbDelegate,
	"交接": verbHandOver, "jiaojie": verbHandOver, "jj": verbHandOver, "handover": verbHandOver,
	"帮助": verbHelp, "bangzhu": verbHelp, "bz": verbHelp, "help": verbHelp, "?": verbHelp, "菜单": verbHelp,
	"撤销": verbUndo, "chexiao": verbUndo, "cx": verbUndo, "undo": verbUndo, "撤回": verbUndo,
	"取消": verbCancel, "quxiao": verbCancel, "qx": verbCancel, "cancel": verbCancel,
	"好了": verbGoOn, "haole": verbGoOn, "hl": verbGoOn, "done": verbGoOn,
}

// standsAlone are verbs behind which nothing may follow.
var standsAlone = map[verb]bool{verbTodo: true, verbMine: true, verbCancel: true, verbGoOn: true, verbUndo: true}

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
