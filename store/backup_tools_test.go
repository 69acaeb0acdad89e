package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

func TestTheToolFitsTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := func(name, says string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+says+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	v13 := script("v13", "echo 'pg_dump (PostgreSQL) 13.21 (Debian 13.21-1)'")
	v15 := script("v15", "echo 'pg_dump (PostgreSQL) 15.14'")
	v17 := script("v17", "echo 'pg_dump (PostgreSQL) 17beta1'")
	broken, mute := script("broken", "exit 1"), script("mute", "echo hello")
	for _, c := range []struct {
		paths  []string
		server int
		want   string
	}{
		{[]string{v13, v17, v15}, 15, v15},
		{[]string{v13, v17, v15}, 16, v17},
		{[]string{broken, mute, v15, filepath.Join(dir, "none")}, 14, v15},
		{[]string{v13, v15}, 17, ""},
		{[]string{broken}, 15, ""},
		{nil, 15, ""},
	} {
		got, err := store.PickTool(t.Context(), c.paths, "pg_dump", c.server)
		if got != c.want || (c.want == "") != errors.Is(err, store.ErrNoTool) {
			t.Errorf("%v for %d: got %q, %v", c.paths, c.server, got, err)
		}
		if c.want == "" && (!strings.Contains(err.Error(), "apt install") || !strings.Contains(err.Error(), "pg_dump")) {
			t.Errorf("the reader is not told what to do: %v", err)
		}
	}
}

// TestADumpIsLoadedByANewerProgram: a pg_restore that is newer than the server begins
// with a setting which that does not know, and goes on; one that is older than the
// dump leaves it to the next.
func TestADumpIsLoadedByANewerProgram(t *testing.T) {
	t.Parallel()
	w := backupWorld{dir: t.TempDir(), url: storetest.PostgresURL(t)}
	w.s = storetest.Open(t, w.url, storetest.WithDataDir(w.dir))
	fill(t, w.s, w.dir)
	from, _ := backup(t, w.s)
	dump := filepath.Join(from, "genjin.dump")
	const server = 15
	pgRestore, err := store.PickTool(t.Context(), store.ToolPaths("pg_restore"), "pg_restore", 1)
	if err != nil {
		t.Skip("reason: pg_restore is not on this machine")
	}
	script := func(version, body string) string {
		path := filepath.Join(t.TempDir(), "pg_restore")
		text := "#!/bin/sh\ncase $1 in --version) echo 'pg_restore (PostgreSQL) " + version + "'; exit;; esac\n" + body + "\n"
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const unknown = "echo 'pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter \"transaction_timeout\"\n" +
		"Command was: SET transaction_timeout = 0;\npg_restore: warning: errors ignored on restore: 1' >&2; exit 1"
	behind := script("15.14", "echo 'pg_restore: error: unsupported version (1.16) in file header' >&2; exit 1")
	newer := script("17.6", "case \"$*\" in *--exit-on-error*) exit 3;; esac\n"+pgRestore+" \"$@\" || exit 1\n"+unknown)
	worse := script("17.6", "echo 'pg_restore: error: could not execute query: ERROR:  disk full' >&2\n"+unknown)

	empty := storetest.EmptyPostgresURL(t)
	if err := store.LoadDump(t.Context(), empty, dump, server, newer, behind); err != nil {
		t.Errorf("a newer program: %v", err)
	}
	leads := view(t, storetest.Open(t, empty, storetest.WithDataDir(w.dir)), func(ctx context.Context, tx *store.Tx) ([]sales.Lead, error) {
		return tx.OpenLeads(ctx, "")
	})
	if len(leads) == 0 {
		t.Error("nothing was loaded")
	}
	if err := store.LoadDump(t.Context(), storetest.EmptyPostgresURL(t), dump, server, worse); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a real fault beside the setting: %v", err)
	}
	err = store.LoadDump(t.Context(), storetest.EmptyPostgresURL(t), dump, server, behind)
	if !errors.Is(err, store.ErrNoTool) || !strings.Contains(err.Error(), "更新的 PostgreSQL 客户端") || !strings.Contains(err.Error(), "1.16") {
		t.Errorf("a program behind the dump: %v", err)
	}
}

func TestNoPasswordStandsOnACommandLine(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][2]string{
		"postgres://u:p%40ss@db:5432/genjin?sslmode=require":                           {"postgres://u@db:5432/genjin?sslmode=require", ""},
		"postgres:///genjin?host=/tmp&password=p%40ss":                                 {"postgres:///genjin?host=%2Ftmp", ""},
		"postgres://u@a,b/genjin?pool_max_conns=4&default_query_exec_mode=exec":        {"postgres://u@a,b/genjin", ""},
		"postgres://u@db/genjin?search_path=sales, public&statement_cache_capacity=10": {"postgres://u@db/genjin", `-c search_path=sales,\ public`},
	} {
		dsn, options := store.Libpq(url)
		if dsn != want[0] || options != want[1] {
			t.Errorf("%s: got %s and %s", url, dsn, options)
		}
		if strings.Contains(dsn, "p%40ss") || strings.Contains(dsn, "p@ss") {
			t.Errorf("the password stands in %s", dsn)
		}
	}
}

func TestADumpIsReadRowByRow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 60_000)
	text := "SET x = 1;\nCOPY public.leads (number, id) FROM stdin;\n1\t" + long + "\n2\t\\\\.\n\\.\n\n\nCOPY public.\"order\" (a) FROM stdin;\n\\.\nCOPY nothing\n"
	got, err := store.ReadDump(strings.NewReader(text))
	if err != nil || len(got) != 2 || !strings.HasPrefix(got[0], "leads (number, id) ") || !strings.HasPrefix(got[1], "order (a) e3b0c442") {
		t.Errorf("got %.80q, %v", got, err)
	}
	if other, err := store.ReadDump(strings.NewReader(strings.Replace(text, "2\t", "3\t", 1))); err != nil || other[0] == got[0] {
		t.Errorf("an altered row has the same hash (%v)", err)
	}
	if _, err := store.ReadDump(strings.NewReader(text[:len(text)-60])); err == nil {
		t.Error("a dump that breaks off in a table was read to its end")
	}
}

// A dump of another moment than the one that was verified is no backup.
func TestADumpOfAnotherStateIsSeen(t *testing.T) {
	t.Parallel()
	w := backupWorld{dir: t.TempDir(), url: storetest.PostgresURL(t)}
	w.s = storetest.Open(t, w.url, storetest.WithDataDir(w.dir))
	fill(t, w.s, w.dir)
	from, _ := backup(t, w.s)
	dump := filepath.Join(from, "genjin.dump")
	if err := store.CheckDump(t.Context(), w.s, dump); err != nil {
		t.Errorf("the same state: %v", err)
	}
	saveLead(t, w.s, sales.Lead{Company: "后来", Owner: "li"})
	if err := store.CheckDump(t.Context(), w.s, dump); err == nil || !strings.Contains(err.Error(), "counters") {
		t.Errorf("another state: %v", err)
	}
	if err := os.Truncate(dump, 200); err != nil {
		t.Fatal(err)
	}
	if err := store.CheckDump(t.Context(), w.s, dump); err == nil {
		t.Error("a dump that was cut passes")
	}
}
