package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// acted is what came of an act on an approval. refused is why nothing did.
type acted struct {
	approval sales.Approval
	refused  error
}

// act decides about an approval: everything is looked up and checked here, in
// the transaction that decides. version is the one that the card showed, or 0.
func (c *call) act(ctx context.Context, a sales.Approval, act sales.Act, version int64, words actWords) (acted, error) {
	d, err := c.tx.Deal(ctx, a.DealNumber)
	if err != nil {
		return acted{}, err
	}
	files, err := c.filesOf(ctx, a.Move)
	if err != nil {
		return acted{}, err
	}
	delegations, err := c.delegations(ctx)
	if err != nil {
		return acted{}, err
	}
	rules, err := c.rulesOf(ctx, &a)
	if err != nil {
		return acted{}, err
	}
	change, after, err := a.Act(sales.ActRequest{
		Act: act, By: c.me, To: words.to, Comment: words.comment, Version: version, Deal: d, Files: files, Rules: rules, Org: c.w.Org,
		Delegations: delegations, Now: c.tx.Now(),
	})
	if no, is := errors.AsType[*sales.Refusal](err); is {
		return acted{approval: a, refused: no}, nil
	}
	if err != nil {
		return acted{}, fmt.Errorf("%s approval %d: %w", act, a.Number, err)
	}
	return acted{approval: after}, c.save(ctx, change)
}

// delegations are who lets whom decide now; what is worded from here on knows it.
func (c *call) delegations(ctx context.Context) (map[string]sales.Delegation, error) {
	all, err := c.tx.Delegations(ctx)
	if err != nil {
		return nil, err
	}
	c.w.Delegations = all
	return all, nil
}

// rulesOf are the rules that a request began with; without one, those in force.
func (c *call) rulesOf(ctx context.Context, a *sales.Approval) (*sales.Rules, error) {
	if c.RulesAt == nil || a == nil {
		return c.w.Rules, nil
	}
	return c.RulesAt(ctx, c.tx, a.RulesVersion)
}

// actWords is what goes with an act.
type actWords struct {
	comment string
	to      sales.Person // of a transfer
}

// loadApproval loads an approval; ok is false when there is none and the person
// was told.
func (c *call) loadApproval(ctx context.Context, number int64) (a sales.Approval, ok bool, err error) {
	a, err = c.tx.Approval(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return a, false, c.refuse(ctx, "no_approval", c.w.Say("approval.none", number))
	}
	return a, err == nil, err
}

// actOf is the act behind a verb.
func actOf(v speech.Verb) sales.Act {
	return map[speech.Verb]sales.Act{
		speech.Approve: sales.ActApprove, speech.Reject: sales.ActReject, speech.Transfer: sales.ActTransfer, speech.Return: sales.ActReturn,
	}[v]
}

// decideByText takes 同意 1287 and its like: the same checks as a button's.
func decideByText(ctx context.Context, c *call, cmd speech.Command) error {
	a, ok, err := c.loadApproval(ctx, cmd.Number)
	if err != nil || !ok {
		return err
	}
	words := actWords{comment: cmd.Name()}
	if cmd.Verb == speech.Transfer {
		if len(cmd.Words) > 0 {
			if words.to, ok, err = c.whom(ctx, cmd.Words[0], cmd.Number); err != nil || !ok {
				return err
			}
			words.comment = speech.Command{Words: cmd.Words[1:]}.Name()
		}
	}
	done, err := c.act(ctx, a, actOf(cmd.Verb), 0, words)
	if err != nil {
		return err
	}
	if done.refused != nil {
		return c.refuse(ctx, reason(done.refused), c.w.ApprovalRefused(done.refused, a))
	}
	return c.say(ctx, c.w.ActDone(done.approval, actOf(cmd.Verb), words.to))
}

// reason is the stable word of a refusal.
func reason(err error) string {
	if no, is := errors.AsType[*sales.Refusal](err); is {
		return string(no.Kind)
	}
	return "other"
}

// whom finds the one person that a name means.
func (c *call) whom(ctx context.Context, name string, number int64) (sales.Person, bool, error) {
	people := c.w.Org.Find(name)
	switch len(people) {
	case 0:
		text := c.w.Say("delegate.who_none", name)
		if number > 0 {
			text = c.w.Say("approval.who_none", name, number)
		}
		return sales.Person{}, false, c.refuse(ctx, "no_person", text)
	case 1:
		return people[0], true, nil
	}
	return sales.Person{}, false, c.refuse(ctx, "several_people", c.w.Say("approval.who", name, peopleNames(people)))
}

func peopleNames(people []sales.Person) string {
	names := make([]string, 0, len(people))
	for _, p := range people {
		names = append(names, p.Name)
	}
	return strings.Join(names, "、")
}

// overRefusal says that a request is over, and who ended it.
func overRefusal(a sales.Approval) *sales.Refusal {
	no := &sales.Refusal{Kind: sales.RefuseDecided, Number: a.Number}
	if t, ok := a.Decided(); ok && a.Status != sales.ApprovalCancelled {
		no.Who, no.When, no.Detail = []string{t.By}, t.At, string(t.Decision)
		return no
	}
	no.Who, no.When, no.Detail = []string{a.Requester}, a.UpdatedAt, string(a.Status)
	return no
}

// standIn is who acts for a person now.
func (c *call) standIn(ctx context.Context, id string) (sales.Person, error) {
	delegations, err := c.delegations(ctx)
	if err != nil {
		return sales.Person{}, err
	}
	return c.w.Org.Stand(id, c.tx.Now(), delegations)
}

// actor is who acts on a task now; ok is false when nobody can.
func (c *call) actor(ctx context.Context, a sales.Approval, t sales.ApprovalTask) (p sales.Person, ok bool, err error) {
	delegations, err := c.delegations(ctx)
	if err != nil {
		return p, false, err
	}
	p, err = a.Actor(t, c.w.Org, delegations, c.tx.Now())
	if errors.Is(err, sales.ErrNobody) {
		return p, false, nil
	}
	return p, err == nil, err
}

// waitingFor gathers what waits for the person's decision, oldest first.
func (c *call) waitingFor(ctx context.Context) ([]cards.TodoItem, error) {
	all, err := c.tx.PendingApprovals(ctx)
	if err != nil {
		return nil, err
	}
	var items []cards.TodoItem
	for _, a := range all {
		task, mine, err := c.taskOf(ctx, a)
		if err != nil {
			return nil, err
		}
		if !mine {
			continue
		}
		files, err := c.filesOf(ctx, a.Move)
		if err != nil {
			return nil, err
		}
		items = append(items, cards.TodoItem{Approval: a, Files: files, Task: task})
	}
	return items, nil
}

// taskOf finds the open task of an approval that the person should decide now,
// as it is shown: with whom they stand in for.
func (c *call) taskOf(ctx context.Context, a sales.Approval) (sales.ApprovalTask, bool, error) {
	for _, t := range a.OpenTasks() {
		p, ok, err := c.actor(ctx, a, t)
		if err != nil {
			return t, false, err
		}
		if ok && p.ID == c.me.ID {
			if t.Approver != c.me.ID && t.For == "" {
				t.For = t.Approver
			}
			return t, true, nil
		}
	}
	return sales.ApprovalTask{}, false, nil
}
