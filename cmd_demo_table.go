package main

import "errors"

// What the demo says to who starts it.
const (
	wordDemoReady     = "跟进已启动。打开 http://localhost:%s/playground 体验（日志在 %s，Ctrl-C 结束）。\n"
	wordDemoStopped   = "已停止。"
	wordDemoUnchecked = "企业微信的回调地址没有通过校验：%v\n"
	wordDemoPort      = "地址 %s 已被占用，可能上一个演示还开着：先结束它，或换一个端口再试，例如 GENJIN_ADDR=:8081 go run . demo（%w）"
	wordDemoRuns      = "另一个演示正在用 %s：先结束它，或换一个目录再试，例如 GENJIN_DATA_DIR=data2 GENJIN_ADDR=:8081 go run . demo（%w）"
	wordDemoForeign   = "%s 里有不是演示留下的文件，演示不会动它：请移走，或换一个目录再试，例如 GENJIN_DATA_DIR=data2 go run . demo（%w）"
)

// errForeign is a folder with somebody else's files.
var errForeign = errors.New("foreign files in the demo folder")

// eventWords are the platform's events that are neither messages nor clicks, as
// people say them.
var eventWords = map[string]string{
	"im.message.receive_v1":                        "发来消息",
	"card.action.trigger":                          "点了卡片",
	"im.message.recalled_v1":                       "撤回了消息",
	"im.chat.member.bot.added_v1":                  "把机器人拉进了群",
	"im.chat.access_event.bot_p2p_chat_entered_v1": "打开了与机器人的聊天",
	"application.bot.menu_v6":                      "点了机器人菜单",
	"contact.user.deleted_v3":                      "离开了公司",
	"template_card_event":                          "点了卡片",
	"template_card_menu_event":                     "点了卡片菜单",
	"enter_agent":                                  "打开了应用",
	"enter_chat":                                   "打开了与智能机器人的聊天",
	"click":                                        "点了应用菜单",
	"change_contact/delete_user":                   "离开了公司",
	"change_contact/update_user":                   "改了通讯录资料",
	"contact.user.updated_v3":                      "改了通讯录资料",
}

// outcomeWords are what came of an event; refusals stand in refusalWords.
var outcomeWords = map[string]string{
	"ok":             "接受",
	"empty":          "没有文字；文件检查后再答复",
	"recorded":       "只记录，没有要做的",
	"not_addressed":  "群里没有 @ 机器人，不处理",
	"stranger":       "名单里没有这个人，婉拒",
	"recalled":       "消息已撤回，文件作废",
	"left":           "离职：待他处理的事转给主管",
	"waits_for_file": "文件还在检查，查完就推进",
	"back":           "账号恢复：重新可用",
}

// refusalWords are why something was not done, in short; the answer to the
// person says it in full.
var refusalWords = map[string]string{
	"evidence_missing": "缺少凭证", "attendees_missing": "没写参会人和职务", "order": "跳过了阶段", "same_stage": "已经在这个阶段", "back": "阶段不能倒退",
	"pending_approval": "正在等审批", "closed": "商机已经关闭", "reason_missing": "没写原因", "converted": "线索已经转过", "bant_missing": "预算等信息不全",
	"nobody_to_approve": "找不到审批人", "left": "已离职", "not_approver": "不是审批人", "self_approval": "不能审批自己提交的", "stale_card": "卡片不是最新的",
	"already_decided": "已经有人处理", "transfer_target": "不能转交给这个人", "nothing_to_undo": "没有可撤销的", "undo_too_late": "超过撤销时限",
	"not_yours": "不是本人的", "lead_problems": "信息不全或有误", "unknown": "没听懂", "help": "没有这个说法", "talk": "只是谈到，不是指令", "not_exact": "写法不够明确",
	"no_stage": "没有这个阶段", "no_deal": "没有这个商机", "no_lead": "没有这条线索", "no_approval": "没有这个审批", "quota": "今天的文件已收满", "expired": "卡片已过期",
	"two_moves": "一句话里有两件事", "amount": "金额写法有误", "which_lead": "没说哪条线索", "which_stage": "没说推进到哪", "draft_expired": "草稿已过期", "too_soon": "刚催过",
	"several_deals": "不止一个商机对得上", "several_people": "不止一个人对得上", "no_person": "没有这个人", "no_number": "没有这个编号", "lead_closed": "线索已经结束",
	"none_picked": "一项也没勾", "snooze_form": "静音没写全", "snooze_long": "静音太长", "delegate_form": "代理没写全", "delegate_past": "代理的日期不对", "delegate_self": "不能代理给自己",
	"delegate_loop": "不能互相代理", "handover_form": "交接没写全", "handover_changed": "交接后又有变动", "not_ops": "交接由销售运营来做", "no_phone": "没有留电话", "touch_form": "跟进没写全",
	"touch_deal": "商机不用跟进，用推进", "untitled": "参会人没写职务", "action": "按钮已经不能用",
	"form_used": "表单已经提交过", "form_closed": "表单已经失效", "value_invalid": "卡片对不上", "choice_range": "没有这个选项",
}

// actionWords are the lines of the audit log as people say them.
var actionWords = map[string]string{
	"lead.create": "录入", "lead.rescore": "重新评分", "lead.convert": "转为商机", "lead.snooze": "静音", "lead.touch": "首次跟进",
	"deal.create": "新建", "deal.move": "推进", "deal.undo": "撤销", "deal.win": "赢单", "deal.lose": "丢单", "deal.snooze": "静音", "deal.stay": "不推进",
	"lead.handover": "换负责人", "deal.handover": "换负责人", "approval.handover": "随商机换负责人",
	"file.receive": "检查通过", "file.use": "用作凭证", "file.free": "退回可用", "file.recall": "随消息撤回",
	"approval.ask": "提交", "approval.approve": "同意", "approval.reject": "拒绝", "approval.transfer": "转交", "approval.return": "退回",
	"approval.cancel": "撤回", "approval.remind": "催办", "rules.load": "载入规则", "org.load": "载入名单", "delegation.set": "设了代理", "dead.replay": "人工重放",
}

// objectWords are what the lines of the audit log are about.
var objectWords = map[string]string{
	"lead": "线索", "deal": "商机", "approval": "审批", "file": "", "person": "", "rules": "规则", "org": "名单", "job": "任务", "message": "消息",
}

// fileWords are why a file cannot be used, in short.
var fileWords = map[string]string{
	"type_not_allowed": "内容不是允许的类型", "archive_limit": "压缩内容过大", "archive_path": "压缩包里有不安全的路径", "cannot_scan": "有密码，无法检查",
	"file_damaged": "不完整或已损坏", "file_too_large": "太大", "active_content": "有宏或脚本", "file_empty": "是空的", "fetch_failed": "没能从聊天里取到", "recalled": "消息已撤回",
}

// noticeWords are what background messages are for; a name follows.
var noticeWords = map[string]string{
	"lead": "新线索通知", "deal": "进展通知", "approval": "审批卡片", "decision": "审批结果", "overdue-alerts": "逾期提醒", "reminder": "审批催办", "todo": "待办卡片",
	"alarm": "需人处理的告警", "answer": "答复", "checkpoint": "审计检查点", "leaver": "离职同事的待接手清单",
}
