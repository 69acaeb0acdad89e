package main

import (
	"strings"
	"testing"
)

// TestBrowserWalk walks the main job on the playground as a newcomer does, with
// mouse and keyboard, and looks at what stands on the screen.
func TestBrowserWalk(t *testing.T) {
	t.Parallel()
	v := newViewer(t, newWorld(t))
	v.open("/playground")
	v.sees("#feishu-head", "你是 李雷")
	v.sees("#now", "11月25日 周三 10:")
	v.submitsLeads()
	v.movesWithProof()
	v.goesOnWithTheTour()
	v.approves()
	v.waitsTooLong()
	v.breaksThePlatform()
	if v.errors.String() != "" {
		t.Errorf("the page's console:\n%s", v.errors)
	}
}

// submitsLeads: by one line of text, and by the form card, with a mistake first.
func (v *viewer) submitsLeads() {
	v.t.Helper()
	v.types("#feishu-text", newLead+"\r")
	v.sees("#feishu-log", "已录入线索 #1 · 华东智造", "行业匹配度 30/30", "138****8000")
	v.sees("#tour", "1/4")
	v.sees("#people", "王芳", "1\n条新消息")

	v.types("#feishu-text", "线索\r")
	v.sees("#feishu-log", "提交", "取消")
	v.types("#feishu-log [name='f.company']", "北方重工")
	v.types("#feishu-log [name='f.contact']", "赵六")
	v.types("#feishu-log [name='f.phone']", "12345")
	v.press("#feishu-log", "提交")
	v.sees("#toast", "电话「12345」不对")
	v.types("#feishu-log [name='f.phone']", "13900139000")
	v.press("#feishu-log", "提交")
	v.sees("#feishu-log", "已录入线索 #2 · 北方重工", "139****9000")
}

// movesWithProof: a lead becomes a deal, which stays where it is without a
// file, also with one that only pretends, and moves with a real one.
func (v *viewer) movesWithProof() {
	v.t.Helper()
	v.types("#feishu-text", "转商机 #1 金额=88万 产品=MES\r")
	v.sees("#feishu-log", "已转为商机 #3 · 华东智造 · ¥880,000", "初步接触")
	v.types("#feishu-text", "推进 华东智造 需求确认\r")
	v.sees("#feishu-log", "没有推进", "需求纪要")
	v.sees("#trace", "李雷：推进 华东智造 需求确认", "没有照做")
	v.press("#feishu .shelf", "假 PDF")
	v.sees("#feishu-log", "方案报价（假）.pdf", "不能用作凭证")
	v.press("#feishu .shelf", "需求纪要.pdf")
	v.sees("#feishu-log", "已收到 华东智造-需求纪要.pdf")
	v.types("#feishu-text", "华东智造 推进到需求确认 附件见上\r")
	v.sees("#feishu-log", "初步接触 → 需求确认", "撤销")
	v.press("#trace", "李雷：华东智造 推进到需求确认")
	v.sees("#trace", "变更", "商机 #3 华东智造：推进，初步接触 → 需求确认", "已送达")
}

// goesOnWithTheTour: the buttons of the tour do the rest, up to the contract.
func (v *viewer) goesOnWithTheTour() {
	v.t.Helper()
	for _, next := range []struct{ button, answer string }{
		{"发送文件：方案报价.pdf", "已收到 华东智造-方案报价.pdf"},
		{"推进 华东智造 方案报价", "需求确认 → 方案报价"},
		{"发送文件：拜访纪要.pdf", "已收到 华东智造-高层拜访纪要.pdf"},
		{"参会=张伟 总经理", "方案报价 → 商务谈判"},
		{"发送文件：签字页照片.jpg", ".jpg（JPG"},
		{"推进 华东智造 合同签订", "已提交审批 #4"},
	} {
		v.sees("#tour", next.button)
		v.press("#tour", "替我发出去")
		v.sees("#feishu-log", next.answer)
	}
	v.sees("#tour", "3/4")
}

// approves: the manager decides on the card, and the rep hears of it.
func (v *viewer) approves() {
	v.t.Helper()
	v.press("#tour", "成为 王芳")
	v.sees("#feishu-head", "你是 王芳")
	v.sees("#feishu-log", "待你审批 · 华东智造 · ¥880,000", "商务谈判 → 合同签订", "审批意见")
	v.press("#trace", "李雷：推进 华东智造 合同签订")
	v.sees("#trace", "审批 #4 华东智造：李雷 提交，批准后进入「合同签订」")
	v.press("#feishu-log", "拒绝")
	v.sees("#toast", "需要写原因")
	v.types("#feishu-log [name='f.comment']", "可以签")
	v.press("#feishu-log", "同意")
	v.sees("#feishu-log", "已同意 · 华东智造 · ¥880,000", "王芳 已同意")
	v.sees("#tour", "4/4", "走完了")
	if text := v.text("#feishu-log"); strings.Contains(text, "审批意见（") {
		v.t.Errorf("the decided card still asks:\n%s", text)
	}
	v.press("#people", "李雷")
	v.sees("#feishu-head", "你是 李雷")
	v.sees("#feishu-log", "审批 #4 已通过", "华东智造 已进入「合同签订」")
}

// waitsTooLong: the clock jumps, and whoever should is told what is late.
func (v *viewer) waitsTooLong() {
	v.t.Helper()
	for _, day := range []string{"11月30日 周一", "12月3日 周四", "12月8日 周二"} {
		v.press(".bar", "+3 工作日")
		v.sees("#now", day)
	}
	v.sees("#feishu-log", "商机 #3 华东智造", "未更新")
	v.press("#feishu-head", "华东区")
	v.sees("#feishu-head", "华东区", "群成员")
	v.sees("#feishu-log", "商机 #3 华东智造", "线索 #2 北方重工")
	v.press("#people", "李雷")
	v.sees("#feishu-head", "你是 李雷")
}

// breaksThePlatform: while Feishu is away nothing is lost, and once it is back
// the answer comes, once.
func (v *viewer) breaksThePlatform() {
	v.t.Helper()
	v.press(".bar", "故障开关")
	v.press("#faults", "平台宕机")
	v.sees("#faults", "1 个开启", "平台宕机（开）")
	v.types("#feishu-text", "帮助 推进\r")
	v.sees("#trace", "李雷：帮助 推进", "待发送")
	if text := v.text("#feishu-log"); strings.Contains(text, "对的例子") {
		v.t.Errorf("an answer came through a platform that is down:\n%s", text)
	}
	v.press(".bar", "故障开关")
	v.press("#faults", "平台宕机")
	v.sees("#feishu-log", "帮助 推进", "对的例子")
	v.gone("#trace", "待发送")
	v.gone("#faults", "个开启")
	if n := strings.Count(v.text("#feishu-log"), "对的例子"); n != 1 {
		v.t.Errorf("the answer stands there %d times", n)
	}
}
