package handlers

import (
	"context"
	"crypto/rand"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// cardForm is the kind of a form card in the store.
const cardForm = "lead-form"

// formPath is where intake pages lie, before their token.
const formPath = "/form/"

// infoTone is the tone of a toast that only informs.
const infoTone = bots.ToneInfo

// formToken is who may fill the intake page behind a link.
type formToken struct {
	Person  string            `json:"person"`
	Bot     string            `json:"bot"`
	Account string            `json:"account"`
	Given   map[string]string `json:"given,omitempty"`
}

// sendForm brings the intake form privately, with what is known already in it.
// Its link opens the same form as a page, where a card cannot be filled.
func (c *call) sendForm(ctx context.Context, given map[string]string, problems []sales.Problem) error {
	token := rand.Text()
	page := formToken{Person: c.me.ID, Bot: c.event.Bot, Account: c.event.User, Given: given}
	if err := c.keep(ctx, keptForm+token, "form", page, draftLife); err != nil {
		return err
	}
	form := store.Card{Nonce: rand.Text(), Kind: cardForm, Person: c.me.ID, Bot: c.event.Bot}
	card := c.w.LeadForm(cards.Form{Given: given, Problems: problems, Nonce: form.Nonce, Link: formPath + token})
	if c.mute(c.event.Bot) { // nothing can be typed into its cards: the form is said in words
		if err := c.whisper(ctx, card.Plain()); err != nil {
			return err
		}
		return c.formElsewhere(ctx)
	}
	var err error
	form.MessageID, err = c.postAs(ctx, bots.Message{Card: &card}, store.Outgoing{User: c.event.User}, "form:"+c.me.ID)
	if err != nil {
		return err
	}
	if err := c.tx.AddCard(ctx, form); err != nil {
		return err
	}
	return c.formElsewhere(ctx)
}

// formElsewhere tells a group that the form went to the person alone.
func (c *call) formElsewhere(ctx context.Context) error {
	if c.event.Kind == bots.EventMessage && !c.event.Private {
		return c.say(ctx, c.w.Say("form.private"))
	}
	return nil
}

// showPrivately shows a card to the person alone.
func (c *call) showPrivately(ctx context.Context, card bots.Card, subject string) error {
	return c.post(ctx, bots.Message{Card: &card}, store.Outgoing{User: c.event.User}, subject)
}

// openForm loads the clicked form when it can still be filled.
func (c *call) openForm(ctx context.Context) (form store.Card, ok bool, err error) {
	form, ok, err = c.clickedCard(ctx, cardForm)
	if err != nil || !ok {
		return form, false, err
	}
	switch {
	case form.Person != c.me.ID:
		return form, false, c.refuse(ctx, "not_yours", c.w.Say("form.not_yours", c.w.Name(form.Person)))
	case form.ClosedAt.IsZero():
		return form, true, nil
	case form.Number > 0:
		return form, false, c.refuse(ctx, "form_used", c.w.Say("form.used", form.Number))
	}
	return form, false, c.refuse(ctx, "form_closed", c.w.Say("form.closed"))
}

// submitForm takes a lead from the form card.
func submitForm(ctx context.Context, c *call, _ speech.Command) error {
	form, ok, err := c.openForm(ctx)
	if err != nil || !ok {
		return err
	}
	given := rightFields(c.event.Click.Form, nil)
	l, problems := sales.NewLead(given)
	if len(problems) > 0 {
		again := c.w.LeadForm(cards.Form{Given: given, Problems: problems, Nonce: form.Nonce})
		c.answer.Card = &again
		return c.refuse(ctx, "lead_problems", c.w.Problem(problems[0]))
	}
	first, err := c.tx.Once(ctx, keptForm+form.Nonce)
	if err != nil {
		return err
	}
	if !first { // pressed twice at once
		return c.refuse(ctx, "form_used", c.w.Say("form.closed"))
	}
	l, dups, err := c.takeLead(ctx, l)
	if err != nil {
		return err
	}
	card := c.w.LeadSubmitted(l, dups)
	c.answer.Card = &card
	c.toast(bots.ToneSuccess, c.w.Say("form.done", l.Number))
	c.toldElsewhere()
	form.Number, form.ClosedAt = l.Number, c.tx.Now()
	if err := c.tx.SetCard(ctx, form); err != nil {
		return err
	}
	if err := c.tx.DropDraft(ctx, c.me.ID); err != nil {
		return err
	}
	return c.replace(ctx, form, card)
}

// cancelForm closes a form that will not be filled.
func cancelForm(ctx context.Context, c *call, _ speech.Command) error {
	form, ok, err := c.openForm(ctx)
	if err != nil || !ok {
		return err
	}
	card := c.w.LeadFormDone(0)
	c.answer.Card = &card
	c.toast(infoTone, card.Title)
	c.toldElsewhere()
	form.ClosedAt = c.tx.Now()
	if err := c.tx.SetCard(ctx, form); err != nil {
		return err
	}
	return c.replace(ctx, form, card)
}
