package cards

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/sales/norm"
)

// LeadSubmitted answers whoever submitted a lead: number, what it is worth and
// why, by when it must be called, and whom it may double.
func (w Words) LeadSubmitted(l sales.Lead, dups []sales.Lead) bots.Card {
	owner := ""
	if l.Owner != l.CreatedBy {
		owner = w.Name(l.Owner)
	}
	c := bots.Card{
		Title: title(w.say("lead.submitted", l.Number), clip(l.Company, nameMax), w.worth(l.Score)),
		Tone:  bots.ToneSuccess,
		Blocks: blocks(
			facts(
				w.fact("fact.score", w.say("score.total", l.Score.Total, w.maxScore(l.Score), l.Score.Grade)),
				w.clock(l),
				w.fact("fact.contact", w.contact(l)),
				w.fact("fact.need", clip(norm.MaskPhones(l.Need), 120)),
				w.fact("fact.owner", owner),
			),
			bots.Block{Text: w.parts(l.Score)},
			bots.Block{Text: w.doubles(l, dups)},
			bots.Block{Buttons: w.phoneButton(l)},
			bots.Block{Note: w.say("lead.next", l.Number)},
		),
	}
	if len(dups) > 0 {
		c.Tone = bots.ToneWarn
	}
	return c
}

// worth is a score in a title: A 级 82 分.
func (w Words) worth(s sales.Score) string {
	return w.say("score.short", s.Grade, s.Total)
}

// maxScore is the most that the score's dimensions could give.
func (w Words) maxScore(s sales.Score) int64 {
	var most int64
	for _, p := range s.Parts {
		most += p.Max
	}
	return most
}

