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

// Inbox is one event that was answered: the same event gets the same answer.
type Inbox struct {
	Bot     string
	Key     string // the platform's id of the event
	Type    string
	User    string // the platform's id of who sent it
	Person  string // person id; empty = unknown
	At      time.Time
	Hash    string // of the event's bytes
	Outcome string
	Answer  json.RawMessage
}

// Seen looks an event up. The bool is false when it is new.
func (tx *Tx) Seen(ctx context.Context, bot, key string) (Inbox, bool, error) {
	r, err := tx.q.InboxByKey(ctx, bot, key)
	if errors.Is(err, sql.ErrNoRows) {
		return Inbox{}, false, nil
	}
	if err != nil {
		return Inbox{}, false, fmt.Errorf("look up event %s: %w", key, err)
	}
	return inboxOf(r), true, nil
}

func inboxOf(r dbgen.Inbox) Inbox {
	in := Inbox{
		Bot: r.Bot, Key: r.EventKey, Type: r.EventType, User: r.Usr, Person: r.Person, At: instant(r.ReceivedAt), Hash: r.Hash, Outcome: r.Outcome,
	}
	if r.Answer != "" {
		in.Answer = json.RawMessage(r.Answer)
	}
	return in
}

// Receive remembers an event for ever. When another copy of it was faster the
// transaction runs again, and then sees it.
func (tx *Tx) Receive(ctx context.Context, in Inbox) error {
	if in.At.IsZero() {
		in.At = tx.now
	}
	n, err := tx.q.InsertInbox(ctx, dbgen.InsertInboxParams{
		Bot: in.Bot, EventKey: in.Key, EventType: in.Type, Usr: in.User, Person: in.Person, ReceivedAt: millis(in.At), Hash: in.Hash,
		Outcome: in.Outcome, Answer: string(in.Answer),
	})
	return saved(n, err, "event", in.Key)
}
