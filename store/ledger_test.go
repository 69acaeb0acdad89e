package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

const lease = 10 * time.Second

func claim(tb testing.TB, s *store.Store, id, owner string) (store.Job, bool) {
	tb.Helper()
	j, ok, err := s.Claim(tb.Context(), id, owner, lease)
	if err != nil {
		tb.Fatal(err)
	}
	return j, ok
}

func finish(tb testing.TB, s *store.Store, j store.Job) error {
	tb.Helper()
	return s.Do(tb.Context(), func(tx *store.Tx) error {
		if _, err := tx.Once(tb.Context(), "effect of "+j.ID); err != nil {
			return err
		}
		return tx.FinishJob(tb.Context(), j)
	})
}

func due(tb testing.TB, s *store.Store) []store.Job {
	tb.Helper()
	jobs, err := s.DueJobs(tb.Context(), 0, "e", 3*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	return jobs
}

func TestKeysAreUniqueForEver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := addJob(t, s, store.NewJob{Kind: "digest", Key: "digest:2026-11-24T09"})
		j, _ = claim(t, s, j.ID, "a")
		if err := finish(t, s, j); err != nil {
			t.Fatal(err)
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			added, err := tx.AddJob(ctx, store.NewJob{Kind: "digest", Key: "digest:2026-11-24T09"})
			if added {
				t.Error("the same period was added twice")
			}
			return err
		})
	})
}

func TestClaimHasOneWinner(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for round := range 10 {
			j := addJob(t, s, store.NewJob{Kind: "k", Key: strconv.Itoa(round), Lane: "l"})
			var wg sync.WaitGroup
			var won atomic.Pointer[store.Job]
			for i := range 20 {
				wg.Go(func() {
					if got, ok := claim(t, s, j.ID, fmt.Sprint("worker ", i)); ok && !won.CompareAndSwap(nil, &got) {
						t.Error("two workers have one job")
					}
				})
			}
			wg.Wait()
			if won.Load() == nil {
				t.Fatal("nobody has the job")
			}
			if err := finish(t, s, *won.Load()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestLeaseRunsOutAndTheOldHolderHasLost(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		id := addJob(t, s, store.NewJob{Kind: "k", Key: "k", Lane: "lane"}).ID
		first, ok := claim(t, s, id, "a")
		if !ok || first.Tries != 1 {
			t.Fatalf("claim: %v, tries %d", ok, first.Tries)
		}
		if _, ok := claim(t, s, id, "b"); ok || len(due(t, s)) != 0 {
			t.Fatal("a leased job was given away")
		}
		c.add(lease / 2)
		if err := s.Extend(t.Context(), first, lease); err != nil {
			t.Fatal(err)
		}
		c.add(lease - time.Second)
		if _, ok := claim(t, s, id, "b"); ok {
			t.Fatal("an extended lease was not respected")
		}
		c.add(time.Second)
		if len(due(t, s)) != 1 {
			t.Fatal("a job whose lease ran out is not due")
		}
		second, ok := claim(t, s, id, "a") // the same process, another try
		if !ok || second.Tries != 2 {
			t.Fatalf("claim: %v, tries %d", ok, second.Tries)
		}
		for what, err := range map[string]error{
			"finish": finish(t, s, first), "extend": s.Extend(t.Context(), first, lease),
			"retry": s.RetryJob(t.Context(), first, c.Now(), errMine), "bury": s.BuryJob(t.Context(), first, errMine),
		} {
			if !errors.Is(err, store.ErrLost) {
				t.Errorf("%s with a lost lease: %v", what, err)
			}
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			if was, err := said(ctx, tx, "effect of "+id); was || err != nil {
				t.Errorf("the loser's effect stands: %v", err)
			}
			return nil
		})
		if err := finish(t, s, second); err != nil {
			t.Fatal(err)
		}
		if err := finish(t, s, second); !errors.Is(err, store.ErrLost) {
			t.Errorf("finished twice: %v", err)
		}
	})
}

// eachWithClock is storetest.Each where each database has a clock of its own.
func eachWithClock(t *testing.T, clocks [2]*clock, fn func(t *testing.T, s *store.Store, c *clock)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		fn(t, storetest.New(t, storetest.WithClock(clocks[0].Now)), clocks[0])
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		fn(t, storetest.NewPostgres(t, storetest.WithClock(clocks[1].Now)), clocks[1])
	})
}

func TestALaneRunsOneAtATimeOldestFirst(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, j := range []store.NewJob{{Key: "1", Lane: "card"}, {Key: "2", Lane: "card"}, {Key: "3", Lane: "other"}, {Key: "4"}} {
				j.Kind = "k"
				if _, err := tx.AddJob(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
		all := due(t, s)
		if len(all) != 3 || all[0].Key != "1" || all[1].Key != "3" || all[2].Key != "4" {
			t.Fatalf("due: %+v", all)
		}
		first, _ := claim(t, s, all[0].ID, "a")
		c.add(time.Second)
		if err := s.RetryJob(t.Context(), first, c.Now().Add(time.Minute), errMine); err != nil {
			t.Fatal(err)
		}
		if keys := keysOf(due(t, s)); keys != "[3 4]" {
			t.Errorf("the second overtook the first, which is put off: %s", keys)
		}
		c.add(time.Minute)
		first, ok := claim(t, s, first.ID, "a")
		if !ok || first.LastError != errMine.Error() {
			t.Fatalf("claim: %v %q", ok, first.LastError)
		}
		drain(s)
		if err := finish(t, s, first); err != nil {
			t.Fatal(err)
		}
		select {
		case <-s.Wake():
		default:
			t.Error("the next of the lane was not rung for")
		}
		if keys := keysOf(due(t, s)); keys != "[2 3 4]" {
			t.Errorf("due after the first: %s", keys)
		}
	})
}

