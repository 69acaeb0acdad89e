package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

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
		return c.whisperOnce(ctx, c.answer.Text)
	case c.answer.Card != nil && !drawn:
		return c.whisperOnce(ctx, c.answer.Card.Plain())
	}
	return nil
}

// pressedAgain is how long the same press is not told the same again: whoever
// taps ten times in a second would have spent what the platform lets us say to
// them in a minute.
const pressedAgain = 10 * time.Second

// whisperOnce answers a press, once for the same button with the same inputs and
// the same words.
func (c *call) whisperOnce(ctx context.Context, text string) error {
	k := c.event.Click
	press, err := json.Marshal([]any{c.event.Bot, c.event.User, k.Action, k.Value, k.Form, text})
	if err != nil {
		return fmt.Errorf("press: %w", err)
	}
	first, err := c.tx.Once(ctx, fmt.Sprintf("pressed:%x:%d", sha256.Sum256(press), c.tx.Now().UnixMilli()/pressedAgain.Milliseconds()))
	if err != nil || !first {
		return err
	}
	return c.whisper(ctx, text)
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
