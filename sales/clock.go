package sales

import (
	"time"

	"genjin/sales/worktime"
)

// Late says since when something is late.
type Late struct {
	Kind string // stage, response or follow-up
	Due  worktime.Due
	Days int // working days without progress
}

// Kinds of lateness.
const (
	LateStage    = "stage"
	LateResponse = "response"
	LateFollowUp = "follow-up"
)

// Overdue tells whether a deal has gone too long without progress for its
// stage. Snoozed and closed deals, and deals that wait for an approval, are not
// overdue: they wait for somebody else.
func (d Deal) Overdue(r *Rules, c *worktime.Calendar, now time.Time) (Late, bool) {
	stage, ok := r.StageByID(d.Stage)
	if !ok || stage.Closed() || stage.OverdueIn <= 0 || d.Pending != nil || now.Before(d.Snooze.Until) {
		return Late{}, false
	}
	late := Late{Kind: LateStage, Due: c.AddDays(d.TouchedAt, stage.OverdueIn), Days: c.DaysBetween(d.TouchedAt, now)}
	return late, !now.Before(late.Due.At)
}

// Late tells whether a lead missed its first call, or its first follow-up.
func (l Lead) Late(r *Rules, _ *worktime.Calendar, now time.Time) (Late, bool) {
	if l.Status != LeadOpen || now.Before(l.Snooze.Until) || l.touched() {
		return Late{}, false
	}
	if at := l.CreatedAt.Add(r.Clocks.FollowUpIn); r.Clocks.FollowUpIn > 0 && !now.Before(at) {
		return Late{Kind: LateFollowUp, Due: worktime.Due{At: at}}, true
	}
	if l.RespondBy.At.IsZero() || now.Before(l.RespondBy.At) {
		return Late{}, false
	}
	return Late{Kind: LateResponse, Due: l.RespondBy}, true
}

// touched tells whether somebody worked on the lead after it came in.
func (l Lead) touched() bool { return !l.TouchedAt.IsZero() }
