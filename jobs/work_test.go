package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
)

// kind gives the engine one more kind of job, and puts one into the ledger.
func (w *world) kind(k work) string {
	w.t.Helper()
	w.engine.works["test"] = k
	w.do(func(tx *store.Tx) error {
		_, err := tx.AddJob(w.t.Context(), store.NewJob{Kind: "test", Key: "test"})
		return err
	})
	return w.openJob().ID
}

func (w *world) job(id string) (j store.Job) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { j, err = tx.Job(w.t.Context(), id); return err })
	return j
}

func TestPanicIsOneFailedTry(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]func(calls *int) work{
		"in a transaction": func(calls *int) work {
			return work{tx: func(context.Context, *store.Tx, store.Job) error {
				if *calls++; *calls == 1 {
					panic("planted")
				}
				return nil
			}}
		},
		"in long work": func(calls *int) work {
			return work{long: func(context.Context, store.Job) (finish, error) {
				if *calls++; *calls == 1 {
					panic("planted")
				}
				return func(context.Context, *store.Tx) error { return nil }, nil
			}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, calls := newWorld(t), 0
			id := w.kind(k(&calls))
			w.work()
			if j := w.job(id); j.Tries != 1 || j.LastError == "" {
				t.Fatalf("after the panic: %d tries, error %q", j.Tries, j.LastError)
			}
			w.pass(time.Second)
			w.work()
			if calls != 2 {
				t.Errorf("%d calls, want 2", calls)
			}
		})
	}
}

func TestFailureForADayIsDeadAndAlarmsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.kind(work{tx: func(context.Context, *store.Tx, store.Job) error { return errors.New("planted") }})
	begun := w.clock()
	for range 600 {
		w.work()
		due, err := w.store.DeadLetters(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) > 0 {
			break
		}
		w.pass(3 * time.Minute)
	}
	dead, err := w.store.DeadLetters(t.Context(), 10)
	if err != nil || len(dead) != 1 || dead[0].ID != id {
		t.Fatalf("dead letters: %v, %v", dead, err)
	}
	if d := w.clock().Sub(begun); d < patience || d > patience+10*time.Minute {
		t.Errorf("dead after %v", d)
	}
	w.settle()
	w.said(w.feishu, "feishu_admin", 1, "后台工作")
}

func TestDatabaseAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	w, calls := newWorld(t), 0
	w.kind(work{tx: func(context.Context, *store.Tx, store.Job) error {
		if calls++; calls == 1 {
			return fmt.Errorf("planted: %w", store.ErrUnavailable)
		}
		return nil
	}})
	w.work()
	w.pass(time.Second)
	w.work()
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

func TestUnknownKindWaitsForAProcessThatKnowsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.kind(work{})
	delete(w.engine.works, "test")
	w.work()
	if j := w.job(id); j.Tries != 1 {
		t.Errorf("%d tries", j.Tries)
	}
	if dead, err := w.store.DeadLetters(t.Context(), 1); err != nil || len(dead) != 0 {
		t.Errorf("dead: %v, %v", dead, err)
	}
}

func TestEffectOfALostLeaseIsUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.hire()
	id := w.kind(work{long: func(ctx context.Context, j store.Job) (finish, error) {
		w.pass(time.Minute) // the lease runs out and another process takes the job
		if _, ok, err := w.store.Claim(ctx, j.ID, other.owner, time.Hour); err != nil || !ok {
			return nil, fmt.Errorf("claimed: %t, %w", ok, err)
		}
		return func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Once(ctx, "effect")
			return err
		}, nil
	}})
	w.engine.do(t.Context(), id)
	w.do(func(tx *store.Tx) error {
		if first, err := tx.Once(t.Context(), "effect"); err != nil || !first {
			t.Errorf("the effect stands: %v", err)
		}
		return nil
	})
	if j := w.job(id); j.Lease.Owner != other.owner {
		t.Error("the job was taken from its new holder")
	}
}

// The work goes on over several leases and over its own time, while a second
// engine asks for the job all along.
func TestLongWorkNeverRunsTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Lease = 90 * time.Millisecond })
	other := w.hire(func(o *Options) { o.Lease = 90 * time.Millisecond })
	var at, most, runs atomic.Int32
	k := work{timeout: 100 * time.Millisecond, long: func(context.Context, store.Job) (finish, error) {
		most.Store(max(most.Load(), at.Add(1)))
		runs.Add(1)
		defer at.Add(-1)
		for range 10 {
			time.Sleep(50 * time.Millisecond)
			w.pass(50 * time.Millisecond)
		}
		return func(context.Context, *store.Tx) error { return nil }, nil
	}}
	other.works["test"] = k
	id := w.kind(k)
	done := make(chan struct{})
	go func() { defer close(done); w.engine.do(t.Context(), id) }()
	for {
		select {
		case <-done:
			if most.Load() != 1 || runs.Load() != 1 {
				t.Errorf("%d runs, %d at once", runs.Load(), most.Load())
			}
			return
		default:
			other.do(t.Context(), id)
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func TestClockFarFromTheDatabaseStopsJobsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(toLi(), textMessage("你好"))
	w.engine.noteSkew(t.Context(), 3*time.Second)
	if w.log.count("clock differs") != 1 {
		t.Error("3 s apart: no warning")
	}
	w.engine.noteSkew(t.Context(), -11*time.Second)
	w.engine.do(t.Context(), w.openJob().ID)
	if err := w.engine.tickOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.feishu.to("feishu_li")); n != 0 {
		t.Errorf("11 s apart: %d messages went out", n)
	}
	w.engine.noteSkew(t.Context(), 0)
	w.work()
	if m := w.message(id); m.State != store.MessageSent {
		t.Errorf("clock set right: message is %s", m.State)
	}
	if !w.engine.clockRight(t.Context()) {
		t.Error("SQLite has no clock of its own to differ from")
	}
}
