package handlers

import (
	"context"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
)

// bulkMax is how many requests one press may decide.
const bulkMax = 50

// approveAll approves what the consolidated card showed: each request on its
// own, with every check, and with a line about what came of it.
func approveAll(ctx context.Context, c *call, _ speech.Command) error {
	card, ok, err := c.clickedCard(ctx, cardTodo)
	if err != nil || !ok {
		return err
	}
	if card.Person != c.me.ID {
		return c.refuse(ctx, "not_yours", c.w.Say("todo.not_yours", c.w.Name(card.Person)))
	}
	aged, err := c.aged(ctx, card, c.w.Rules)
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
	c.toldElsewhere()
	if err := c.whisper(ctx, text); err != nil {
		return err
	}
	return c.redrawTodo(ctx, card)
}

// approveEach approves the requests that the button names, or that were picked, in
// the versions that the card showed.
func (c *call) approveEach(ctx context.Context) ([]cards.BulkLine, bool, error) {
	picked, ok := c.picked()
	if !ok {
		return nil, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	if len(picked) == 0 {
		return nil, false, c.refuse(ctx, "none_picked", c.w.Say("todo.none_picked"))
	}
	results := make([]cards.BulkLine, 0, len(picked))
	for _, p := range picked {
		a, ok, err := c.loadApproval(ctx, p.number)
		if err != nil || !ok {
			return nil, false, err
		}
		one, err := c.act(ctx, a, sales.ActApprove, p.version, actWords{})
		if err != nil {
			return nil, false, err
		}
		results = append(results, cards.BulkLine{Approval: a, Refused: one.refused})
	}
	return results, true, nil
}

// shownItem is a request in the version that a card showed.
type shownItem struct{ number, version int64 }

// picked are the requests that a bulk press means: those that the button lists,
// else those whose boxes were ticked. ok is false for what no card of ours holds.
func (c *call) picked() (all []shownItem, ok bool) {
	v := c.event.Click.Value
	if v["no"] != "" {
		return pairs(strings.Split(v["no"], ","), strings.Split(v["v"], ","))
	}
	pick, given := c.event.Click.Form[cards.PickName]
	if !given {
		return nil, false
	}
	var numbers, versions []string
	for _, one := range strings.FieldsFunc(pick, func(r rune) bool { return r == ',' }) {
		number, version, _ := strings.Cut(one, ":")
		numbers, versions = append(numbers, number), append(versions, version)
	}
	return pairs(numbers, versions)
}

func pairs(numbers, versions []string) ([]shownItem, bool) {
	if len(numbers) != len(versions) || len(numbers) > bulkMax {
		return nil, false
	}
	all := make([]shownItem, 0, len(numbers))
	for i := range numbers {
		item := shownItem{number: speech.Number(numbers[i]), version: speech.Number(versions[i])}
		if item.number == 0 || item.version == 0 || slices.ContainsFunc(all, func(o shownItem) bool { return o.number == item.number }) {
			return nil, false
		}
		all = append(all, item)
	}
	return all, true
}
