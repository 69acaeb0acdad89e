package handlers

import (
	"context"
	"slices"
	"time"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
)

// delegateDays is how far ahead a delegation may reach.
const delegateDays = 90

// delegate hands the person's approvals to somebody else for a time, or takes
// them back.
func delegate(ctx context.Context, c *call, cmd speech.Command) error {
	words := slices.DeleteFunc(slices.Clone(cmd.Words), func(w string) bool { return w == "到" || w == "给" || w == "至" })
	if len(words) == 1 && slices.Contains([]string{"取消", "收回", "结束", "off"}, words[0]) {
		return c.setDelegate(ctx, sales.Delegation{}, c.w.Say("delegate.off"))
	}
	if len(words) != 2 {
		return c.halfDelegate(ctx, words)
	}
	now := c.tx.Now().In(c.Location)
	last, ok := speech.Day(words[1], now)
	switch {
	case !ok:
		return c.halfDelegate(ctx, words)
	case last.AddDate(0, 0, 1).Before(now), last.After(now.AddDate(0, 0, delegateDays)):
		return c.lateDelegate(ctx, words)
	}
	to, ok, err := c.deputy(ctx, words[0])
	if err != nil || !ok {
		return err
	}
	d := sales.Delegation{To: to.ID, From: c.tx.Now(), Until: last.AddDate(0, 0, 1)}
	if err := c.tell(ctx, to, bots.Message{Text: c.w.Say("delegate.told", c.me.Name, c.w.Date(last))}, "delegation:"+c.me.ID); err != nil {
		return err
	}
	return c.setDelegate(ctx, d, c.w.Say("delegate.done", c.w.Date(last), to.Name))
}

// deputy finds who may stand in for the person: somebody else, whose own
// stand-in is not the person.
func (c *call) deputy(ctx context.Context, name string) (to sales.Person, ok bool, err error) {
	to, ok, err = c.whom(ctx, name, 0)
	if err != nil || !ok {
		return to, false, err
	}
	if to.ID == c.me.ID {
		return to, false, c.refuse(ctx, "delegate_self", c.w.Say("delegate.self"))
	}
	stand, err := c.standIn(ctx, to.ID)
	if err != nil {
		return to, false, err
	}
	if stand.ID == c.me.ID {
		return to, false, c.refuse(ctx, "delegate_loop", c.w.Say("delegate.loop", to.Name))
	}
	return to, true, nil
}

// setDelegate stores a delegation, and has the cards of what waits for the
// person go to who stands in now.
func (c *call) setDelegate(ctx context.Context, d sales.Delegation, text string) error {
	if err := c.handOver(ctx, c.me, d, c.me.ID); err != nil {
		return err
	}
	return c.say(ctx, text)
}

// handOver gives a person's approvals into other hands.
func (c *call) handOver(ctx context.Context, p sales.Person, d sales.Delegation, by string) error {
	before, err := c.delegations(ctx)
	if err != nil {
		return err
	}
	if err := c.tx.SetDelegation(ctx, p.ID, d); err != nil {
		return err
	}
	change := sales.Change{Entries: []sales.Entry{{
		Actor: by, Action: "delegation.set", Object: "person:" + p.ID, Before: before[p.ID], After: d,
	}}}
	pending, err := c.tx.PendingApprovals(ctx)
	if err != nil {
		return err
	}
	for _, a := range pending {
		if slices.ContainsFunc(a.OpenTasks(), func(t sales.ApprovalTask) bool { return t.Approver == p.ID }) {
			change.Effects = append(
				change.Effects,
				sales.Effect{Kind: sales.EffectApprovalChanged, Number: a.Number, Actor: by},
				sales.Effect{Kind: sales.EffectApprovalAsked, Number: a.Number, Actor: by},
			)
		}
	}
	return c.save(ctx, change)
}

// goneKept is how long an account that the platform deleted is turned away by
// that alone: long enough for org.yaml to say so.
const goneKept = 30 * 24 * time.Hour

// gone tells whether the platform said that the account was deleted: events of
// it that are still on their way decide nothing.
func (c *call) gone(ctx context.Context) (bool, error) {
	var yes bool
	_, err := c.kept(ctx, keptGone+c.event.Bot+":"+c.event.User, &yes)
	return yes, err
}

// userLeft is a person who is gone from the platform: what waits for them goes
// to their manager, and the admins are asked to mend org.yaml.
func (c *call) userLeft(ctx context.Context) error {
	c.outcome = "recorded"
	gone, known := c.w.Org.ByAccount(c.event.Bot, c.event.User)
	if !known || gone.Left {
		return nil
	}
	if again, err := c.goneSince(ctx); again || err != nil {
		return err
	}
	c.outcome = "left"
	if err := c.keep(ctx, keptGone+c.event.Bot+":"+c.event.User, "gone", true, goneKept); err != nil {
		return err
	}
	left := sales.Change{Effects: []sales.Effect{{Kind: sales.EffectPersonLeft, Detail: gone.ID}}}
	if err := c.save(ctx, left); err != nil {
		return err
	}
	platform := c.w.Say("platform." + c.event.Bot)
	text := c.w.Say("left.told_none", gone.Name, platform)
	if boss, ok := c.w.Org.Manager(gone.ID); ok {
		text = c.w.Say("left.told", gone.Name, platform, boss.Name)
		if err := c.handOver(ctx, gone, sales.Delegation{To: boss.ID, From: c.tx.Now(), Until: time.Time{}}, "system"); err != nil {
			return err
		}
	}
	for _, p := range c.w.Org.WithRole(sales.RoleAdmin) {
		if p.ID == gone.ID {
			continue
		}
		if err := c.tell(ctx, p, bots.Message{Text: text}, "person:"+gone.ID); err != nil {
			return err
		}
	}
	return nil
}
