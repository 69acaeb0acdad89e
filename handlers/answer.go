package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// kindAnswer marks messages that answer what a person just did.
const kindAnswer = "answer"

// replaceAfter is how long the change of a card waits for the answer to the
// click that caused it: one that overtakes it would be undone on the screen.
const replaceAfter = time.Second

// say answers where the person wrote: in the group, or privately.
func (c *call) say(ctx context.Context, text string) error {
	return c.post(ctx, bots.Message{Text: text}, c.place(), "")
}

// show answers with a card where the person wrote.
func (c *call) show(ctx context.Context, card bots.Card, subject string) error {
	return c.post(ctx, bots.Message{Card: &card}, c.place(), subject)
}

// whisper tells the person something that concerns nobody else: errors, lists,
// forms.
func (c *call) whisper(ctx context.Context, text string) error {
	to := store.Outgoing{User: c.event.User}
	if c.event.Private { // where they wrote is theirs alone
		to = c.place()
	}
	return c.post(ctx, bots.Message{Text: text}, to, "")
}

// refuse tells the person privately why nothing was done.
func (c *call) refuse(ctx context.Context, outcome, text string) error {
	c.outcome = "refused:" + outcome
	if c.event.Kind == bots.EventClick {
		c.toast(bots.ToneError, text)
		return nil
	}
	return c.whisper(ctx, text)
}

// toast is what the person who pressed sees at once.
func (c *call) toast(tone bots.Tone, text string) {
	c.answer.Tone, c.answer.Text = tone, text
}

// place is where the person wrote.
func (c *call) place() store.Outgoing {
	if c.event.Kind == bots.EventMessage && c.event.Reply != "" {
		return store.Outgoing{Chat: c.event.Reply}
	}
	if c.event.Kind == bots.EventClick || c.event.Private || c.event.Chat == "" {
		return store.Outgoing{User: c.event.User}
	}
	return store.Outgoing{Chat: c.event.Chat}
}

func (c *call) post(ctx context.Context, m bots.Message, to store.Outgoing, subject string) error {
	_, err := c.postAs(ctx, m, to, subject)
	return err
}

func (c *call) postAs(ctx context.Context, m bots.Message, to store.Outgoing, subject string) (id string, err error) {
	body, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("answer to %s: %w", c.me.ID, err)
	}
	to.ID, to.Kind, to.Subject, to.Body = c.tx.NewID(), kindAnswer, subject, body
	if to.Bot == "" {
		to.Bot = c.event.Bot
	}
	if to.Person == "" {
		to.Person = c.me.ID
	}
	if to.Person == c.me.ID && to.Update == "" {
		c.said = m.Text
		if m.Card != nil {
			c.said = m.Card.Plain()
		}
	}
	return c.tx.Post(ctx, to)
}

// tell says something to somebody else, on the platform where they are. Who is
// on none is not told: jobs reports such people when it matters.
func (c *call) tell(ctx context.Context, p sales.Person, m bots.Message, subject string) error {
	last, err := c.tx.LastWrote(ctx, p.ID)
	if err != nil {
		return err
	}
	on := make([]string, 0, len(c.Bots))
	for _, b := range c.Bots {
		on = append(on, b.Name())
	}
	bot, account, ok := sales.Route(p, last.Bot, on)
	if !ok {
		return nil
	}
	return c.post(ctx, m, store.Outgoing{Bot: bot, User: account, Person: p.ID}, subject)
}

// replace changes a card that was sent, once the answer to the click is there.
func (c *call) replace(ctx context.Context, card store.Card, with bots.Card) error {
	m, err := c.tx.Message(ctx, card.MessageID)
	if err != nil {
		return err
	}
	to := store.Outgoing{Bot: m.Bot, User: m.User, Chat: m.Chat, Person: m.Person, Update: m.ID}
	if !c.mute(m.Bot) { // there is no answer that it could overtake
		to.NotBefore = c.tx.Now().Add(replaceAfter)
	}
	c.voice.redrawn(card, with)
	return c.post(ctx, bots.Message{Card: &with}, to, m.Subject)
}

// save stores a decision together with what caused it.
func (c *call) save(ctx context.Context, change sales.Change) error {
	return c.tx.Save(ctx, change, c.from)
}

// asked is when the person asked: the platform's instant, unless its clock is
// far from ours.
func (c *call) asked() time.Time {
	now := c.tx.Now()
	if c.event.At.IsZero() || c.event.At.After(now) || now.Sub(c.event.At) > 8*time.Hour {
		return now
	}
	return c.event.At
}

// stages finds the stage that a text begins with; of two names the longer counts.
func (c *call) stages(text string) (id, rest string, ok bool) {
	return stagesFrom(c.w.Rules)(text)
}
