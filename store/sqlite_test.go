package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

// A commit that is answered is on the disk, whichever connection made it.
func TestEverySQLiteConnectionIsDurable(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	want := map[string]string{"synchronous": "2", "foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "5000"}
	check := func(tx *store.Tx) error {
		for pragma, value := range want {
			if strings.HasPrefix(pragma, "busy") {
				continue
			}
			got, err := store.QueryStrings(t.Context(), tx, "PRAGMA "+pragma)
			if err != nil {
				return err
			}
			if fmt.Sprint(got) != "["+value+"]" {
				t.Errorf("%s is %v, want %s", pragma, got, value)
			}
		}
		return nil
	}
	do(t, s, func(_ context.Context, tx *store.Tx) error { return check(tx) })
	var nested func(depth int) error // each level holds a reader of its own
	nested = func(depth int) error {
		return s.View(t.Context(), func(tx *store.Tx) error {
			if err := check(tx); err != nil || depth == 0 {
				return err
			}
			return nested(depth - 1)
		})
	}
	if err := nested(7); err != nil {
		t.Fatal(err)
	}
}

func TestASpecialPathIsOpenedAsItIsNamed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "华东 100%?#")
	storetest.New(t, storetest.WithDataDir(dir))
	if _, err := os.Stat(filepath.Join(dir, "genjin.db")); err != nil {
		t.Error(err)
	}
}

// lockedBy opens the file as another process would, and holds its write lock.
func lockedBy(t *testing.T, dir string) (free func()) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "genjin.db"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		_ = errors.Join(conn.Close(), db.Close())
	}
}

func TestALockedFileIsUnavailableAndComesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir, Now: time.Now, Lock: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's own
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	free := lockedBy(t, dir)
	start := time.Now()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			err := s.Do(t.Context(), func(*store.Tx) error { t.Error("ran"); return nil })
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
		})
	}
	impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Do(impatient, func(*store.Tx) error { t.Error("ran"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if waited := time.Since(start); waited > time.Second {
		t.Errorf("a caller that gives up was kept for %v", waited)
	}
	wg.Wait()
	if waited := time.Since(start); waited > 5*time.Second {
		t.Errorf("fifty callers were kept for %v: each waited for the lock anew", waited)
	}
	if err := s.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Delegations(t.Context()); return err }); err != nil {
		t.Error("reading stopped too:", err)
	}
	free()
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// A full disk fails every transaction of its group with 503, loses nothing that
// was confirmed, and needs no restart.
func TestAFullDiskIsUnavailableAndComesBack(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	limit := func(pages int) {
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := store.QueryStrings(ctx, tx, fmt.Sprint("PRAGMA max_page_count = ", pages))
			return err
		})
	}
	limit(1) // as small as the file is
	var confirmed sync.Map
	var failed atomic.Int64
	big := strings.Repeat("x", 3000)
	load := func() {
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				key := fmt.Sprint(failed.Load(), "/", i)
				err := s.Do(t.Context(), func(tx *store.Tx) error {
					if i%8 == 0 { // a small one, which may still fit
						_, err := tx.Once(t.Context(), key)
						return err
					}
					_, err := tx.AddJob(t.Context(), store.NewJob{Kind: "k", Key: key, Payload: big})
					if i%8 == 1 {
						return nil // looks away
					}
					return err
				})
				switch {
				case err == nil:
					confirmed.Store(key, i%8 == 0)
				case errors.Is(err, store.ErrUnavailable):
					failed.Add(1)
				default:
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
	}
	load()
	if failed.Load() == 0 {
		t.Fatal("the disk was not full")
	}
	limit(1_000_000)
	before := failed.Load()
	load()
	if failed.Load() != before {
		t.Error("still failing with room on the disk")
	}
	jobs, err := s.DueJobs(t.Context(), 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, j := range jobs {
		there[j.Key] = true
	}
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
		confirmed.Range(func(key, small any) bool {
			if small.(bool) {
				there[key.(string)], err = said(ctx, tx, key.(string))
			}
			if !there[key.(string)] || err != nil {
				t.Errorf("%v was confirmed and is not there (%v)", key, err)
			}
			return true
		})
		ok, err := store.QueryStrings(ctx, tx, "PRAGMA integrity_check")
		if fmt.Sprint(ok) != "[ok]" {
			t.Errorf("integrity: %v", ok)
		}
		return err
	})
}

// Two stores on one file, as serve and a command: both write, nothing is lost.
func TestTwoProcessesShareOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := storetest.New(t, storetest.WithDataDir(dir))
	b := openAt(t, dir)
	defer b.Close() //nolint:errcheck // a test's own
	var wg sync.WaitGroup
	for i, s := range []*store.Store{a, b} {
		for w := range 4 {
			wg.Go(func() {
				for n := range 25 {
					do(t, s, func(ctx context.Context, tx *store.Tx) error {
						if _, err := tx.NextNumber(ctx); err != nil {
							return err
						}
						_, err := tx.AddJob(ctx, store.NewJob{Kind: "k", Key: fmt.Sprint(i, w, n)})
						return err
					})
				}
			})
		}
	}
	wg.Wait()
	jobs, err := a.DueJobs(t.Context(), 0, "", 0)
	if err != nil || len(jobs) != 200 {
		t.Errorf("%d jobs, want 200 (%v)", len(jobs), err)
	}
	do(t, a, func(ctx context.Context, tx *store.Tx) error {
		if n, err := tx.NextNumber(ctx); n != 201 || err != nil {
			t.Errorf("next number %d, want 201 (%v)", n, err)
		}
		return nil
	})
}

// TestOnlyTheOwnerReadsTheDatabase: neither the file nor those that SQLite puts
// beside it, also outside a data dir that keeps others out.
func TestOnlyTheOwnerReadsTheDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite://" + filepath.Join(dir, "sales.db"), DataDir: t.TempDir(), Now: time.Now, Lock: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's own
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sales.db", "sales.db-wal", "sales.db-shm", "sales.db.lock"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}
