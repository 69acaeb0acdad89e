package handlers

import (
	"context"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
)

// approveAll approves what the consolidated card showed: each request on its
// own, with every check, and with a line about what came of it.
func approveAll(c *call, ctx context.Context, _ command) error {
	card, ok, err := c.clickedCard(ctx, cardTodo)
	if err != nil || !ok {
		return err
	}
	if card.Person != c.me.ID {
		return c.refuse(ctx, "not_yours", c.w.Say("todo.not_yours", c.w.Name(card.Person)))
	}
	if aged, err := c.aged(ctx, card); err != nil || aged || !card.ClosedAt.IsZero() {
		if err != nil {
			return err
		}
		c.outcome = "refused:expired"
		c.toast(bots.ToneWarn, c.w.Say("todo.old_card"))
		return c.renew(ctx, card, sales.Approval{})
	}
	numbers, versions := strings.Split(c.event.Click.Value["no"], ","), strings.Split(c.event.Click.Value["v"], ",")
	if len(numbers) != len(versions) || len(numbers) > 50 || slices.Contains(versions, "") {
		return c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	results := make([]cards.BulkLine, 0, len(numbers))
	done := 0
	for i := range numbers {
		a, ok, err := c.loadApproval(ctx, toNumber(numbers[i]))
		if err != nil || !ok {
			return err
		}
		one, err := c.act(ctx, a, sales.ActApprove, max(toNumber(versions[i]), 1), actWords{})
		if err != nil {
			return err
		}
		if one.refused == nil {
			done++
		}
		results = append(results, cards.BulkLine{Approval: a, Refused: one.refused})
	}
	text := c.w.Bulk(results)
	head, _, _ := strings.Cut(text, "\n")
	c.toast(bots.ToneSuccess, head)
	if done < len(results) {
		c.toast(bots.ToneWarn, head)
	}
	if err := c.whisper(ctx, text); err != nil {
		return err
	}
	return c.redrawTodo(ctx, card)
}
