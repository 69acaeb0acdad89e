package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"genjin/store/dbgen"
)

// Quota is how many messages a platform lets through within a span of time; the
// zero Quota counts nothing.
type Quota struct {
	Whom string // who is counted together: a member, or all groups
	Most int
	Span time.Duration
}

// BeginTry notes, before the platform hears of it, that a message is tried now.
// When as many as the quota allows went to whom it counts within the span, those
// under way in any process included, it notes nothing and says when there is
// room again. The zero instant means that the try may begin.
func (s *Store) BeginTry(ctx context.Context, m Message, q Quota) (free time.Time, err error) {
	err = s.Do(ctx, func(tx *Tx) error {
		free = time.Time{}
		if q.Most > 0 {
			at, err := tx.room(ctx, m, q)
			if err != nil {
				return err
			}
			if at.After(tx.now) {
				free = at
				return nil
			}
		}
		n, err := tx.q.BeginTry(ctx, millis(tx.now), q.Whom, m.ID)
		if err != nil {
			return fmt.Errorf("begin a try of message %s: %w", m.ID, err)
		}
		if n == 0 { // settled by somebody else meanwhile
			free = tx.now
		}
		return nil
	})
	return free, err
}

// room is when a quota allows one more. Whoever asks for the same at once waits
// for the end of this transaction.
func (tx *Tx) room(ctx context.Context, m Message, q Quota) (time.Time, error) {
	if err := tx.q.TouchLane(ctx, quotaLane(m.Bot, q.Whom)); err != nil {
		return time.Time{}, fmt.Errorf("count what went to %s: %w", m.Person, err)
	}
	tries, err := tx.q.TriesTo(ctx, dbgen.TriesToParams{
		Bot: m.Bot, Counted: q.Whom, Since: millis(tx.now.Add(-q.Span)), ID: m.ID, Most: most(q.Most),
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("count what went to %s: %w", m.Person, err)
	}
	if len(tries) < q.Most {
		return time.Time{}, nil
	}
	return instant(tries[q.Most-1]).Add(q.Span + time.Millisecond), nil
}

// quotaLane is the lane of those who write where it is counted together. Its name
// outlives the message: no account stands in it.
func quotaLane(bot, whom string) string {
	sum := sha256.Sum256([]byte(whom))
	return "quota:" + bot + ":" + hex.EncodeToString(sum[:16])
}

// ForgetTry takes the note of a try back that came to nothing: the platform was
// not asked.
func (s *Store) ForgetTry(ctx context.Context, id string) error {
	return s.Do(ctx, func(tx *Tx) error {
		if err := tx.q.ForgetTry(ctx, id); err != nil {
			return fmt.Errorf("forget a try of message %s: %w", id, err)
		}
		return nil
	})
}

// NoteTry counts a try that did not succeed. With doubt its outcome is not
// known: the platform may have taken the message.
func (s *Store) NoteTry(ctx context.Context, id string, doubt bool, cause string) error {
	return s.Do(ctx, func(tx *Tx) error {
		p := dbgen.NoteTryParams{LastError: cause, Now: millis(tx.now), ID: id}
		if doubt {
			p.DoubtSince = p.Now
		}
		n, err := tx.q.NoteTry(ctx, p)
		if err != nil {
			return fmt.Errorf("note a try of message %s: %w", id, err)
		}
		if n == 0 {
			return fmt.Errorf("note a try of message %s: %w", id, ErrNotFound)
		}
		return nil
	})
}
