package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"genjin/store/dbgen"
)

// The states of a job.
const (
	jobOpen = "open"
	jobDone = "done"
	jobDead = "dead"
)

// ErrNotClaimed means that a job is closed, not due, leased to somebody, behind
// an older job of its lane, or that its lane is taken.
var ErrNotClaimed = errors.New("job not claimed")

// Claim takes a job for owner until the lease runs out. The bool is false where
// [Tx.Claim] says [ErrNotClaimed].
func (s *Store) Claim(ctx context.Context, id, owner string, lease time.Duration) (Job, bool, error) {
	var job Job
	err := s.Do(ctx, func(tx *Tx) error {
		var err error
		job, err = tx.Claim(ctx, id, owner, lease)
		return err
	})
	if errors.Is(err, ErrNotClaimed) {
		return Job{}, false, nil
	}
	return job, err == nil, err
}

// Claim takes a job within a transaction, which must fail when this does: work
// that needs nothing but the database is claimed, done and closed in one.
func (tx *Tx) Claim(ctx context.Context, id, owner string, lease time.Duration) (Job, error) {
	until := millis(tx.now.Add(lease))
	r, err := tx.q.ClaimJob(ctx, dbgen.ClaimJobParams{Owner: owner, LeaseUntil: until, ID: id, Now: millis(tx.now)})
	if errors.Is(err, sql.ErrNoRows) {
		return Job{}, ErrNotClaimed
	}
	if err != nil {
		return Job{}, fmt.Errorf("claim job %s: %w", id, err)
	}
	job := jobOf(r)
	if job.Lane == "" {
		return job, nil
	}
	n, err := tx.q.TakeLane(ctx, dbgen.TakeLaneParams{Lane: job.Lane, Holder: id, LeaseUntil: until, Now: millis(tx.now)})
	if err != nil {
		return Job{}, fmt.Errorf("take lane %s: %w", job.Lane, err)
	}
	if n == 0 {
		return Job{}, ErrNotClaimed
	}
	return job, nil
}

// HoldLane takes or keeps a lane for a process, for work that is no job. The
// bool is false when somebody else holds it.
func (s *Store) HoldLane(ctx context.Context, lane, holder string, lease time.Duration) (bool, error) {
	var held bool
	err := s.Do(ctx, func(tx *Tx) error {
		n, err := tx.q.TakeLane(ctx, dbgen.TakeLaneParams{Lane: lane, Holder: holder, LeaseUntil: millis(tx.now.Add(lease)), Now: millis(tx.now)})
		if err != nil {
			return fmt.Errorf("hold lane %s: %w", lane, err)
		}
		held = n == 1
		return nil
	})
	return held && err == nil, err
}

// Extend keeps a claimed job ours for longer, or says [ErrLost].
func (s *Store) Extend(ctx context.Context, j Job, lease time.Duration) error {
	return s.Do(ctx, func(tx *Tx) error {
		until := millis(tx.now.Add(lease))
		n, err := tx.q.ExtendJob(ctx, dbgen.ExtendJobParams{LeaseUntil: until, ID: j.ID, Owner: j.Lease.Owner, Fence: j.Lease.Fence})
		if err := held(n, err, "extend", j); err != nil {
			return err
		}
		if j.Lane == "" {
			return nil
		}
		if _, err := tx.q.ExtendLane(ctx, until, j.Lane, j.ID); err != nil {
			return fmt.Errorf("extend lane %s: %w", j.Lane, err)
		}
		return nil
	})
}

// FinishJob closes a job in the transaction that did its work. It says
// [ErrLost], and so undoes that work, when somebody else has the job now.
func (tx *Tx) FinishJob(ctx context.Context, j Job) error {
	return tx.closeJob(ctx, j, jobDone, j.LastError)
}

// RetryJob gives a job back for another try at an instant. A nil cause means
// that it was only too early: that was no try.
func (s *Store) RetryJob(ctx context.Context, j Job, at time.Time, cause error) error {
	return s.Do(ctx, func(tx *Tx) error {
		p := dbgen.RetryJobParams{RunAt: millis(at), Untried: 1, LastError: j.LastError, ID: j.ID, Owner: j.Lease.Owner, Fence: j.Lease.Fence}
		if cause != nil {
			p.Untried, p.LastError = 0, cause.Error()
		}
		n, err := tx.q.RetryJob(ctx, p)
		if err := held(n, err, "retry", j); err != nil {
			return err
		}
		tx.rings = tx.rings || !at.After(tx.now)
		return tx.freeLane(ctx, j)
	})
}

// BuryJob makes a job a dead letter: no further try could help. The message
// that it should have sent fails with it.
func (s *Store) BuryJob(ctx context.Context, j Job, cause error) error {
	why := "no cause given"
	if cause != nil {
		why = cause.Error()
	}
	return s.Do(ctx, func(tx *Tx) error {
		if err := tx.closeJob(ctx, j, jobDead, why); err != nil {
			return err
		}
		if id, ok := messageOfKey(j.Key); ok {
			if _, err := tx.q.FailPendingMessage(ctx, why, id); err != nil {
				return fmt.Errorf("fail message %s: %w", id, err)
			}
		}
		return nil
	})
}

func (tx *Tx) closeJob(ctx context.Context, j Job, state, cause string) error {
	n, err := tx.q.CloseJob(ctx, dbgen.CloseJobParams{
		NewState: state, ClosedAt: millis(tx.now), LastError: cause, ID: j.ID, Owner: j.Lease.Owner, Fence: j.Lease.Fence,
	})
	if err := held(n, err, "close", j); err != nil {
		return err
	}
	return tx.freeLane(ctx, j)
}

// freeLane lets the next job of the lane go, at once.
func (tx *Tx) freeLane(ctx context.Context, j Job) error {
	if j.Lane == "" {
		return nil
	}
	if err := tx.q.FreeLane(ctx, j.Lane, j.ID); err != nil {
		return fmt.Errorf("free lane %s: %w", j.Lane, err)
	}
	if _, err := tx.q.WakeLane(ctx, j.Lane); err != nil {
		return fmt.Errorf("wake lane %s: %w", j.Lane, err)
	}
	tx.rings = true
	return nil
}

func held(n int64, err error, what string, j Job) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s job %s: %w", what, j.ID, err)
	case n == 0:
		return fmt.Errorf("%s job %s: %w", what, j.ID, ErrLost)
	default:
		return nil
	}
}
