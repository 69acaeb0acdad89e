package sales

import (
	"time"

	"genjin/sales/worktime"
)

// Reminder is one approver who lets a request wait.
type Reminder struct {
	Approver string
	Task     ApprovalTask
	Count    int // which reminder this is, from 1
	Since    time.Time
	Escalate bool // the approver's manager is told too
}

// Remind finds the approvers who are due a reminder, and marks them reminded.
func (a Approval) Remind(now time.Time, r *Rules, c *worktime.Calendar) (Change, []Reminder) {
	if a.Status != ApprovalPending || a.Current >= len(a.Steps) || r.Approvals.RemindAfter <= 0 {
		return Change{}, nil
	}
	before := a
	a.Steps = cloneSteps(a.Steps)
	var due []Reminder
	tasks := a.Steps[a.Current].Tasks
	for i := range tasks {
		t := &tasks[i]
		at := a.nextReminder(*t, r, c)
		if t.Decision != "" || at.IsZero() || now.Before(at) {
			continue
		}
		t.Reminders++
		t.RemindedAt = now
		due = append(due, Reminder{
			Approver: t.Approver, Task: *t, Count: t.Reminders, Since: a.UpdatedAt, Escalate: r.Approvals.EscalateAt > 0 && t.Reminders >= r.Approvals.EscalateAt,
		})
	}
	if len(due) == 0 {
		return Change{}, nil
	}
	return Change{
		Approvals: []Approval{a},
		Entries:   []Entry{{Actor: systemActor, Action: "approval.remind", Object: a.object(), Before: before.Steps[a.Current], After: a.Steps[a.Current]}},
	}, due
}

// nextReminder is when a task is due its next reminder; zero = never.
func (a Approval) nextReminder(t ApprovalTask, r *Rules, c *worktime.Calendar) time.Time {
	switch {
	case t.Reminders == 0:
		return c.AddWork(a.UpdatedAt, r.Approvals.RemindAfter).At
	case r.Approvals.RemindEvery <= 0:
		return time.Time{}
	}
	return c.AddWork(t.RemindedAt, r.Approvals.RemindEvery).At
}
