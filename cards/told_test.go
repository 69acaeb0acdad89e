package cards

import (
	"strings"
	"testing"

	"genjin/sales"
	"genjin/sales/worktime"
)

// holds checks that a text has all the words and none of the others.
func holds(t *testing.T, text string, words, none []string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in:\n%s", word, text)
		}
	}
	for _, word := range append(none, "%!", "EXTRA") {
		if strings.Contains(text, word) {
			t.Errorf("%q in:\n%s", word, text)
		}
	}
}

// TestBulkSaysHowMuch: who ticked three of five is not told that all were.
func TestBulkSaysHowMuch(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	a, no := approval("华东智造"), &sales.Refusal{Kind: sales.RefuseStale, Number: 1287}
	holds(t, w.Bulk([]BulkLine{{Approval: a}, {Approval: a}}), []string{"已同意 2 项：", "✓ 审批 #1287 华东智造"}, nil)
	holds(t, w.Bulk([]BulkLine{{Approval: a}, {Approval: a, Refused: no}}), []string{"已同意 1 项，1 项没有生效", "✕ 审批 #1287"}, []string{"全部"})
	holds(t, w.Bulk([]BulkLine{{Approval: a, Refused: no}}), []string{"1 项都没有生效"}, []string{"已同意"})
}

// TestDealWords: what was not given leaves no hole, and a stage without proof
// asks for no file.
func TestDealWords(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	d := sales.Deal{Number: 13, Company: "北方重工", Stage: "contact", Moves: []sales.Move{{From: "contact", To: "lost", By: "p-li", Reason: "预算冻结"}}}
	holds(t, w.DealMade(d), []string{"已转为商机 #13 · 北方重工，当前阶段「初步接触」", "需要：决策人签字扫描件", "推进 北方重工 合同签订"}, []string{"–", "记在跟进"})
	holds(t, w.DealNews(d), []string{"李雷 更新了商机 #13 北方重工：初步接触 → 丢单"}, nil)
	w.Rules.Pipeline[1].Needs = nil
	for _, text := range []string{w.DealMade(d), w.NextStage(d, w.Rules.Pipeline[1]), w.UploadOffer(d, w.Rules.Pipeline[1], false, "/upload/x")} {
		holds(t, text, []string{"合同签订」", "不用凭证", "推进 北方重工 合同签订"}, []string{"需要", "把文件发给我"})
	}
}

// TestRefusalsAreTrue: somebody who acts on a request that is over hears how it
// ended, and an example fits the act.
func TestRefusalsAreTrue(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	a := approval("华东智造")
	self, other := &sales.Refusal{Kind: sales.RefuseSelf}, &sales.Refusal{Kind: sales.RefuseNotApprover}
	a.Steps[0].Tasks[0] = sales.ApprovalTask{Approver: "p-wang", Decision: sales.ActReturn, By: "p-wang", At: at(24, 16, 0), Comment: "签字页不清楚"}
	a.Status = sales.ApprovalReturned
	holds(t, w.ApprovalRefused(self, a), []string{"审批 #1287", "由 王芳 退回"}, []string{"等"})
	holds(t, w.ApprovalRefused(other, a), []string{"不由你处理", "已经结束"}, []string{"–", "王芳"})
	a.Status, a.UpdatedAt = sales.ApprovalCancelled, at(24, 16, 0)
	holds(t, w.ApprovalRefused(self, a), []string{"由 李雷 于", "撤回"}, nil)
	holds(t, w.ApprovalRefused(&sales.Refusal{Kind: sales.RefuseReason, Detail: "return"}, a), []string{"退回需要写原因", "退回 1287 请补签字页"}, []string{"价格"})
	stage := sales.Stage{ID: "contract", Name: "合同签订", Needs: []sales.EvidenceRule{{Name: "纪要", Types: []string{"pdf"}, Attendees: true}}}
	missing := &sales.Refusal{Kind: sales.RefuseAttendees, Missing: stage.Needs}
	holds(t, w.Refused(missing, Wish{Deal: sales.Deal{Company: "华东智造", Stage: "contact"}, To: stage}), []string{"「合同签订」还要写明谁参会"}, []string{"并写明"})
}

