package sales

import (
	"fmt"
	"slices"
	"time"
)

func (a Approval) object() string { return fmt.Sprintf("approval:%d", a.Number) }

// OpenTasks are the tasks of the current step that nobody has decided.
func (a Approval) OpenTasks() []ApprovalTask {
	places := a.open()
	open := make([]ApprovalTask, 0, len(places))
	for _, i := range places {
		open = append(open, a.Steps[a.Current].Tasks[i])
	}
	return open
}

// open are the places of the undecided tasks in the current step.
func (a Approval) open() []int {
	if a.Status != ApprovalPending || a.Current >= len(a.Steps) {
		return nil
	}
	var open []int
	for i, t := range a.Steps[a.Current].Tasks {
		if t.Decision == "" {
			open = append(open, i)
		}
	}
	return open
}

// party tells whether the request is a person's own: they asked, or the deal is
// theirs.
func (a Approval) party(id string) bool { return id == a.Requester || (a.Owner != "" && id == a.Owner) }

// Actor is who acts on a task at an instant: its approver, or the person who
// stands in for them; for somebody who has left or is not known any more, the
// nearest superior. It is never the requester nor the deal's owner: where they
// would stand in, the task stays with whom it was given to, or goes further up.
func (a Approval) Actor(t ApprovalTask, o *Org, deleg map[string]Delegation, now time.Time) (Person, error) {
	id := t.Approver
	for _, instead := range []string{t.Boss, a.Requester} {
		if _, known := o.Person(id); known {
			break
		}
		id = instead
	}
	for range chainMax {
		p, known := o.Person(id)
		if known && !p.Left && !a.party(id) {
			if stand, err := o.Stand(id, now, deleg); err == nil && !a.party(stand.ID) {
				return stand, nil
			}
			return p, nil
		}
		boss, ok := o.Manager(id)
		if !ok {
			break
		}
		id = boss.ID
	}
	return Person{}, fmt.Errorf("approval %d, task of %s: %w", a.Number, t.Approver, ErrNobody)
}

// CanAct tells whether a person may act on the request now: a current approver
// or who stands in for one, never the requester, never somebody who has left.
// Its error is a [Refusal] that is true for the person who asks.
func (a Approval) CanAct(p Person, o *Org, deleg map[string]Delegation, now time.Time) error {
	_, err := a.tasksOf(p, o, deleg, now)
	return err
}

// tasksOf are the places of the person's undecided tasks in the current step.
func (a Approval) tasksOf(p Person, o *Org, deleg map[string]Delegation, now time.Time) ([]int, error) {
	if known, ok := o.Person(p.ID); !ok || known.Left || p.Left {
		return nil, &Refusal{Kind: RefuseLeft, Number: a.Number}
	}
	if p.ID == a.Requester {
		return nil, &Refusal{Kind: RefuseSelf, Number: a.Number, Who: a.waitsFor(o, deleg, now)}
	}
	var mine []int
	for _, i := range a.open() {
		if a.actsOn(a.Steps[a.Current].Tasks[i], p.ID, o, deleg, now) {
			mine = append(mine, i)
		}
	}
	switch {
	case len(mine) > 0:
		return mine, nil
	case a.hadPart(p.ID, o, deleg, now):
		return nil, a.decidedRefusal(p.ID)
	}
	return nil, &Refusal{Kind: RefuseNotApprover, Number: a.Number, Who: a.waitsFor(o, deleg, now)}
}

// actsOn tells whether a task is a person's: given to them, or theirs to stand
// in for.
func (a Approval) actsOn(t ApprovalTask, id string, o *Org, deleg map[string]Delegation, now time.Time) bool {
	if a.party(id) {
		return false
	}
	if t.Approver == id {
		return true
	}
	actor, err := a.Actor(t, o, deleg, now)
	return err == nil && actor.ID == id
}

// waitsFor are the people who must act now; nobody waits for one who is gone.
func (a Approval) waitsFor(o *Org, deleg map[string]Delegation, now time.Time) []string {
	var ids []string
	for _, t := range a.OpenTasks() {
		id := t.Approver
		if p, ok := o.Person(id); !ok || p.Left {
			if actor, err := a.Actor(t, o, deleg, now); err == nil {
				id = actor.ID
			}
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// hadPart tells whether a person decided, was to decide or stood in, in the
// steps up to now. Such a person learns who decided.
func (a Approval) hadPart(id string, o *Org, deleg map[string]Delegation, now time.Time) bool {
	return slices.ContainsFunc(a.Steps[:min(a.Current+1, len(a.Steps))], func(s ApprovalStep) bool {
		return slices.ContainsFunc(s.Tasks, func(t ApprovalTask) bool { return t.By == id || t.For == id || a.actsOn(t, id, o, deleg, now) })
	})
}

// touched tells whether any approver has decided anything.
func (a Approval) touched() bool {
	_, decided := a.Decided()
	return decided || a.Status != ApprovalPending
}

// Decided is the newest decision and who made it.
func (a Approval) Decided() (ApprovalTask, bool) {
	return a.newest(func(t ApprovalTask) bool { return t.Decision != ActTransfer })
}

// newest is the newest task that was dealt with, among those that count.
func (a Approval) newest(counts func(ApprovalTask) bool) (ApprovalTask, bool) {
	var last ApprovalTask
	for _, s := range a.Steps {
		for _, t := range s.Tasks {
			if t.Decision != "" && counts(t) && !t.At.Before(last.At) {
				last = t
			}
		}
	}
	return last, last.Decision != ""
}

// decidedRefusal tells who decided, and when. While the request still waits for
// others, a person learns what they themselves did.
func (a Approval) decidedRefusal(id string) *Refusal {
	no := &Refusal{Kind: RefuseDecided, Number: a.Number, Detail: string(a.Status)}
	if a.Status == ApprovalCancelled {
		no.Who, no.When = []string{a.Requester}, a.UpdatedAt
		return no
	}
	t, ok := a.newest(func(t ApprovalTask) bool { return t.By == id })
	if !ok || a.Status != ApprovalPending {
		t, ok = a.Decided()
	}
	if ok {
		no.Who, no.When, no.Detail = []string{t.By}, t.At, string(t.Decision)
	}
	return no
}
