package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

// untouched checks that a refused restore left a data dir as it was.
func untouched(t *testing.T, dir string, want map[string][]byte) {
	t.Helper()
	got := map[string][]byte{}
	if _, err := os.Stat(dir); err == nil {
		got = readTree(t, dir)
	}
	delete(got, "genjin.db.lock")
	if len(got) != len(want) {
		t.Errorf("%d files are there, want %d: %v", len(got), len(want), got)
	}
	for name, text := range want {
		if !bytes.Equal(got[name], text) {
			t.Errorf("%s was changed", name)
		}
	}
}

func TestRestoreRefusesWhatIsInUse(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		from, _ := backup(t, w.s)
		o := store.RestoreOptions{Dir: from, URL: w.url, DataDir: w.dir, Now: time.Now}
		busy := []error{store.ErrNotEmpty}
		if w.url != "" {
			busy = []error{store.ErrRunning} // w.s is connected
		}
		_, err := store.Restore(t.Context(), o)
		if !errors.Is(err, busy[0]) {
			t.Errorf("into its own place: %v", err)
		}
		if err := w.s.Close(); err != nil {
			t.Fatal(err)
		}
		before := readTree(t, w.dir)
		delete(before, "genjin.db.lock")
		if _, err := store.Restore(t.Context(), o); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "checkpoints") {
			t.Errorf("a full data dir: %v", err)
		}
		untouched(t, w.dir, before)
		if w.url == "" {
			return
		}
		o.DataDir = t.TempDir()
		if _, err := store.Restore(t.Context(), o); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "approvals") {
			t.Errorf("a full database: %v", err)
		}
		untouched(t, o.DataDir, nil)
	})
}

func TestRestoreRefusesARunningHubAndNamesIt(t *testing.T) {
	t.Parallel()
	w := backupWorld{dir: t.TempDir()}
	w.s = storetest.New(t, storetest.WithDataDir(w.dir))
	fill(t, w.s, w.dir)
	from, _ := backup(t, w.s)
	dir := t.TempDir()
	hub, err := store.Open(t.Context(), store.Options{DataDir: dir, Now: time.Now, Lock: true})
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Close() //nolint:errcheck // a test's own
	_, err = store.Restore(t.Context(), store.RestoreOptions{Dir: from, DataDir: dir, Now: time.Now})
	if !errors.Is(err, store.ErrRunning) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v", err)
	}
}

