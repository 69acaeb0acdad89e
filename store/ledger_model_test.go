package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/store"
	"genjin/store/storetest"
)

// modelJob is what the ledger must know of one job.
type modelJob struct {
	id, key, lane string
	state         string
	runAt         time.Time
	until         time.Time
	held          store.Job   // by the last claim
	old           []store.Job // by earlier ones
	tries         int
}

// model is the ledger as it should be.
type model struct {
	s     *store.Store
	c     *clock
	run   int
	jobs  []*modelJob
	lanes map[string]laneHold
}

type laneHold struct {
	job   string
	until time.Time
}

// mayClaim says whether a claim must succeed now.
func (m *model) mayClaim(j *modelJob) bool {
	now := m.c.Now()
	if j.state != "open" || j.runAt.After(now) || j.until.After(now) {
		return false
	}
	if j.lane == "" {
		return true
	}
	for _, older := range m.jobs {
		if older == j {
			break
		}
		if older.lane == j.lane && older.state == "open" {
			return false
		}
	}
	hold := m.lanes[j.lane]
	return hold.job == "" || hold.job == j.id || !hold.until.After(now)
}

func (m *model) add(t *rapid.T) {
	j := &modelJob{key: fmt.Sprint(m.run, "/", len(m.jobs)), state: "open"}
	if lane := rapid.IntRange(0, 2).Draw(t, "lane"); lane > 0 {
		j.lane = fmt.Sprint(m.run, "/", lane)
	}
	j.runAt = m.c.Now().Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "in")) * time.Second)
	err := m.s.Do(context.Background(), func(tx *store.Tx) error {
		_, err := tx.AddJob(context.Background(), store.NewJob{Kind: "k", Key: j.key, Lane: j.lane, RunAt: j.runAt})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	j.id = store.JobID(context.Background(), m.s, j.key)
	m.jobs = append(m.jobs, j)
}

func (m *model) pick(t *rapid.T) *modelJob {
	if len(m.jobs) == 0 {
		t.Skip("reason: no job yet to act on; rapid draws another action")
	}
	return rapid.SampledFrom(m.jobs).Draw(t, "job")
}

func (m *model) claim(t *rapid.T) {
	j := m.pick(t)
	want := m.mayClaim(j)
	got, ok, err := m.s.Claim(context.Background(), j.id, "w", 2*time.Second)
	if err != nil || ok != want {
		t.Fatalf("claim %s: %v, want %v (%v)", j.key, ok, want, err)
	}
	if !ok {
		return
	}
	j.tries++
	if got.Tries != j.tries {
		t.Fatalf("claim %s: try %d, want %d", j.key, got.Tries, j.tries)
	}
	if j.held.ID != "" {
		j.old = append(j.old, j.held)
	}
	j.held, j.until = got, m.c.Now().Add(2*time.Second)
	if j.lane != "" {
		m.lanes[j.lane] = laneHold{job: j.id, until: j.until}
	}
}

// close ends a hold in one of the three ways, or finds it lost.
func (m *model) end(t *rapid.T) {
	j := m.pick(t)
	hold, lost := j.held, j.state != "open" || j.until.IsZero()
	if len(j.old) > 0 && rapid.Bool().Draw(t, "old") {
		hold, lost = rapid.SampledFrom(j.old).Draw(t, "hold"), true
	}
	if hold.ID == "" {
		t.Skip("reason: nothing was ever claimed; rapid draws another action")
	}
	ctx := context.Background()
	how := rapid.SampledFrom([]string{"finish", "retry", "early", "bury", "extend"}).Draw(t, "how")
	at := m.c.Now().Add(time.Second)
	var err error
	switch how {
	case "finish":
		err = m.s.Do(ctx, func(tx *store.Tx) error { return tx.FinishJob(ctx, hold) })
	case "retry":
		err = m.s.RetryJob(ctx, hold, at, errMine)
	case "early":
		err = m.s.RetryJob(ctx, hold, at, nil)
	case "bury":
		err = m.s.BuryJob(ctx, hold, errMine)
	case "extend":
		err = m.s.Extend(ctx, hold, 3*time.Second)
	}
	if errors.Is(err, store.ErrLost) != lost || (!lost && err != nil) {
		t.Fatalf("%s %s: %v, lost should be %v", how, j.key, err, lost)
	}
	if !lost {
		m.apply(j, how, at)
	}
}

func (m *model) apply(j *modelJob, how string, at time.Time) {
	if how == "extend" {
		j.until = m.c.Now().Add(3 * time.Second)
		if m.lanes[j.lane].job == j.id {
			m.lanes[j.lane] = laneHold{job: j.id, until: j.until}
		}
		return
	}
	j.until = time.Time{}
	if m.lanes[j.lane].job == j.id {
		delete(m.lanes, j.lane)
	}
	switch how {
	case "finish":
		j.state = "done"
	case "bury":
		j.state = "dead"
	case "early":
		j.tries--
		j.runAt = at
	default:
		j.runAt = at
	}
}

func (m *model) replay(t *rapid.T) {
	j := m.pick(t)
	err := m.s.Replay(context.Background(), j.id, "zhao")
	if (err == nil) != (j.state == "dead") {
		t.Fatalf("replay %s, which is %s: %v", j.key, j.state, err)
	}
	if err == nil {
		j.state, j.tries, j.runAt = "open", 0, m.c.Now()
	}
}

// check compares what is due.
func (m *model) check(t *rapid.T) {
	due, err := m.s.DueJobs(context.Background(), 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, j := range due {
		got[j.Key] = true
	}
	for _, j := range m.jobs {
		if m.mayClaim(j) && !got[j.key] {
			t.Fatalf("%s could be claimed and is not due", j.key)
		}
	}
}

// Whatever the workers do, in whatever order: nobody claims what another holds,
// lanes keep their order, and a lost hold can do nothing.
func TestLedgerAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := storetest.New(t, storetest.WithClock(c.Now))
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		m := &model{s: s, c: c, run: run, lanes: map[string]laneHold{}}
		if err := s.Do(context.Background(), func(tx *store.Tx) error {
			return errors.Join(store.Exec(context.Background(), tx, "DELETE FROM jobs"), store.Exec(context.Background(), tx, "DELETE FROM lanes"))
		}); err != nil {
			t.Fatal(err)
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": m.add, "claim": m.claim, "end": m.end, "replay": m.replay, "": m.check,
			"wait": func(t *rapid.T) { c.add(time.Duration(rapid.IntRange(1, 3).Draw(t, "s")) * time.Second) },
		})
	})
}
