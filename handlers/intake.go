package handlers

import (
	"context"
	"fmt"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// page is the use case behind the intake page: the same as the form card.
type page struct {
	State    string // open, done, gone or denied
	Given    map[string]string
	Problems []sales.Problem
	Lead     sales.Lead
}

// States of the intake page.
const (
	pageOpen   = "open"
	pageDone   = "done"
	pageGone   = "gone"
	pageDenied = "denied"
)

// formPage looks at the intake page of a token without using it up.
func (h *Hub) formPage(ctx context.Context, token string) (page, error) {
	var p page
	err := h.Store.View(ctx, func(tx *store.Tx) error {
		c := h.newCall(tx, bots.Event{})
		found, err := c.formOwner(ctx, token, &p)
		if err == nil && found {
			p.State = pageOpen
		}
		return err
	})
	return p, err
}

// formOwner finds whose form a token opens; else p says why it does not.
func (c *call) formOwner(ctx context.Context, token string, p *page) (bool, error) {
	var t formToken
	ok, err := c.kept(ctx, keptForm+token, &t)
	if err != nil || !ok {
		p.State = pageGone
		return false, err
	}
	me, known := c.w.Org.Person(t.Person)
	if !known || me.Left {
		p.State = pageDenied
		return false, nil
	}
	c.me, p.Given = me, t.Given
	c.event.Bot, c.event.User = t.Bot, t.Account
	return true, nil
}

// submitPage takes a lead from the intake page. The token is used up by the
// submission that succeeds, and by no other.
func (h *Hub) submitPage(ctx context.Context, token string, given map[string]string, address string) (page, error) {
	var p page
	err := h.Store.Do(ctx, func(tx *store.Tx) error {
		p = page{}
		c := h.newCall(tx, bots.Event{Private: true, Kind: bots.EventMessage})
		found, err := c.formOwner(ctx, token, &p)
		if err != nil || !found {
			return err
		}
		c.from = store.Source{Bot: "form", Event: token[:min(6, len(token))], Address: address}
		p.Given = rightFields(given, nil)
		l, problems := sales.NewLead(p.Given)
		if len(problems) > 0 {
			p.State, p.Problems = pageOpen, problems
			return nil
		}
		return c.finishPage(ctx, token, l, &p)
	})
	return p, err
}

func (c *call) finishPage(ctx context.Context, token string, l sales.Lead, p *page) error {
	first, err := c.tx.Once(ctx, keptForm+token)
	if err != nil {
		return err
	}
	if !first {
		p.State = pageGone
		return nil
	}
	if err := c.tx.DropDraft(ctx, keptForm+token); err != nil {
		return err
	}
	l, dups, err := c.takeLead(ctx, l)
	if err != nil {
		return err
	}
	p.State, p.Lead = pageDone, l
	return c.show(ctx, c.w.LeadSubmitted(l, dups), fmt.Sprintf("lead:%d", l.Number))
}
