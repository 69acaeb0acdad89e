package sales

import (
	"fmt"
	"time"
)

// HandOver gives a lead to another owner.
func (l Lead) HandOver(to, by Person, now time.Time) Change {
	before := l
	l.Owner, l.UpdatedAt = to.ID, now
	return Change{
		Leads:   []Lead{l},
		Entries: []Entry{{Actor: by.ID, Action: "lead.handover", Object: fmt.Sprintf("lead:%d", l.Number), Before: before, After: l}},
	}
}

// HandOver gives a deal to another owner.
func (d Deal) HandOver(to, by Person, now time.Time) Change {
	before := d
	d.Owner, d.UpdatedAt = to.ID, now
	return Change{
		Deals:   []Deal{d},
		Entries: []Entry{{Actor: by.ID, Action: "deal.handover", Object: fmt.Sprintf("deal:%d", d.Number), Before: before, After: d}},
	}
}

// HandOver makes a request the new owner's, who then decides nothing about it:
// where they were to, it goes further up.
func (a Approval) HandOver(to, by Person, now time.Time) Change {
	before := a
	a.Owner, a.UpdatedAt = to.ID, now
	return Change{
		Approvals: []Approval{a},
		Entries:   []Entry{{Actor: by.ID, Action: "approval.handover", Object: a.object(), Before: before, After: a}},
		Effects:   []Effect{{Kind: EffectApprovalChanged, Number: a.Number, Actor: by.ID}, {Kind: EffectApprovalAsked, Number: a.Number, Actor: by.ID}},
	}
}

// Join puts two changes together: they are saved as one.
func (c Change) Join(more Change) Change {
	c.Leads = append(c.Leads, more.Leads...)
	c.Deals = append(c.Deals, more.Deals...)
	c.Files = append(c.Files, more.Files...)
	c.Approvals = append(c.Approvals, more.Approvals...)
	c.Entries = append(c.Entries, more.Entries...)
	c.Effects = append(c.Effects, more.Effects...)
	return c
}
