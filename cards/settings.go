package cards

import (
	"strings"
	"time"

	"genjin/sales"
)

// leftMax is how many lines of one kind the list of a leaver's work shows.
const leftMax = 20

// ConfigBad tells an admin that a file was not taken, what is wrong with it, and
// which version stays in force.
func (w Words) ConfigBad(file string, version int64, what string) string {
	still := w.say("config.none")
	if version > 0 {
		still = w.say("config.version", version)
	}
	return w.say("config.bad", file, still, clip(what, 1500))
}

// ConfigMended tells an admin that a file is right again.
func (w Words) ConfigMended(file string, version int64) string {
	return w.say("config.mended", file, version)
}

// WorkCount says how many leads and deals: 3 条线索、1 个商机. What there is none of
// is not named.
func (w Words) WorkCount(leads, deals int) string {
	var all []string
	if leads > 0 {
		all = append(all, w.say("work.n_leads", leads))
	}
	if deals > 0 {
		all = append(all, w.say("work.n_deals", deals))
	}
	return strings.Join(all, "、")
}

// LeftBehind lists the open leads and deals of somebody who left, with the
// command that gives them to somebody else.
func (w Words) LeftBehind(p, heir sales.Person, leads []sales.Lead, deals []sales.Deal, now time.Time) string {
	all := []string{w.say("leaver.list", p.Name, w.WorkCount(len(leads), len(deals)))}
	for _, d := range deals[:min(len(deals), leftMax)] {
		all = append(all, w.DealLine(d, now))
	}
	for _, l := range leads[:min(len(leads), leftMax)] {
		all = append(all, w.LeadLine(l, now))
	}
	if more := max(len(leads)-leftMax, 0) + max(len(deals)-leftMax, 0); more > 0 {
		all = append(all, w.say("more", more))
	}
	to := heir.Name
	if to == "" {
		to = w.say("leaver.heir")
	}
	return lines(append(all, w.say("leaver.next", p.Name, to))...)
}
