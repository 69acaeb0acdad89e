package store

// What the trace of the demo says.
const (
	wordReceived   = "收到事件 "
	wordJob        = "任务 "
	wordMessage    = "消息 → "
	wordCardUpdate = "更新卡片 → "
	wordFrom       = "来自："
	wordOutcome    = "结果："
	wordKey        = "去重键："
	wordContent    = "内容："
	wordTries      = "次数："
	wordTrouble    = "原因："
	wordAbout      = "关于："
	wordKind       = "类别："
)
