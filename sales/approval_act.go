package sales

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ActRequest is what an approver wants to do, with everything that the decision
// looks at.
type ActRequest struct {
	Act         Act
	By          Person
	To          Person // of a transfer
	Comment     string
	Version     int64 // that the card showed; 0 = by typing, where none is shown
	Deal        Deal
	Files       []File // the request's evidence
	Rules       *Rules
	Org         *Org
	Delegations map[string]Delegation
	Now         time.Time
}

func (a Approval) object() string { return fmt.Sprintf("approval:%d", a.Number) }

// OpenTasks are the tasks of the current step that nobody has decided.
func (a Approval) OpenTasks() []ApprovalTask {
	if a.Status != ApprovalPending || a.Current >= len(a.Steps) {
		return nil
	}
	var open []ApprovalTask
	for _, t := range a.Steps[a.Current].Tasks {
		if t.Decision == "" {
			open = append(open, t)
		}
	}
	return open
}

// touched tells whether any approver has decided anything.
func (a Approval) touched() bool {
	return a.Status != ApprovalPending || slices.ContainsFunc(a.Steps, func(s ApprovalStep) bool {
		return slices.ContainsFunc(s.Tasks, func(t ApprovalTask) bool {
			return t.Decision == ActApprove || t.Decision == ActReject || t.Decision == ActReturn
		})
	})
}

// Decided is the newest decision and who made it.
func (a Approval) Decided() (ApprovalTask, bool) {
	var last ApprovalTask
	for _, s := range a.Steps {
		for _, t := range s.Tasks {
			if t.Decision != "" && t.Decision != ActTransfer && !t.At.Before(last.At) {
				last = t
			}
		}
	}
	return last, last.Decision != ""
}

// CanAct tells whether a person may act on the request now, and as which task:
// a current approver or who stands in for one, never the requester, never
// somebody who has left. The order is that of the design's checks, so that each
// person gets the answer that is true for them.
func (a Approval) CanAct(p Person, o *Org, deleg map[string]Delegation, now time.Time) (int, error) {
	if p.Left {
		return -1, &Refusal{Kind: RefuseLeft, Number: a.Number}
	}
	mine, err := a.taskOf(p, o, deleg, now)
	if err != nil {
		return -1, err
	}
	if p.ID == a.Requester {
		return -1, &Refusal{Kind: RefuseSelf, Number: a.Number, Who: a.current()}
	}
	return mine, nil
}

// taskOf finds the person's task in the current step. Of a request that is
// over, everybody who had a part in it learns who decided.
func (a Approval) taskOf(p Person, o *Org, deleg map[string]Delegation, now time.Time) (int, error) {
	if a.Current < len(a.Steps) {
		for i, t := range a.Steps[a.Current].Tasks {
			stand, err := o.Stand(t.Approver, now, deleg)
			if (err == nil && stand.ID == p.ID) || (t.Approver == p.ID && t.Decision != ActTransfer) {
				if t.Decision == ActTransfer {
					continue
				}
				return i, nil
			}
		}
	}
	if p.ID == a.Requester {
		return -1, &Refusal{Kind: RefuseSelf, Number: a.Number, Who: a.current()}
	}
	if a.hadPart(p.ID) {
		return -1, a.decidedRefusal()
	}
	return -1, &Refusal{Kind: RefuseNotApprover, Number: a.Number, Who: a.current()}
}

func (a Approval) hadPart(id string) bool {
	return slices.ContainsFunc(a.Steps[:min(a.Current+1, len(a.Steps))], func(s ApprovalStep) bool {
		return slices.ContainsFunc(s.Tasks, func(t ApprovalTask) bool { return t.Approver == id || t.By == id || t.For == id })
	})
}

// current are the people who must act now.
func (a Approval) current() []string {
	var ids []string
	for _, t := range a.OpenTasks() {
		ids = append(ids, t.Approver)
	}
	return ids
}

func (a Approval) decidedRefusal() *Refusal {
	no := &Refusal{Kind: RefuseDecided, Number: a.Number, Detail: string(a.Status)}
	if t, ok := a.Decided(); ok {
		no.Who, no.When, no.Detail = []string{t.By}, t.At, string(t.Decision)
	}
	if a.Status == ApprovalCancelled {
		no.Who, no.When, no.Detail = []string{a.Requester}, a.UpdatedAt, string(a.Status)
	}
	return no
}

// Act decides. Everything is checked here, in the transaction that decides; a
// refusal changes nothing and says why.
func (a Approval) Act(req ActRequest) (Change, Approval, error) {
	i, err := a.CanAct(req.By, req.Org, req.Delegations, req.Now)
	if err != nil {
		return Change{}, Approval{}, err
	}
	task := a.Steps[a.Current].Tasks[i]
	switch {
	case a.Status != ApprovalPending || task.Decision != "":
		return Change{}, Approval{}, a.decidedRefusal()
	case req.Version != 0 && req.Version != a.Version:
		return Change{}, Approval{}, &Refusal{Kind: RefuseStale, Number: a.Number}
	case (req.Act == ActReject || req.Act == ActReturn) && strings.TrimSpace(req.Comment) == "":
		return Change{}, Approval{}, &Refusal{Kind: RefuseReason, Number: a.Number, Detail: string(req.Act)}
	case a.Amount != req.Deal.Amount || req.Deal.Pending == nil || req.Deal.Pending.Approval != a.Number:
		return Change{}, Approval{}, &Refusal{Kind: RefuseStale, Number: a.Number}
	}
	if req.Act == ActTransfer {
		return a.transfer(i, req)
	}
	return a.decide(i, req)
}

