package handlers

import (
	"context"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// keptGoneAt + platform + account: since when the platform says so.
const keptGoneAt = "gone-at:"

// goneSince notes when a person left by the platform's clock, and tells whether
// that was known: a frozen account is told of again with each change of it.
func (c *call) goneSince(ctx context.Context) (known bool, err error) {
	if known, err = c.gone(ctx); err != nil {
		return known, err
	}
	last, err := c.leftAt(ctx)
	if err != nil || last.After(c.event.At) {
		return known, err
	}
	return known, c.keep(ctx, keptGoneAt+c.event.Bot+":"+c.event.User, "gone", c.event.At, goneKept)
}

func (c *call) leftAt(ctx context.Context) (time.Time, error) {
	var at time.Time
	_, err := c.kept(ctx, keptGoneAt+c.event.Bot+":"+c.event.User, &at)
	return at, err
}

// userBack is a person whose account was closed and works again. What is older
// than the last word about their leaving changes nothing: events overtake each
// other.
func (c *call) userBack(ctx context.Context) error {
	c.outcome = "recorded"
	p, known := c.w.Org.ByAccount(c.event.Bot, c.event.User)
	if !known || p.Left {
		return nil
	}
	gone, err := c.gone(ctx)
	if err != nil || !gone {
		return err
	}
	since, err := c.leftAt(ctx)
	if err != nil || !c.event.At.After(since) {
		return err
	}
	c.outcome = "back"
	account := c.event.Bot + ":" + c.event.User
	for _, key := range []string{keptGone + account, keptGoneAt + account, store.LeaverKey(p.ID)} {
		if err := c.tx.DropDraft(ctx, key); err != nil {
			return err
		}
	}
	if err := c.actAgain(ctx, p); err != nil {
		return err
	}
	text := c.w.Say("left.back", p.Name, c.w.Say("platform."+c.event.Bot))
	for _, admin := range c.w.Org.WithRole(sales.RoleAdmin) {
		if err := c.tell(ctx, admin, bots.Message{Text: text}, "person:"+p.ID); err != nil {
			return err
		}
	}
	return nil
}

// actAgain ends the delegation that was made when the person left, and no other:
// only that one has no end.
func (c *call) actAgain(ctx context.Context, p sales.Person) error {
	all, err := c.delegations(ctx)
	if err != nil {
		return err
	}
	if d := all[p.ID]; d.To == "" || !d.Until.IsZero() {
		return nil
	}
	return c.handOver(ctx, p, sales.Delegation{}, "system")
}
