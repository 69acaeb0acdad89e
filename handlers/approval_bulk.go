package handlers

import (
	"context"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
)

// bulkMax is how many requests one press may decide.
const bulkMax = 50

// approveAll approves what the consolidated card showed: each request on its
// own, with every check, and with a line about what came of it.
func approveAll(ctx context.Context, c *call, _ command) error {
	card, ok, err := c.clickedCard(ctx, cardTodo)
	if err != nil || !ok {
		return err
	}
	if card.Person != c.me.ID {
		return c.refuse(ctx, "not_yours", c.w.Say("todo.not_yours", c.w.Name(card.Person)))
	}
	aged, err := c.aged(ctx, card)
	if err != nil {
		return err
	}
	if aged || !card.ClosedAt.IsZero() {
		c.outcome = "refused:expired"
		c.toast(bots.ToneWarn, c.w.Say("todo.old_card"))
		return c.renew(ctx, card, sales.Approval{})
	}
	results, ok, err := c.approveEach(ctx)
	if err != nil || !ok {
		return err
	}
	text := c.w.Bulk(results)
	head, _, _ := strings.Cut(text, "\n")
	c.toast(bots.ToneSuccess, head)
	if slices.ContainsFunc(results, func(l cards.BulkLine) bool { return l.Refused != nil }) {
		c.toast(bots.ToneWarn, head)
	}
	if err := c.whisper(ctx, text); err != nil {
		return err
	}
	return c.redrawTodo(ctx, card)
}

// approveEach approves the requests that the button names, in the versions that
// it shows.
func (c *call) approveEach(ctx context.Context) ([]cards.BulkLine, bool, error) {
	numbers, versions := strings.Split(c.event.Click.Value["no"], ","), strings.Split(c.event.Click.Value["v"], ",")
	if len(numbers) != len(versions) || len(numbers) > bulkMax {
		return nil, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	results := make([]cards.BulkLine, 0, len(numbers))
	for i := range numbers {
		version := toNumber(versions[i])
		if version == 0 {
			return nil, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
		}
		a, ok, err := c.loadApproval(ctx, toNumber(numbers[i]))
		if err != nil || !ok {
			return nil, false, err
		}
		one, err := c.act(ctx, a, sales.ActApprove, version, actWords{})
		if err != nil {
			return nil, false, err
		}
		results = append(results, cards.BulkLine{Approval: a, Refused: one.refused})
	}
	return results, true, nil
}
