package sales

import (
	"slices"
	"time"
)

// Undo takes back the newest move of a person within the rules' time: the deal
// stands where it stood, with its clock as it was, its files are free again, and
// an approval that nobody has decided is cancelled. a is the approval behind the
// move, files are what the move used.
func (r *Rules) Undo(d Deal, a *Approval, files []File, by Person, now time.Time) (Change, Deal, error) {
	m, pending := d.lastMove()
	if no := r.mayUndo(m, a, by, now); no != nil {
		return Change{}, Deal{}, no
	}
	before := d
	var c Change
	if pending {
		d.Pending = nil
		if a != nil {
			a.cancel(&c, by, now)
		}
	} else {
		d.Moves = slices.Clone(d.Moves)
		d.Moves[len(d.Moves)-1].Undone = true
		d.Stage, d.LostReason = m.From, ""
		c.Effects = append(c.Effects, Effect{Kind: EffectDealMoved, Number: d.Number, Actor: by.ID}) // who was told of it
	}
	d = d.standAgain(m, now)
	c.Deals = []Deal{d}
	c.Files = freeFiles(files, m.ID)
	c.Entries = append(c.Entries, Entry{Actor: by.ID, Action: "deal.undo", Object: d.object(), Before: stageOf(before), After: stageOf(d)})
	c.Entries = append(c.Entries, freeEntries(c.Files, by.ID, m.ID)...)
	return c, d, nil
}

// mayUndo tells whether a person may take a move back.
func (r *Rules) mayUndo(m Move, a *Approval, by Person, now time.Time) *Refusal {
	switch {
	case by.Left:
		return &Refusal{Kind: RefuseLeft}
	case m.ID == "" || m.By != by.ID || m.Undone:
		return &Refusal{Kind: RefuseNothing}
	case m.Approval != 0 && (a == nil || a.Number != m.Approval):
		return &Refusal{Kind: RefuseDecided, Number: m.Approval}
	case m.Approval != 0 && a.touched():
		return a.decidedRefusal("")
	case now.Sub(m.At) > r.Approvals.UndoFor:
		return &Refusal{Kind: RefuseTooLate, When: m.At}
	}
	return nil
}

// cancel takes a request back that nobody has decided.
func (a Approval) cancel(c *Change, by Person, now time.Time) {
	before := a.Status
	a.Status, a.UpdatedAt = ApprovalCancelled, now
	a.Version++
	c.Approvals = append(c.Approvals, a)
	c.Entries = append(c.Entries, Entry{Actor: by.ID, Action: "approval.cancel", Object: a.object(), Before: before, After: a.Status})
	c.Effects = append(c.Effects, Effect{Kind: EffectApprovalChanged, Number: a.Number, Actor: by.ID})
}

// standing is how a deal's clock stands, to be kept with the move that sets it
// anew.
func (d Deal) standing() Standing {
	return Standing{StageSince: d.StageSince, TouchedAt: d.TouchedAt, Snooze: d.Snooze}
}

// standAgain gives a deal its clock back: undoing a move is no progress, and
// must not put off the moment at which the deal is overdue.
func (d Deal) standAgain(m Move, now time.Time) Deal {
	d.UpdatedAt = now
	if !m.Was.StageSince.IsZero() {
		d.StageSince, d.TouchedAt, d.Snooze = m.Was.StageSince, m.Was.TouchedAt, m.Was.Snooze
	}
	return d
}

// lastMove is the newest move that counts: one that waits, or the last that was
// made.
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

// freeEntries are the audit entries of files that serve a move no more.
func freeEntries(files []File, actor, move string) []Entry {
	entries := make([]Entry, 0, len(files))
	for _, f := range files {
		entries = append(entries, Entry{Actor: actor, Action: "file.free", Object: f.object(), Before: move, Files: []string{f.SHA256}})
	}
	return entries
}
