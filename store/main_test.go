package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"genjin/sales"
	"genjin/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// do is s.Do for tests that expect no error.
func do(tb testing.TB, s *store.Store, fn func(ctx context.Context, tx *store.Tx) error) {
	tb.Helper()
	if err := s.Do(tb.Context(), func(tx *store.Tx) error { return fn(tb.Context(), tx) }); err != nil {
		tb.Fatal(err)
	}
}

// view reads one thing.
func view[T any](tb testing.TB, s *store.Store, fn func(ctx context.Context, tx *store.Tx) (T, error)) T {
	tb.Helper()
	var v T
	err := s.View(tb.Context(), func(tx *store.Tx) error {
		var err error
		v, err = fn(tb.Context(), tx)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// addJob puts a job into the ledger and returns it.
func addJob(tb testing.TB, s *store.Store, j store.NewJob) store.Job {
	tb.Helper()
	do(tb, s, func(ctx context.Context, tx *store.Tx) error {
		added, err := tx.AddJob(ctx, j)
		if err == nil && !added {
			tb.Errorf("job %s was there already", j.Key)
		}
		return err
	})
	due, err := s.DueJobs(tb.Context(), 0, "", 0)
	if err != nil {
		tb.Fatal(err)
	}
	for _, d := range due {
		if d.Key == j.Key {
			return d
		}
	}
	return store.Job{Key: j.Key}
}

// poison is code that panics.
func poison(m map[string]error) error {
	m["x"] = errMine
	return nil
}

func saveLead(tb testing.TB, s *store.Store, l sales.Lead) sales.Lead {
	tb.Helper()
	do(tb, s, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if l.Number, err = tx.NextNumber(ctx); err != nil {
			return err
		}
		l.ID, l.Status = tx.NewID(), sales.LeadOpen
		return tx.Save(ctx, sales.Change{Leads: []sales.Lead{l}}, store.Source{})
	})
	l.Revision = 1
	return l
}