// Each fault of a backup is named, and what was begun is taken back.
func TestRestoreRefusesABackupThatChanged(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		from, m := backup(t, w.s)
		database := "genjin.db"
		if w.url != "" {
			database = "genjin.dump"
		}
		evidence := ""
		for _, f := range m.Files {
			if strings.HasPrefix(f.Path, "evidence/") {
				evidence = f.Path
			}
		}
		o := w.target(t, from)
		for _, c := range []struct {
			name, words string
			kind        error
			spoil       func(dir string, m *store.Manifest) error
		}{
			{"no manifest", "没有做完", store.ErrNoBackup, func(dir string, _ *store.Manifest) error { return os.Remove(filepath.Join(dir, "manifest.json")) }},
			{"another format", "格式是 7", store.ErrNoBackup, func(_ string, m *store.Manifest) error { m.Format = 7; return nil }},
			{"a newer schema", "更新的 genjin", store.ErrSchema, func(_ string, m *store.Manifest) error { m.Schema = 9999; return nil }},
			{"a path outside", "备份之外", store.ErrNoBackup, func(_ string, m *store.Manifest) error { m.Files[0].Path = "../../x"; return nil }},
			{"evidence altered", evidence, store.ErrBackupBad, func(dir string, _ *store.Manifest) error { return rewrite(dir, evidence, "forged") }},
			{"evidence gone", evidence, store.ErrBackupBad, func(dir string, _ *store.Manifest) error { return os.Remove(filepath.Join(dir, evidence)) }},
			{"evidence not listed", "不见了", store.ErrBackupBad, func(_ string, m *store.Manifest) error { return unlist(m, evidence) }},
			{"another key", "keys/audit.key", store.ErrBackupBad, func(dir string, _ *store.Manifest) error { return rewrite(dir, "keys/audit.key", "x") }},
			{"the database cut", database, store.ErrBackupBad, func(dir string, _ *store.Manifest) error { return os.Truncate(filepath.Join(dir, database), 100) }},
			{"the database not listed", database, store.ErrBackupBad, func(_ string, m *store.Manifest) error { return unlist(m, database) }},
			{"other counts", "leads", store.ErrBackupBad, func(_ string, m *store.Manifest) error { m.Rows["leads"] = 2; return nil }},
			{"another head", "审计日志有", store.ErrBackupBad, func(_ string, m *store.Manifest) error { m.Audit.Root = "00"; return nil }},
			{"another installation", "不是清单上的那一个", store.ErrBackupBad, func(_ string, m *store.Manifest) error { m.Installation = "x"; return nil }},
			{"findings", "--damaged", store.ErrBackupBad, func(_ string, m *store.Manifest) error { m.Findings = []string{"x"}; return nil }},
		} {
			o.Dir = filepath.Join(t.TempDir(), "copy")
			if err := errors.Join(os.CopyFS(o.Dir, os.DirFS(from)), respoil(o.Dir, c.spoil)); err != nil {
				t.Fatal(c.name, err)
			}
			if _, err := store.Restore(t.Context(), o); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%s: got %v, want %q", c.name, err, c.words)
			}
			untouched(t, o.DataDir, nil)
		}
		o.Dir = from // and the target is free for the sound one
		if _, err := store.Restore(t.Context(), o); err != nil {
			t.Error(err)
		}
	})
}

// respoil changes a backup and its manifest.
func respoil(dir string, spoil func(string, *store.Manifest) error) error {
	m, err := store.ReadManifest(dir)
	if err != nil {
		return err
	}
	if err := spoil(dir, &m); err != nil {
		return err
	}
	path := filepath.Join(dir, "manifest.json")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil // it was the manifest that was to go
	}
	text, err := json.Marshal(m)
	return errors.Join(err, os.WriteFile(path, text, 0o600))
}

func rewrite(dir, name, text string) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	return errors.Join(os.Remove(path), os.WriteFile(path, []byte(text), 0o600)) // not through the hard link
}

func unlist(m *store.Manifest, path string) error {
	for i, f := range m.Files {
		if f.Path == path {
			m.Files = append(m.Files[:i], m.Files[i+1:]...)
			return nil
		}
	}
	return fs.ErrNotExist
}

