package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"genjin/sales"
	"genjin/store/dbgen"
)

// The kinds of job that the store itself makes.
const (
	KindEffect = "effect" // payload: a sales.Effect
	KindSend   = "send"   // payload: a SendPayload
)

// Job is a row of the ledger: work that is open until the transaction that did
// it closes it.
type Job struct {
	ID        string
	Kind      string
	Key       string // no other job ever has it
	Lane      string // jobs of one lane run one at a time, oldest first; empty = none
	RunAt     time.Time
	Payload   json.RawMessage
	Tries     int
	Lease     Lease
	QueuedAt  time.Time // when the bell was last rung for it
	CreatedAt time.Time
	LastError string
}

// Lease says who does a job now.
type Lease struct {
	Owner string
	Until time.Time
	Fence int64 // grows with each claim: an older holder's word counts no more
}

// NewJob is work to be done.
type NewJob struct {
	Kind    string
	Key     string // empty = unique by itself
	Lane    string
	RunAt   time.Time // zero = now
	Payload any       // becomes JSON
}

// AddJob puts work into the ledger. It does nothing and returns false when a
// job with this key was ever there.
func (tx *Tx) AddJob(ctx context.Context, j NewJob) (bool, error) {
	payload, err := encode("payload of a job of kind "+j.Kind, j.Payload)
	if err != nil {
		return false, err
	}
	id := newID()
	if j.Key == "" {
		j.Key = j.Kind + ":" + id
	}
	if j.RunAt.IsZero() {
		j.RunAt = tx.now
	}
	n, err := tx.q.InsertJob(ctx, dbgen.InsertJobParams{
		ID: id, Kind: j.Kind, JobKey: j.Key, Lane: j.Lane, RunAt: millis(j.RunAt), Payload: payload, CreatedAt: millis(tx.now),
	})
	if err != nil {
		return false, fmt.Errorf("add job %s: %w", j.Key, err)
	}
	if n == 1 && !j.RunAt.After(tx.now) {
		tx.rings = true
	}
	return n == 1, nil
}

// addEffect stores what must follow a decision. The effects of one noun share
// a lane, so that a card is never closed before it is opened.
func (tx *Tx) addEffect(ctx context.Context, e sales.Effect) error {
	_, err := tx.AddJob(ctx, NewJob{Kind: KindEffect, Lane: "noun:" + strconv.FormatInt(e.Number, 10), Payload: e})
	return err
}

// DueJobs lists open jobs that are due, that nobody works on, that have no
// older job before them in their lane, and for which the bell was not rung
// within resendAfter. Those rung for under another epoch are listed at once:
// that bell is gone.
func (s *Store) DueJobs(ctx context.Context, limit int, epoch string, resendAfter time.Duration) ([]Job, error) {
	var jobs []Job
	err := s.View(ctx, func(tx *Tx) error {
		rows, err := tx.q.DueJobs(ctx, dbgen.DueJobsParams{
			Now: millis(tx.now), QueuedBefore: millis(tx.now.Add(-resendAfter)), Epoch: epoch, Most: most(limit),
		})
		if err != nil {
			return fmt.Errorf("list due jobs: %w", err)
		}
		jobs = make([]Job, 0, len(rows))
		for _, r := range rows {
			jobs = append(jobs, jobOf(r))
		}
		return nil
	})
	return jobs, err
}

// markAtOnce is how many rows one transaction marks: a worker that wants one of
// them waits for its end.
const markAtOnce = 100

// MarkQueued notes that the bell of this epoch was rung for these jobs.
func (s *Store) MarkQueued(ctx context.Context, ids []string, epoch string) error {
	for part := range slices.Chunk(ids, markAtOnce) {
		err := s.Do(ctx, func(tx *Tx) error {
			for _, id := range part {
				if err := tx.q.MarkQueued(ctx, millis(tx.now), epoch, id); err != nil {
					return fmt.Errorf("mark job %s queued: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Job loads a row of the ledger.
func (tx *Tx) Job(ctx context.Context, id string) (Job, error) {
	r, err := tx.q.JobByID(ctx, id)
	if err := found(err, "job", id); err != nil {
		return Job{}, err
	}
	return jobOf(r), nil
}

// NewID makes an id that sorts by the time of its making.
func (s *Store) NewID() string { return newID() }

func jobOf(r dbgen.Job) Job {
	return Job{
		ID: r.ID, Kind: r.Kind, Key: r.JobKey, Lane: r.Lane, RunAt: instant(r.RunAt), Payload: json.RawMessage(r.Payload), Tries: int(r.Tries),
		Lease:    Lease{Owner: r.Owner, Until: instant(r.LeaseUntil), Fence: r.Fence},
		QueuedAt: instant(r.QueuedAt), CreatedAt: instant(r.CreatedAt), LastError: r.LastError,
	}
}
