package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"genjin/store/dbgen"
)

// Card is a card we sent with something to click on it.
type Card struct {
	Nonce     string // cannot be guessed; the click brings it back
	Kind      string // approval, todo, lead …
	Number    int64
	Person    string
	Bot       string
	MessageID string // our message that carries it
	Revision  int64
	ClosedAt  time.Time
}

// AddCard remembers a card that goes out.
func (tx *Tx) AddCard(ctx context.Context, c Card) error {
	err := tx.q.InsertCard(ctx, dbgen.InsertCardParams{
		Nonce: c.Nonce, Kind: c.Kind, Number: c.Number, Person: c.Person, Bot: c.Bot, MessageID: c.MessageID, Revision: c.Revision,
		CreatedAt: millis(tx.now), ClosedAt: millis(c.ClosedAt),
	})
	if err != nil {
		return fmt.Errorf("add %s card for %s: %w", c.Kind, c.Person, err)
	}
	return nil
}

// Card loads the card with this nonce, open or closed.
func (tx *Tx) Card(ctx context.Context, nonce string) (Card, error) {
	r, err := tx.q.CardByNonce(ctx, nonce)
	if err := found(err, "card with nonce", nonce); err != nil {
		return Card{}, err
	}
	return cardOf(r), nil
}

// CardsOf lists the open cards of a noun, oldest first.
func (tx *Tx) CardsOf(ctx context.Context, kind string, number int64) ([]Card, error) {
	rows, err := tx.q.OpenCards(ctx, kind, number)
	if err != nil {
		return nil, fmt.Errorf("list %s cards of %d: %w", kind, number, err)
	}
	return cardsOf(rows), nil
}

// CardsOfPerson lists a person's open cards of a kind, oldest first.
func (tx *Tx) CardsOfPerson(ctx context.Context, kind, person string) ([]Card, error) {
	rows, err := tx.q.OpenCardsOfPerson(ctx, kind, person)
	if err != nil {
		return nil, fmt.Errorf("list %s cards of %s: %w", kind, person, err)
	}
	return cardsOf(rows), nil
}

// CardByMessage finds the card that a message of ours carries, if any.
func (tx *Tx) CardByMessage(ctx context.Context, messageID string) (Card, bool, error) {
	r, err := tx.q.CardByMessage(ctx, messageID)
	if errors.Is(err, sql.ErrNoRows) {
		return Card{}, false, nil
	}
	if err != nil {
		return Card{}, false, fmt.Errorf("card of message %s: %w", messageID, err)
	}
	return cardOf(r), true, nil
}

// SetCard stores a card that changed.
func (tx *Tx) SetCard(ctx context.Context, c Card) error {
	n, err := tx.q.UpdateCard(ctx, dbgen.UpdateCardParams{
		Kind: c.Kind, Number: c.Number, Person: c.Person, Bot: c.Bot, MessageID: c.MessageID, Revision: c.Revision,
		ClosedAt: millis(c.ClosedAt), Nonce: c.Nonce,
	})
	if err != nil {
		return fmt.Errorf("set card of %s: %w", c.Person, err)
	}
	if n == 0 {
		return fmt.Errorf("set card of %s: %w", c.Person, ErrNotFound)
	}
	return nil
}

func cardOf(r dbgen.Card) Card {
	return Card{
		Nonce: r.Nonce, Kind: r.Kind, Number: r.Number, Person: r.Person, Bot: r.Bot, MessageID: r.MessageID, Revision: r.Revision,
		ClosedAt: instant(r.ClosedAt),
	}
}

func cardsOf(rows []dbgen.Card) []Card {
	all := make([]Card, 0, len(rows))
	for _, r := range rows {
		all = append(all, cardOf(r))
	}
	return all
}