// Whoever alters a row and makes the manifest fit is betrayed by the log itself.
func TestRestoreVerifiesTheLogOfACopyWithAFittingManifest(t *testing.T) {
	t.Parallel()
	w := backupWorld{dir: t.TempDir()}
	w.s = storetest.New(t, storetest.WithDataDir(w.dir))
	fill(t, w.s, w.dir)
	from, _ := backup(t, w.s)
	err := respoil(from, func(dir string, m *store.Manifest) error {
		db, err := sql.Open("sqlite", filepath.Join(dir, "genjin.db"))
		if err != nil {
			return err
		}
		_, err = db.Exec("UPDATE audit_leaves SET actor = 'han' WHERE seq = 7")
		if err := errors.Join(err, db.Close()); err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, "genjin.db"))
		for i := range m.Files {
			if m.Files[i].Path == "genjin.db" {
				m.Files[i].SHA256 = fmt.Sprintf("%x", sha256.Sum256(text))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o := w.target(t, from)
	if _, err := store.Restore(t.Context(), o); !errors.Is(err, store.ErrBackupBad) || !strings.Contains(err.Error(), "#7") {
		t.Errorf("got %v", err)
	}
	untouched(t, o.DataDir, nil)
}

// What was wrong in the original is told, kept, and restored only on demand.
func TestABackupOfDamagedDataSaysSo(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		do(t, w.s, func(ctx context.Context, tx *store.Tx) error {
			return store.Exec(ctx, tx, "UPDATE audit_leaves SET actor = 'han' WHERE seq = 7")
		})
		if err := os.Remove(filepath.Join(w.dir, "checkpoints", "000000000031.txt")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.dir, "checkpoints", "000000000005.txt"), []byte("forged"), 0o600); err != nil {
			t.Fatal(err)
		}
		live, err := w.s.VerifyAudit(t.Context(), store.VerifyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		from, m := backup(t, w.s)
		if strings.Join(m.Findings, "\n") != strings.Join(live.Findings, "\n") || len(m.Findings) < 3 {
			t.Errorf("the copy has other findings\n%s\nthan the original\n%s", strings.Join(m.Findings, "\n"), strings.Join(live.Findings, "\n"))
		}
		o := w.target(t, from)
		if _, err := store.Restore(t.Context(), o); !errors.Is(err, store.ErrBackupBad) {
			t.Errorf("got %v", err)
		}
		o.Damaged = true
		if _, err := store.Restore(t.Context(), o); err != nil {
			t.Error(err)
		}
	})
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	eachWithDir(t, func(t *testing.T, w backupWorld) {
		to := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.s.Backup(ctx, store.BackupOptions{Dir: to}); err == nil {
			t.Error("a backup that was cancelled succeeded")
		}
		untouched(t, to, nil)
		if err := os.WriteFile(filepath.Join(to, "mine"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Backup(t.Context(), store.BackupOptions{Dir: to}); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "mine") {
			t.Errorf("a folder in use: %v", err)
		}
		untouched(t, to, map[string][]byte{"mine": {}})
		do(t, w.s, func(ctx context.Context, tx *store.Tx) error {
			return store.Exec(ctx, tx, "INSERT INTO goose_db_version (version_id, is_applied) SELECT 9999, is_applied FROM goose_db_version WHERE version_id = 1")
		})
		if _, err := w.s.Backup(t.Context(), store.BackupOptions{Dir: t.TempDir()}); !errors.Is(err, store.ErrSchema) {
			t.Errorf("a newer schema: %v", err)
		}
	})
}

// A restore that was killed leaves data that no hub takes for its own.
func TestAHalfRestoredDirIsRefused(t *testing.T) {
	t.Parallel()
	w := backupWorld{dir: t.TempDir()}
	w.s = storetest.New(t, storetest.WithDataDir(w.dir))
	fill(t, w.s, w.dir)
	from, _ := backup(t, w.s)
	o := w.target(t, from)
	if _, err := store.Restore(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.DataDir, "installation"), []byte(store.Restoring+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, o.DataDir)
	defer s.Close() //nolint:errcheck // a test's own
	for what, err := range map[string]error{"migrate": s.Migrate(t.Context()), "ready": s.Ready(t.Context())} {
		if !errors.Is(err, store.ErrForeign) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := store.Restore(t.Context(), o); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "没有做完的恢复") {
		t.Errorf("got %v", err)
	}
}

// An engine's backup belongs into the same engine.
func TestABackupGoesBackWhereItCameFrom(t *testing.T) {
	t.Parallel()
	w := backupWorld{dir: t.TempDir()}
	w.s = storetest.New(t, storetest.WithDataDir(w.dir))
	from, _ := backup(t, w.s)
	o := store.RestoreOptions{Dir: from, URL: "postgres://nowhere/x", DataDir: t.TempDir(), Now: time.Now}
	if _, err := store.Restore(t.Context(), o); err == nil || !strings.Contains(err.Error(), "SQLite") {
		t.Errorf("got %v", err)
	}
	elsewhere := filepath.Join(t.TempDir(), "own.db")
	o = store.RestoreOptions{Dir: from, URL: elsewhere, DataDir: t.TempDir(), Now: time.Now}
	if _, err := store.Restore(t.Context(), o); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(elsewhere); err != nil {
		t.Error(err)
	}
	o.DataDir = t.TempDir()
	if _, err := store.Restore(t.Context(), o); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "own.db") {
		t.Errorf("over a database: %v", err)
	}
}
