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
func do(t testing.TB, s *store.Store, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := s.Do(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// view reads one thing.
func view[T any](t testing.TB, s *store.Store, fn func(ctx context.Context, tx *store.Tx) (T, error)) T {
	t.Helper()
	var v T
	err := s.View(t.Context(), func(tx *store.Tx) error {
		var err error
		v, err = fn(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// addJob puts a job into the ledger and returns it.
func addJob(t testing.TB, s *store.Store, j store.NewJob) store.Job {
	t.Helper()
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
		added, err := tx.AddJob(ctx, j)
		if err == nil && !added {
			t.Errorf("job %s was there already", j.Key)
		}
		return err
	})
	due, err := s.DueJobs(t.Context(), 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		if d.Key == j.Key {
			return d
		}
	}
	return store.Job{Key: j.Key}
}

func saveLead(t testing.TB, s *store.Store, l sales.Lead) sales.Lead {
	t.Helper()
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
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
