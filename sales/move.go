package sales

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"genjin/sales/money"
)

// MoveRequest asks for a deal's next stage.
type MoveRequest struct {
	Deal      Deal
	To        Stage
	By        Person
	Files     []File // what the person sent lately
	Attendees []Attendee
	Reason    string // of a loss
	Now       time.Time
	Since     time.Time // files sent before it are too old; zero = the rules' window before Now

	ID             string // of the move
	ApprovalID     string // used where the stage needs one
	ApprovalNumber int64
	Delegations    map[string]Delegation
}

// Outcome is what a move came to: the deal moved, or waits for Approval.
type Outcome struct {
	Deal     Deal
	Move     Move
	Used     []File
	Approval *Approval
}

// Move takes a deal to its next stage, or asks for the approval that the stage
// needs. Its error is a [Refusal].
func (r *Rules) Move(o *Org, req MoveRequest) (Change, Outcome, error) {
	if no := r.mayEnter(o, &req); no != nil {
		return Change{}, Outcome{}, no
	}
	used, no := r.proof(req)
	if no != nil {
		return Change{}, Outcome{}, no
	}
	steps, err := r.stepsFor(o, req)
	if err != nil {
		return Change{}, Outcome{}, err
	}
	m := Move{
		ID: req.ID, From: req.Deal.Stage, To: req.To.ID, By: req.By.ID, At: req.Now, Attendees: req.Attendees,
		Reason: strings.TrimSpace(req.Reason), Was: req.Deal.standing(),
	}
	for _, f := range used {
		m.Evidence = append(m.Evidence, f.ID)
	}
	out := Outcome{Deal: req.Deal, Move: m, Used: useFiles(used, m.ID)}
	c := Change{Files: out.Used}
	for _, f := range out.Used {
		c.Entries = append(c.Entries, Entry{Actor: req.By.ID, Action: "file.use", Object: f.object(), After: m.ID, Files: []string{f.SHA256}})
	}
	if len(steps) > 0 {
		return r.ask(c, out, req, steps)
	}
	return moved(c, out, req)
}

// mayEnter checks everything but the proof: whose deal it is, whether it waits,
// and the order of stages. The stage is looked up in these rules, so that no
// road brings a milder copy of it.
func (r *Rules) mayEnter(o *Org, req *MoveRequest) *Refusal {
	if !MayMove(o, req.By, req.Deal) {
		return &Refusal{Kind: RefuseNotYours, Who: []string{req.Deal.Owner}}
	}
	if req.Deal.Pending != nil {
		return &Refusal{Kind: RefusePending, Number: req.Deal.Pending.Approval}
	}
	to, ok := r.StageByID(req.To.ID)
	if !ok {
		return &Refusal{Kind: RefuseNoStage, Detail: req.To.ID}
	}
	req.To = to
	return r.checkStep(req.Deal.Stage, to, req.Reason)
}

// proof picks the files that prove a move, or says what is missing.
func (r *Rules) proof(req MoveRequest) ([]File, *Refusal) {
	since := req.Since
	if since.IsZero() {
		since = req.Now.Add(-r.Evidence.Window)
	}
	theirs := slices.DeleteFunc(slices.Clone(req.Files), func(f File) bool { return f.Person != req.By.ID })
	used, missing := pickAll(theirs, req.To.Needs, since)
	if len(missing) > 0 {
		return nil, &Refusal{Kind: RefuseEvidence, Stage: req.To, Missing: missing}
	}
	if lacking := attendeesLacking(req.To, req.Attendees); len(lacking) > 0 {
		return nil, &Refusal{Kind: RefuseAttendees, Stage: req.To, Missing: lacking}
	}
	return used, nil
}

// MayMove tells whether a person may move a deal: the owner, the owner's
// superiors, and sales operations.
func MayMove(o *Org, p Person, d Deal) bool {
	return !p.Left && (p.ID == d.Owner || p.Role == RoleOps || o.Above(p.ID, d.Owner))
}

func useFiles(files []File, move string) []File {
	used := slices.Clone(files)
	for i := range used {
		used[i].Status, used[i].Move = FileUsed, move
	}
	return used
}

// moved is a move that takes effect at once.
func moved(c Change, out Outcome, req MoveRequest) (Change, Outcome, error) {
	before := out.Deal
	out.Deal = before.enter(out.Move, req.To, req.Now)
	c.Deals = append(c.Deals, out.Deal)
	c.Entries = append(c.Entries, Entry{
		Actor: req.By.ID, Action: moveAction(req.To), Object: before.object(), Before: stageOf(before), After: stageOf(out.Deal),
		Reason: out.Move.Reason, Files: hashes(out.Used),
	})
	c.Effects = append(c.Effects, Effect{Kind: EffectDealMoved, Number: before.Number, Actor: req.By.ID})
	return c, out, nil
}

// moveAction is what the audit log calls entering a stage.
func moveAction(to Stage) string {
	switch {
	case to.Won:
		return "deal.win"
	case to.Lost:
		return "deal.lose"
	}
	return "deal.move"
}

// enter is the deal after a move.
func (d Deal) enter(m Move, to Stage, now time.Time) Deal {
	d.Moves = append(slices.Clone(d.Moves), m)
	d.Stage, d.StageSince, d.TouchedAt, d.UpdatedAt = m.To, now, now, now
	d.Pending, d.Snooze = nil, Snooze{}
	if to.Lost {
		d.LostReason = m.Reason
	}
	return d
}

// dealStage is what the audit log keeps of a deal when its stage changes.
type dealStage struct {
	Stage   string       `json:"stage"`
	Pending string       `json:"pending,omitempty"`
	Amount  money.Amount `json:"amount"`
}

func stageOf(d Deal) dealStage {
	s := dealStage{Stage: d.Stage, Amount: d.Amount}
	if d.Pending != nil {
		s.Pending = d.Pending.To
	}
	return s
}

func hashes(files []File) []string {
	out := make([]string, 0, len(files))
	for _, f := range files {
		out = append(out, f.SHA256)
	}
	return out
}

func (d Deal) object() string { return fmt.Sprintf("deal:%d", d.Number) }

func (f File) object() string { return "file:" + f.ID }

// ask is the change of a move that waits for approval.
func (r *Rules) ask(c Change, out Outcome, req MoveRequest, steps []ApprovalStep) (Change, Outcome, error) {
	out.Move.Approval = req.ApprovalNumber
	d := out.Deal
	pending := out.Move
	d.Pending, d.UpdatedAt, d.TouchedAt = &pending, req.Now, req.Now
	a := Approval{
		ID: req.ApprovalID, Number: req.ApprovalNumber, RulesVersion: r.Version, Requester: req.By.ID, Owner: d.Owner, DealNumber: d.Number,
		Company: d.Company, Amount: d.Amount, Product: d.Product, Move: pending, Steps: steps, Status: ApprovalPending, Version: 1,
		CreatedAt: req.Now, UpdatedAt: req.Now,
	}
	c.Deals = append(c.Deals, d)
	c.Approvals = append(c.Approvals, a)
	c.Entries = append(c.Entries, Entry{
		Actor: req.By.ID, Action: "approval.ask", Object: a.object(), Before: stageOf(out.Deal), After: a, Files: hashes(out.Used),
	})
	c.Effects = append(c.Effects, Effect{Kind: EffectApprovalAsked, Number: a.Number, Actor: req.By.ID})
	out.Deal, out.Approval = d, &a
	return c, out, nil
}
