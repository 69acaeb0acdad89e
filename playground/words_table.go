package playground

import (
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// words are what the page says by itself.
var words = map[string]string{
	"title":       "体验场",
	"card-broken": "这张卡片无法显示",
	"sent":        "已送达",
	"not-taken":   "机器人没有收下这条消息（%s），平台会再次推送",
	"dropped":     "机器人听不到这里的消息",
	"no-account":  "在这个平台上没有账号",
	"feishu":      "飞书",
	"wecom":       "企业微信",
	"hub":         "跟进",

	"tour-file":     "发送文件：",
	"bot":           "跟进机器人",
	"hint-private":  "例如：帮助",
	"empty-private": "写「帮助」看看能做什么，或跟着「三分钟走一遍」。",
	"hint-group":    "@hub 待办",
	"empty-group":   "群里说话要先 @hub，机器人才会回答。",

	"wecom-app":        "跟进",
	"wecom-app-note":   "应用里只收文字和图片；文件请发给「智能机器人」，或用回复里的上传链接。",
	"wecom-bot":        "智能机器人",
	"wecom-bot-note":   "",
	"wecom-group-note": "群里只收 @ 了机器人的文字。",
	"wecom-deaf-note":  "应用在群里只能发，听不到群里的话；请私下对「跟进」说。",
	"wecom-open":       "查看详情",
	"wecom-choose":     "请选择",
	"empty-wecom":      "写「帮助」看看能做什么。卡片和通知也到这里。",
	"empty-wecom-bot":  "这里收文件：PDF、Word、Excel、照片都可以。",
	"hint-deaf":        "群成员之间说话",
	"empty-deaf":       "应用会把全组的通知发到这里。",

	"held":         "消息被平台压后，会晚于下一条到达",
	"empty":        "先写点内容，或选一个文件",
	"too-large":    "文件超过 30 MB，聊天里不允许发送",
	"click-lost":   "机器人没有收下这次点击（%s）",
	"no-person":    "没有这个人，请从左侧重新选择",
	"no-group":     "没有这个群，请从左侧重新选择",
	"clock-moved":  "时间已到 %s",
	"fault-on":     "已开启：%s",
	"fault-off":    "已关闭：%s",
	"click-silent": "已点击",
	"no-file":      "文件不在了",
	"unknown":      "页面已过期，请刷新",
	"blocked":      "客户端没有提交：%s",
}

// clientCodes is what the Feishu client says when a click goes wrong.
var clientCodes = map[int]string{
	feishusim.ClientTimeout:    "操作超时，请稍后再试（200341）",
	feishusim.ClientConnection: "目标回调服务无法连接（200342）",
	feishusim.ClientStatus:     "目标回调服务出错（200671）",
	feishusim.ClientBody:       "目标回调服务返回有误（200672）",
	feishusim.ClientCard:       "返回的卡片有误（200673）",
	feishusim.ClientVersion:    "返回的卡片版本不符（200830）",
}

// weComFault is a fault of the simulated WeCom.
type weComFault struct {
	faultSwitch
	fault wecomsim.Fault
}

// weComFaults are those that the visitor can switch on.
var weComFaults = []weComFault{
	{faultSwitch{"down", "平台宕机", "企业微信接口全部连不上"}, wecomsim.Fault{Kind: wecomsim.FaultDown}},
	{faultSwitch{"limit", "平台限流", "发消息一律 45009"}, wecomsim.Fault{Kind: wecomsim.FaultRateLimit, Path: "/cgi-bin/message/"}},
	{faultSwitch{"lost", "应答丢失", "消息已发出，机器人收不到结果"}, wecomsim.Fault{Kind: wecomsim.FaultResetAfterAccept, Path: "/cgi-bin/message/send"}},
	{faultSwitch{"cards", "拒收卡片", "卡片一律被拒，改发文字"}, wecomsim.Fault{Kind: wecomsim.FaultRefuseCards}},
	{faultSwitch{"ip", "IP 不可信", "一律 60020：没有加进企业可信 IP"}, wecomsim.Fault{Kind: wecomsim.FaultBadIP}},
	{faultSwitch{"twice", "重复推送", "每条消息推给机器人两次"}, wecomsim.Fault{Kind: wecomsim.FaultDuplicatePush}},
}

// roles are the roles as people say them.
var roles = map[string]string{
	"rep": "销售", "manager": "主管", "ops": "销售运营", "finance": "财务", "risk": "风控",
	"legal": "法务", "tech": "技术", "csm": "客户成功", "admin": "管理员",
}

// tones are the colours of card heads.
var tones = map[string]string{
	"blue": "accent", "wathet": "accent", "indigo": "accent", "purple": "accent", "violet": "accent",
	"green": "success", "turquoise": "success", "orange": "warning", "yellow": "warning", "red": "danger", "carmine": "danger",
}

// buttonStyles are the weights of card buttons.
var buttonStyles = map[string]string{
	"primary": "primary", "primary_filled": "primary", "danger": "danger", "danger_filled": "danger",
}

// inputKinds are the fields that the page can draw.
var inputKinds = map[string]string{
	"input": "text", "select_static": "choice", "multi_select_static": "choice", "select_person": "choice",
	"multi_select_person": "choice", "date_picker": "date", "picker_time": "time", "picker_datetime": "datetime-local", "checker": "check",
}

// stateTones colour the states that the hub reports; the word itself is shown.
var stateTones = map[string]string{
	"sent": "success", "done": "success", "pending": "warning", "queued": "warning", "running": "accent", "waiting": "warning",
	"uncertain": "warning", "failed": "danger", "dead": "danger", "refused": "warning",
}

// stateWords are the states as people say them.
var stateWords = map[string]string{
	"sent": "已送达", "done": "已完成", "pending": "待发送", "queued": "排队中", "running": "处理中", "waiting": "等待中",
	"uncertain": "不确定", "failed": "失败", "dead": "需人工处理", "refused": "没有照做", "dropped": "已作废",
}

// stateIcons stand beside the words, never alone.
// A state without one of its own has that of its colour.
var stateIcons = map[string]string{"success": "✓", "warning": "◷", "danger": "✕", "accent": "●", "uncertain": "?", "refused": "!"}

// weekdays as they are said.
var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// feishuFault is a fault of the simulated Feishu.
type feishuFault struct {
	faultSwitch
	fault feishusim.Fault
}

// feishuFaults are those that the visitor can switch on.
var feishuFaults = []feishuFault{
	{faultSwitch{"down", "平台宕机", "飞书接口全部连不上"}, feishusim.Fault{Kind: feishusim.FaultDown}},
	{faultSwitch{"limit", "平台限流", "发消息一律 429"}, feishusim.Fault{Kind: feishusim.FaultRateLimit, Path: "/open-apis/im", Delay: 2 * time.Second}},
	{faultSwitch{"slow", "平台变慢", "每个接口多等 3 秒"}, feishusim.Fault{Kind: feishusim.FaultSlow, Delay: 3 * time.Second}},
	{faultSwitch{"lost", "应答丢失", "消息已发出，机器人收不到结果"}, feishusim.Fault{Kind: feishusim.FaultResetAfterAccept, Path: "/open-apis/im/v1/messages"}},
	{faultSwitch{"twice", "重复推送", "每条消息推给机器人两次"}, feishusim.Fault{Kind: feishusim.FaultDuplicatePush}},
	{faultSwitch{"order", "消息乱序", "后一条先到"}, feishusim.Fault{Kind: feishusim.FaultReorder, Delay: 5 * time.Second}},
}
