package sales

import "time"

// Touch records that somebody worked on a lead: its clocks stop. The note says
// what was done.
func (l Lead) Touch(note string, by Person, now time.Time) (Change, Lead) {
	before := l.TouchedAt
	l.TouchedAt, l.UpdatedAt = now, now
	return Change{Leads: []Lead{l}, Entries: []Entry{{
		Actor: by.ID, Action: "lead.touch", Object: l.object(), Before: before, After: l.TouchedAt, Reason: note,
	}}}, l
}
