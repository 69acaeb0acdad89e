package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"genjin/store/dbgen"
)

// MessageState is how far a message has come.
type MessageState string

// The states of a message.
const (
	MessagePending   MessageState = "pending"
	MessageSent      MessageState = "sent"
	MessageUncertain MessageState = "uncertain" // nobody knows whether it was seen: a person decides
	MessageFailed    MessageState = "failed"    // the platform will never take it
	MessageDropped   MessageState = "dropped"   // no longer worth sending
)

// Outgoing is a message that must go out.
type Outgoing struct {
	ID        string // empty = made by Post; the platforms dedup by it
	Bot       string
	User      string // the platform's id of a person, or empty
	Chat      string // the platform's id of a chat, or empty
	Person    string // person id, or empty
	Kind      string
	Subject   string          // what it is about: approval:14
	Body      json.RawMessage // a bots.Message
	Update    string          // id of the message whose card this one replaces
	NotBefore time.Time       // zero = now
}

// Message is an outgoing message and what became of it.
type Message struct {
	Outgoing
	Root       string // the first message of its card; its own id when it is that
	State      MessageState
	Ref        string // what the platform gave us for it
	Tries      int
	FirstTryAt time.Time
	DoubtSince time.Time // first try whose outcome is not known
	TryAt      time.Time // begin of the last try that may have been seen, where [Store.BeginTry] noted it
	SentAt     time.Time
	Error      string
	CreatedAt  time.Time
}

// MessageResult is what came of sending.
type MessageResult struct {
	State MessageState
	Ref   string // empty keeps the old one
	Error string
}

// MessageFilter narrows a list of messages; empty fields do not.
type MessageFilter struct {
	State   MessageState
	Subject string
	Person  string
	After   string // the last id of the page before
	Limit   int
}

// SendPayload is the payload of a job of kind [KindSend].
type SendPayload struct {
	Message string `json:"message"`
}

// Post stores a message together with the ledger job that sends it, and
// returns its id. All messages that show one card share a lane, so they go out
// one at a time and in order. A message that is there already stays as it is.
func (tx *Tx) Post(ctx context.Context, m Outgoing) (string, error) {
	if m.ID == "" {
		m.ID = newID()
	}
	root := m.ID
	if m.Update != "" {
		r, err := tx.q.MessageRoot(ctx, m.Update)
		if err := found(err, "message", m.Update); err != nil {
			return "", err
		}
		root = r
	}
	n, err := tx.q.InsertMessage(ctx, dbgen.InsertMessageParams{
		ID: m.ID, Bot: m.Bot, Usr: m.User, Chat: m.Chat, Person: m.Person, Kind: m.Kind, Subject: m.Subject, Body: string(m.Body),
		Updates: m.Update, Root: root, NotBefore: millis(m.NotBefore), CreatedAt: millis(tx.now),
	})
	if err != nil {
		return "", fmt.Errorf("post message to %s: %w", m.Person, err)
	}
	if n == 0 {
		return m.ID, nil
	}
	_, err = tx.AddJob(ctx, NewJob{Kind: KindSend, Key: sendKey(m.ID), Lane: "msg:" + root, RunAt: m.NotBefore, Payload: SendPayload{Message: m.ID}})
	return m.ID, err
}

func sendKey(message string) string { return KindSend + ":" + message }

// Message loads a message.
func (tx *Tx) Message(ctx context.Context, id string) (Message, error) {
	r, err := tx.q.MessageByID(ctx, id)
	if err := found(err, "message", id); err != nil {
		return Message{}, err
	}
	return messageOf(r), nil
}

// MarkMessage stores what came of sending a message.
func (tx *Tx) MarkMessage(ctx context.Context, id string, r MessageResult) error {
	var sent int64
	if r.State == MessageSent {
		sent = millis(tx.now)
	}
	seen := int64(0)
	if r.State == MessageSent || r.State == MessageUncertain {
		seen = 1
	}
	n, err := tx.q.MarkMessage(ctx, dbgen.MarkMessageParams{
		State: string(r.State), Ref: r.Ref, SentAt: sent, LastError: r.Error, Now: millis(tx.now), Seen: seen, ID: id,
	})
	if err != nil {
		return fmt.Errorf("mark message %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("mark message %s: %w", id, ErrNotFound)
	}
	return nil
}

// LearnRef lets merge say what a message's reference is now, given what it was
// before: what two learn at once is not lost. A message that has not gone out as
// far as we know was seen after all, or we would not learn of it.
func (tx *Tx) LearnRef(ctx context.Context, id string, merge func(now string) string) error {
	r, err := tx.q.MessageByID(ctx, id)
	if err := found(err, "message", id); err != nil {
		return err
	}
	p := dbgen.LearnRefParams{Ref: merge(r.Ref), State: r.State, SentAt: r.SentAt, LastError: r.LastError, ID: id, OldRef: r.Ref, OldState: r.State}
	switch MessageState(r.State) {
	case MessagePending, MessageUncertain, MessageFailed:
		p.State, p.SentAt, p.LastError = string(MessageSent), millis(tx.now), ""
	case MessageSent, MessageDropped:
	}
	if p.Ref == r.Ref && p.State == r.State {
		return nil
	}
	n, err := tx.q.LearnRef(ctx, p)
	return saved(n, err, "reference of message", id)
}

// LatestOfCard is what is to be seen of a card as far as we know: its newest
// change that went or goes out, else the message that carries it. The bool is
// false when none is left.
func (tx *Tx) LatestOfCard(ctx context.Context, root string) (Message, bool, error) {
	r, err := tx.q.LatestOfCard(ctx, root)
	if errors.Is(err, sql.ErrNoRows) {
		return Message{}, false, nil
	}
	if err != nil {
		return Message{}, false, fmt.Errorf("load the newest change of card %s: %w", root, err)
	}
	return messageOf(r), true, nil
}

// Messages lists messages in the order they were made.
func (tx *Tx) Messages(ctx context.Context, f MessageFilter) ([]Message, error) {
	rows, err := tx.q.ListMessages(ctx, dbgen.ListMessagesParams{
		State: string(f.State), Subject: f.Subject, Person: f.Person, After: f.After, Most: most(f.Limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	all := make([]Message, 0, len(rows))
	for _, r := range rows {
		all = append(all, messageOf(r))
	}
	return all, nil
}

func messageOf(r dbgen.Message) Message {
	return Message{
		Outgoing: Outgoing{
			ID: r.ID, Bot: r.Bot, User: r.Usr, Chat: r.Chat, Person: r.Person, Kind: r.Kind, Subject: r.Subject,
			Body: json.RawMessage(r.Body), Update: r.Updates, NotBefore: instant(r.NotBefore),
		},
		Root: r.Root, State: MessageState(r.State), Ref: r.Ref, Tries: int(r.Tries), FirstTryAt: instant(r.FirstTryAt), DoubtSince: instant(r.DoubtSince),
		TryAt: instant(r.TryAt), SentAt: instant(r.SentAt), Error: r.LastError, CreatedAt: instant(r.CreatedAt),
	}
}
