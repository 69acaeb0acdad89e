package store

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Counts is how much work there is, for metrics.
type Counts struct {
	OpenJobs    int64
	DueJobs     int64
	LeasedJobs  int64
	DeadJobs    int64
	OldestDue   time.Duration    // how long the oldest due job has waited
	Messages    map[string]int64 // by state: pending, uncertain, failed
	Unsequenced int64            // audit leaves without a place in the log
	Undelivered int64            // pending approvals of which somebody who must act was not told
}

// Counts counts.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := s.View(ctx, func(tx *Tx) error {
		open, err := tx.q.CountOpenJobs(ctx, millis(tx.now))
		if err != nil {
			return fmt.Errorf("count jobs: %w", err)
		}
		c.OpenJobs, c.DueJobs, c.LeasedJobs = open.Open, open.Due, open.Leased
		if open.Oldest > 0 {
			c.OldestDue = tx.now.Sub(instant(open.Oldest))
		}
		if c.DeadJobs, err = tx.q.CountDeadJobs(ctx); err != nil {
			return fmt.Errorf("count dead jobs: %w", err)
		}
		return tx.countMessages(ctx, &c)
	})
	return c, err
}

func (tx *Tx) countMessages(ctx context.Context, c *Counts) error {
	rows, err := tx.q.CountMessages(ctx)
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	c.Messages = map[string]int64{string(MessagePending): 0, string(MessageUncertain): 0, string(MessageFailed): 0}
	for _, r := range rows {
		c.Messages[r.State] = r.N
	}
	undelivered, err := tx.undelivered(ctx, math.MaxInt64)
	if err != nil {
		return err
	}
	c.Undelivered = int64(len(undelivered))
	c.Unsequenced, err = tx.unsequenced(ctx)
	return err
}