// parts shows where a score comes from, one dimension per line.
func (w Words) parts(s sales.Score) string {
	all := make([]string, 0, len(s.Parts))
	for _, p := range s.Parts {
		line := w.say("score.part", p.Name, p.Points, p.Max)
		if p.Why != "" {
			line += "：" + p.Why
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

// contact is a name with the masked number.
func (w Words) contact(l sales.Lead) string {
	if l.Phone == "" {
		return strings.TrimSpace(l.Contact + " " + l.Email)
	}
	return strings.TrimSpace(l.Contact + " " + norm.MaskPhone(l.Phone))
}

// doubles warns of leads that may be the same, and says why.
func (w Words) doubles(l sales.Lead, dups []sales.Lead) string {
	if len(dups) == 0 {
		return ""
	}
	all := []string{w.say("lead.doubles")}
	for i, d := range dups {
		if i == 5 {
			all = append(all, w.say("more", len(dups)-i))
			break
		}
		var why []string
		if l.Phone != "" && l.Phone == d.Phone {
			why = append(why, w.say("same.phone"))
		}
		if l.Email != "" && l.Email == d.Email {
			why = append(why, w.say("same.email"))
		}
		if norm.SameCompany(l.Company, d.Company) != norm.CompanyDifferent {
			why = append(why, w.say("same.company"))
		}
		all = append(all, w.say("lead.double", num(d.Number), clip(d.Company, nameMax), strings.Join(why, "、"), w.Name(d.Owner)))
	}
	return strings.Join(all, "\n")
}

// Form is what an intake form stands with: what was given so far, what is wrong
// with it, the nonce of its card, and the page that does the same.
type Form struct {
	Given    map[string]string // by the fields' Chinese names
	Problems []sales.Problem
	Nonce    string
	Link     string
}

// LeadForm is the intake form. With something wrong it is an answer in three
// parts: what was understood, what is wrong, and how to go on.
func (w Words) LeadForm(f Form) bots.Card {
	value := map[string]string{"n": f.Nonce}
	form := &bots.Form{
		Name:   "lead",
		Inputs: w.LeadInputs(f.Given),
		Buttons: []bots.Button{
			{Text: w.say("button.submit"), Action: "lead-submit", Value: value, Style: bots.ButtonPrimary},
			{Text: w.say("button.cancel"), Action: "lead-cancel", Value: value},
		},
	}
	wrong := ""
	if len(f.Problems) > 0 {
		wrong = lines(w.understood(f.Given), w.problemList(f.Problems))
	}
	c := bots.Card{
		Title: w.say("form.title"), Tone: bots.ToneAct,
		Blocks:   blocks(bots.Block{Text: wrong}, bots.Block{Form: form}),
		Fallback: w.formGuide(f), Link: w.page(f.Link),
	}
	if len(f.Problems) > 0 {
		c.Title, c.Tone = w.say("form.title_again"), bots.ToneWarn
	}
	return c
}

// formGuide says how to give in words what the form asks for: a line to copy, of
// what is still missing, and the page that does the same.
func (w Words) formGuide(f Form) string {
	head, line := w.say("form.fallback", w.say("form.must")), w.say("form.line", clip(f.Given["公司"], nameMax))
	var blanks []string
	for _, field := range []string{"公司", "联系人"} {
		if f.Given[field] == "" {
			blanks = append(blanks, field+"=")
		}
	}
	if f.Given["电话"] == "" && f.Given["邮箱"] == "" {
		blanks = append(blanks, "电话=")
	}
	if len(f.Problems) > 0 && len(blanks) > 0 { // what was right is kept
		head, line = w.say("form.missing"), strings.Join(blanks, " ")
	}
	link := ""
	if f.Link != "" {
		link = w.say("form.link", w.page(f.Link))
	}
	return lines(head, line, w.say("form.example"), link)
}

// page is the absolute address of a path of ours; "" stays "".
func (w Words) page(path string) string {
	if path == "" {
		return ""
	}
	return strings.TrimSuffix(w.PublicURL, "/") + path
}

// LeadInputs are the form's fields, with what is known already in them. Their
// names are words that [sales.Canonical] knows.
func (w Words) LeadInputs(given map[string]string) []bots.Input {
	inputs := make([]bots.Input, 0, len(leadFields))
	for _, f := range leadFields {
		in := f
		in.Label, in.Hint = w.say("field."+f.Name), w.say("hint."+f.Name)
		if field, ok := sales.Canonical(f.Name); ok {
			in.Default = clip(given[field], f.MaxLen)
		}
		inputs = append(inputs, in)
	}
	return inputs
}

// LeadFormDone stands where a form stood that was submitted or dropped.
func (w Words) LeadFormDone(number int64) bots.Card {
	if number == 0 {
		return bots.Card{Title: w.say("form.dropped"), Tone: bots.ToneClosed}
	}
	return bots.Card{Title: w.say("form.done", number), Tone: bots.ToneClosed}
}

// Problems answers a submission with something wrong, in three parts: what was
// understood, what is missing, what to do next.
func (w Words) Problems(understood map[string]string, problems []sales.Problem) string {
	next := "problems.next"
	if slices.ContainsFunc(problems, func(p sales.Problem) bool { return p.Field == "电话" }) && len(problems) == 1 {
		next = "problems.next_phone"
	}
	return lines(w.understood(understood), w.problemList(problems), w.say(next))
}

// understood repeats what a person gave that was right.
func (w Words) understood(given map[string]string) string {
	var all []string
	for _, f := range leadFields {
		field, _ := sales.Canonical(f.Name)
		value := given[field]
		if value == "" {
			continue
		}
		if field == "电话" {
			value = norm.MaskPhone(value)
		}
		all = append(all, field+" "+clip(norm.MaskPhones(value), 40))
	}
	if len(all) == 0 {
		return ""
	}
	return w.say("problems.understood", strings.Join(all, "，"))
}

func (w Words) problemList(problems []sales.Problem) string {
	all := make([]string, 0, len(problems))
	for _, p := range problems {
		all = append(all, w.Problem(p))
	}
	return strings.Join(all, "\n")
}

// Problem words one thing that is wrong.
func (w Words) Problem(p sales.Problem) string {
	switch p.Kind {
	case sales.ProblemMissing:
		if p.Field == "电话" {
			return w.say("problem.missing_phone")
		}
		return w.say("problem.missing", p.Field)
	case sales.ProblemTooLong:
		return w.say("problem.too_long", p.Field, p.Got)
	}
	hint, ok := zhCN["problem.hint."+p.Field]
	if !ok {
		hint = w.say("problem.hint")
	}
	return w.say("problem.invalid", p.Field, clip(norm.MaskPhones(p.Got), 40), hint)
}

// LeadOwned tells somebody of a lead that is theirs now. The number is masked:
// a tap shows it.
func (w Words) LeadOwned(l sales.Lead) bots.Card {
	card := w.leadCard(l, w.say("lead.owned", l.Number), w.clock(l), w.fact("fact.by", w.Name(l.CreatedBy)))
	card.Fallback = w.say("lead.owned_fallback", l.Number)
	return card
}

// leadCard shows a lead: how it stands first, and whose it is last.
func (w Words) leadCard(l sales.Lead, head string, stands, whose bots.Fact) bots.Card {
	return bots.Card{
		Title: title(head, clip(l.Company, nameMax), w.worth(l.Score)),
		Tone:  bots.ToneAct,
		Blocks: blocks(
			facts(
				stands,
				w.fact("fact.contact", w.contact(l)),
				w.fact("fact.need", clip(norm.MaskPhones(l.Need), 120)),
				w.fact("fact.source", l.Source),
				whose,
			),
			bots.Block{Buttons: w.phoneButton(l)},
		),
	}
}

// clock is by when a lead wants its first call, or, where its grade sets no such
// time, its first follow-up.
func (w Words) clock(l sales.Lead) bots.Fact {
	if l.RespondBy.At.IsZero() && w.Rules != nil && w.Rules.Clocks.FollowUpIn > 0 {
		at := l.CreatedAt.Add(w.Rules.Clocks.FollowUpIn)
		return w.fact("fact.follow_by", w.say("due.by", w.near(at, l.CreatedAt))+w.say("due.natural", w.span(w.Rules.Clocks.FollowUpIn)))
	}
	return w.fact("fact.call_by", w.Due(l.RespondBy, l.CreatedAt))
}

// phoneButton shows the owner the full number.
func (w Words) phoneButton(l sales.Lead) []bots.Button {
	if l.Phone == "" {
		return nil
	}
	value := map[string]string{"no": strconv.FormatInt(l.Number, 10)}
	return []bots.Button{{Text: w.say("button.phone"), Action: "phone", Value: value, Style: bots.ButtonPrimary}}
}

// LeadPhone is what the owner sees after a tap.
func (w Words) LeadPhone(l sales.Lead) string {
	if l.Ext != "" {
		return w.say("lead.phone_ext", l.Contact, l.Phone, l.Ext)
	}
	return w.say("lead.phone", l.Contact, l.Phone)
}

// LeadNews tells a manager of a lead of one of their people.
func (w Words) LeadNews(l sales.Lead) string {
	return lines(
		w.say("lead.news", w.Name(l.CreatedBy), num(l.Number), clip(l.Company, nameMax), l.Score.Grade, l.Score.Total),
		w.say("lead.news_owner", w.Name(l.Owner))+w.named("lead.news_by", w.Due(l.RespondBy, l.CreatedAt)),
	)
}

// LeadTouched answers a note of a first follow-up.
func (w Words) LeadTouched(l sales.Lead) string {
	return w.say("lead.touched", num(l.Number), clip(l.Company, nameMax))
}

// LeadLine is a lead in a list.
func (w Words) LeadLine(l sales.Lead, now time.Time) string {
	line := w.say("line.lead", num(l.Number), clip(l.Company, nameMax), l.Score.Grade, l.Score.Total)
	if l.TouchedAt.IsZero() && !l.RespondBy.At.IsZero() {
		line += w.say("line.call_by", w.near(l.RespondBy.At, now))
	}
	return line
}
