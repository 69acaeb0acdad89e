package sales

import (
	"fmt"
	"slices"
	"time"
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
	d := req.Deal
	if !MayMove(o, req.By, d) {
		return Change{}, Outcome{}, &Refusal{Kind: RefuseNotYours, Who: []string{d.Owner}}
	}
	if d.Pending != nil {
		return Change{}, Outcome{}, &Refusal{Kind: RefusePending, Number: d.Pending.Approval}
	}
	if no := r.checkStep(d.Stage, req.To, req.Reason); no != nil {
		return Change{}, Outcome{}, no
	}
	since := req.Since
	if since.IsZero() {
		since = req.Now.Add(-r.Evidence.Window)
	}
	used, missing := pickAll(req.Files, req.To.Needs, since)
	if len(missing) > 0 {
		return Change{}, Outcome{}, &Refusal{Kind: RefuseEvidence, Stage: req.To, Missing: missing}
	}
	if lacking := attendeesLacking(req.To, req.Attendees); len(lacking) > 0 {
		return Change{}, Outcome{}, &Refusal{Kind: RefuseAttendees, Stage: req.To, Missing: lacking}
	}
	m := Move{
		ID: req.ID, From: d.Stage, To: req.To.ID, By: req.By.ID, At: req.Now, Attendees: req.Attendees, Reason: req.Reason,
	}
	for _, f := range used {
		m.Evidence = append(m.Evidence, f.ID)
	}
	out := Outcome{Deal: d, Move: m, Used: useFiles(used, m.ID)}
	c := Change{Files: out.Used}
	for _, f := range out.Used {
		c.Entries = append(c.Entries, Entry{Actor: req.By.ID, Action: "file.use", Object: "file:" + f.ID, After: m.ID, Files: []string{f.SHA256}})
	}
	steps, err := r.stepsFor(o, req)
	if err != nil {
		return Change{}, Outcome{}, err
	}
	if len(steps) > 0 {
		return r.ask(c, out, req, steps)
	}
	return moved(c, out, req, r), outcomeAfter(out, req.Now), nil
}

// MayMove tells whether a person may move a deal: the owner, the owner's
// superiors, and sales operations.
func MayMove(o *Org, p Person, d Deal) bool {
	return !p.Left && (p.ID == d.Owner || p.Role == RoleOps || o.Above(p.ID, d.Owner))
}

// attendeesLacking are the rules that want names and titles and got none.
func attendeesLacking(to Stage, people []Attendee) []EvidenceRule {
	if len(people) > 0 {
		return nil
	}
	var lacking []EvidenceRule
	for _, rule := range to.Needs {
		if rule.Attendees {
			lacking = append(lacking, rule)
		}
	}
	return lacking
}

func useFiles(files []File, move string) []File {
	used := slices.Clone(files)
	for i := range used {
		used[i].Status, used[i].Move = FileUsed, move
	}
	return used
}

// moved is the change of a move that takes effect at once.
func moved(c Change, out Outcome, req MoveRequest, r *Rules) Change {
	before := out.Deal
	after := outcomeAfter(out, req.Now).Deal
	action := "deal.move"
	if to, _ := r.StageByID(out.Move.To); to.Won {
		action = "deal.win"
	} else if to.Lost {
		action = "deal.lose"
	}
	c.Deals = append(c.Deals, after)
	c.Entries = append(c.Entries, Entry{
		Actor: req.By.ID, Action: action, Object: after.object(), Before: stageOf(before), After: stageOf(after), Reason: out.Move.Reason, Files: hashes(out.Used),
	})
	c.Effects = append(c.Effects, Effect{Kind: EffectDealMoved, Number: after.Number, Actor: req.By.ID})
	return c
}

func outcomeAfter(out Outcome, now time.Time) Outcome {
	out.Deal = out.Deal.enter(out.Move, now)
	return out
}

// enter is the deal after a move.
func (d Deal) enter(m Move, now time.Time) Deal {
	d.Moves = append(slices.Clone(d.Moves), m)
	d.Stage, d.StageSince, d.TouchedAt, d.UpdatedAt = m.To, now, now, now
	d.Pending, d.Snooze = nil, Snooze{}
	if m.Reason != "" {
		d.LostReason = m.Reason
	}
	return d
}

// dealStage is what the audit log keeps of a deal when its stage changes.
type dealStage struct {
	Stage   string `json:"stage"`
	Pending string `json:"pending,omitempty"`
	Amount  Money  `json:"amount"`
}

func stageOf(d Deal) dealStage {
	s := dealStage{Stage: d.Stage, Amount: d.Amount}
	if d.Pending != nil {
		s.Pending = d.Pending.To
	}
	return s
}

func hashes(files []File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.SHA256)
	}
	return out
}

func (d Deal) object() string { return fmt.Sprintf("deal:%d", d.Number) }

