package handlers

import (
	"context"
	"slices"
	"time"

	"genjin/bots"
	"genjin/sales"
)

// handedOver is work that somebody gave from one person to another, for 撤销.
type handedOver struct {
	From  string    `json:"from"`
	To    string    `json:"to"`
	Leads []int64   `json:"leads,omitempty"`
	Deals []int64   `json:"deals,omitempty"`
	At    time.Time `json:"at"`
}

// keepHandover remembers a handover as what the person did last.
func (c *call) keepHandover(ctx context.Context, from, to sales.Person, leads []sales.Lead, deals []sales.Deal) error {
	h := handedOver{From: from.ID, To: to.ID, At: c.tx.Now()}
	for _, l := range leads {
		h.Leads = append(h.Leads, l.Number)
	}
	for _, d := range deals {
		h.Deals = append(h.Deals, d.Number)
	}
	return c.keep(ctx, keptLast+c.me.ID, "handover", lastMove{HandedOver: &h}, max(c.w.Rules.Approvals.UndoFor, time.Minute)*2)
}

// takeBack gives work back to whom it was taken from, in one transaction. What
// was handed on or closed meanwhile stays as it is.
func (c *call) takeBack(ctx context.Context, h handedOver) error {
	if c.me.Role != sales.RoleOps && c.me.Role != sales.RoleAdmin {
		return c.refuse(ctx, "not_ops", c.w.Say("handover.not_you"))
	}
	within := c.w.Rules.Approvals.UndoFor
	if c.tx.Now().Sub(h.At) > within {
		return c.refuse(ctx, string(sales.RefuseTooLate), c.w.Say("handover.late", int(within/time.Minute), c.w.Name(h.To), c.w.Name(h.From)))
	}
	from, known := c.w.Org.Person(h.From)
	if !known {
		from = sales.Person{ID: h.From, Name: h.From}
	}
	leads, deals, err := c.stillTheirs(ctx, h)
	if err != nil {
		return err
	}
	if len(leads)+len(deals) == 0 {
		return c.refuse(ctx, "handover_changed", c.w.Say("handover.changed"))
	}
	if err := c.giveBack(ctx, h, from, open{leads, deals}); err != nil {
		return err
	}
	text := c.w.Say("handover.undone", c.w.WorkCount(len(leads), len(deals)), from.Name)
	if kept := len(h.Leads) + len(h.Deals) - len(leads) - len(deals); kept > 0 {
		text += "\n" + c.w.Say("handover.kept", kept)
	}
	return c.whisper(ctx, text)
}

// open are somebody's open leads and deals.
type open struct {
	leads []sales.Lead
	deals []sales.Deal
}

// giveBack saves that the work is with whom it was taken from, and tells whom it
// had been given to.
func (c *call) giveBack(ctx context.Context, h handedOver, from sales.Person, work open) error {
	change, err := c.give(ctx, work.leads, work.deals, from)
	if err != nil {
		return err
	}
	for i := range change.Entries {
		change.Entries[i].Reason = "undo"
	}
	if err := c.save(ctx, change); err != nil {
		return err
	}
	if err := c.tx.DropDraft(ctx, keptLast+c.me.ID); err != nil {
		return err
	}
	to, known := c.w.Org.Person(h.To)
	if !known || to.ID == c.me.ID {
		return nil
	}
	text := c.w.Say("handover.back", c.me.Name, from.Name, c.w.WorkCount(len(work.leads), len(work.deals)))
	return c.tell(ctx, to, bots.Message{Text: text}, "person:"+from.ID)
}

// stillTheirs are the leads and deals of a handover that are open and still with
// whom they were given to.
func (c *call) stillTheirs(ctx context.Context, h handedOver) (leads []sales.Lead, deals []sales.Deal, err error) {
	openLeads, err := c.tx.OpenLeads(ctx, h.To)
	if err != nil {
		return nil, nil, err
	}
	openDeals, err := c.tx.OpenDeals(ctx, h.To)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range openLeads {
		if slices.Contains(h.Leads, l.Number) {
			leads = append(leads, l)
		}
	}
	for _, d := range openDeals {
		if slices.Contains(h.Deals, d.Number) {
			deals = append(deals, d)
		}
	}
	return leads, deals, nil
}
