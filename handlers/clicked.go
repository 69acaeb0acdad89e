package handlers

import (
	"context"
	"errors"

	"genjin/bots"
	"genjin/store"
)

// clickedCard loads the card that was clicked. ok is false when it is none of
// ours, of another kind, or not the very card; the person was told.
func (c *call) clickedCard(ctx context.Context, kinds ...string) (card store.Card, ok bool, err error) {
	card, err = c.tx.Card(ctx, c.event.Click.Value["n"])
	if errors.Is(err, store.ErrNotFound) {
		return card, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	if err != nil {
		return card, false, err
	}
	fits := false
	for _, k := range kinds {
		fits = fits || card.Kind == k
	}
	if !fits || card.Bot != c.event.Bot {
		return card, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	same, err := c.sameMessage(ctx, card)
	if err != nil {
		return card, false, err
	}
	if !same {
		return card, false, c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	c.voice.card = card
	return card, true, nil
}

// sameMessage tells whether a click came from the message that we sent. Where
// the answer to sending was lost, the first click says which message it was; each
// click may bring what it takes to change the card.
func (c *call) sameMessage(ctx context.Context, card store.Card) (bool, error) {
	ref := c.event.Click.Card
	if ref == "" || card.MessageID == "" {
		return true, nil
	}
	m, err := c.tx.Message(ctx, card.MessageID)
	if err != nil {
		return false, err
	}
	if m.Ref != "" && !bots.CardRef(m.Ref).Same(ref) {
		return false, nil
	}
	return true, c.tx.LearnRef(ctx, m.ID, func(now string) string { return string(bots.CardRef(now).Merge("", ref)) })
}