// TestLeadAgain: a lead that is looked at again says what became of it, not by
// when it was to be called.
func TestLeadAgain(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	l := sales.Lead{
		Number: 12, Company: "华东智造", Contact: "张伟", Phone: "+8613800138000", Owner: "p-li", CreatedBy: "p-li", Status: sales.LeadOpen,
		Score: sales.Score{Grade: "B", Total: 50}, CreatedAt: at(24, 9, 0), RespondBy: worktime.Due{At: at(24, 13, 0)},
	}
	holds(t, w.LeadAgain(l).Plain(), []string{"线索 #12 · 华东智造 · B 级 50 分", "首次联系", "138****8000"}, []string{"新线索"})
	l.TouchedAt = at(24, 10, 0)
	holds(t, w.LeadAgain(l).Plain(), []string{"已跟进 2026-11-24 周二 10:00"}, []string{"首次联系"})
	l.Status, l.DealNumber = sales.LeadConverted, 13
	holds(t, w.LeadAgain(l).Plain(), []string{"已转为商机 #13"}, []string{"首次联系"})
}

// TestWorkCount: what there is none of is not counted.
func TestWorkCount(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	for _, next := range []struct {
		leads, deals int
		want         string
	}{{0, 1, "1 个商机"}, {2, 0, "2 条线索"}, {2, 1, "2 条线索、1 个商机"}} {
		if got := w.WorkCount(next.leads, next.deals); got != next.want {
			t.Errorf("%d, %d: %q", next.leads, next.deals, got)
		}
	}
}

// TestHelpExamples: who only decides gets no example of a lead.
func TestHelpExamples(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	holds(t, w.Help(sales.Person{Name: "蔡静", Role: sales.RoleFinance}), []string{"同意", "帮助 代理"}, []string{"公司="})
	holds(t, w.Help(sales.Person{Name: "李雷", Role: sales.RoleRep}), []string{"线索 公司="}, nil)
}

// TestNoAmountLeavesNoHole: a deal whose amount nobody gave is named without it.
func TestNoAmountLeavesNoHole(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	a, who := approval("海星重工"), sales.Person{ID: "p-wang", Name: "王芳"}
	a.Amount.Fen = 0
	d, r := sales.Deal{Number: 13, Company: "海星重工", Stage: "contact"}, sales.Reminder{Count: 1, Since: at(24, 9, 0)}
	for _, text := range []string{
		w.ActDone(a, sales.ActApprove, who), w.ApprovalDecided(a), w.Nudge(a, who), w.Reminder(a, r), w.Escalation(a, who, r),
		w.DealLine(d, at(24, 9, 0)), w.Choose("海星", []sales.Deal{d, d}), w.Bulk([]BulkLine{{Approval: a}}),
	} {
		holds(t, text+"\n", []string{"海星重工"}, []string{" · ，", " ·\n", " · \n", " ·  ", "·  ·", "¥0", "  ", " \n"})
	}
	if text := w.money(a); text != "" {
		t.Errorf("amount on a card: %q", text)
	}
}

// TestNotYoursNamesTheStandIn: who may not decide hears who can, not who is away.
func TestNotYoursNamesTheStandIn(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	w.Now = at(24, 16, 0)
	a := approval("海星重工")
	approver := a.OpenTasks()[0].Approver
	w.Delegations = map[string]sales.Delegation{approver: {To: "p-zhao", From: at(24, 9, 0), Until: at(25, 18, 0)}}
	text := w.ApprovalRefused(&sales.Refusal{Kind: sales.RefuseNotApprover, Who: []string{approver}}, a)
	holds(t, text, []string{"不由你处理", w.Name("p-zhao") + "（代 " + w.Name(approver) + "）"}, nil)
}
