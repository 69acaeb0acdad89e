package cards

// refusalTexts say why a command was refused, and what to do next.
var refusalTexts = map[string]string{
	"refused.understood":       "我理解的是：%s（商机 %s）「%s」→「%s」。没有推进。",
	"refused.evidence":         "「%s」需要：%s；%d 分钟内没有看到你发的合适文件。",
	"refused.evidence_next":    "把文件发给我，再回复「好了」；回复「取消」放弃（30 分钟内有效）。",
	"refused.evidence_page":    "打开这一页上传，传好就自动推进（30 分钟内有效，只给你用）：%s",
	"refused.evidence_also":    "在能发文件的聊天里，也可以直接发给我，再回复「好了」；回复「取消」放弃。",
	"refused.attendees":        "「%s」还要写明谁参会、什么职务。",
	"refused.attendees_next":   "回复「参会=张伟 总经理、李娜 财务总监」就继续；回复「取消」放弃（30 分钟内有效）。",
	"refused.order":            "阶段要按顺序走：「%s」的下一步是「%s」，不能直接到「%s」。",
	"refused.order_next":       "「%s」%s。准备好就回复「推进 %s %s」。",
	"refused.lost_reason":      "丢单要写原因。",
	"refused.lost_reason_next": "回复「原因=预算取消」就继续，或重新发，例如：丢单 %s 预算取消。回复「取消」放弃（30 分钟内有效）。",
	"refused.not_yours":        "%s 是 %s 的商机，只有负责人和主管能推进。",
	"refused.same_stage":       "%s 已经在「%s」，不用再推进。",
	"refused.back":             "%s 在「%s」，不能退回「%s」。刚推错的可以回复「撤销」。",
	"refused.pending":          "%s 正在等审批 #%d，出结果前不能再推进。回复「催办 %d」提醒审批人。",
	"refused.closed":           "%s 已经「%s」，不能再改。",
	"refused.nobody":           "「%s」需要审批（%s），但名单里没有谁能批。请管理员在 org.yaml 里给你写上 manager，或在 rules.yaml 里给这一步加别的审批人，然后再推进一次。",
	"refused.nothing":          "没有可以撤销的推进（只能撤销自己 %d 分钟内的最近一次）。",
	"refused.too_late":         "这次推进是 %s 做的，超过 %d 分钟，不能撤销了。",
	"refused.undo_decided":     "审批 #%d 已经有人处理，不能撤销了。",
	"refused.converted":        "这条线索已经转成商机 #%d。",
	"refused.bant":             "我理解的是：把线索 %s %s 转为商机。没有转。\n还缺：%s。\n补上就行，例如「决策人=王总 时间=明年一季度」；前面填对的我都留着（30 分钟内），回复「取消」放弃。",
	"refused.other":            "现在不能这样做。回复「帮助」看可以做什么。",
}