// transfer puts the task on somebody else. What was decided before stands.
func (a Approval) transfer(i int, req ActRequest) (Change, Approval, error) {
	no := &Refusal{Kind: RefuseTransfer, Number: a.Number, Who: []string{req.To.ID}}
	switch {
	case req.To.ID == "" || req.To.Left:
		no.Detail = "unknown"
	case req.To.ID == a.Requester:
		no.Detail = "requester"
	case req.To.ID == req.By.ID || slices.Contains(a.current(), req.To.ID):
		no.Detail = "already"
	}
	if no.Detail != "" {
		return Change{}, Approval{}, no
	}
	before := a
	a.Steps = cloneSteps(a.Steps)
	step := &a.Steps[a.Current]
	task := &step.Tasks[i]
	task.Decision, task.By, task.At, task.Comment = ActTransfer, req.By.ID, req.Now, req.Comment
	step.Tasks = append(step.Tasks, ApprovalTask{Approver: req.To.ID, For: task.Approver})
	a.UpdatedAt, a.Version = req.Now, a.Version+1
	return Change{
		Approvals: []Approval{a},
		Entries:   []Entry{a.entry("approval.transfer", before, req)},
		Effects: []Effect{
			{Kind: EffectApprovalChanged, Number: a.Number, Actor: req.By.ID}, {Kind: EffectApprovalAsked, Number: a.Number, Actor: req.By.ID},
		},
	}, a, nil
}

// decide records an approval, a rejection or a return, and what follows.
func (a Approval) decide(i int, req ActRequest) (Change, Approval, error) {
	before := a
	a.Steps = cloneSteps(a.Steps)
	step := &a.Steps[a.Current]
	task := &step.Tasks[i]
	task.Decision, task.By, task.At, task.Comment = req.Act, req.By.ID, req.Now, strings.TrimSpace(req.Comment)
	if task.Approver != req.By.ID && task.For == "" {
		task.For = task.Approver
	}
	a.UpdatedAt, a.Version = req.Now, a.Version+1
	var c Change
	switch {
	case req.Act == ActReject:
		a.Status = ApprovalRejected
	case req.Act == ActReturn:
		a.Status = ApprovalReturned
	case step.done() && a.Current+1 == len(a.Steps):
		a.Status = ApprovalApproved
	case step.done():
		a.Current++
		c.Effects = append(c.Effects, Effect{Kind: EffectApprovalAsked, Number: a.Number, Actor: req.By.ID})
	}
	c.Approvals = []Approval{a}
	c.Entries = []Entry{a.entry("approval."+string(req.Act), before, req)}
	c.Effects = append([]Effect{{Kind: EffectApprovalChanged, Number: a.Number, Actor: req.By.ID}}, c.Effects...)
	if a.Status != ApprovalPending {
		a.settle(&c, req)
	}
	return c, a, nil
}

// done tells whether a step needs nobody any more.
func (s ApprovalStep) done() bool {
	for _, t := range s.Tasks {
		if s.All && t.Decision == "" {
			return false
		}
		if !s.All && t.Decision == ActApprove {
			return true
		}
	}
	return s.All
}

// settle applies the outcome to the deal: approved, it moves; otherwise it
// stays and its files are free again.
func (a Approval) settle(c *Change, req ActRequest) {
	before := req.Deal
	d := before
	d.Pending = nil
	if a.Status == ApprovalApproved {
		d = d.enter(a.Move, req.Now)
	} else {
		c.Files = freeFiles(req.Files, a.Move.ID)
		d.UpdatedAt, d.TouchedAt = req.Now, req.Now
	}
	c.Deals = append(c.Deals, d)
	c.Entries = append(c.Entries, Entry{
		Actor: req.By.ID, Action: "deal.move", Object: d.object(), Before: stageOf(before), After: stageOf(d), Reason: string(a.Status), Files: hashes(req.Files),
	})
	for _, f := range c.Files {
		c.Entries = append(c.Entries, Entry{Actor: req.By.ID, Action: "file.free", Object: "file:" + f.ID, Before: a.Move.ID, Files: []string{f.SHA256}})
	}
	c.Effects = append(c.Effects, Effect{Kind: EffectApprovalDecided, Number: a.Number, Actor: req.By.ID})
}

// entry is the audit entry of an act.
func (a Approval) entry(action string, before Approval, req ActRequest) Entry {
	return Entry{
		Actor: req.By.ID, Action: action, Object: a.object(), Before: before.Steps[before.Current], After: a.Steps[min(before.Current, len(a.Steps)-1)],
		Reason: req.Comment, Files: hashes(req.Files),
	}
}

func cloneSteps(steps []ApprovalStep) []ApprovalStep {
	out := slices.Clone(steps)
	for i := range out {
		out[i].Tasks = slices.Clone(out[i].Tasks)
	}
	return out
}
