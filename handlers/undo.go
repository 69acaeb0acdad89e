package handlers

import (
	"context"
	"errors"
	"fmt"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
)

// lastMove is what a person did last that can be taken back, for 撤销: a move,
// or a handover.
type lastMove struct {
	Deal int64  `json:"deal"`
	Move string `json:"move"`

	HandedOver *handedOver `json:"handed_over,omitempty"` // instead: work that was handed over
}

// undo takes the person's last move back.
func undo(ctx context.Context, c *call, cmd speech.Command) error {
	last := lastMove{Deal: cmd.Number}
	if last.Deal == 0 {
		if _, err := c.kept(ctx, keptLast+c.me.ID, &last); err != nil {
			return err
		}
	}
	if last.HandedOver != nil {
		return c.takeBack(ctx, *last.HandedOver)
	}
	return c.undoMove(ctx, last)
}

// undoByClick takes the move back whose card was clicked.
func undoByClick(ctx context.Context, c *call, _ speech.Command) error {
	v := c.event.Click.Value
	return c.undoMove(ctx, lastMove{Deal: speech.Number(v["no"]), Move: v["m"]})
}

func (c *call) undoMove(ctx context.Context, last lastMove) error {
	nothing := &sales.Refusal{Kind: sales.RefuseNothing}
	if last.Deal == 0 {
		return c.refuse(ctx, string(nothing.Kind), c.w.Refused(nothing, cards.Wish{}))
	}
	d, ok, err := c.dealOf(ctx, last.Deal)
	if err != nil || !ok {
		return err
	}
	m, ok := d.LastMove()
	if !ok || (last.Move != "" && m.ID != last.Move) {
		return c.refuse(ctx, string(nothing.Kind), c.w.Refused(nothing, cards.Wish{Deal: d}))
	}
	change, after, err := c.decideUndo(ctx, d, m)
	if no, is := errors.AsType[*sales.Refusal](err); is {
		return c.refuse(ctx, string(no.Kind), c.w.Refused(no, cards.Wish{Deal: d}))
	}
	if err != nil {
		return fmt.Errorf("undo move of deal %d: %w", d.Number, err)
	}
	if err := c.save(ctx, change); err != nil {
		return err
	}
	if err := c.tx.DropDraft(ctx, keptLast+c.me.ID); err != nil {
		return err
	}
	return c.undone(ctx, after, m)
}

// decideUndo asks the rules, those of the request behind the move if there is
// one, whether it can be taken back.
func (c *call) decideUndo(ctx context.Context, d sales.Deal, m sales.Move) (sales.Change, sales.Deal, error) {
	a, files, err := c.behind(ctx, m)
	if err != nil {
		return sales.Change{}, d, err
	}
	rules, err := c.rulesOf(ctx, a)
	if err != nil {
		return sales.Change{}, d, err
	}
	return rules.Undo(d, a, files, c.me, c.tx.Now())
}

// undone answers somebody who took a move back.
func (c *call) undone(ctx context.Context, after sales.Deal, m sales.Move) error {
	if c.event.Kind == bots.EventClick {
		card := c.w.UndoneCard(after, m)
		c.answer.Card = &card
		c.toast(bots.ToneSuccess, c.w.Undone(after, m))
		return nil
	}
	return c.say(ctx, c.w.Undone(after, m))
}

// behind loads what stands behind a move: its approval, if any, and its files.
func (c *call) behind(ctx context.Context, m sales.Move) (*sales.Approval, []sales.File, error) {
	files, err := c.filesOf(ctx, m)
	if err != nil || m.Approval == 0 {
		return nil, files, err
	}
	a, err := c.tx.Approval(ctx, m.Approval)
	if err != nil {
		return nil, nil, err
	}
	return &a, files, nil
}

func (c *call) filesOf(ctx context.Context, m sales.Move) ([]sales.File, error) {
	files := make([]sales.File, 0, len(m.Evidence))
	for _, id := range m.Evidence {
		f, err := c.tx.File(ctx, id)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
