package handlers

import (
	"context"
	"strings"
	"time"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// Kinds of cards that decide, as jobs keeps them.
const (
	cardApproval = "approval"
	cardTodo     = "todo"
)

// cardLife is how long a card decides where the rules say nothing: as long as
// the platform lets it be pressed.
const cardLife = 14 * 24 * time.Hour

// decideByClick takes a button of an approval card or of the consolidated card.
func decideByClick(ctx context.Context, c *call, _ speech.Command) error {
	card, a, ok, err := c.clickedApproval(ctx)
	if err != nil || !ok {
		return err
	}
	if card.Kind == cardTodo && card.Person != c.me.ID {
		return c.refuse(ctx, "not_yours", c.w.Say("todo.not_yours", c.w.Name(card.Person)))
	}
	version := speech.Number(c.event.Click.Value["v"])
	if version == 0 { // a button of ours always names its version
		return c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	if stop, err := c.oldCard(ctx, card, a); stop || err != nil {
		return err
	}
	act := sales.Act(c.event.Click.Action)
	words := c.clickWords(act)
	done, err := c.act(ctx, a, act, version, words)
	if err != nil {
		return err
	}
	if done.refused != nil {
		c.outcome = "refused:" + reason(done.refused)
		c.toast(refusedTone(done.refused), c.lacking(done.refused, act, a))
		return c.freshen(ctx, card, a, done.refused)
	}
	c.toast(bots.ToneSuccess, c.w.ActDone(done.approval, act, words.to))
	if card.Kind == cardApproval { // it says who decided, when and why
		c.toldElsewhere()
	}
	return c.redraw(ctx, card, done.approval)
}

// clickWords are what the card's form says beside the act.
func (c *call) clickWords(act sales.Act) actWords {
	words := actWords{comment: strings.TrimSpace(c.event.Click.Form["comment"])}
	if words.comment == cards.NoReason {
		words.comment = ""
	}
	if act == sales.ActTransfer {
		words.to = c.chosen(c.event.Click.Form["to"])
	}
	return words
}

// lacking says why an act was not done. Where nothing can be typed into a card, it
// says what to reply instead.
func (c *call) lacking(refused error, act sales.Act, a sales.Approval) string {
	if c.mute(c.event.Bot) {
		if text, ok := c.w.ReplyInstead(refused, act, a); ok {
			return text
		}
	}
	return c.w.ApprovalRefused(refused, a)
}

// clickedApproval loads the clicked card and the request that its button names,
// which on an approval's own card is that approval and no other.
func (c *call) clickedApproval(ctx context.Context) (card store.Card, a sales.Approval, ok bool, err error) {
	card, ok, err = c.clickedCard(ctx, cardApproval, cardTodo)
	if err != nil || !ok {
		return card, a, false, err
	}
	number := speech.Number(c.event.Click.Value["no"])
	if card.Kind == cardApproval && number != card.Number {
		return card, a, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	a, ok, err = c.loadApproval(ctx, number)
	return card, a, ok, err
}

// oldCard answers a click on a card that decides nothing any more: one that was
// closed, or one so old that its reader may have forgotten what it was about.
// The old one is closed, and what still waits stands on a fresh card.
func (c *call) oldCard(ctx context.Context, card store.Card, a sales.Approval) (stop bool, err error) {
	rules, err := c.rulesOf(ctx, &a)
	if err != nil {
		return false, err
	}
	aged, err := c.aged(ctx, card, rules)
	if err != nil || (card.ClosedAt.IsZero() && !aged) {
		return false, err
	}
	delegations, err := c.delegations(ctx)
	if err != nil {
		return false, err
	}
	no := a.CanAct(c.me, c.w.Org, delegations, c.tx.Now())
	if no == nil && a.Status != sales.ApprovalPending {
		no = overRefusal(a)
	}
	if no != nil {
		c.outcome = "refused:" + reason(no)
		c.toast(refusedTone(no), c.w.ApprovalRefused(no, a))
		return true, c.freshen(ctx, card, a, no)
	}
	c.outcome = "refused:expired"
	c.toast(bots.ToneWarn, c.w.Say("approval.old_card", a.Number))
	return true, c.renew(ctx, card, a)
}

// aged tells whether a card is older than a decision may be.
func (c *call) aged(ctx context.Context, card store.Card, rules *sales.Rules) (bool, error) {
	if card.MessageID == "" {
		return false, nil
	}
	m, err := c.tx.Message(ctx, card.MessageID)
	if err != nil {
		return false, err
	}
	life := rules.Approvals.ExpireAfter
	if life <= 0 {
		life = cardLife
	}
	return c.tx.Now().Sub(m.CreatedAt) > life, nil
}

// renew closes a card and brings a fresh one.
func (c *call) renew(ctx context.Context, card store.Card, a sales.Approval) error {
	if card.ClosedAt.IsZero() {
		card.ClosedAt = c.tx.Now()
		if err := c.tx.SetCard(ctx, card); err != nil {
			return err
		}
	}
	gone := c.w.TodoReplaced(c.me)
	c.answer.Card = &gone
	if card.Kind == cardTodo {
		items, err := c.waitingFor(ctx)
		if err != nil || len(items) == 0 {
			return err
		}
		return c.sendTodo(ctx, items)
	}
	return c.save(ctx, sales.Change{Effects: []sales.Effect{{Kind: sales.EffectApprovalAsked, Number: a.Number, Actor: c.me.ID}}})
}

// chosen is the person that a form's choice means: an account of the platform,
// or a name.
func (c *call) chosen(word string) sales.Person {
	word, _, _ = strings.Cut(word, ",")
	if p, ok := c.w.Org.ByAccount(c.event.Bot, word); ok {
		return p
	}
	if people := c.w.Org.Find(word); len(people) == 1 {
		return people[0]
	}
	return sales.Person{}
}

// refusedTone is a warning where the person can do something about it, and an
// error otherwise.
func refusedTone(err error) bots.Tone {
	switch reason(err) {
	case string(sales.RefuseReason), string(sales.RefuseStale), string(sales.RefuseDecided), string(sales.RefuseTransfer):
		return bots.ToneWarn
	}
	return bots.ToneError
}

// freshen replaces a clicked card that no longer tells the truth. Somebody who
// clicked a card that is not theirs leaves it as it is.
func (c *call) freshen(ctx context.Context, card store.Card, a sales.Approval, refused error) error {
	if card.Person != c.me.ID {
		return nil
	}
	switch reason(refused) {
	case string(sales.RefuseStale), string(sales.RefuseDecided), string(sales.RefuseNotApprover):
		return c.redraw(ctx, card, a)
	}
	return nil
}

// redraw puts the card that is true now in the place of the clicked one.
func (c *call) redraw(ctx context.Context, card store.Card, a sales.Approval) error {
	if card.Kind == cardTodo {
		return c.redrawTodo(ctx, card)
	}
	task, mine, err := c.taskOf(ctx, a)
	if err != nil {
		return err
	}
	now := c.w.ApprovalClosed(a)
	if mine && card.ClosedAt.IsZero() {
		files, err := c.filesOf(ctx, a.Move)
		if err != nil {
			return err
		}
		now = c.w.Approval(a, files, task, card.Nonce)
	}
	c.answer.Card = &now
	return nil
}

func (c *call) redrawTodo(ctx context.Context, card store.Card) error {
	now := c.w.TodoReplaced(c.me)
	if card.ClosedAt.IsZero() {
		items, err := c.waitingFor(ctx)
		if err != nil {
			return err
		}
		now = c.w.TodoDone(c.me)
		if len(items) > 0 {
			now = c.w.Todo(c.me, items, card.Nonce)
		}
	}
	c.answer.Card = &now
	return nil
}
