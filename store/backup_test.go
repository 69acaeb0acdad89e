package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
	"genjin/store/storetest"
)

// eachWithDir runs fn on both databases, on a store whose data dir is known.
func eachWithDir(t *testing.T, fn func(t *testing.T, w backupWorld)) {
	t.Helper()
	for name := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := backupWorld{dir: t.TempDir()}
			if name == "PostgreSQL" {
				w.url = storetest.PostgresURL(t)
			}
			w.s = storetest.Open(t, w.url, storetest.WithDataDir(w.dir))
			fill(t, w.s, w.dir)
			fn(t, w)
		})
	}
}

// backupWorld is a hub's memory with something in it.
type backupWorld struct {
	s        *store.Store
	dir, url string
}

// fill writes some of everything.
func fill(tb testing.TB, s *store.Store, dir string) {
	tb.Helper()
	ev, err := evidence.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for n := range int64(30) {
		decide(tb, s, n)
	}
	receive(tb, s, ev, "高层拜访纪要")
	saveLead(tb, s, sales.Lead{Company: "华东智造", Owner: "li", Fields: map[string]string{"备注": "反斜杠 \\ 与\t制表符\n换行"}})
	sealed(tb, s)
	do(tb, s, func(ctx context.Context, tx *store.Tx) error {
		_, _, err := tx.RulesVersion(ctx, "h1", []byte("stages: []\n"), "start")
		_, _, err2 := tx.OrgVersion(ctx, "h2", []byte("people: []\n"), "start")
		_, err3 := tx.AddJob(ctx, store.NewJob{Kind: "ping", Key: "ping:1", RunAt: tx.Now()})
		return errors.Join(err, err2, err3)
	})
	decide(tb, s, 99) // one that waits for its place
	stray := filepath.Join(dir, "evidence", "ab")
	err = errors.Join(ev.Close(), os.MkdirAll(filepath.Join(dir, "holidays"), 0o700), os.WriteFile(filepath.Join(dir, "holidays", "2027.json"), []byte("{}"), 0o600),
		os.MkdirAll(stray, 0o700), os.WriteFile(filepath.Join(stray, "ab"+strings.Repeat("0", 62)), []byte("of nobody"), 0o600))
	if err != nil {
		tb.Fatal(err)
	}
}

func backup(tb testing.TB, s *store.Store) (string, store.Manifest) {
	tb.Helper()
	to := filepath.Join(tb.TempDir(), "backup")
	m, err := s.Backup(tb.Context(), store.BackupOptions{Dir: to, Program: "test", Settings: map[string][]byte{"org.yaml": []byte("people: []\n")}})
	if err != nil {
		tb.Fatal(err)
	}
	return to, m
}

// target is where a backup can go.
func (w backupWorld) target(tb testing.TB, from string) store.RestoreOptions {
	tb.Helper()
	o := store.RestoreOptions{Dir: from, DataDir: filepath.Join(tb.TempDir(), "data"), Now: time.Now}
	if w.url != "" {
		o.URL = storetest.EmptyPostgresURL(tb)
	}
	return o
}

// rowsOf is every row of every table, as text.
func rowsOf(tb testing.TB, s *store.Store) string {
	tb.Helper()
	return strings.Join(view(tb, s, store.Dump), "\n")
}

