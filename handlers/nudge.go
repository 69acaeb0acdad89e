package handlers

import (
	"context"
	"fmt"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
)

// nudge reminds the approvers in the requester's name, at most once an hour.
func nudge(ctx context.Context, c *call, cmd speech.Command) error {
	if cmd.Number == 0 {
		return notExact(ctx, c, speech.Command{Words: []string{string(speech.Nudge)}})
	}
	a, ok, err := c.loadApproval(ctx, cmd.Number)
	if err != nil || !ok {
		return err
	}
	if len(a.OpenTasks()) == 0 {
		return c.refuse(ctx, "already_decided", c.w.ApprovalRefused(overRefusal(a), a))
	}
	if !sales.MayMove(c.w.Org, c.me, sales.Deal{Owner: a.Requester}) {
		return c.refuse(ctx, "not_yours", c.w.Say("nudge.not_you", a.Number, c.w.Name(a.Requester)))
	}
	people, err := c.deciders(ctx, a)
	if err != nil {
		return err
	}
	hour := c.tx.Now().UTC().Format("2006-01-02T15")
	first, err := c.tx.Once(ctx, fmt.Sprintf("nudge:%d:%s", a.Number, hour))
	if err != nil {
		return err
	}
	if !first {
		return c.refuse(ctx, "too_soon", c.w.Say("nudge.soon", peopleNames(people)))
	}
	return c.nudgeAll(ctx, a, people)
}

// deciders are who must decide now, stand-ins included, without the person.
func (c *call) deciders(ctx context.Context, a sales.Approval) ([]sales.Person, error) {
	var people []sales.Person
	seen := map[string]bool{c.me.ID: true}
	for _, t := range a.OpenTasks() {
		p, ok, err := c.actor(ctx, a, t)
		if err != nil {
			return nil, err
		}
		if ok && !seen[p.ID] {
			seen[p.ID] = true
			people = append(people, p)
		}
	}
	return people, nil
}

func (c *call) nudgeAll(ctx context.Context, a sales.Approval, people []sales.Person) error {
	subject := fmt.Sprintf("approval:%d", a.Number)
	for _, p := range people {
		if err := c.tell(ctx, p, bots.Message{Text: c.w.Nudge(a, c.me)}, subject); err != nil {
			return err
		}
	}
	entry := sales.Entry{Actor: c.me.ID, Action: "approval.remind", Object: subject, After: peopleNames(people)}
	if err := c.save(ctx, sales.Change{Entries: []sales.Entry{entry}}); err != nil {
		return err
	}
	return c.say(ctx, c.w.Say("nudged", peopleNames(people), a.Number))
}
