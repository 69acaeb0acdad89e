package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/money"
	"genjin/store"
)

// convert turns a lead into a deal.
func convert(ctx context.Context, c *call, cmd speech.Command) error {
	number := cmd.Number
	if number == 0 {
		return c.whichLead(ctx, cmd)
	}
	l, ok, err := c.myLead(ctx, number)
	if err != nil || !ok {
		return err
	}
	if !mayTouch(c, l) {
		return c.refuse(ctx, "not_yours", c.w.Say("lead.not_yours", l.Number, c.w.Name(l.Owner)))
	}
	d := sales.Deal{ID: c.tx.NewID(), Product: cmd.Fields["产品"]}
	if text := cmd.Fields["金额"]; text != "" {
		if d.Amount, err = money.Parse(text); err != nil {
			if err := c.saveDraft(ctx, draft{Kind: draftDeal, Convert: &cmd}); err != nil {
				return err
			}
			return c.refuse(ctx, "amount", c.w.Say("deal.amount", text))
		}
	}
	fillBANT(&l.BANT, cmd.Fields)
	if _, _, err := sales.Convert(l, d, c.w.Rules, c.me, c.tx.Now()); err != nil {
		return c.notConverted(ctx, l, cmd, err)
	}
	return c.makeDeal(ctx, l, d)
}

// whichLead asks which lead is meant. What was said of the deal is kept.
func (c *call) whichLead(ctx context.Context, cmd speech.Command) error {
	if len(cmd.Fields) == 0 {
		return c.refuse(ctx, "which_lead", c.w.Say("deal.which_lead"))
	}
	if err := c.saveDraft(ctx, draft{Kind: draftDeal, Convert: &speech.Command{Verb: speech.Convert, Fields: cmd.Fields}}); err != nil {
		return err
	}
	return c.refuse(ctx, "which_lead", c.begun(readFields(cmd.Fields), c.w.Say("deal.which_lead"), c.w.Say("begun.which_lead")))
}

// makeDeal makes the deal that the rules allow: only now does it take a number.
func (c *call) makeDeal(ctx context.Context, l sales.Lead, d sales.Deal) (err error) {
	if d.Number, err = c.tx.NextNumber(ctx); err != nil {
		return err
	}
	change, d, err := sales.Convert(l, d, c.w.Rules, c.me, c.tx.Now())
	if err != nil {
		return fmt.Errorf("convert lead %d: %w", l.Number, err)
	}
	if err := c.save(ctx, change); err != nil {
		return err
	}
	if begun, ok, err := c.loadDraft(ctx); err != nil {
		return err
	} else if ok && begun.Convert != nil {
		if err := c.tx.DropDraft(ctx, c.me.ID); err != nil {
			return err
		}
	}
	return c.say(ctx, c.w.DealMade(d))
}

// notConverted says why not. What a person can still add is asked for, and the
// rest is kept.
func (c *call) notConverted(ctx context.Context, l sales.Lead, cmd speech.Command, cause error) error {
	no, is := errors.AsType[*sales.Refusal](cause)
	if !is {
		return fmt.Errorf("convert lead %d: %w", l.Number, cause)
	}
	if no.Kind == sales.RefuseBANT {
		if err := c.saveDraft(ctx, draft{Kind: draftDeal, Convert: &cmd}); err != nil {
			return err
		}
	}
	return c.refuse(ctx, string(no.Kind), c.w.Refused(no, cards.Wish{Deal: sales.Deal{Company: l.Company, LeadNumber: l.Number}}))
}

// mayTouch tells whether the person may work on a lead: the owner, the owner's
// superiors, sales operations.
func mayTouch(c *call, l sales.Lead) bool {
	return sales.MayMove(c.w.Org, c.me, sales.Deal{Owner: l.Owner})
}

// fillBANT adds what the command tells of budget, authority, need and timing.
func fillBANT(b *sales.BANT, fields map[string]string) {
	for name, part := range map[string]*string{"预算": &b.Budget, "决策人": &b.Authority, "需求": &b.Need, "时间": &b.Timing} {
		if value := fields[name]; value != "" {
			*part = value
		}
	}
}

// move takes 推进 华东智造 方案报价.
func move(ctx context.Context, c *call, cmd speech.Command) error {
	f, err := c.findDeal(ctx, cmd)
	if err != nil || !f.ok {
		return err
	}
	to, ok := c.w.Rules.StageByID(cmd.Stage)
	if !ok {
		return c.askStage(ctx, f)
	}
	return c.moveWith(ctx, c.newAsk(f.deal, to, strings.Join(f.rest, " "), cmd), cmd.Fields["参会"])
}

// askStage answers a move without a stage that we know.
func (c *call) askStage(ctx context.Context, f found) error {
	if word := strings.Join(f.rest, " "); word != "" {
		return c.refuse(ctx, "no_stage", c.w.Say("deal.no_stage", word, stageNames(c.w.Rules)))
	}
	next, ok := c.w.Rules.Next(f.deal.Stage)
	if !ok {
		stage, _ := c.w.Rules.StageByID(f.deal.Stage)
		return c.refuse(ctx, "closed", c.w.Refused(&sales.Refusal{Kind: sales.RefuseClosed, Stage: stage}, cards.Wish{Deal: f.deal}))
	}
	return c.refuse(ctx, "which_stage", c.w.NextStage(f.deal, next))
}

// closeDeal takes 赢单 华东智造 and 丢单 华东智造 预算取消.
func closeDeal(ctx context.Context, c *call, cmd speech.Command) error {
	f, err := c.findDeal(ctx, cmd)
	if err != nil || !f.ok {
		return err
	}
	to, ok := closing(c.w.Rules, cmd.Verb == speech.Won)
	if !ok {
		return c.refuse(ctx, "no_stage", c.w.Say("deal.no_stage", string(cmd.Verb), stageNames(c.w.Rules)))
	}
	return c.move(ctx, c.newAsk(f.deal, to, strings.Join(f.rest, " "), cmd))
}

// newAsk is what the person asked for, with where and when.
func (c *call) newAsk(d sales.Deal, to sales.Stage, rest string, cmd speech.Command) moveAsk {
	reason := cmd.Fields["原因"]
	if reason == "" && to.Lost {
		reason = rest
	}
	return moveAsk{
		Deal: d.Number, Stage: to.ID, Reason: reason, Person: c.me.ID, Bot: c.event.Bot, User: c.event.User, Chat: c.event.Chat, Private: c.event.Private,
		Reply: c.event.Reply, At: c.asked(),
	}
}

// dealOf loads the deal of an ask; ok is false when it is gone.
func (c *call) dealOf(ctx context.Context, number int64) (d sales.Deal, ok bool, err error) {
	d, err = c.tx.Deal(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return d, false, c.refuse(ctx, "no_deal", c.w.Say("number.none", number))
	}
	return d, err == nil, err
}
