package store_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/sales/money"
	"genjin/store"
	"genjin/store/storetest"
)

// TestReleasedSchemasAreKept wants the data of each schema but the one that is
// still being made. 0001 was never released.
func TestReleasedSchemasAreKept(t *testing.T) {
	t.Parallel()
	migrations, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(migrations) < 3 {
		t.Fatal(migrations, err)
	}
	slices.Sort(migrations)
	for _, m := range migrations[1 : len(migrations)-1] {
		number, _, _ := strings.Cut(filepath.Base(m), "_")
		for _, engine := range []string{"sqlite", "postgresql"} {
			if _, err := os.Stat(filepath.Join(releasedDir, number+"-"+engine+".tar.gz")); err != nil {
				t.Errorf("%v: check out the commit before the next migration and run GENJIN_TEST_RELEASE=1 go test -run TestMakeReleased ./store", err)
			}
		}
	}
}

// TestReleasedDataIsUpgraded brings each of them up to the schema of today.
func TestReleasedDataIsUpgraded(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob(filepath.Join(releasedDir, "*.tar.gz"))
	if err != nil || len(archives) < 4 {
		t.Fatal(archives, err)
	}
	for _, archive := range archives {
		name := strings.TrimSuffix(filepath.Base(archive), ".tar.gz")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			unpack(t, archive, dir)
			url := ""
			if strings.HasSuffix(name, "postgresql") {
				url = storetest.EmptyPostgresURL(t)
				load(t, url, filepath.Join(dir, "genjin.sql"))
			}
			schema, err := strconv.ParseInt(name[:4], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			upgraded(t, dir, url, schema)
		})
	}
}

func upgraded(t *testing.T, dir, url string, schema int64) {
	t.Helper()
	before := dumpAt(t, dir, url)
	s, err := store.Open(t.Context(), store.Options{URL: url, DataDir: dir, Now: time.Now, Lock: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's own
	if len(before) < 90 {
		t.Fatalf("only %d rows", len(before))
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	after := view(t, s, store.Dump)
	if len(after) != len(before) {
		t.Errorf("%d rows, %d before the upgrade", len(after), len(before))
	}
	for _, row := range before { // columns that came since stand behind the others
		if !slices.ContainsFunc(after, func(now string) bool { return now == row || strings.HasPrefix(now, row+" ") }) {
			t.Errorf("the upgrade lost or changed\n%s", row)
		}
	}
	if url == "" {
		keptAside(t, dir, schema, before)
	}
	intact(t, s)
	decide(t, s, 5000) // and it goes on
	sealed(t, s)
	intact(t, s)
}

// keptAside looks for the copy from before the upgrade.
func keptAside(t *testing.T, dir string, schema int64, before []string) {
	t.Helper()
	path := filepath.Join(dir, fmt.Sprintf("genjin.db.before-%04d", schema+1))
	_, err := os.Stat(path)
	latest, latestErr := filepath.Glob(fmt.Sprintf("migrations/%04d_*.sql", schema+1))
	if latestErr != nil {
		t.Fatal(latestErr)
	}
	if len(latest) == 0 {
		if err == nil {
			t.Error("copied aside, though nothing was to be migrated")
		}
		return
	}
	if err != nil {
		t.Fatal("nothing was copied aside:", err)
	}
	if got := dumpAt(t, "", path); !slices.Equal(got, before) {
		t.Error("the copy from before the upgrade is not what was there")
	}
}

// dumpAt is every row of a database as it stands.
func dumpAt(t *testing.T, dir, url string) []string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, DataDir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's own
	return view(t, s, store.Dump)
}

// intact reads what the hub needs, and verifies the log.
func intact(t *testing.T, s *store.Store) {
	t.Helper()
	report, err := s.VerifyAudit(t.Context(), store.VerifyOptions{})
	if err != nil || len(report.Findings) > 0 || report.Files != 1 || report.Checkpoints < 2 {
		t.Errorf("audit log: %+v %v", report, err)
	}
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
		lead, err := tx.Lead(ctx, 1)
		deal, err2 := tx.Deal(ctx, 2)
		approval, err3 := tx.Approval(ctx, 3)
		if lead.Phone != "+8613800138000" || deal.Amount != (money.Amount{Fen: 128_000_000}) || deal.Pending == nil || len(approval.OpenTasks()) != 1 {
			t.Errorf("nouns: %+v %+v %+v", lead, deal, approval)
		}
		_, seen, err4 := tx.Seen(ctx, "feishu", "om_1")
		card, err5 := tx.Card(ctx, "nonce")
		first, err6 := tx.Once(ctx, "ping:deal:2")
		_, isNew, err7 := tx.OrgVersion(ctx, "h2", []byte("people: []\n"), "start")
		if !seen || card.Number != 3 || first || isNew {
			t.Errorf("seen %t, card %+v, first %t, new version %t", seen, card, first, isNew)
		}
		return errors.Join(err, err2, err3, err4, err5, err6, err7)
	})
	keys := keysOf(due(t, s))
	if !strings.Contains(keys, "ping:open") || strings.Contains(keys, "ping:done") || strings.Contains(keys, "ping:dead") {
		t.Errorf("due: %s", keys)
	}
	dead, err := s.DeadLetters(t.Context(), 10)
	if err != nil || len(dead) != 3 { // a job, a message that failed, one that is uncertain
		t.Errorf("dead letters: %+v %v", dead, err)
	}
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		data, err := io.ReadAll(r)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// load runs the text of a dump, without what only psql understands.
func load(t *testing.T, url, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var statements strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, `\`) {
			statements.WriteString(line)
		}
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statements.String())
	if err := errors.Join(err, db.Close(), os.Remove(file)); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyThreeCopiesStayAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unpack(t, filepath.Join(releasedDir, "0002-sqlite.tar.gz"), dir)
	for _, name := range []string{"before-0001", "before-0002", "before-0000", "before-mine", "before-0002.new"} {
		if err := os.WriteFile(filepath.Join(dir, "genjin.db."+name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openAt(t, dir)
	if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "genjin.db.before-*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range left {
		left[i] = strings.TrimPrefix(filepath.Base(left[i]), "genjin.db.")
	}
	if want := []string{"before-0001", "before-0002", "before-0002.new", "before-0003", "before-mine"}; !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
}

// Without its copy a file is not touched: a disk without room is no reason to
// migrate at one's own risk.
func TestNoCopyNoMigration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unpack(t, filepath.Join(releasedDir, "0002-sqlite.tar.gz"), dir)
	inTheWay := filepath.Join(dir, "genjin.db.before-0003.new", "x")
	if err := os.MkdirAll(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, dir)
	defer s.Close() //nolint:errcheck // a test's own
	if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("got %v", err)
	}
	if err := s.Ready(t.Context()); !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), "结构是 2") {
		t.Errorf("the schema was changed: %v", err)
	}
	if err := os.RemoveAll(filepath.Dir(inTheWay)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.Ready(t.Context())); err != nil {
		t.Error(err)
	}
}

// A hub that runs while a migration adds a column loses one try, not a webhook.
func TestPlansFromBeforeAMigrationAreMadeAgain(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	s := storetest.Open(t, url)
	read := func() error {
		return s.Do(t.Context(), func(tx *store.Tx) error {
			_, err := store.QueryStrings(t.Context(), tx, "SELECT * FROM versions")
			return err
		})
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("ALTER TABLE versions ADD COLUMN later BIGINT NOT NULL DEFAULT 0")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := read(); err != nil {
		t.Error(err)
	}
}