// ask is the change of a move that waits for approval.
func (r *Rules) ask(c Change, out Outcome, req MoveRequest, steps []ApprovalStep) (Change, Outcome, error) {
	out.Move.Approval = req.ApprovalNumber
	d := out.Deal
	pending := out.Move
	d.Pending, d.UpdatedAt, d.TouchedAt = &pending, req.Now, req.Now
	a := Approval{
		ID: req.ApprovalID, Number: req.ApprovalNumber, RulesVersion: r.Version, Requester: req.By.ID, DealNumber: d.Number,
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

// Undo takes back the newest move of a person within the rules' time: the deal
// stands where it stood, its files are free again, and an approval that nobody
// has decided is cancelled.
func (r *Rules) Undo(d Deal, a *Approval, files []File, by Person, now time.Time) (Change, Deal, error) {
	m, pending := d.lastMove()
	switch {
	case m.ID == "" || m.By != by.ID || m.Undone:
		return Change{}, Deal{}, &Refusal{Kind: RefuseNothing}
	case now.Sub(m.At) > r.Approvals.UndoFor:
		return Change{}, Deal{}, &Refusal{Kind: RefuseTooLate, When: m.At}
	case a != nil && a.touched():
		return Change{}, Deal{}, &Refusal{Kind: RefuseDecided, Number: a.Number, Detail: string(a.Status)}
	}
	before := d
	var c Change
	if pending {
		d.Pending = nil
		if a != nil {
			cancelled := *a
			cancelled.Status, cancelled.UpdatedAt, cancelled.Version = ApprovalCancelled, now, a.Version+1
			c.Approvals = []Approval{cancelled}
			c.Entries = append(c.Entries, Entry{Actor: by.ID, Action: "approval.cancel", Object: a.object(), Before: a.Status, After: cancelled.Status})
			c.Effects = append(c.Effects, Effect{Kind: EffectApprovalChanged, Number: a.Number, Actor: by.ID})
		}
	} else {
		d.Moves = slices.Clone(d.Moves)
		d.Moves[len(d.Moves)-1].Undone = true
		d.Stage, d.LostReason = m.From, ""
	}
	d.StageSince, d.UpdatedAt, d.TouchedAt = now, now, now
	c.Deals = []Deal{d}
	c.Files = freeFiles(files, m.ID)
	c.Entries = append(c.Entries, Entry{Actor: by.ID, Action: "deal.undo", Object: d.object(), Before: stageOf(before), After: stageOf(d)})
	for _, f := range c.Files {
		c.Entries = append(c.Entries, Entry{Actor: by.ID, Action: "file.free", Object: "file:" + f.ID, Before: m.ID, Files: []string{f.SHA256}})
	}
	return c, d, nil
}

// lastMove is the newest move that counts: one that waits, or one that was made
// and not undone.
func (d Deal) lastMove() (m Move, pending bool) {
	if d.Pending != nil {
		return *d.Pending, true
	}
	if len(d.Moves) == 0 {
		return Move{}, false
	}
	return d.Moves[len(d.Moves)-1], false
}

// LastMove is the newest move that can be undone, if any.
func (d Deal) LastMove() (Move, bool) {
	m, _ := d.lastMove()
	return m, m.ID != "" && !m.Undone
}

// freeFiles gives the files back that serve a move.
func freeFiles(files []File, move string) []File {
	var free []File
	for _, f := range files {
		if f.Move == move && f.Status == FileUsed {
			f.Status, f.Move = FileReady, ""
			free = append(free, f)
		}
	}
	return free
}

// SnoozeUntil silences a deal's reminders until an instant, for a reason.
func (d Deal) SnoozeUntil(until time.Time, reason string, by Person, now time.Time) (Change, Deal) {
	before := d.Snooze
	d.Snooze, d.UpdatedAt = Snooze{Until: until, Reason: reason, By: by.ID}, now
	return Change{Deals: []Deal{d}, Entries: []Entry{{
		Actor: by.ID, Action: "deal.snooze", Object: d.object(), Before: before, After: d.Snooze, Reason: reason,
	}}}, d
}

// SnoozeUntil silences a lead's reminders until an instant, for a reason.
func (l Lead) SnoozeUntil(until time.Time, reason string, by Person, now time.Time) (Change, Lead) {
	before := l.Snooze
	l.Snooze, l.UpdatedAt = Snooze{Until: until, Reason: reason, By: by.ID}, now
	return Change{Leads: []Lead{l}, Entries: []Entry{{
		Actor: by.ID, Action: "lead.snooze", Object: l.object(), Before: before, After: l.Snooze, Reason: reason,
	}}}, l
}

// Convert makes a deal of a lead. The deal's id, number, amount and product are
// set already; the rest comes from the lead. Missing parts of BANT refuse only
// where the rules say so.
func Convert(l Lead, d Deal, r *Rules, by Person, now time.Time) (Change, Deal, error) {
	switch {
	case l.Status == LeadConverted:
		return Change{}, Deal{}, &Refusal{Kind: RefuseConverted, Number: l.DealNumber}
	case l.Status != LeadOpen:
		return Change{}, Deal{}, &Refusal{Kind: RefuseClosed}
	case r.BANT && len(l.BANT.Missing()) > 0:
		return Change{}, Deal{}, &Refusal{Kind: RefuseBANT}
	}
	before := l
	d.LeadNumber, d.Company, d.CompanyKey, d.Contact, d.Owner, d.BANT = l.Number, l.Company, l.CompanyKey, l.Contact, l.Owner, l.BANT
	d.Stage, d.StageSince, d.TouchedAt, d.CreatedAt, d.UpdatedAt = r.First().ID, now, now, now, now
	l.Status, l.DealNumber, l.UpdatedAt = LeadConverted, d.Number, now
	if l.TouchedAt.IsZero() {
		l.TouchedAt = now
	}
	return Change{
		Leads: []Lead{l}, Deals: []Deal{d},
		Entries: []Entry{
			{Actor: by.ID, Action: "lead.convert", Object: l.object(), Before: before.Status, After: l.Status},
			{Actor: by.ID, Action: "deal.create", Object: d.object(), After: d},
		},
	}, d, nil
}

// Missing names the parts of BANT that nobody has told, in Chinese.
func (b BANT) Missing() []string {
	var missing []string
	for _, part := range []struct{ name, value string }{{"预算", b.Budget}, {"决策人", b.Authority}, {"需求", b.Need}, {"时间", b.Timing}} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	return missing
}
