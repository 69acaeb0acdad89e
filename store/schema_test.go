package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

// An applied migration is history: changing its text would leave old databases
// with another schema than new ones.
func TestMigrationsAreNeverEdited(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile("migrations/migrations.sum")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var now strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&now, "%x  %s\n", sha256.Sum256(text), filepath.Base(f))
	}
	if now.String() != string(sums) {
		t.Errorf("migrations.sum should be\n%sAn old line may never change: write a new migration. A new file gets its line.", now.String())
	}
}

func openAt(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func execAt(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "genjin.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // a test's own
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestANewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir)
	if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	execAt(t, dir, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)", "PRAGMA wal_checkpoint(TRUNCATE)")
	before, err := os.ReadFile(filepath.Join(dir, "genjin.db"))
	if err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	for what, err := range map[string]error{"migrate": s.Migrate(t.Context()), "ready": s.Ready(t.Context())} {
		if !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), "9999") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "genjin.db"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the refused file was changed (%v)", err)
	}
}

func TestAnOlderSchemaIsNotReadyUntilMigrated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir)
	defer s.Close() //nolint:errcheck // a test's own
	if err := s.Ready(t.Context()); !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), "genjin migrate") {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPostgresSchemaIsRefusedToo(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // a test's own
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)"); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: url, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's own
	for what, err := range map[string]error{"migrate": s.Migrate(t.Context()), "ready": s.Ready(t.Context())} {
		if !errors.Is(err, store.ErrSchema) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func TestTheSchemaGoesDownAndUpAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		want := schemaOf(t, s)
		if err := store.MigrateDown(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := schemaOf(t, s); got != want {
			t.Errorf("after down and up:\n%s\nwant:\n%s", got, want)
		}
	})
}

func schemaOf(t *testing.T, s *store.Store) string {
	t.Helper()
	list := "SELECT name || ':' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name"
	if !s.SQLite() {
		list = "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' ORDER BY 1"
	}
	rows := view(t, s, func(ctx context.Context, tx *store.Tx) ([]string, error) { return store.QueryStrings(ctx, tx, list) })
	if len(rows) < 15 {
		t.Fatalf("only %d lines of schema", len(rows))
	}
	return strings.Join(rows, "\n")
}

func TestAForeignDataDirIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir)
	if err := errors.Join(s.Migrate(t.Context()), s.Ready(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	mine, err := os.ReadFile(filepath.Join(dir, "installation"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := store.Open(t.Context(), store.Options{URL: storetest.PostgresURL(t), DataDir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() //nolint:errcheck // a test's own
	for what, err := range map[string]error{"migrate": other.Migrate(t.Context()), "ready": other.Ready(t.Context())} {
		if !errors.Is(err, store.ErrForeign) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "genjin.db")); err != nil { // a fresh database in an old data dir
		t.Fatal(err)
	}
	fresh := openAt(t, dir)
	defer fresh.Close() //nolint:errcheck // a test's own
	if err := fresh.Migrate(t.Context()); !errors.Is(err, store.ErrForeign) {
		t.Errorf("fresh database: got %v", err)
	}
	if now, err := os.ReadFile(filepath.Join(dir, "installation")); err != nil || !bytes.Equal(mine, now) {
		t.Errorf("the marker was changed: %s %v", now, err)
	}
}

func TestASecondServerIsTurnedAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := store.Options{DataDir: dir, Now: time.Now, Lock: true}
	first, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), o)
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v", err)
	}
	command := openAt(t, dir) // every other command works beside it
	if err := errors.Join(command.Migrate(t.Context()), command.Ready(t.Context()), first.Ready(t.Context()), command.Close(), first.Close()); err != nil {
		t.Error(err)
	}
	next, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal("the lock outlived its holder:", err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}
