package main

import (
	"strings"
	"testing"
	"time"
)

const newLead = "线索 公司=华东智造 联系人=张伟 电话=13800138000 行业=智能制造 规模=500 需求=想了解MES，预算50万"

// TestJourneyLead: a rep submits a lead by text, sees what it is worth, and the
// manager knows.
func TestJourneyLead(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.says(li, newLead)
		m := w.sees(li, "线索 #", "华东智造", "行业匹配度", "公司规模", "技术栈兼容性", "访问频次")
		if strings.Contains(m.Text, "13800138000") {
			t.Errorf("a phone number stands in a message:\n%s", m.Text)
		}
		w.sees(wang, "华东智造", "李雷")

		// The same company again, by somebody else: warned and linked, not forbidden.
		w.says(han, "线索 公司=华东智造 联系人=王丽 电话=13900139000")
		w.sees(han, "线索 #", "#"+number(t, m.Text, "线索"))

		// Wrong input: one answer in three parts, what was right is kept.
		w.says(li, "线索 公司=北方重工 联系人=赵六 电话=12345")
		w.sees(li, "北方重工", "电话")
	})
}

// win brings a lead of li's to the stage before the contract.
func (w *world) toNegotiation(company, amount string) (deal string) {
	w.t.Helper()
	w.says(li, "线索 公司="+company+" 联系人=张伟 电话=13800138000 行业=智能制造 规模=500")
	lead := number(w.t, w.sees(li, "线索 #", company).Text, "线索")
	w.says(li, "转商机 #"+lead+" 金额="+amount+" 产品=MES")
	deal = number(w.t, w.sees(li, "商机 #", company).Text, "商机")
	for _, step := range []struct{ file, stage, more string }{
		{"需求纪要.pdf", "需求确认", ""}, {"方案.pdf", "方案报价", ""}, {"拜访纪要.pdf", "商务谈判", " 参会=张伟 总经理、李娜 财务总监"},
	} {
		w.sends(li, step.file, pdf(company+step.file))
		w.says(li, "推进 "+company+" "+step.stage+step.more)
		w.sees(li, company, "→ "+step.stage)
	}
	return deal
}

// TestJourneyStages: a deal moves only with its evidence, in order, and a move
// can be undone.
func TestJourneyStages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.says(li, newLead)
		lead := number(t, w.sees(li, "线索 #", "华东智造").Text, "线索")
		w.says(li, "转商机 #"+lead+" 金额=128万 产品=MES")
		w.sees(li, "商机 #", "华东智造", "初步接触")

		// Without a file it stays, and the answer says what is missing.
		w.says(li, "推进 华东智造 需求确认")
		w.sees(li, "需求纪要")

		// Out of order.
		w.sends(li, "方案.pdf", pdf("方案"))
		w.says(li, "华东智造 推进到方案报价 附件见上")
		w.sees(li, "需求确认", "方案报价")

		// With the file it moves, also when it was sent in the group where the
		// platform tells of files in groups.
		w.sends(li, "纪要.pdf", pdf("纪要"), east)
		w.says(li, "@hub 华东智造 推进到需求确认 附件见上", east)
		w.sees(east, "华东智造", "→ 需求确认")

		// Talk about it does not move it.
		w.says(li, "还没推进到方案报价")
		w.says(li, "如果推进到方案报价客户会怎么想")
		w.says(li, "我的")
		w.sees(li, "华东智造", "需求确认")

		w.says(li, "撤销")
		w.sees(li, "撤销", "初步接触")
	})
}

