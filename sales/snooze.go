package sales

import "time"

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
