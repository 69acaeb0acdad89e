package cards

import (
	"strconv"
	"strings"

	"genjin/bots"
	"genjin/sales"
)

// commentMax is how long an approver's comment may be.
const commentMax = 500

// Approval is the card on which somebody decides a request.
func (w Words) Approval(a sales.Approval, files []sales.File, task sales.ApprovalTask, nonce string) bots.Card {
	value := actValue(a, nonce)
	form := &bots.Form{
		Name: "approval",
		Inputs: []bots.Input{
			{Name: "comment", Label: w.say("input.comment"), Kind: bots.InputLongText, Hint: w.say("input.comment_hint"), MaxLen: commentMax, Options: w.reasons()},
			{Name: "to", Label: w.say("input.to"), Kind: bots.InputPerson, Hint: w.say("input.to_hint")},
		},
		Buttons: w.actButtons(value),
	}
	var more []bots.Button
	if len(files) > 0 {
		more = []bots.Button{{Text: w.say("button.files"), Action: "files", Value: value}}
	}
	return bots.Card{
		Title: title(w.say("approval.waits"), clip(a.Company, nameMax), amount(a.Amount)), Tone: bots.ToneAct,
		Blocks: blocks(
			facts(
				w.fact("fact.step", w.step(a.Move)),
				w.fact("fact.amount", w.money(a)),
				w.fact("fact.customer", a.Company),
				w.fact("fact.evidence", evidence(files, a.Move.Attendees)),
				w.fact("fact.requester", w.Name(a.Requester)+" "+w.Time(a.CreatedAt)),
			),
			bots.Block{Text: w.history(a)},
			bots.Block{Note: w.place(a, task)},
			bots.Block{Form: form},
			bots.Block{Buttons: more},
		),
		Fallback: w.say("approval.fallback", a.Number, a.Number, a.Number, a.Number),
	}
}

// NoReason is what is chosen by who gives no reason.
const NoReason = "-"

// reasons are what may be chosen where nothing can be typed: first, none.
func (w Words) reasons() []bots.Option {
	given := w.Rules.Approvals.Reasons
	if len(given) == 0 {
		given = reasonsToChoose
	}
	all := make([]bots.Option, 0, len(given)+1)
	all = append(all, bots.Option{Value: NoReason, Text: w.say("reason.none")})
	for _, r := range given {
		all = append(all, bots.Option{Value: r, Text: r})
	}
	return all
}

// actValue binds a button to one card, one request and the version it shows.
func actValue(a sales.Approval, nonce string) map[string]string {
	return map[string]string{"n": nonce, "no": strconv.FormatInt(a.Number, 10), "v": strconv.FormatInt(a.Version, 10)}
}

func (w Words) actButtons(value map[string]string) []bots.Button {
	return []bots.Button{
		{Text: w.act(sales.ActApprove), Action: string(sales.ActApprove), Value: value, Style: bots.ButtonPrimary},
		{Text: w.act(sales.ActReject), Action: string(sales.ActReject), Value: value, Style: bots.ButtonDanger},
		{Text: w.act(sales.ActTransfer), Action: string(sales.ActTransfer), Value: value},
		{Text: w.act(sales.ActReturn), Action: string(sales.ActReturn), Value: value},
	}
}

func (w Words) money(a sales.Approval) string {
	switch {
	case amount(a.Amount) == "":
		return ""
	case a.Product == "":
		return a.Amount.String()
	}
	return a.Amount.String() + "（" + clip(a.Product, nameMax) + "）"
}

// evidence names the files, and who was there.
func evidence(files []sales.File, people []sales.Attendee) string {
	text := fileNames(files)
	if who := Attendees(people); who != "" {
		text += "；参会：" + who
	}
	return text
}

// place says which request this is, which step, and on whose behalf.
func (w Words) place(a sales.Approval, task sales.ApprovalTask) string {
	text := w.say("approval.place", a.Number)
	if len(a.Steps) > 1 {
		text += w.say("approval.place_step", a.Current+1, len(a.Steps))
	}
	if a.Current < len(a.Steps) && a.Steps[a.Current].Name != "" {
		text += " · " + a.Steps[a.Current].Name
	}
	if task.For != "" {
		text += w.say("approval.on_behalf", w.Name(task.For))
	}
	return text
}

// history is who decided what so far: one line each.
func (w Words) history(a sales.Approval) string {
	var all []string
	for _, s := range a.Steps {
		for _, t := range s.Tasks {
			if t.Decision != "" {
				all = append(all, w.decision(t))
			}
		}
	}
	return strings.Join(all, "\n")
}

// decision is 王芳 已同意 · 2026-11-24 周二 15:30 · 意见：可以.
func (w Words) decision(t sales.ApprovalTask) string {
	line := w.say("decision", mark(t.Decision), w.Name(t.By), w.act(t.Decision), w.Time(t.At))
	if t.For != "" && t.For != t.By && t.Decision != sales.ActTransfer {
		line += w.say("decision.for", w.Name(t.For))
	}
	if t.Comment != "" {
		line += w.say("decision.comment", clip(t.Comment, 200))
	}
	return line
}

