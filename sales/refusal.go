package sales

import "time"

// RefusalKind is why something was not done; the words to a person are made
// where the person is answered.
type RefusalKind string

// The kinds of refusals.
const (
	RefuseNotYours    RefusalKind = "not_yours"         // neither owner nor above
	RefuseNoStage     RefusalKind = "no_stage"          // Detail: what was asked for
	RefuseSameStage   RefusalKind = "same_stage"        // Stage: where it is already
	RefuseOrder       RefusalKind = "order"             // Stage: the next one in order
	RefuseBack        RefusalKind = "back"              // stages do not go back
	RefuseEvidence    RefusalKind = "evidence_missing"  // Missing
	RefuseAttendees   RefusalKind = "attendees_missing" // Missing
	RefusePending     RefusalKind = "pending_approval"  // Number: the approval
	RefuseClosed      RefusalKind = "closed"            // Stage: won or lost
	RefuseReason      RefusalKind = "reason_missing"
	RefuseConverted   RefusalKind = "converted" // Number: the deal
	RefuseBANT        RefusalKind = "bant_missing"
	RefuseNobody      RefusalKind = "nobody_to_approve"
	RefuseLeft        RefusalKind = "left"
	RefuseNotApprover RefusalKind = "not_approver" // Who: who is
	RefuseSelf        RefusalKind = "self_approval"
	RefuseStale       RefusalKind = "stale_card"
	RefuseDecided     RefusalKind = "already_decided" // Who, When, Detail: status
	RefuseTransfer    RefusalKind = "transfer_target" // Detail: why
	RefuseNothing     RefusalKind = "nothing_to_undo"
	RefuseTooLate     RefusalKind = "undo_too_late"
)

// Refusal is a decision not to do something. Nothing was changed.
type Refusal struct { //nolint:errname // it is an answer, not a fault
	Kind    RefusalKind
	Stage   Stage
	Missing []EvidenceRule
	Number  int64
	Who     []string // person ids
	When    time.Time
	Detail  string
}

// Error implements error.
func (r *Refusal) Error() string { return "refused: " + string(r.Kind) }
