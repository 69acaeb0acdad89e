package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"genjin/bots"
	"genjin/store"
)

// work is how one kind of job is done. Exactly one of tx and long is set.
type work struct {
	// tx does everything in the transaction that closes the job.
	tx func(ctx context.Context, tx *store.Tx, j store.Job) error
	// long works outside any transaction under a lease that is kept alive; the
	// function it returns runs in the transaction that closes the job.
	long func(ctx context.Context, j store.Job) (finish, error)
	// timeout bounds one try; 0 = 30 s.
	timeout time.Duration
}

// finish is the effect of a long job, applied with its closing.
type finish func(ctx context.Context, tx *store.Tx) error

// later asks for another try at an instant, which is no failure.
type later struct{ at time.Time }

func (l later) Error() string { return "not yet: again at " + l.at.Format(time.RFC3339) }

// final is a failure that no further try can mend.
type final struct{ err error }

func (f final) Error() string { return f.err.Error() }
func (f final) Unwrap() error { return f.err }

const (
	tryTimeout   = 30 * time.Second
	patience     = 24 * time.Hour  // a job that failed for so long is dead
	recordWithin = 5 * time.Second // how long the record of a try may take
	limitedLeast = 100 * time.Millisecond
)

// do takes one job through: claim, work, close or put off. What it does is safe
// to do twice at once: the claim lets one through.
func (e *Engine) do(ctx context.Context, id string) {
	if e.skewed.Load() {
		return
	}
	if _, busy := e.running.LoadOrStore(id, struct{}{}); busy {
		return
	}
	defer e.running.Delete(id)
	if err := e.attempt(ctx, id); err != nil && ctx.Err() == nil {
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "job attempt", slog.String("job", id), slog.Any("error", err))
	}
}

// attempt claims a job and does it. Work that needs nothing but the database is
// claimed, done and closed in one transaction; when it fails its claim is gone
// with it, and is made again to put the job off.
func (e *Engine) attempt(ctx context.Context, id string) error {
	j, done, err := e.quick(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotClaimed), err == nil && done:
		return nil
	case err != nil:
		again, ok, claimErr := e.Store.Claim(ctx, id, e.owner, e.Lease)
		if claimErr != nil || !ok {
			return errors.Join(err, claimErr)
		}
		return e.settle(ctx, again, err)
	}
	w, known := e.works[j.Kind]
	if !known {
		// A newer replica may know it: this is a failed try, not the end.
		return e.settle(ctx, j, fmt.Errorf("no such kind of job: %q", j.Kind))
	}
	tctx, cancel := context.WithTimeout(ctx, w.within())
	defer cancel()
	return e.settle(ctx, j, e.try(tctx, cancel, w, j))
}

// quick claims a job, and if it needs nothing but the database does it as well.
func (e *Engine) quick(ctx context.Context, id string) (j store.Job, done bool, err error) {
	defer rescue(&err)
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	err = e.Store.Do(ctx, func(tx *store.Tx) error {
		var err error
		done = false
		if j, err = tx.Claim(ctx, id, e.owner, e.Lease); err != nil {
			return err
		}
		w := e.works[j.Kind]
		if w.tx == nil {
			return nil
		}
		if err := w.tx(ctx, tx, j); err != nil {
			return err
		}
		done = true
		return tx.FinishJob(ctx, j)
	})
	return j, done, err
}

// within is how long one try may take.
func (w work) within() time.Duration {
	if w.timeout == 0 {
		return tryTimeout
	}
	return w.timeout
}

// rescue turns a panic into the error of this one attempt.
func rescue(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// try runs one attempt at a long job.
func (e *Engine) try(ctx context.Context, cancel context.CancelFunc, w work, j store.Job) (err error) {
	defer rescue(&err)
	end, err := e.alive(ctx, cancel, w, j)
	if err != nil {
		return err
	}
	// What was done outside must be recorded even when the hub is told to
	// stop or the try ran into its limit at the last moment.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer done()
	return e.Store.Do(ctx, func(tx *store.Tx) error {
		if end != nil {
			if err := end(ctx, tx); err != nil {
				return err
			}
		}
		return tx.FinishJob(ctx, j)
	})
}

// alive runs a long job while its lease is kept.
func (e *Engine) alive(ctx context.Context, cancel context.CancelFunc, w work, j store.Job) (finish, error) {
	stop := e.keepAlive(ctx, cancel, j)
	defer stop()
	return w.long(ctx, j)
}

// keepAlive extends the lease until stop is called, also when the job runs on
// over its time: it never runs twice at once. When the lease is lost, or could
// not be extended before it ran out, the job is cut off.
func (e *Engine) keepAlive(ctx context.Context, lost context.CancelFunc, j store.Job) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(e.Lease / 3)
		defer t.Stop()
		kept := time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			begun := time.Now()
			ectx, release := context.WithTimeout(ctx, e.Lease/3)
			err := e.Store.Extend(ectx, j, e.Lease)
			release()
			if err == nil {
				kept = begun
			}
			if errors.Is(err, store.ErrLost) || time.Since(kept) > e.Lease*9/10 {
				lost()
				return
			}
		}
	}()
	return func() { cancel(); <-done }
}

// settle puts off, buries or leaves a job as its try ended.
func (e *Engine) settle(ctx context.Context, j store.Job, err error) error {
	var (
		notYet later
		never  final
		send   *bots.SendError
	)
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer done()
	switch {
	case err == nil, errors.Is(err, store.ErrLost):
		return nil
	case errors.As(err, &notYet):
		return e.Store.RetryJob(ctx, j, notYet.at, nil)
	case errors.As(err, &send) && send.Code == bots.CodeLimited:
		// Nothing was tried: the platform said when it may be.
		return e.Store.RetryJob(ctx, j, e.Now().Add(max(send.After, limitedLeast)), nil)
	case errors.As(err, &never), e.Now().Sub(j.CreatedAt) > patience && j.Tries > 20:
		return e.bury(ctx, j, err)
	case errors.As(err, &send):
		return e.Store.RetryJob(ctx, j, e.Now().Add(max(send.After, backoff(j.Tries))), err)
	}
	e.Logger.LogAttrs(ctx, slog.LevelWarn, "job put off", slog.String("job", j.ID), slog.String("kind", j.Kind), slog.Int("tries", j.Tries), slog.Any("error", err))
	return e.Store.RetryJob(ctx, j, e.Now().Add(backoff(j.Tries)), err)
}

// bury makes a job a dead letter and tells the admins.
func (e *Engine) bury(ctx context.Context, j store.Job, cause error) error {
	e.Logger.LogAttrs(ctx, slog.LevelError, "job is dead", slog.String("job", j.ID), slog.String("kind", j.Kind), slog.Any("error", cause))
	err := e.Store.BuryJob(ctx, j, cause)
	if errors.Is(err, store.ErrLost) {
		return nil // somebody else has it: it is theirs to bury
	}
	return errors.Join(err, e.Store.Do(ctx, func(tx *store.Tx) error {
		return e.alarmIn(ctx, tx, alarm{what: "dead job", scope: j.Kind + ":" + sameCause(cause.Error()), id: j.ID, cause: cause.Error()})
	}))
}

// backoff is how long the next try waits: 0.5 s doubling to 30 s, and after
// about an hour of trying 5 minutes.
func backoff(tries int) time.Duration {
	switch {
	case tries < 7:
		return 500 * time.Millisecond << max(0, tries-1)
	case tries < 130:
		return 30 * time.Second
	}
	return 5 * time.Minute
}