// mark is the sign beside the word, so that no state is colour alone.
func mark(act sales.Act) string {
	switch act {
	case sales.ActApprove:
		return "✓"
	case sales.ActReject:
		return "✕"
	case sales.ActReturn:
		return "↩"
	case sales.ActTransfer:
		return "→"
	}
	return "·"
}

// ApprovalClosed stands where an approval card stood once its reader has nothing
// to decide any more: who, when, why, and who is next.
func (w Words) ApprovalClosed(a sales.Approval) bots.Card {
	next := ""
	if a.Status == sales.ApprovalPending {
		next = w.say("approval.waits_for", w.waiting(a))
	}
	over := ""
	if a.Status == sales.ApprovalCancelled {
		over = w.say("approval.cancelled_by", w.Name(a.Requester), w.Time(a.UpdatedAt))
	}
	return bots.Card{
		Title: title(w.say("state."+string(a.Status)), clip(a.Company, nameMax), amount(a.Amount)), Tone: closedTone(a.Status),
		Blocks: blocks(
			facts(
				w.fact("fact.step", w.step(a.Move)),
				w.fact("fact.amount", w.money(a)),
				w.fact("fact.customer", a.Company),
				w.fact("fact.requester", w.Name(a.Requester)),
			),
			bots.Block{Text: lines(w.history(a), over, next)},
			bots.Block{Note: w.say("approval.place", a.Number)},
		),
	}
}

func closedTone(s sales.ApprovalStatus) bots.Tone {
	switch s {
	case sales.ApprovalApproved:
		return bots.ToneSuccess
	case sales.ApprovalRejected:
		return bots.ToneError
	case sales.ApprovalReturned:
		return bots.ToneWarn
	case sales.ApprovalPending, sales.ApprovalCancelled:
	}
	return bots.ToneClosed
}

// waiting names whom a request waits for: 王芳, or who decides for them,
// 韩梅梅（代 王芳）.
func (w Words) waiting(a sales.Approval) string {
	tasks := a.OpenTasks()
	who := make([]string, 0, len(tasks))
	for _, t := range tasks {
		name := w.Name(t.Approver)
		if p, err := a.Actor(t, w.Org, w.Delegations, w.Now); err == nil && p.ID != t.Approver && !w.Now.IsZero() {
			name = w.Name(p.ID) + w.say("decision.for", name)
		}
		who = append(who, name)
	}
	return strings.Join(who, "、")
}

// ApprovalDecided tells the requester what came out, and what follows from it,
// in one message.
func (w Words) ApprovalDecided(a sales.Approval) string {
	last, ok := a.Decided()
	why := ""
	if ok {
		why = w.decision(last)
	}
	return lines(
		w.say("decided."+string(a.Status), a.Number, title(clip(a.Company, nameMax), amount(a.Amount))),
		why,
		w.say("decided.next_"+string(a.Status), clip(a.Company, nameMax), w.stage(a.Move.From), w.stage(a.Move.To)),
	)
}

// ActDone answers somebody who decided.
func (w Words) ActDone(a sales.Approval, act sales.Act, to sales.Person) string {
	who := clip(a.Company, nameMax)
	if act == sales.ActTransfer {
		return w.say("done.transfer", a.Number, who, to.Name)
	}
	text := w.say("done", w.act(act), a.Number, title(who, amount(a.Amount)))
	if a.Status == sales.ApprovalPending {
		return text + w.say("approval.next", w.waiting(a))
	}
	return text + w.say("done.told", w.Name(a.Requester))
}

// Nudge asks an approver, in the requester's name, to decide.
func (w Words) Nudge(a sales.Approval, by sales.Person) string {
	return lines(
		w.say("nudge", by.Name, a.Number, title(clip(a.Company, nameMax), amount(a.Amount), w.step(a.Move))),
		w.say("nudge.next", a.Number, a.Number),
	)
}

// Reminder reminds an approver who lets a request wait, and says what comes
// next when it goes on waiting.
func (w Words) Reminder(a sales.Approval, r sales.Reminder) string {
	text := w.say("reminder", r.Count, a.Number, title(clip(a.Company, nameMax), amount(a.Amount)), w.Time(r.Since), w.Name(a.Requester))
	if at := w.Rules.Approvals.EscalateAt; at > 0 && r.Count+1 == at {
		text = lines(text, w.say("reminder.last"))
	}
	return lines(text, w.say("nudge.next", a.Number, a.Number))
}

// Escalation tells an approver's manager that reminding did not help.
func (w Words) Escalation(a sales.Approval, p sales.Person, r sales.Reminder) string {
	return w.say("escalation", p.Name, r.Count, a.Number, title(clip(a.Company, nameMax), amount(a.Amount)), w.Time(r.Since))
}
