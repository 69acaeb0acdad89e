package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/norm"
	"genjin/store"
)

// formAfter is how many wrong answers in a row bring the form.
const formAfter = 2

// lead takes a lead by text, or brings the form.
func lead(ctx context.Context, c *call, cmd speech.Command) error {
	switch {
	case len(cmd.Fields) > 0:
		return c.submitLead(ctx, cmd.Fields, 0)
	case cmd.Number > 0 && len(cmd.Words) == 0:
		return c.showLead(ctx, cmd.Number)
	}
	return c.sendForm(ctx, guess(cmd.Words), nil)
}

// guess sorts words without names: a number is a phone, the first word a
// company, the second a person. It fills a form and is never submitted by itself.
func guess(words []string) map[string]string {
	given := map[string]string{}
	var rest []string
	for _, w := range words {
		_, _, noPhone := norm.Phone(w)
		switch {
		case noPhone == nil:
			given["电话"] = w
		case strings.Contains(w, "@"):
			given["邮箱"] = w
		case given["公司"] == "":
			given["公司"] = w
		case given["联系人"] == "":
			given["联系人"] = w
		default:
			rest = append(rest, w)
		}
	}
	if len(rest) > 0 {
		given["需求"] = strings.Join(rest, " ")
	}
	return given
}

// submitLead takes in what a person gave. With something wrong the answer says
// what, and what was right is kept for the next message.
func (c *call) submitLead(ctx context.Context, given map[string]string, tries int) error {
	l, problems := sales.NewLead(given)
	if len(problems) > 0 {
		return c.wrongLead(ctx, given, problems, tries+1)
	}
	l, dups, err := c.takeLead(ctx, l)
	if err != nil {
		return err
	}
	if err := c.tx.DropDraft(ctx, c.me.ID); err != nil {
		return err
	}
	return c.show(ctx, c.w.LeadSubmitted(l, dups), fmt.Sprintf("lead:%d", l.Number))
}

// wrongLead answers a submission with something wrong, once: in words, and after
// two in a row by the form, which says the same.
func (c *call) wrongLead(ctx context.Context, given map[string]string, problems []sales.Problem, tries int) error {
	right := rightFields(given, problems)
	if err := c.saveDraft(ctx, draft{Kind: draftLead, Lead: &leadDraft{Given: right, Tries: tries}}); err != nil {
		return err
	}
	if tries < formAfter {
		return c.refuse(ctx, "lead_problems", c.w.Problems(right, problems))
	}
	c.outcome = "refused:lead_problems"
	return c.sendForm(ctx, right, problems)
}

// rightFields is what a person gave without what was wrong, by the fields' names.
func rightFields(given map[string]string, problems []sales.Problem) map[string]string {
	right := map[string]string{}
	for name, value := range given {
		field, known := sales.Canonical(name)
		if !known {
			field = name
		}
		wrong := slices.ContainsFunc(problems, func(p sales.Problem) bool { return p.Field == field && p.Kind != sales.ProblemMissing })
		if !wrong && norm.Fold(value) != "" {
			right[field] = norm.Fold(value)
		}
	}
	return right
}

// takeLead numbers, scores and saves a lead, with the leads that it may double.
func (c *call) takeLead(ctx context.Context, l sales.Lead) (sales.Lead, []sales.Lead, error) {
	dups, err := c.tx.LeadsLike(ctx, l.Phone, l.Email, l.CompanyKey)
	if err != nil {
		return l, nil, err
	}
	for _, d := range dups {
		l.Duplicates = append(l.Duplicates, d.Number)
	}
	if l.Number, err = c.tx.NextNumber(ctx); err != nil {
		return l, nil, err
	}
	l.ID, l.Owner, l.CreatedBy = c.tx.NewID(), c.me.ID, c.me.ID
	change, l, err := sales.SubmitLead(l, c.w.Rules, c.w.Cal, c.tx.Now())
	if err != nil {
		return l, nil, fmt.Errorf("submit lead %d: %w", l.Number, err)
	}
	return l, dups, c.save(ctx, change)
}

