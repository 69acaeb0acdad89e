package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// listMax is how many lines of one kind a list shows.
const listMax = 30

// todo shows what waits for the person: requests to decide on one card, the
// rest as lines.
func todo(ctx context.Context, c *call, _ speech.Command) error {
	items, err := c.waitingFor(ctx)
	if err != nil {
		return err
	}
	work, err := c.work(ctx)
	if err != nil {
		return err
	}
	if len(items) > 0 {
		if err := c.sendTodo(ctx, items); err != nil {
			return err
		}
		if len(work.Leads)+len(work.Deals)+len(work.Asked) == 0 {
			return nil
		}
		work.Approve = len(items)
	}
	return c.whisper(ctx, c.w.TodoText(work, c.tx.Now()))
}

// sendTodo sends the consolidated card; the person's older ones are closed, so
// that one list is open at a time.
func (c *call) sendTodo(ctx context.Context, items []cards.TodoItem) error {
	old, err := c.tx.CardsOfPerson(ctx, cardTodo, c.me.ID)
	if err != nil {
		return err
	}
	for _, o := range old {
		o.ClosedAt = c.tx.Now()
		if err := c.tx.SetCard(ctx, o); err != nil {
			return err
		}
		if err := c.replace(ctx, o, c.w.TodoReplaced(c.me)); err != nil {
			return err
		}
	}
	card := store.Card{Nonce: rand.Text(), Kind: cardTodo, Person: c.me.ID, Bot: c.event.Bot}
	shown := c.w.Todo(c.me, items, card.Nonce)
	card.MessageID, err = c.postAs(ctx, bots.Message{Card: &shown}, store.Outgoing{User: c.event.User}, "todo:"+c.me.ID)
	if err != nil {
		return err
	}
	return c.tx.AddCard(ctx, card)
}

// work is what waits for the person beside approvals.
func (c *call) work(ctx context.Context) (cards.Work, error) {
	var w cards.Work
	now := c.tx.Now()
	leads, err := c.tx.OpenLeads(ctx, c.me.ID)
	if err != nil {
		return w, err
	}
	for _, l := range leads {
		if l.TouchedAt.IsZero() && !now.Before(l.Snooze.Until) {
			w.Leads = append(w.Leads, l)
		}
	}
	deals, err := c.tx.OpenDeals(ctx, c.me.ID)
	if err != nil {
		return w, err
	}
	for _, d := range deals {
		if _, late := d.Overdue(c.w.Rules, c.w.Cal, now); late {
			w.Deals = append(w.Deals, d)
		}
	}
	pending, err := c.tx.PendingApprovals(ctx)
	if err != nil {
		return w, err
	}
	for _, a := range pending {
		if a.Requester == c.me.ID {
			w.Asked = append(w.Asked, a)
		}
	}
	w.Overflow = max(len(w.Leads)-listMax, 0) + max(len(w.Deals)-listMax, 0) + max(len(w.Asked)-listMax, 0)
	w.Leads, w.Deals, w.Asked = first(w.Leads), first(w.Deals), first(w.Asked)
	return w, nil
}

func first[T any](all []T) []T { return all[:min(len(all), listMax)] }

// mine lists the person's open leads and deals.
func mine(ctx context.Context, c *call, _ speech.Command) error {
	leads, err := c.tx.OpenLeads(ctx, c.me.ID)
	if err != nil {
		return err
	}
	deals, err := c.tx.OpenDeals(ctx, c.me.ID)
	if err != nil {
		return err
	}
	more := max(len(leads)-listMax, 0) + max(len(deals)-listMax, 0)
	return c.whisper(ctx, c.w.Mine(first(leads), first(deals), more, c.tx.Now()))
}

// snooze keeps reminders of a lead or a deal silent for a while, for a reason.
func snooze(ctx context.Context, c *call, cmd speech.Command) error {
	words := slices.DeleteFunc(slices.Clone(cmd.Words), func(w string) bool { return w == "到" || w == "至" })
	if reason := cmd.Fields["原因"]; reason != "" { // 静音 #3 3天 原因=等客户预算
		words = append(words, reason)
	}
	if cmd.Number == 0 || len(words) < 2 {
		return c.halfSnooze(ctx, cmd.Number, words)
	}
	now := c.tx.Now().In(c.Location)
	until, ok := speech.Day(strings.TrimPrefix(words[0], "到"), now)
	reason := speech.Command{Words: words[1:]}.Name()
	switch {
	case !ok || !until.After(now.AddDate(0, 0, -1)):
		return c.halfSnooze(ctx, cmd.Number, nil)
	case until.After(now.AddDate(0, 0, snoozeDays)):
		return c.refuse(ctx, "snooze_long", c.w.Say("snooze.long", snoozeDays))
	}
	until = until.AddDate(0, 0, 1).Add(-1) // through that day
	d, err := c.tx.Deal(ctx, cmd.Number)
	if errors.Is(err, store.ErrNotFound) {
		return c.snoozeLead(ctx, cmd.Number, sales.Snooze{Until: until, Reason: reason})
	}
	if err != nil {
		return err
	}
	if !sales.MayMove(c.w.Org, c.me, d) {
		return c.refuse(ctx, "not_yours", c.w.Say("number.not_yours", d.Number, c.w.Name(d.Owner)))
	}
	change, d := d.SnoozeUntil(until, reason, c.me, c.tx.Now())
	if err := c.save(ctx, change); err != nil {
		return err
	}
	return c.say(ctx, c.w.Snoozed(d.Number, d.Company, d.Snooze))
}

// snoozeDays is the longest that reminders can be silent.
const snoozeDays = 30

func (c *call) snoozeLead(ctx context.Context, number int64, s sales.Snooze) error {
	l, err := c.tx.Lead(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return c.refuse(ctx, "no_number", c.w.Say("number.none", number))
	}
	if err != nil {
		return err
	}
	if !mayTouch(c, l) {
		return c.refuse(ctx, "not_yours", c.w.Say("number.not_yours", number, c.w.Name(l.Owner)))
	}
	change, l := l.SnoozeUntil(s.Until, s.Reason, c.me, c.tx.Now())
	if err := c.save(ctx, change); err != nil {
		return err
	}
	return c.say(ctx, c.w.Snoozed(l.Number, l.Company, l.Snooze))
}
