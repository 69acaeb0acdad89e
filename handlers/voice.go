package handlers

import (
	"context"
	"encoding/json"
	"fmt"

	"genjin/bots"
	"genjin/store"
)

// voice is what is known about a click's answer while it is handled, for
// platforms that show nobody the response to a click.
type voice struct {
	card  store.Card        // the clicked card, once it was found to be ours
	drawn map[string]string // our message → the card that stands there from now on
	told  bool              // what the toast says is said by a message or by the changed card
}

// redrawn notes what stands in the place of a card from now on.
func (v *voice) redrawn(card store.Card, with bots.Card) {
	text, err := json.Marshal(with)
	if err != nil { // a card holds nothing that cannot be written
		return
	}
	if v.drawn == nil {
		v.drawn = map[string]string{}
	}
	v.drawn[card.MessageID] = string(text)
}

func (v *voice) shows(card store.Card, with bots.Card) bool {
	text, err := json.Marshal(with)
	return err == nil && v.drawn[card.MessageID] == string(text)
}

// mute tells whether a platform shows nobody the response to a click.
func (c *call) mute(bot string) bool {
	_, is := c.bots[bot].(bots.Mute)
	return is
}

// toldElsewhere marks the toast's words as said: they stand on the changed card, or in a
// message of their own.
func (c *call) toldElsewhere() { c.voice.told = true }

// speak says the answer to a click where the platform shows no response to it:
// the card that is true now takes the place of the clicked one, and what it does
// not say comes as a message. Every click is answered.
func (c *call) speak(ctx context.Context) error {
	if c.event.Kind != bots.EventClick || c.event.User == "" || !c.mute(c.event.Bot) {
		return nil
	}
	drawn, err := c.redrawClicked(ctx)
	if err != nil {
		return err
	}
	switch {
	case c.voice.told && (drawn || c.answer.Card == nil):
		return nil
	case c.answer.Text != "":
		return c.whisper(ctx, c.answer.Text)
	case c.answer.Card != nil && !drawn:
		return c.whisper(ctx, c.answer.Card.Plain())
	}
	return nil
}

// redrawClicked puts the answer's card in the place of the clicked one. A card
// that is somebody else's, or that we know nothing of, stays as it is.
func (c *call) redrawClicked(ctx context.Context) (drawn bool, err error) {
	card := c.voice.card
	if c.answer.Card == nil || card.MessageID == "" || (card.Person != "" && card.Person != c.me.ID) {
		return false, nil
	}
	if c.voice.shows(card, *c.answer.Card) {
		return true, nil
	}
	if err := c.replace(ctx, card, *c.answer.Card); err != nil {
		return false, fmt.Errorf("answer on the card: %w", err)
	}
	return true, nil
}