// answersDraft takes a bare value for what a lead's draft lacks: a phone number
// where the phone number was wrong.
func (c *call) answersDraft(ctx context.Context) (done bool, err error) {
	d, ok, err := c.loadDraft(ctx)
	if err != nil || !ok || d.Old || d.Lead == nil {
		return false, err
	}
	words := strings.Fields(norm.Fold(c.event.Text))
	if len(words) == 0 {
		return false, nil
	}
	value := strings.Join(words, "")
	_, problems := sales.NewLead(d.Lead.Given)
	if len(problems) != 1 || problems[0].Field != "电话" {
		return false, nil
	}
	given := maps.Clone(d.Lead.Given)
	if _, _, bad := norm.Phone(strings.TrimPrefix(value, "电话")); bad == nil {
		given["电话"] = strings.TrimPrefix(value, "电话")
	} else if address, bad := norm.Email(value); bad == nil {
		given["邮箱"] = address
	} else {
		return false, nil
	}
	return true, c.submitLead(ctx, given, d.Lead.Tries)
}

// myLead loads a lead that the person may act on; ok is false when they were
// told why not.
func (c *call) myLead(ctx context.Context, number int64) (l sales.Lead, ok bool, err error) {
	l, err = c.tx.Lead(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return l, false, c.refuse(ctx, "no_lead", c.w.Say("lead.none", number))
	}
	if err != nil {
		return l, false, err
	}
	if !c.w.Org.Sees(c.me, l.Owner) {
		return l, false, c.refuse(ctx, "not_yours", c.w.Say("lead.not_yours", number, c.w.Name(l.Owner)))
	}
	return l, true, nil
}

// showLead shows a lead again, with its number for the owner to tap.
func (c *call) showLead(ctx context.Context, number int64) error {
	l, ok, err := c.myLead(ctx, number)
	if err != nil || !ok {
		return err
	}
	card := c.w.LeadAgain(l)
	return c.showPrivately(ctx, card, fmt.Sprintf("lead:%d", l.Number))
}

// showPhone shows the owner the full number. It stands in the answer to the tap
// and in no message.
func showPhone(ctx context.Context, c *call, _ speech.Command) error {
	number := speech.Number(c.event.Click.Value["no"])
	l, err := c.tx.Lead(ctx, number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return c.refuse(ctx, "no_lead", c.w.Say("lead.none", number))
	case err != nil:
		return err
	case l.Owner != c.me.ID:
		return c.refuse(ctx, "not_yours", c.w.Say("lead.phone_not_you", c.w.Name(l.Owner)))
	case l.Phone == "":
		return c.refuse(ctx, "no_phone", c.w.Say("lead.phone_none", number))
	}
	c.toast(infoTone, c.w.LeadPhone(l))
	return nil
}

// touch notes a follow-up of a lead: its clocks stop.
func touch(ctx context.Context, c *call, cmd speech.Command) error {
	note := cmd.Name()
	for name, value := range cmd.Fields {
		note = strings.TrimSpace(note + " " + name + "=" + value)
	}
	if cmd.Number == 0 || note == "" {
		return c.refuse(ctx, "touch_form", c.w.Say("touch.how"))
	}
	if d, err := c.tx.Deal(ctx, cmd.Number); err == nil && c.w.Org.Sees(c.me, d.Owner) {
		next, _ := c.w.Rules.Next(d.Stage)
		return c.refuse(ctx, "touch_deal", c.w.Say("touch.deal", d.Number, d.Company, next.Name))
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	l, ok, err := c.myLead(ctx, cmd.Number)
	if err != nil || !ok {
		return err
	}
	if l.Status != sales.LeadOpen {
		return c.refuse(ctx, "lead_closed", c.w.Say("lead.closed", l.Number))
	}
	change, l := l.Touch(note, c.me, c.tx.Now())
	if err := c.save(ctx, change); err != nil {
		return err
	}
	return c.say(ctx, c.w.LeadTouched(l))
}
