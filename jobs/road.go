package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// otherRoad is taken when a message was refused for good: a card of which there
// is another copy is not missed, any other becomes a text with its reply code; a
// person who cannot be reached is tried on their other platform, and what nobody
// can be told goes to their manager and the admins. Each step is taken once: a
// text has no card left to lose, and what was moved is not moved back.
func (e *Engine) otherRoad(ctx context.Context, tx *store.Tx, m store.Message, se *bots.SendError) error {
	found, err := e.detour(ctx, tx, m, se)
	if err != nil || found {
		return err
	}
	if m.Update != "" && se.Code == bots.CodeRefused {
		return e.refusedCard(ctx, tx, m, se)
	}
	return e.alarmIn(ctx, tx, alarm{what: "undelivered", scope: m.Bot + ":" + receiverOf(m) + ":" + m.Kind, id: m.ID, cause: se.Error()})
}

// receiverOf tells receivers apart in keys, which outlive the message: a chat
// may be an address that whoever holds it can answer at.
func receiverOf(m store.Message) string {
	sum := sha256.Sum256([]byte(m.Chat))
	return m.Person + ":" + hex.EncodeToString(sum[:8])
}

// refusedCard tells the admins that a platform does not take a card, once per
// cause: what it says goes another way, but buttons are missed.
func (e *Engine) refusedCard(ctx context.Context, tx *store.Tx, m store.Message, se *bots.SendError) error {
	return e.alarmIn(ctx, tx, alarm{what: "refused", scope: m.Bot + ":" + causeOf(se), id: m.ID, cause: se.Error()})
}

// detour brings a message by another road, and tells whether there was one.
// Where there was none the person's manager is told.
func (e *Engine) detour(ctx context.Context, tx *store.Tx, m store.Message, se *bots.SendError) (bool, error) {
	if m.Update != "" {
		return e.freshCard(ctx, tx, m)
	}
	copied, err := e.otherCopy(ctx, tx, m)
	if err != nil || copied {
		return copied, err
	}
	var body bots.Message
	if err := json.Unmarshal(m.Body, &body); err != nil {
		return false, fmt.Errorf("message %s: %w", m.ID, err)
	}
	n := note{Kind: m.Kind, Subject: m.Subject, Text: body.Text, Card: body.Card, File: body.File}
	if se.Code == bots.CodeRefused && body.Card != nil {
		return true, e.inWords(ctx, tx, m, n, se)
	}
	person, known := e.Org().Person(m.Person)
	if !known || person.Left {
		return false, nil
	}
	moved, err := e.otherPlatform(ctx, tx, person, m, n)
	if err != nil || moved || m.Kind == kindAlarm {
		return moved, err
	}
	return false, e.tellBoss(ctx, tx, person, n)
}

// inWords says a card that was refused as a text. The card's row stays with the
// message that failed: a text cannot be changed later, and what is written
// decides without a card.
func (e *Engine) inWords(ctx context.Context, tx *store.Tx, m store.Message, n note, se *bots.SendError) error {
	n.Card, n.Text = nil, n.Card.Plain()
	if _, err := e.post(ctx, tx, store.Outgoing{Bot: m.Bot, User: m.User, Chat: m.Chat, Person: m.Person}, n); err != nil {
		return err
	}
	return e.refusedCard(ctx, tx, m, se)
}

// freshCard stands in for a change that a card did not take: its buttons would
// lead nowhere, so what is still to decide is said again. It tells whether
// something is.
func (e *Engine) freshCard(ctx context.Context, tx *store.Tx, m store.Message) (bool, error) {
	c, has, err := tx.CardByMessage(ctx, m.Update)
	if err != nil || !has || !c.ClosedAt.IsZero() || c.Kind != cardApproval && c.Kind != cardTodo {
		return false, err
	}
	return true, e.supersede(ctx, tx, m)
}

// otherPlatform says a message where the person is too, and takes its card's
// row along, since a click must come from where the card stands. What was moved
// once is not moved back.
func (e *Engine) otherPlatform(ctx context.Context, tx *store.Tx, p sales.Person, m store.Message, n note) (bool, error) {
	first, err := tx.Once(ctx, "moved:"+m.ID)
	if err != nil || !first {
		return false, err
	}
	rest := slices.DeleteFunc(e.platforms(), func(bot string) bool { return bot == m.Bot })
	id, bot, err := e.tellOn(ctx, tx, p, n, rest)
	if err != nil || bot == "" {
		return false, err
	}
	if _, err := tx.Once(ctx, "moved:"+id); err != nil {
		return false, err
	}
	c, has, err := tx.CardByMessage(ctx, m.ID)
	if err != nil || !has {
		return true, err
	}
	c.Bot, c.MessageID = bot, id
	return true, tx.SetCard(ctx, c)
}

// tellBoss tells somebody's manager that they could not be told.
func (e *Engine) tellBoss(ctx context.Context, tx *store.Tx, p sales.Person, n note) error {
	boss, ok := e.Org().Manager(p.ID)
	if !ok {
		return nil
	}
	text := e.words().Unreached(p, n.title())
	if number, is := approvalNumber(n.Subject); is {
		text = e.words().UnreachedApproval(p, n.title(), number)
	}
	_, _, err := e.tell(ctx, tx, boss, note{Kind: kindAlarm, Subject: n.Subject, Text: text})
	return err
}

// title is what a message is about, in one line.
func (n note) title() string {
	if n.Card != nil {
		return n.Card.Title
	}
	if n.File != nil {
		return n.File.Name
	}
	line, _, _ := strings.Cut(n.Text, "\n")
	return line
}