func keysOf(jobs []store.Job) string {
	keys := make([]string, 0, len(jobs))
	for _, j := range jobs {
		keys = append(keys, j.Key)
	}
	return fmt.Sprint(keys)
}

func drain(s *store.Store) {
	select {
	case <-s.Wake():
	default:
	}
}

// On PostgreSQL an older job can be committed after a younger one of its lane
// was claimed: the lane itself must be held.
func TestALaneThatIsTakenLetsNobodyIn(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		if ok, err := s.HoldLane(t.Context(), "card", "process a", lease); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if ok, err := s.HoldLane(t.Context(), "card", "process b", lease); ok || err != nil {
			t.Fatal("two hold one lane", err)
		}
		if ok, err := s.HoldLane(t.Context(), "card", "process a", lease); !ok || err != nil {
			t.Fatal("a holder cannot keep its lane", err)
		}
		j := addJob(t, s, store.NewJob{Kind: "k", Key: "k", Lane: "card"})
		if _, ok := claim(t, s, j.ID, "a"); ok {
			t.Fatal("a job got into a taken lane")
		}
		c.add(lease)
		if j, ok := claim(t, s, j.ID, "a"); !ok || j.Tries != 1 {
			t.Errorf("claim when the lane is free: %v, tries %d", ok, j.Tries)
		}
	})
}

func TestDueJobsAndTheBell(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		id := addJob(t, s, store.NewJob{Kind: "k", Key: "k"}).ID
		addJob(t, s, store.NewJob{Kind: "k", Key: "later", RunAt: c.Now().Add(time.Hour)})
		if err := s.MarkQueued(t.Context(), []string{id}, "e"); err != nil {
			t.Fatal(err)
		}
		if keys := keysOf(due(t, s)); keys != "[]" {
			t.Errorf("rung for just now and due again: %s", keys)
		}
		if jobs, _ := s.DueJobs(t.Context(), 0, "another epoch", 3*time.Second); keysOf(jobs) != "[k]" {
			t.Errorf("Redis was wiped and the job is not rung for: %s", keysOf(jobs))
		}
		c.add(3 * time.Second)
		again := due(t, s)
		if keysOf(again) != "[k]" || !again[0].QueuedAt.Equal(c.Now().Add(-3*time.Second)) {
			t.Errorf("still open after resendAfter: %+v", again)
		}
		j, _ := claim(t, s, id, "a")
		if err := s.RetryJob(t.Context(), j, c.Now(), nil); err != nil {
			t.Fatal(err)
		}
		if again := due(t, s); keysOf(again) != "[k]" || again[0].Tries != 0 {
			t.Errorf("given back as too early: %+v", again)
		}
		c.add(time.Hour)
		if keys := keysOf(due(t, s)); keys != "[k later]" {
			t.Errorf("due in an hour: %s", keys)
		}
	})
}

func TestDeadJobsAreKeptAndReplayed(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		j := addJob(t, s, store.NewJob{Kind: "fetch", Key: "f", Payload: map[string]string{"file": "x"}})
		j, _ = claim(t, s, j.ID, "a")
		if err := s.BuryJob(t.Context(), j, errors.New("no such file")); err != nil {
			t.Fatal(err)
		}
		if _, ok := claim(t, s, j.ID, "a"); ok || len(due(t, s)) != 0 {
			t.Error("a dead job is worked on")
		}
		dead, err := s.DeadLetters(t.Context(), 10)
		if err != nil || len(dead) != 1 || dead[0].ID != j.ID || dead[0].Cause != "no such file" || dead[0].State != "dead" || string(dead[0].Body) != `{"file":"x"}` {
			t.Fatalf("dead letters: %+v %v", dead, err)
		}
		if n, err := s.Counts(t.Context()); err != nil || n.DeadJobs != 1 || n.OpenJobs != 0 {
			t.Errorf("counts: %+v %v", n, err)
		}
		c.add(time.Minute)
		if err := s.Replay(t.Context(), j.ID, "zhao"); err != nil {
			t.Fatal(err)
		}
		if err := s.Replay(t.Context(), j.ID, "zhao"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("replayed twice: %v", err)
		}
		again, ok := claim(t, s, j.ID, "a")
		if !ok || again.Tries != 1 {
			t.Fatalf("replayed: %v, tries %d", ok, again.Tries)
		}
		if err := finish(t, s, j); !errors.Is(err, store.ErrLost) {
			t.Errorf("the holder from before the replay finished: %v", err)
		}
	})
}

func TestCountsOfOpenWork(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		if n, err := s.Counts(t.Context()); err != nil || n.OpenJobs != 0 || n.OldestDue != 0 {
			t.Fatalf("counts of nothing: %+v %v", n, err)
		}
		j := addJob(t, s, store.NewJob{Kind: "k", Key: "a"})
		addJob(t, s, store.NewJob{Kind: "k", Key: "b"})
		addJob(t, s, store.NewJob{Kind: "k", Key: "c", RunAt: c.Now().Add(time.Hour)})
		claim(t, s, j.ID, "w")
		c.add(5 * time.Second)
		n, err := s.Counts(t.Context())
		if err != nil || n.OpenJobs != 3 || n.DueJobs != 1 || n.LeasedJobs != 1 || n.OldestDue != 5*time.Second {
			t.Errorf("counts: %+v %v", n, err)
		}
	})
}
