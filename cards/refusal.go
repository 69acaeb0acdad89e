package cards

import (
	"errors"
	"time"

	"genjin/sales"
)

// Wish is what a person wanted of a deal when they were refused.
type Wish struct {
	Deal   sales.Deal
	To     sales.Stage
	Upload string // path of the page that takes the missing file
	NoFile bool   // the chat takes no files: the page comes first
}

// Refused says why a deal was not moved, in three parts: what I understood, what
// is missing, what to do next.
func (w Words) Refused(no *sales.Refusal, v Wish) string {
	d := v.Deal
	understood := w.say("refused.understood", clip(d.Company, nameMax), num(d.Number), w.stage(d.Stage), v.To.Name)
	window := int(w.Rules.Evidence.Window / time.Minute)
	parts := map[sales.RefusalKind][]string{
		sales.RefuseEvidence:  {w.say("refused.evidence", v.To.Name, w.Evidence(no.Missing), window), w.evidenceNext(v)},
		sales.RefuseAttendees: {w.say("refused.attendees", v.To.Name), w.say("refused.attendees_next")},
		sales.RefuseOrder:     {w.say("refused.order", w.stage(d.Stage), no.Stage.Name, v.To.Name), w.orderNext(d, no.Stage)},
		sales.RefuseReason:    {w.say("refused.lost_reason"), w.say("refused.lost_reason_next", d.Company)},
	}
	if p, ok := parts[no.Kind]; ok {
		return lines(append([]string{understood}, p...)...)
	}
	return w.refusedShort(no, v)
}

// evidenceNext says how a missing file comes here.
func (w Words) evidenceNext(v Wish) string {
	switch {
	case v.Upload == "":
		return w.say("refused.evidence_next")
	case v.NoFile:
		return lines(w.say("refused.evidence_page", w.page(v.Upload)), w.say("refused.evidence_also"))
	}
	return lines(w.say("refused.evidence_next"), w.say("upload.instead", w.page(v.Upload)))
}

func (w Words) orderNext(d sales.Deal, next sales.Stage) string {
	return w.say("refused.order_next", next.Name, w.needs(next), d.Company, next.Name)
}

// refusedShort says why not where nothing is left to add.
func (w Words) refusedShort(no *sales.Refusal, v Wish) string {
	d, undo := v.Deal, int(w.Rules.Approvals.UndoFor/time.Minute)
	company := clip(d.Company, nameMax)
	text, ok := map[sales.RefusalKind]string{
		sales.RefuseNotYours:  w.say("refused.not_yours", company, w.names(no.Who)),
		sales.RefuseSameStage: w.say("refused.same_stage", company, no.Stage.Name),
		sales.RefuseBack:      w.say("refused.back", company, w.stage(d.Stage), v.To.Name),
		sales.RefusePending:   w.say("refused.pending", company, no.Number, no.Number),
		sales.RefuseClosed:    w.say("refused.closed", company, no.Stage.Name),
		sales.RefuseNobody:    w.say("refused.nobody", v.To.Name, no.Detail),
		sales.RefuseNothing:   w.say("refused.nothing", undo),
		sales.RefuseTooLate:   w.say("refused.too_late", w.Time(no.When), undo),
		sales.RefuseDecided:   w.say("refused.undo_decided", no.Number),
		sales.RefuseConverted: w.say("refused.converted", no.Number),
		sales.RefuseBANT:      w.say("refused.bant", num(d.LeadNumber), company, no.Detail),
	}[no.Kind]
	if !ok {
		return w.say("refused.other")
	}
	return text
}

// ApprovalRefused says why an act on an approval was not done: short enough for
// a toast, and true for the person who asked.
func (w Words) ApprovalRefused(err error, a sales.Approval) string {
	no, ok := errors.AsType[*sales.Refusal](err)
	if !ok {
		return w.say("refused.other")
	}
	if text := w.notTheirsAndOver(no, a); text != "" {
		return text
	}
	text, ok := map[sales.RefusalKind]string{
		sales.RefuseSelf:        w.say("approval.self", a.Number, w.names(no.Who)),
		sales.RefuseNotApprover: w.say("approval.not_you", a.Number, orDash(w.waiting(a))),
		sales.RefuseDecided:     w.decided(no, a),
		sales.RefuseStale:       w.say("approval.stale", a.Number),
		sales.RefuseReason:      w.say("approval.reason", w.act(sales.Act(no.Detail)), a.Number, zhCN["approval.why."+no.Detail]),
		sales.RefuseTransfer:    w.transferRefused(no, a),
		sales.RefuseLeft:        w.say("approval.left"),
	}[no.Kind]
	if !ok {
		return w.say("refused.other")
	}
	return text
}

// ReplyInstead says what to reply where an act lacks a reason or a person that the
// card offers no way to give. ok is false for any other refusal.
func (w Words) ReplyInstead(err error, act sales.Act, a sales.Approval) (text string, ok bool) {
	no, is := errors.AsType[*sales.Refusal](err)
	switch {
	case is && no.Kind == sales.RefuseReason:
		return w.say("approval.reply_reason", a.Number, w.act(act)), true
	case is && no.Kind == sales.RefuseTransfer && no.Detail == "unknown":
		return w.say("approval.reply_transfer", a.Number), true
	}
	return "", false
}

// notTheirsAndOver answers who may not decide a request that waits for nobody any
// more: the requester hears how it ended.
func (w Words) notTheirsAndOver(no *sales.Refusal, a sales.Approval) string {
	switch last, ok := a.Decided(); {
	case a.Status == sales.ApprovalPending, a.Status == "":
		return ""
	case no.Kind == sales.RefuseNotApprover:
		return w.say("approval.not_you_over", a.Number)
	case no.Kind != sales.RefuseSelf:
		return ""
	case a.Status == sales.ApprovalCancelled:
		return w.say("approval.was_cancelled", a.Number, w.Name(a.Requester), w.Time(a.UpdatedAt))
	case ok:
		return w.say("approval.was_decided", a.Number, w.Time(last.At), w.Name(last.By), w.act(last.Decision))
	}
	return w.say("approval.was_over", a.Number)
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
	case "owner":
		return w.say("approval.to_owner", w.names(no.Who))
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
