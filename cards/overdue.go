package cards

import (
	"strings"

	"genjin/sales"
)

// lateMax is how many late things one message lists.
const lateMax = 20

// LateItem is one deal or lead that is late.
type LateItem struct {
	Deal  *sales.Deal
	Lead  *sales.Lead
	Owner sales.Person
	Late  sales.Late
}

// lateLine says what is late, since when, and whose it is where owner is wanted.
func (w Words) lateLine(i LateItem, owner bool) string {
	var text string
	switch {
	case i.Deal != nil:
		text = w.say("late.deal", num(i.Deal.Number), strings.TrimSpace(clip(i.Deal.Company, nameMax)+" "+amount(i.Deal.Amount)), w.stage(i.Deal.Stage), i.Late.Days)
	case i.Late.Kind == sales.LateResponse:
		text = w.say("late.response", num(i.Lead.Number), clip(i.Lead.Company, nameMax), i.Lead.Score.Grade, w.Time(i.Late.Due.At))
	default:
		text = w.say("late.follow_up", num(i.Lead.Number), clip(i.Lead.Company, nameMax), i.Lead.Score.Grade, w.Time(i.Late.Due.At))
	}
	if owner {
		text += w.say("late.owner", i.Owner.Name)
	}
	if i.Late.Due.Provisional {
		text += w.say("due.provisional")
	}
	return text
}

func (w Words) lateList(head string, items []LateItem, owner bool) []string {
	all := []string{head}
	for n, i := range items {
		if n == lateMax {
			return append(all, w.say("more", len(items)-n))
		}
		all = append(all, w.lateLine(i, owner))
	}
	return all
}

// OverdueOwner tells somebody what of their own is late, and what to do.
func (w Words) OverdueOwner(items []LateItem) string {
	return lines(append(w.lateList(w.say("late.owner_head", len(items)), items, false), w.say("late.owner_next"))...)
}

// OverdueManager tells a manager what of their people's is late.
func (w Words) OverdueManager(items []LateItem) string {
	return lines(w.lateList(w.say("late.manager_head", len(items)), items, true)...)
}

// OverdueGroup is a team's digest for its group.
func (w Words) OverdueGroup(t sales.Team, items []LateItem) string {
	return lines(w.lateList(w.say("late.group_head", t.Name, len(items)), items, true)...)
}

// OverdueOps is the copy for those who watch over everybody.
func (w Words) OverdueOps(items []LateItem) string {
	return lines(w.lateList(w.say("late.ops_head", len(items)), items, true)...)
}

// Alarm tells an admin about something that a person must look at, with the
// commands that show it and try it again; id names it to them. The cause
// is technical: admins read it, nobody else.
func (w Words) Alarm(what, id, cause string) string {
	text, ok := zhCN["alarm."+what]
	if !ok {
		text = what
	}
	next := "alarm.next." + what
	if _, own := zhCN[next]; !own {
		next = "alarm.next"
	}
	return lines(w.say("alarm", text, id), w.say("alarm.cause", clip(cause, 300)), w.say(next, id))
}

// NoPlatform says that somebody cannot be told anything.
func (w Words) NoPlatform(p sales.Person) string { return w.say("no_platform", p.Name) }

// Unreached tells a manager that one of their people did not get a message.
func (w Words) Unreached(p sales.Person, about string) string {
	return w.say("unreached", p.Name, clip(about, 60))
}

// UnreachedApproval tells a manager the same about a request, and how it can
// still be decided.
func (w Words) UnreachedApproval(p sales.Person, about string, number int64) string {
	return lines(w.Unreached(p, about), w.say("unreached.approval", number, p.Name))
}