// TestJourneyApproval: a big contract goes to the manager and the manager's
// manager, one after the other; the requester is told once.
func TestJourneyApproval(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "128万")
		w.sends(li, "签字扫描件.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		w.sees(li, "审批 #")

		card := w.sees(wang, "待你审批", "华东智造", "¥1,280,000")
		// A rejection needs a reason.
		if r := w.clicks(wang, card, "拒绝", nil); r.ToastType == "success" {
			t.Errorf("rejected without a reason: %+v", r)
		}
		// A colleague who sees the card decides nothing.
		if r := w.presses(han, card, "同意", nil); r.Blocked == "" && !strings.Contains(r.Toast, "王芳") {
			t.Errorf("what a stranger sees: %+v", r)
		}
		w.clicks(wang, card, "同意", map[string]any{"comment": "可以"})
		second := w.sees(zhao, "待你审批", "华东智造")
		w.clicks(zhao, second, "同意", nil)
		w.sees(li, "华东智造", "已通过")
		w.settled()
		closed := w.message(wang, card.ID)
		if len(closed.Buttons) > 0 || !strings.Contains(closed.Text, "王芳") {
			t.Errorf("the first card is not closed:\n%s", closed.Text)
		}
		w.says(li, "赢单 华东智造")
		w.sees(li, "赢单", "华东智造")
	})
}

// TestJourneyApprovalByText: every act also works by plain typing, and nothing
// but the exact form decides.
func TestJourneyApprovalByText(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "50万")
		w.sends(li, "签字扫描件.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		no := number(t, w.sees(li, "审批 #").Text, "审批")
		w.sees(wang, "待你审批")
		for _, talk := range []string{"不同意", "同意个屁", "我不太同意", "同意", "同意吧 " + no} {
			w.says(wang, talk)
		}
		w.seesNot(li, "已通过")
		w.says(li, "同意 "+no)
		w.sees(li, "自己")
		w.says(wang, "拒绝 "+no)
		w.sees(wang, "原因")
		w.says(wang, "拒绝 "+no+" 价格没谈拢")
		w.sees(li, "华东智造", "价格没谈拢")
		w.says(wang, "同意 "+no)
		w.sees(wang, "已")
	})
}

// TestJourneyTodo: one card with everything that waits, decided one by one and
// in bulk.
func TestJourneyTodo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		for _, company := range []string{"华东智造", "北方重工", "南海电子"} {
			w.toNegotiation(company, "50万")
			w.sends(li, company+".pdf", pdf("签字"+company))
			w.says(li, "推进 "+company+" 合同签订")
			w.sees(wang, "待你审批", company)
		}
		w.says(wang, "待办")
		card := w.sees(wang, "全部同意", "华东智造", "北方重工", "南海电子")
		w.clicks(wang, card, "全部同意", nil)
		for _, company := range []string{"华东智造", "北方重工", "南海电子"} {
			w.sees(li, company, "已通过")
		}
	})
}

// TestJourneyOverdue: a deal without progress pings the owner and the manager
// privately, the group gets one digest, and nobody hears the same twice.
func TestJourneyOverdue(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld(at(shanghai(2026, 11, 25, 10, 0)))
		w.says(li, newLead)
		lead := number(t, w.sees(li, "线索 #", "华东智造").Text, "线索")
		w.says(li, "转商机 #"+lead+" 金额=128万 产品=MES")
		w.sees(li, "商机 #")
		w.clock.ahead.Add(int64(6 * 24 * time.Hour)) // Tuesday 10:00
		w.sees(li, "华东智造", "未更新")
		w.sees(wang, "华东智造", "未更新")
		w.sees(east, "华东智造")
		w.sees(ops, "华东智造")
		w.settled()
		count := 0
		for _, m := range w.messages(east) {
			if strings.Contains(m.Text, "华东智造") {
				count++
			}
		}
		if count != 1 {
			t.Errorf("the group got %d digests, want 1", count)
		}
	})
}

// TestJourneyStranger: who is not known gets a polite refusal and nothing else.
func TestJourneyStranger(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.phone.stranger("ou_stranger", "路人")
		w.says("ou_stranger", newLead)
		w.sees("ou_stranger", "管理员")
		w.seesNot(wang, "华东智造")
	})
}

// TestJourneyHelp: help fits the role, and a wrong word gets the closest.
func TestJourneyHelp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.says(li, "帮助")
		w.sees(li, "线索", "推进")
		w.says(li, "帮助 推进")
		w.sees(li, "推进", "例")
		w.says(li, "推近 华东智造")
		w.sees(li, "推进")
		w.says(wang, "/帮助")
		w.sees(wang, "同意", "待办")
	})
}
