package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Trace is what the hub did lately, newest first in each list. Rows that one
// transaction wrote carry the same instant.
type Trace struct {
	Events   []Inbox
	Leaves   []TraceLeaf
	Messages []Message
}

// TraceLeaf is a line of the audit log as people read it.
type TraceLeaf struct {
	At                    time.Time
	Actor, Action, Object string
	Before, After         json.RawMessage
	Reason                string
}

// Trace reads the latest rows of the record, at most so many of each kind.
func (s *Store) Trace(ctx context.Context, most int) (Trace, error) {
	var t Trace
	n := int32(min(most, 10_000)) //nolint:gosec // bounded
	err := s.View(ctx, func(tx *Tx) error {
		events, err := tx.q.RecentInbox(ctx, n)
		if err != nil {
			return fmt.Errorf("recent events: %w", err)
		}
		for _, r := range events {
			t.Events = append(t.Events, inboxOf(r))
		}
		leaves, err := tx.q.LeavesAround(ctx, 0, n)
		if err != nil {
			return fmt.Errorf("recent audit leaves: %w", err)
		}
		for _, r := range leaves {
			t.Leaves = append(t.Leaves, TraceLeaf{
				At: instant(r.At), Actor: r.Actor, Action: r.Action, Object: r.Object, Before: json.RawMessage(r.BeforeValue), After: json.RawMessage(r.AfterValue), Reason: r.Reason,
			})
		}
		messages, err := tx.q.RecentMessages(ctx, n)
		if err != nil {
			return fmt.Errorf("recent messages: %w", err)
		}
		for _, r := range messages {
			t.Messages = append(t.Messages, messageOf(r))
		}
		return nil
	})
	return t, err
}
