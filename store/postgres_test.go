package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

func TestPostgresThatAnswersBeforeTheDiskIsRefused(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t) + "&synchronous_commit=off"
	s, err := store.Open(t.Context(), store.Options{URL: url, Now: time.Now})
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("got %v", err)
	}
}

func TestPostgresThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{URL: "postgres://x@127.0.0.1:1/x", Now: time.Now})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// Two closures that take the same rows in opposite order: PostgreSQL kills one,
// and it runs again.
func TestDeadlocksRunAgain(t *testing.T) {
	t.Parallel()
	s := storetest.NewPostgres(t)
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.Wrote(ctx, "a", "x", ""), tx.Wrote(ctx, "b", "x", ""))
	})
	var wg sync.WaitGroup
	var runs atomic.Int64
	var met sync.WaitGroup
	met.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		first := true
		wg.Go(func() {
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				runs.Add(1)
				if err := tx.Wrote(ctx, order[0], "y", ""); err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				return tx.Wrote(ctx, order[1], "y", "")
			})
		})
	}
	wg.Wait()
	if n := runs.Load(); n < 3 || n > 4 { // on a busy machine PostgreSQL ends both
		t.Errorf("ran %d times, want 3 or 4", n)
	}
}

// The server crashes under load. What was confirmed is there; what was not is
// there once after the sender has come again.
func TestPostgresCrashLosesNothing(t *testing.T) {
	t.Parallel()
	server := storetest.Postgres(t, "fsync=off") // the machine itself goes on
	s := storetest.Open(t, server.Database(t))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var (
		wg        sync.WaitGroup
		mu        sync.Mutex
		confirmed = map[string]bool{}
		away      atomic.Int64
	)
	receive := func(ctx context.Context, key string) error {
		return s.Do(ctx, func(tx *store.Tx) error {
			if _, seen, err := tx.Seen(ctx, "feishu", key); err != nil || seen {
				return err
			}
			if _, err := tx.AddJob(ctx, store.NewJob{Kind: "k", Payload: key}); err != nil {
				return err
			}
			return tx.Receive(ctx, store.Inbox{Bot: "feishu", Key: key})
		})
	}
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				key := fmt.Sprint(w, "-", i)
				for ctx.Err() == nil {
					err := receive(t.Context(), key)
					if err == nil {
						mu.Lock()
						confirmed[key] = true
						mu.Unlock()
						break
					}
					if !errors.Is(err, store.ErrUnavailable) {
						t.Errorf("got %v", err)
						return
					}
					away.Add(1)
					time.Sleep(50 * time.Millisecond)
				}
			}
		})
	}
	for range 2 {
		time.Sleep(300 * time.Millisecond)
		server.ImmediateRestart(t)
	}
	enough := func() bool { mu.Lock(); defer mu.Unlock(); return len(confirmed) >= 50 }
	for deadline := time.Now().Add(30 * time.Second); !enough() && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
	stop()
	wg.Wait()
	effects := map[string]int{}
	jobs, err := s.DueJobs(t.Context(), 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		effects[strings.Trim(string(j.Payload), `"`)]++
	}
	for key := range confirmed {
		if len(jobs) < 10_000 && effects[key] != 1 {
			t.Errorf("%s was confirmed and has %d effects", key, effects[key])
		}
	}
	for key, n := range effects {
		if n != 1 {
			t.Errorf("%s has %d effects", key, n)
		}
	}
	t.Logf("%d confirmed, %d times away", len(confirmed), away.Load())
	if away.Load() == 0 || len(confirmed) < 50 {
		t.Errorf("the crash was not felt: %d confirmed, %d times away", len(confirmed), away.Load())
	}
}

func TestDatabaseTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at, err := s.DatabaseTime(t.Context())
		if err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("%v %v", at, err)
		}
	})
}
