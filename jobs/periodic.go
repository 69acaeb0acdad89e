package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"genjin/sales/worktime"
	"genjin/store"
)

// Kinds of jobs. They stand in rows and must never change.
const (
	kindFetch     = "fetch"
	kindRescore   = "rescore"
	kindOverdue   = "overdue-alerts"
	kindDigest    = "approval-digest"
	kindReminders = "approval-reminders"
	kindCleanup   = "cleanup"
)

// lateness is how late a missed period is still worth running: a digest of this
// morning yes, one of yesterday no.
const lateness = 2 * time.Hour

// periodic is a job that the clock starts.
type periodic struct {
	kind string
	// last is the newest instant at or before now when it was due.
	last func(e *Engine, now time.Time) (time.Time, bool)
	// before does what needs no transaction, if it is set. What it could not do
	// waits for the next period.
	before func(e *Engine, ctx context.Context)
	// run does it, with at standing for now.
	run func(e *Engine, ctx context.Context, tx *store.Tx, at time.Time) error
	// loud jobs speak to people: they keep silent in quiet hours.
	loud bool
}

// periodics lists what the clock starts.
func periodics() []periodic {
	return []periodic{
		{kind: kindOverdue, last: func(e *Engine, now time.Time) (time.Time, bool) { return e.atTimes(e.Rules().Overdue.At, now) }, run: (*Engine).overdueAlerts, loud: true},
		{kind: kindDigest, last: func(e *Engine, now time.Time) (time.Time, bool) { return e.atTimes(e.Rules().Approvals.DigestAt, now) }, run: (*Engine).approvalDigest, loud: true},
		{kind: kindReminders, last: every(10 * time.Minute), run: (*Engine).approvalReminders, loud: true},
		{kind: kindRescore, last: every(24 * time.Hour), run: (*Engine).rescore},
		{kind: kindCleanup, last: every(time.Hour), before: (*Engine).sweepEvidence, run: (*Engine).cleanup},
	}
}

func every(d time.Duration) func(*Engine, time.Time) (time.Time, bool) {
	return func(_ *Engine, now time.Time) (time.Time, bool) { return now.Truncate(d), true }
}

// atTimes is the newest of the given times of day, on a working day, that is
// not after now.
func (e *Engine) atTimes(times []worktime.TimeOfDay, now time.Time) (time.Time, bool) {
	now = now.In(e.Location)
	if work, _ := e.Calendar().Workday(now); !work {
		return time.Time{}, false
	}
	var last time.Time
	for _, t := range times {
		at := time.Date(now.Year(), now.Month(), now.Day(), int(t)/60, int(t)%60, 0, 0, e.Location)
		if !at.After(now) && at.After(last) {
			last = at
		}
	}
	return last, !last.IsZero()
}

// periodPayload is the instant that a periodic job stands for.
type periodPayload struct {
	At    int64 `json:"at"`              // UTC milliseconds
	Rules int64 `json:"rules,omitempty"` // the version of the rules that the work needs
}

// tick puts due periods into the ledger under keys that hold the period: with
// replicas, restarts and a wiped Redis each period still runs once. Between
// ticks it gives audit leaves their place and signs checkpoints.
func (e *Engine) tick(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	log := seldom{what: "tick", logger: e.Logger}
	for {
		log.note(ctx, time.Now(), e.tickOnce(ctx))
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (e *Engine) tickOnce(ctx context.Context) error {
	if e.skewed.Load() {
		return nil
	}
	now := e.Now()
	if err := e.addPeriods(ctx, now); err != nil {
		return err
	}
	return e.auditTick(ctx, now)
}

// addPeriods puts what is due into the ledger, once per period.
func (e *Engine) addPeriods(ctx context.Context, now time.Time) error {
	var due []store.NewJob
	for _, p := range periodics() {
		at, ok := p.last(e, now)
		if !ok || now.Sub(at) > lateness {
			continue
		}
		if p.loud && e.Calendar().Quiet(e.Rules().Quiet, now) {
			continue
		}
		due = append(due, store.NewJob{
			Kind: p.kind, Key: p.kind + "@" + at.UTC().Format(time.RFC3339), RunAt: at, Payload: periodPayload{At: at.UnixMilli()},
		})
	}
	due = slices.DeleteFunc(due, func(j store.NewJob) bool { return e.ticked[j.Kind] == j.Key })
	if len(due) == 0 {
		return nil
	}
	err := e.Store.Do(ctx, func(tx *store.Tx) error {
		for _, j := range due {
			if _, err := tx.AddJob(ctx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, j := range due {
		e.ticked[j.Kind] = j.Key
	}
	return nil
}

// QuietError tells that a job had to keep silent at the instant it was run for,
// and from when on it speaks.
type QuietError struct{ Until time.Time }

// Error implements the error interface.
func (q *QuietError) Error() string { return "quiet hours until " + q.Until.Format(time.RFC3339) }

// RunJob runs one periodic job now, with at standing for now in every decision:
// a job that speaks says nothing in the quiet hours of that instant ([QuietError]).
// Without an instant somebody wants it said now, and no quiet hours hold it back.
// What it decides to say stands in the ledger, for the running hub to send at
// once, whatever the hour is there.
func (e *Engine) RunJob(ctx context.Context, name string, at time.Time) error {
	for _, p := range periodics() {
		if p.kind != name {
			continue
		}
		if at.IsZero() {
			at = e.Now()
		} else if quiet := e.Rules().Quiet; p.loud && e.Calendar().Quiet(quiet, at) {
			return &QuietError{Until: e.Calendar().NextLoud(quiet, at)}
		}
		if p.before != nil {
			p.before(e, ctx)
		}
		return e.Store.Do(ctx, func(tx *store.Tx) error { return p.run(e, ctx, tx, at) })
	}
	return fmt.Errorf("no such job %q; there are: %s", name, strings.Join(Names(), ", "))
}

// Names are the jobs that RunJob knows.
func Names() []string {
	all := periodics()
	names := make([]string, 0, len(all))
	for _, p := range all {
		names = append(names, p.kind)
	}
	return names
}
