package store_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

var errMine = errors.New("mine")

func said(ctx context.Context, tx *store.Tx, key string) (bool, error) {
	first, err := tx.Once(ctx, key)
	return !first, err
}

func TestDoRollsBackOnError(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Once(t.Context(), "a"); err != nil {
				return err
			}
			return errMine
		})
		if !errors.Is(err, errMine) {
			t.Fatalf("got %v, want the closure's error", err)
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			if was, err := said(ctx, tx, "a"); was || err != nil {
				t.Errorf("the failed transaction left something: %v %v", was, err)
			}
			return nil
		})
	})
}

func TestDoTurnsAPanicIntoAnError(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, run := range []func(context.Context, func(*store.Tx) error) error{s.Do, s.View} {
			err := run(t.Context(), func(*store.Tx) error { return poison(nil) })
			if !errors.Is(err, store.ErrPanicked) {
				t.Fatalf("got %v, want ErrPanicked", err)
			}
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// A test's FailNow ends its goroutine inside the closure.
func TestDoSurvivesAGoroutineThatEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, run := range []func(context.Context, func(*store.Tx) error) error{s.Do, s.View} {
			var wg sync.WaitGroup
			wg.Go(func() {
				_ = run(t.Context(), func(*store.Tx) error { runtime.Goexit(); return nil })
			})
			wg.Wait()
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDoRunsAgainAfterAConflictAndGivesUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		runs := 0
		do(t, s, func(context.Context, *store.Tx) error {
			if runs++; runs < 4 {
				return store.ErrConflict
			}
			return nil
		})
		if runs != 4 {
			t.Errorf("ran %d times, want 4", runs)
		}
		runs = 0
		err := s.Do(t.Context(), func(*store.Tx) error { runs++; return store.ErrConflict })
		if !errors.Is(err, store.ErrConflict) || runs < 5 || runs > 50 {
			t.Errorf("after %d runs: %v", runs, err)
		}
	})
}

func TestViewCannotWrite(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Once(t.Context(), "a")
			return err
		})
		if err == nil {
			t.Fatal("a view wrote")
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			if was, err := said(ctx, tx, "a"); was || err != nil {
				t.Errorf("the view left something: %v %v", was, err)
			}
			return nil
		})
	})
}

func TestViewIsConsistent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		count := func(tx *store.Tx) int {
			m, err := tx.Delegations(t.Context())
			if err != nil {
				t.Error(err)
			}
			return len(m)
		}
		err := s.View(t.Context(), func(tx *store.Tx) error {
			before := count(tx)
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetDelegation(ctx, "li", noDelegation) })
			if after := count(tx); before != 0 || after != 0 {
				t.Errorf("%d before, %d after another's commit", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := view(t, s, func(_ context.Context, tx *store.Tx) (int, error) { return count(tx), nil }); n != 1 {
			t.Errorf("%d delegations, want 1", n)
		}
	})
}

func TestDoCancelledWhileWaitingIsNotRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Do(ctx, func(*store.Tx) error { t.Error("ran"); return nil })
		if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOneInstantInUTCMilliseconds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 17, 0, 0, 123_456_789, time.FixedZone("CST", 8*3600))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		do(t, s, func(_ context.Context, tx *store.Tx) error {
			if want := time.Date(2026, 11, 24, 9, 0, 0, 123_000_000, time.UTC); tx.Now() != want {
				t.Errorf("now is %v, want %v", tx.Now(), want)
			}
			return nil
		})
	}, storetest.WithClock(func() time.Time { return now }))
}

func TestWakeRingsOnlyForCommittedWorkDueNow(t *testing.T) {
	t.Parallel()
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rang := func() bool {
			select {
			case <-s.Wake():
				return true
			default:
				return false
			}
		}
		add := func(key string, at time.Time, end error) {
			_ = s.Do(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.AddJob(t.Context(), store.NewJob{Kind: "k", Key: key, RunAt: at}); err != nil {
					return err
				}
				return end
			})
		}
		add("rolled back", time.Time{}, errMine)
		add("later", c.Now().Add(time.Hour), nil)
		if rang() {
			t.Error("rang without work")
		}
		add("now", time.Time{}, nil)
		if !rang() {
			t.Error("did not ring")
		}
		add("now", time.Time{}, nil)
		if rang() {
			t.Error("rang for a job that was there already")
		}
	}, storetest.WithClock(c.Now))
}

func TestClosedStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var ran atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			err := s.Do(context.Background(), func(*store.Tx) error { ran.Add(1); return nil })
			if err != nil && !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			if err != nil {
				ran.Add(1)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if ran.Load() != 200 {
		t.Errorf("%d of 200 callers got an answer", ran.Load())
	}
	if err := s.Do(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if err := s.View(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}
