package cards

import (
	"errors"
	"time"

	"genjin/sales"
)

// Wish is what a person wanted of a deal when they were refused.
type Wish struct {
	Deal sales.Deal
	To   sales.Stage
}

// Refused says why a deal was not moved, in three parts: what I understood, what
// is missing, what to do next.
func (w Words) Refused(no *sales.Refusal, v Wish) string {
	d := v.Deal
	understood := w.say("refused.understood", clip(d.Company, nameMax), num(d.Number), w.stage(d.Stage), v.To.Name)
	switch no.Kind {
	case sales.RefuseEvidence:
		return lines(understood, w.say("refused.evidence", v.To.Name, w.Evidence(no.Missing), int(w.Rules.Evidence.Window/time.Minute)), w.say("refused.evidence_next"))
	case sales.RefuseAttendees:
		return lines(understood, w.say("refused.attendees", w.Evidence(no.Missing)), w.say("refused.attendees_next"))
	case sales.RefuseOrder:
		return lines(understood, w.say("refused.order", w.stage(d.Stage), no.Stage.Name, v.To.Name), w.orderNext(d, no.Stage))
	case sales.RefuseReason:
		return lines(understood, w.say("refused.lost_reason"), w.say("refused.lost_reason_next", d.Company))
	}
	return w.refusedShort(no, v)
}

func (w Words) orderNext(d sales.Deal, next sales.Stage) string {
	return w.say("refused.order_next", next.Name, w.needs(next), d.Company, next.Name)
}

func (w Words) refusedShort(no *sales.Refusal, v Wish) string {
	d := v.Deal
	switch no.Kind {
	case sales.RefuseNotYours:
		return w.say("refused.not_yours", clip(d.Company, nameMax), w.names(no.Who))
	case sales.RefuseSameStage:
		return w.say("refused.same_stage", clip(d.Company, nameMax), no.Stage.Name)
	case sales.RefuseBack:
		return w.say("refused.back", clip(d.Company, nameMax), w.stage(d.Stage), v.To.Name)
	case sales.RefusePending:
		return w.say("refused.pending", clip(d.Company, nameMax), no.Number, no.Number)
	case sales.RefuseClosed:
		return w.say("refused.closed", clip(d.Company, nameMax), no.Stage.Name)
	case sales.RefuseNobody:
		return w.say("refused.nobody", v.To.Name, no.Detail)
	case sales.RefuseNothing:
		return w.say("refused.nothing", int(w.Rules.Approvals.UndoFor/time.Minute))
	case sales.RefuseTooLate:
		return w.say("refused.too_late", w.Time(no.When), int(w.Rules.Approvals.UndoFor/time.Minute))
	case sales.RefuseDecided:
		return w.say("refused.undo_decided", no.Number)
	case sales.RefuseConverted:
		return w.say("refused.converted", no.Number)
	case sales.RefuseBANT:
		return w.say("refused.bant")
	}
	return w.say("refused.other")
}

// ApprovalRefused says why an act on an approval was not done: short enough for
// a toast, and true for the person who asked.
func (w Words) ApprovalRefused(err error, a sales.Approval) string {
	var no *sales.Refusal
	if !errors.As(err, &no) {
		return w.say("refused.other")
	}
	switch no.Kind {
	case sales.RefuseSelf:
		return w.say("approval.self", a.Number, w.names(no.Who))
	case sales.RefuseNotApprover:
		return w.say("approval.not_you", a.Number, orDash(w.names(no.Who)))
	case sales.RefuseDecided:
		return w.decided(no, a)
	case sales.RefuseStale:
		return w.say("approval.stale", a.Number)
	case sales.RefuseReason:
		return w.say("approval.reason", w.act(sales.Act(no.Detail)), w.act(sales.Act(no.Detail)), a.Number)
	case sales.RefuseTransfer:
		return w.transferRefused(no, a)
	case sales.RefuseLeft:
		return w.say("approval.left")
	}
	return w.say("refused.other")
}

func (w Words) decided(no *sales.Refusal, a sales.Approval) string {
	if no.Detail == string(sales.ApprovalCancelled) {
		return w.say("approval.was_cancelled", a.Number, w.names(no.Who), w.Time(no.When))
	}
	if len(no.Who) == 0 {
		return w.say("approval.was_over", a.Number)
	}
	return w.say("approval.was_decided", a.Number, w.Time(no.When), w.names(no.Who), w.act(sales.Act(no.Detail)))
}

func (w Words) transferRefused(no *sales.Refusal, a sales.Approval) string {
	switch no.Detail {
	case "requester":
		return w.say("approval.to_requester", w.names(no.Who))
	case "already":
		return w.say("approval.to_already", w.names(no.Who))
	}
	return w.say("approval.to_unknown", a.Number)
}

// act is what an act is called, as on its button.
func (w Words) act(a sales.Act) string {
	if text, ok := zhCN["act."+string(a)]; ok {
		return text
	}
	return string(a)
}
