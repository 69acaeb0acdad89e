package handlers

import (
	"context"
	"slices"
	"time"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
)

// handOverWork gives a person's open leads and deals to somebody else: 交接 李雷
// 韩梅梅. Sales operations and admins do it when somebody leaves. What waited for
// the leaver's decision stays with their manager.
func handOverWork(ctx context.Context, c *call, cmd speech.Command) error {
	if c.me.Role != sales.RoleOps && c.me.Role != sales.RoleAdmin {
		return c.refuse(ctx, "not_ops", c.w.Say("handover.not_you"))
	}
	words := slices.DeleteFunc(slices.Clone(cmd.Words), func(w string) bool { return w == "给" || w == "到" })
	if len(words) != 2 {
		return c.halfHandOver(ctx, words)
	}
	from, ok, err := c.anybody(ctx, words[0])
	if err != nil || !ok {
		return err
	}
	people := c.w.Org.Find(words[1])
	switch {
	case len(people) == 0:
		return c.refuse(ctx, "no_person", c.w.Say("handover.who_none", words[1]))
	case len(people) > 1:
		return c.refuse(ctx, "several_people", c.w.Say("approval.who", words[1], peopleNames(people)))
	case people[0].ID == from.ID:
		return c.refuse(ctx, "handover_form", c.w.Say("handover.how"))
	}
	return c.giveWork(ctx, from, people[0])
}

// anybody finds a person by name, also one who has left.
func (c *call) anybody(ctx context.Context, name string) (p sales.Person, ok bool, err error) {
	people := c.w.Org.Find(name)
	for _, p := range c.w.Org.People() {
		if p.Left && (p.Name == name || p.ID == name) {
			people = append(people, p)
		}
	}
	switch len(people) {
	case 0:
		return p, false, c.refuse(ctx, "no_person", c.w.Say("handover.who_none", name))
	case 1:
		return people[0], true, nil
	}
	return p, false, c.refuse(ctx, "several_people", c.w.Say("approval.who", name, peopleNames(people)))
}

// giveWork changes the owner of everything that is open, in one transaction.
func (c *call) giveWork(ctx context.Context, from, to sales.Person) error {
	leads, err := c.tx.OpenLeads(ctx, from.ID)
	if err != nil {
		return err
	}
	deals, err := c.tx.OpenDeals(ctx, from.ID)
	if err != nil {
		return err
	}
	if len(leads)+len(deals) == 0 {
		return c.whisper(ctx, c.w.Say("handover.nothing", from.Name))
	}
	change, err := c.give(ctx, leads, deals, to)
	if err != nil {
		return err
	}
	if err := c.save(ctx, change); err != nil {
		return err
	}
	if to.ID != c.me.ID {
		list := c.w.Say("handover.told", c.me.Name, from.Name) + "\n" + c.w.Mine(first(leads), first(deals), more(leads, deals), c.tx.Now())
		if err := c.tell(ctx, to, bots.Message{Text: list}, "person:"+from.ID); err != nil {
			return err
		}
	}
	if err := c.keepHandover(ctx, from, to, leads, deals); err != nil {
		return err
	}
	undo := c.w.Say("handover.undo", int(c.w.Rules.Approvals.UndoFor/time.Minute))
	return c.whisper(ctx, c.w.Say("handover.done", from.Name, c.w.WorkCount(len(leads), len(deals)), to.Name)+"\n"+undo)
}

// give is the change that makes leads and deals, with the requests about them,
// somebody's.
func (c *call) give(ctx context.Context, leads []sales.Lead, deals []sales.Deal, to sales.Person) (sales.Change, error) {
	var change sales.Change
	for _, l := range leads {
		change = change.Join(l.HandOver(to, c.me, c.tx.Now()))
	}
	for _, d := range deals {
		change = change.Join(d.HandOver(to, c.me, c.tx.Now()))
		if d.Pending == nil {
			continue
		}
		a, err := c.tx.Approval(ctx, d.Pending.Approval)
		if err != nil {
			return sales.Change{}, err
		}
		change = change.Join(a.HandOver(to, c.me, c.tx.Now()))
	}
	return change, nil
}

// more is how many leads and deals a list leaves out.
func more(leads []sales.Lead, deals []sales.Deal) int {
	return max(len(leads)-listMax, 0) + max(len(deals)-listMax, 0)
}
