package sales

import (
	"errors"
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

// ErrAct is an act that approvals do not know.
var ErrAct = errors.New("no such act")

// Act decides. Everything is checked here, in the transaction that decides; a
// refusal changes nothing and says why. Who had their part already is told who
// decided, before being told that their card is old.
func (a Approval) Act(req ActRequest) (Change, Approval, error) {
	if !slices.Contains([]Act{ActApprove, ActReject, ActTransfer, ActReturn}, req.Act) {
		return Change{}, Approval{}, fmt.Errorf("approval %d: %w: %q", a.Number, ErrAct, req.Act)
	}
	mine, err := a.tasksOf(req.By, req.Org, req.Delegations, req.Now)
	if err != nil {
		return Change{}, Approval{}, err
	}
	if a.stale(req) {
		return Change{}, Approval{}, &Refusal{Kind: RefuseStale, Number: a.Number}
	}
	req.Comment = strings.TrimSpace(req.Comment)
	if (req.Act == ActReject || req.Act == ActReturn) && req.Comment == "" {
		return Change{}, Approval{}, &Refusal{Kind: RefuseReason, Number: a.Number, Detail: string(req.Act)}
	}
	if req.Act == ActTransfer {
		return a.transfer(mine[0], req)
	}
	return a.decide(mine, req)
}

// stale tells whether somebody decides on what is not so any more: the card
// shows an older version, or the deal is not what the request was about.
func (a Approval) stale(req ActRequest) bool {
	p := req.Deal.Pending
	return (req.Version != 0 && req.Version != a.Version) || a.Amount != req.Deal.Amount || p == nil || p.Approval != a.Number || p.ID != a.Move.ID
}

// transfer puts a task on somebody else. What was decided before stands.
func (a Approval) transfer(i int, req ActRequest) (Change, Approval, error) {
	if why := a.notTo(req); why != "" {
		return Change{}, Approval{}, &Refusal{Kind: RefuseTransfer, Number: a.Number, Who: []string{req.To.ID}, Detail: why}
	}
	before := a
	a.Steps = cloneSteps(a.Steps)
	step := &a.Steps[a.Current]
	task := &step.Tasks[i]
	task.Decision, task.By, task.At, task.Comment = ActTransfer, req.By.ID, req.Now, req.Comment
	step.Tasks = append(step.Tasks, newTask(req.Org, req.To.ID, task.Approver))
	a.UpdatedAt = req.Now
	a.Version++
	return Change{
		Approvals: []Approval{a},
		Entries:   []Entry{a.entry("approval.transfer", before, req)},
		Effects: []Effect{
			{Kind: EffectApprovalChanged, Number: a.Number, Actor: req.By.ID}, {Kind: EffectApprovalAsked, Number: a.Number, Actor: req.By.ID},
		},
	}, a, nil
}

// notTo says why a task cannot be handed to somebody; empty = it can.
func (a Approval) notTo(req ActRequest) string {
	to, known := req.Org.Person(req.To.ID)
	switch {
	case !known || to.Left:
		return "unknown"
	case to.ID == a.Requester:
		return "requester"
	case a.party(to.ID):
		return "owner"
	case to.ID == req.By.ID || slices.ContainsFunc(a.OpenTasks(), func(t ApprovalTask) bool { return t.Approver == to.ID }):
		return "already"
	}
	return ""
}

// decide records an approval, a rejection or a return, and what follows. It
// counts for each task that the person holds in this step: nobody is asked the
// same question twice.
func (a Approval) decide(mine []int, req ActRequest) (Change, Approval, error) {
	before := a
	a.Steps = cloneSteps(a.Steps)
	step := &a.Steps[a.Current]
	for _, i := range mine {
		task := &step.Tasks[i]
		task.Decision, task.By, task.At, task.Comment = req.Act, req.By.ID, req.Now, req.Comment
		if task.Approver != req.By.ID && task.For == "" {
			task.For = task.Approver
		}
	}
	a.UpdatedAt = req.Now
	a.Version++
	c := Change{Effects: []Effect{{Kind: EffectApprovalChanged, Number: a.Number, Actor: req.By.ID}}}
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
	before, d, action := req.Deal, req.Deal, "deal.stay"
	if a.Status == ApprovalApproved {
		to, _ := req.Rules.StageByID(a.Move.To)
		d, action = d.enter(a.Move, to, req.Now), moveAction(to)
	} else {
		c.Files = freeFiles(req.Files, a.Move.ID)
		d.Pending, d.UpdatedAt, d.TouchedAt = nil, req.Now, req.Now
	}
	c.Deals = append(c.Deals, d)
	c.Entries = append(c.Entries, Entry{
		Actor: req.By.ID, Action: action, Object: d.object(), Before: stageOf(before), After: stageOf(d), Reason: string(a.Status), Files: hashes(req.Files),
	})
	c.Entries = append(c.Entries, freeEntries(c.Files, req.By.ID, a.Move.ID)...)
	c.Effects = append(c.Effects, Effect{Kind: EffectApprovalDecided, Number: a.Number, Actor: req.By.ID})
}

// entry is the audit entry of an act.
func (a Approval) entry(action string, before Approval, req ActRequest) Entry {
	return Entry{
		Actor: req.By.ID, Action: action, Object: a.object(), Before: before.Steps[before.Current], After: a.Steps[before.Current],
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
