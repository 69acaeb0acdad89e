package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"genjin/sales"
	"genjin/store/dbgen"
)

// Wrote is where a person last wrote to the hub. It is empty for somebody who
// never did.
type Wrote struct {
	Bot  string
	Chat string
	At   time.Time
}

// wroteGrain is how exactly it is remembered when somebody wrote. Somebody who
// writes ten times in a row would otherwise make ten transactions wait for one
// row.
const wroteGrain = time.Minute

// Wrote remembers that a person wrote just now, to the minute.
func (tx *Tx) Wrote(ctx context.Context, person, bot, chat string) error {
	last, err := tx.LastWrote(ctx, person)
	if err != nil {
		return err
	}
	if last.Bot == bot && last.Chat == chat && tx.now.Sub(last.At).Abs() < wroteGrain {
		return nil
	}
	if err := tx.q.SetWrote(ctx, dbgen.SetWroteParams{Person: person, Bot: bot, Chat: chat, WroteAt: millis(tx.now)}); err != nil {
		return fmt.Errorf("remember where %s wrote: %w", person, err)
	}
	return nil
}

// LastWrote says where a person last wrote.
func (tx *Tx) LastWrote(ctx context.Context, person string) (Wrote, error) {
	r, err := tx.q.LastWrote(ctx, person)
	if errors.Is(err, sql.ErrNoRows) {
		return Wrote{}, nil
	}
	if err != nil {
		return Wrote{}, fmt.Errorf("load where %s wrote: %w", person, err)
	}
	return Wrote{Bot: r.Bot, Chat: r.Chat, At: instant(r.WroteAt)}, nil
}

// Draft is what a person has begun and not finished.
type Draft struct {
	Person    string
	Kind      string
	Data      json.RawMessage
	ExpiresAt time.Time
}

// Draft loads a person's draft. The bool is false when there is none or it is
// too old.
func (tx *Tx) Draft(ctx context.Context, person string) (Draft, bool, error) {
	r, err := tx.q.DraftOf(ctx, person, millis(tx.now))
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, false, nil
	}
	if err != nil {
		return Draft{}, false, fmt.Errorf("load the draft of %s: %w", person, err)
	}
	return Draft{Person: r.Person, Kind: r.Kind, Data: json.RawMessage(r.Data), ExpiresAt: instant(r.ExpiresAt)}, true, nil
}

// SaveDraft keeps a draft in place of the person's last one.
func (tx *Tx) SaveDraft(ctx context.Context, d Draft) error {
	err := tx.q.SetDraft(ctx, dbgen.SetDraftParams{Person: d.Person, Kind: d.Kind, Data: string(d.Data), ExpiresAt: millis(d.ExpiresAt)})
	if err != nil {
		return fmt.Errorf("save the draft of %s: %w", d.Person, err)
	}
	return nil
}

// DropDraft forgets a person's draft, if there is one.
func (tx *Tx) DropDraft(ctx context.Context, person string) error {
	if err := tx.q.DeleteDraft(ctx, person); err != nil {
		return fmt.Errorf("drop the draft of %s: %w", person, err)
	}
	return nil
}

// Delegations lists who handed their approvals over by chat, also those who
// took it back: theirs hand over nothing and stand above org.yaml.
func (tx *Tx) Delegations(ctx context.Context) (map[string]sales.Delegation, error) {
	rows, err := tx.q.ListDelegations(ctx)
	if err != nil {
		return nil, fmt.Errorf("list delegations: %w", err)
	}
	all := make(map[string]sales.Delegation, len(rows))
	for _, r := range rows {
		all[r.Person] = sales.Delegation{To: r.Delegate, From: instant(r.FromAt), Until: instant(r.UntilAt)}
	}
	return all, nil
}

// SetDelegation replaces a person's delegation; the zero one takes it back.
func (tx *Tx) SetDelegation(ctx context.Context, person string, d sales.Delegation) error {
	err := tx.q.SetDelegation(ctx, dbgen.SetDelegationParams{Person: person, Delegate: d.To, FromAt: millis(d.From), UntilAt: millis(d.Until)})
	if err != nil {
		return fmt.Errorf("set the delegate of %s: %w", person, err)
	}
	return nil
}

// Once is true for the first caller with this key, for as long as [Tx.Sweep]
// keeps it: what hangs on it is said once.
func (tx *Tx) Once(ctx context.Context, key string) (bool, error) {
	n, err := tx.q.InsertSaid(ctx, key, millis(tx.now))
	if err != nil {
		return false, fmt.Errorf("note %s as said: %w", key, err)
	}
	return n == 1, nil
}

// LeaverKey is where it stands, beside the drafts, that the open work of somebody
// who left was listed. Who comes back may leave again: then it is dropped.
func LeaverKey(person string) string { return "leaver:" + person }

const (
	// saidFor is how long the hub remembers what it said once: longer than any
	// period, form or message that could ask again.
	saidFor = 180 * 24 * time.Hour
	// laneFor is how long a lane stays that nobody holds.
	laneFor = 24 * time.Hour
)

// Sweep lets go of what nobody can use any more at that instant: old drafts, and
// marks of what was said or locked long ago. What keeps things from being done
// twice goes by the clock alone, whatever instant is asked for.
func (tx *Tx) Sweep(ctx context.Context, at time.Time) error {
	if _, err := tx.q.SweepDrafts(ctx, millis(at)); err != nil {
		return fmt.Errorf("sweep drafts: %w", err)
	}
	now := tx.now
	if at.Before(now) {
		now = at
	}
	if _, err := tx.q.SweepSaid(ctx, millis(now.Add(-saidFor))); err != nil {
		return fmt.Errorf("sweep what was said: %w", err)
	}
	if _, err := tx.q.SweepLanes(ctx, millis(now.Add(-laneFor))); err != nil {
		return fmt.Errorf("sweep lanes: %w", err)
	}
	return nil
}