func TestABackupHoldsEverythingAndComesBack(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		want := rowsOf(t, w.s)
		from, m := backup(t, w.s)
		decide(t, w.s, 1000) // after it: no part of it
		if len(m.Findings) > 0 || m.Audit.Leaves != 32 || m.Audit.Size != 31 || m.Audit.Files != 1 || m.Audit.Checkpoints != 1 || m.Rows["leads"] != 1 || m.Installation == "" {
			t.Errorf("manifest: %+v", m)
		}
		o := w.target(t, from)
		if _, err := store.Restore(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), store.Options{URL: o.URL, DataDir: o.DataDir, Now: time.Now, Lock: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() //nolint:errcheck // a test's own
		if got := rowsOf(t, s); got != want {
			t.Errorf("restored rows differ:\n%s\nwant:\n%s", got, want)
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		report, err := s.VerifyAudit(t.Context(), store.VerifyOptions{})
		if err != nil || len(report.Findings) > 0 || report.Files != 1 {
			t.Errorf("restored: %+v %v", report, err)
		}
		decide(t, s, 1001) // its key signs on
		sealed(t, s)
		was, now := readTree(t, w.dir), readTree(t, o.DataDir)
		for name, text := range now {
			if !strings.HasPrefix(name, "genjin.db") && !bytes.Equal(text, was[name]) && !strings.HasPrefix(name, "checkpoints") {
				t.Errorf("%s differs from the original", name)
			}
		}
		for _, name := range []string{"keys/audit.key", "keys/audit.pub", "installation", "holidays/2027.json"} {
			if len(now[filepath.FromSlash(name)]) == 0 {
				t.Errorf("%s did not come back", name)
			}
		}
	})
}

func TestABackupIsPrivateAndHasNoMoreThanItsRows(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		from, m := backup(t, w.s)
		err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
				t.Errorf("%s has mode %o", path, info.Mode().Perm())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		all := readTree(t, from)
		delete(all, "manifest.json")
		if len(all) != len(m.Files) {
			t.Errorf("%d files, %d in the manifest", len(all), len(m.Files))
		}
		for name := range all {
			if strings.Contains(name, "ab"+strings.Repeat("0", 62)) {
				t.Error("a file that no row names was copied")
			}
		}
		for name, text := range map[string]string{"versions/rules-0001.yaml": "stages: []\n", "versions/org-0001.yaml": "people: []\n", "settings/org.yaml": "people: []\n"} {
			if string(all[filepath.FromSlash(name)]) != text {
				t.Errorf("%s: %q", name, all[name])
			}
		}
	})
}

// Every commit that returned before the mark is inside, while others go on.
func TestABackupHasWhatWasCommittedBeforeItsMark(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		ctx, stop := context.WithCancel(t.Context())
		committed := map[string]time.Time{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n := 0; ctx.Err() == nil; n++ {
				key := fmt.Sprint("load:", n)
				err := w.s.Do(context.WithoutCancel(ctx), func(tx *store.Tx) error {
					_, err := tx.AddJob(t.Context(), store.NewJob{Kind: "ping", Key: key, RunAt: tx.Now()})
					e := sales.Entry{Actor: "li", Action: "deal.move", Object: key}
					return errors.Join(err, tx.Save(t.Context(), sales.Change{Entries: []sales.Entry{e}}, store.Source{}))
				})
				if err == nil {
					committed[key] = time.Now()
				}
				if n%7 == 0 {
					_, err := w.s.SequenceAudit(t.Context(), 100)
					_, _, err2 := w.s.Checkpoint(t.Context())
					if errors.Join(err, err2) != nil {
						t.Error(err, err2)
					}
				}
			}
		}()
		time.Sleep(100 * time.Millisecond)
		from, m := backup(t, w.s)
		time.Sleep(50 * time.Millisecond)
		stop()
		<-done
		if len(m.Findings) > 0 {
			t.Errorf("findings: %v", m.Findings)
		}
		o := w.target(t, from)
		if _, err := store.Restore(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		s := storetest.Open(t, o.URL, storetest.WithDataDir(o.DataDir))
		before, after := 0, 0
		for key, at := range committed {
			there := store.JobID(t.Context(), s, key) != ""
			switch {
			case at.Before(m.Mark) && !there:
				t.Errorf("%s was committed %s before the mark and is lost", key, m.Mark.Sub(at))
			case at.Before(m.Mark):
				before++
			case !there:
				after++
			}
		}
		if before == 0 || after == 0 {
			t.Errorf("no load around the mark: %d before, %d lost after", before, after)
		}
	})
}
