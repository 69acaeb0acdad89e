package cards

import (
	"strconv"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
)

// DealMade answers who turned a lead into a deal, and asks for what is missing
// of budget, authority, need and timing.
func (w Words) DealMade(d sales.Deal) string {
	missing := ""
	if parts := d.BANT.Missing(); len(parts) > 0 {
		missing = w.say("deal.bant", strings.Join(parts, "、"))
	}
	next := ""
	if s, ok := w.Rules.Next(d.Stage); ok {
		next = w.say("deal.next", s.Name, w.Evidence(s.Needs), d.Company, s.Name)
		if len(s.Needs) == 0 {
			next = w.say("deal.next_free", s.Name, d.Company)
		}
	}
	return lines(w.say("deal.made", d.Number, title(d.Company, amount(d.Amount), d.Product), w.stage(d.Stage)), missing, next)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// needs says which proof entering a stage takes: 需要：…, or 不用凭证.
func (w Words) needs(s sales.Stage) string {
	if len(s.Needs) == 0 {
		return w.say("needs.nothing")
	}
	return w.say("needs.these", w.Evidence(s.Needs))
}

// Evidence names pieces of proof with the kinds of files that will do.
func (w Words) Evidence(rules []sales.EvidenceRule) string {
	all := make([]string, 0, len(rules))
	for _, r := range rules {
		text := r.Name + "（" + w.kinds(r.Types) + "）"
		if r.Attendees {
			text += w.say("needs.attendees")
		}
		all = append(all, text)
	}
	return strings.Join(all, "、")
}

func (w Words) kinds(types []string) string {
	all := make([]string, 0, len(types))
	for _, t := range types {
		if name, ok := zhCN["type."+t]; ok {
			t = name
		}
		all = append(all, t)
	}
	return strings.Join(all, "、")
}

// Moved answers a move that took effect, with a button that takes it back.
func (w Words) Moved(d sales.Deal, m sales.Move, files []sales.File, now time.Time) bots.Card {
	to, _ := w.Rules.StageByID(m.To)
	state := "deal.moved"
	switch {
	case to.Won:
		state = "deal.won"
	case to.Lost:
		state = "deal.lost"
	}
	due, next := "", ""
	if to.OverdueIn > 0 {
		due = w.Due(w.Cal.AddDays(d.TouchedAt, to.OverdueIn), now)
	}
	if s, ok := w.Rules.Next(d.Stage); ok && !s.Closed() {
		next = w.say("deal.next_short", s.Name, w.needs(s))
	}
	undo := int(w.Rules.Approvals.UndoFor / time.Minute)
	value := map[string]string{"no": strconv.FormatInt(d.Number, 10), "m": m.ID}
	return bots.Card{
		Title: title(w.say(state), clip(d.Company, nameMax), amount(d.Amount)), Tone: bots.ToneSuccess,
		Blocks: blocks(
			bots.Block{Text: clip(d.Company, nameMax) + "：" + w.step(m)},
			facts(
				w.fact("fact.evidence", fileNames(files)),
				w.fact("fact.attendees", Attendees(m.Attendees)),
				w.fact("fact.reason", clip(m.Reason, 120)),
				w.fact("fact.update_by", due),
				w.fact("fact.next", next),
			),
			bots.Block{Buttons: []bots.Button{{Text: w.say("button.undo", undo), Action: "undo", Value: value}}},
		),
		Fallback: w.say("deal.undo_hint", undo),
	}
}

// MoveWaits answers a move that needs an approval first.
func (w Words) MoveWaits(a sales.Approval, files []sales.File) string {
	return lines(
		w.say("deal.waits", a.Number, clip(a.Company, nameMax), w.step(a.Move), w.waiting(a)),
		w.path(a),
		w.named("fact.evidence", fileNames(files)),
		w.say("deal.waits_hint", a.Number, int(w.Rules.Approvals.UndoFor/time.Minute)),
	)
}

// path shows an approval's steps when there is more than one.
func (w Words) path(a sales.Approval) string {
	if len(a.Steps) < 2 {
		return ""
	}
	all := make([]string, 0, len(a.Steps))
	for _, s := range a.Steps {
		var who []string
		for _, t := range s.Tasks {
			who = append(who, t.Approver)
		}
		all = append(all, w.names(who))
	}
	return w.say("deal.path", strings.Join(all, " → "))
}

func (w Words) named(key, value string) string {
	if value == "" {
		return ""
	}
	return w.say(key) + "：" + value
}

// Undone answers somebody who took their move back.
func (w Words) Undone(d sales.Deal, m sales.Move) string {
	return w.say("deal.undone", clip(d.Company, nameMax), w.step(m), w.stage(d.Stage))
}

// DealNews tells a manager of progress, or that it was taken back.
func (w Words) DealNews(d sales.Deal) string {
	if len(d.Moves) == 0 {
		return ""
	}
	m, what := d.Moves[len(d.Moves)-1], strings.TrimSpace(clip(d.Company, nameMax)+" "+amount(d.Amount))
	if m.Undone {
		return w.say("deal.news_undone", w.Name(m.By), num(d.Number), what, w.step(m), w.stage(d.Stage))
	}
	reason := ""
	if m.Reason != "" {
		reason = w.named("fact.reason", clip(m.Reason, 120))
	}
	return lines(w.say("deal.news", w.Name(m.By), num(d.Number), what, w.step(m)), reason)
}

// DealLine is a deal in a list.
func (w Words) DealLine(d sales.Deal, now time.Time) string {
	line := w.say("line.deal", num(d.Number), title(clip(d.Company, nameMax), w.stage(d.Stage), amount(d.Amount)))
	switch {
	case d.Pending != nil:
		line += w.say("line.pending", d.Pending.Approval)
	case now.Before(d.Snooze.Until):
		line += w.say("line.snoozed", w.Date(d.Snooze.Until))
	}
	return strings.TrimRight(line, " ")
}

// Choose asks which of several deals is meant.
func (w Words) Choose(name string, deals []sales.Deal) string {
	all := []string{w.say("choose.head", len(deals), name)}
	for i, d := range deals {
		all = append(all, w.say("choose.line", i+1, num(d.Number), title(clip(d.Company, nameMax), orDash(d.Product), w.stage(d.Stage), amount(d.Amount))))
	}
	return lines(append(all, w.say("choose.next", len(deals)))...)
}

// NoDeal answers a name that fits none of the person's deals.
func (w Words) NoDeal(name string, closest []sales.Deal) string {
	all := []string{w.say("deal.none", clip(name, nameMax))}
	for _, d := range closest {
		all = append(all, w.say("deal.near", num(d.Number), clip(d.Company, nameMax), w.stage(d.Stage)))
	}
	return lines(append(all, w.say("deal.none_next"))...)
}

// Snoozed answers somebody who muted reminders.
func (w Words) Snoozed(number int64, company string, s sales.Snooze) string {
	return w.say("snoozed", num(number), clip(company, nameMax), w.Date(s.Until), clip(s.Reason, 60))
}

// Attendees joins who was there: 张伟 总经理、李娜 财务总监.
func Attendees(people []sales.Attendee) string {
	all := make([]string, 0, len(people))
	for _, p := range people {
		all = append(all, strings.TrimSpace(p.Name+" "+p.Title))
	}
	return strings.Join(all, "、")
}

// fileNames joins the names of files.
func fileNames(files []sales.File) string {
	all := make([]string, 0, len(files))
	for _, f := range files {
		all = append(all, clip(f.Name, 40))
	}
	return strings.Join(all, "、")
}

// NextStage tells what a deal's next stage needs.
func (w Words) NextStage(d sales.Deal, next sales.Stage) string {
	return lines(
		w.say("deal.ask_stage", clip(d.Company, nameMax), w.stage(d.Stage), next.Name, w.needs(next)),
		w.say("deal.ask_next", d.Company, next.Name),
	)
}

// UndoneCard stands where the card of a move stood that was taken back.
func (w Words) UndoneCard(d sales.Deal, m sales.Move) bots.Card {
	return bots.Card{
		Title: title(w.say("deal.undone_title"), clip(d.Company, nameMax), amount(d.Amount)), Tone: bots.ToneClosed,
		Blocks: []bots.Block{{Text: w.Undone(d, m)}},
	}
}
