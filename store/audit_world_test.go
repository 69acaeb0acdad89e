package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
)

// auditWorld is a data dir with a log in it, as files, to be copied and spoilt.
type auditWorld struct {
	files   map[string][]byte
	outside []byte // the newest checkpoint
	size    int64
}

// writeWorld writes a log of some hundred leaves, four checkpoints, three files,
// and a few leaves that have no place yet. early is the same at its second
// checkpoint.
func writeWorld(t *testing.T) (early, late auditWorld) {
	t.Helper()
	dir := t.TempDir()
	c := newClock()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ev, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	var size int64
	for part, leaves := range []int{13, 20, 1, 40} {
		for range leaves {
			c.add(time.Second)
			size++
			decide(t, s, size)
		}
		if part > 0 {
			receive(t, s, ev, fmt.Sprintf("纪要 %d", part))
			size++
		}
		if text = sealed(t, s); part == 1 {
			copyOut(t, dir, &early)
			early.outside, early.size = text, size
		}
	}
	for n := range int64(3) {
		decide(t, s, size+n+1)
	}
	if err := errors.Join(ev.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	return early, auditWorld{files: readTree(t, dir), outside: text, size: size}
}

// decide writes one leaf.
func decide(tb testing.TB, s *store.Store, n int64) {
	tb.Helper()
	do(tb, s, func(ctx context.Context, tx *store.Tx) error {
		e := sales.Entry{Actor: "li", Action: "deal.move", Object: fmt.Sprint("deal:", n), Reason: "客户同意", Before: "needs", After: map[string]any{"stage": "proposal", "n": n}}
		return tx.Save(ctx, sales.Change{Entries: []sales.Entry{e}}, store.Source{Bot: "feishu", Event: fmt.Sprint("om_", n), Address: "203.0.113.7"})
	})
}

// receive takes a file in as the fetch job does.
func receive(tb testing.TB, s *store.Store, ev *evidence.Folder, text string) {
	tb.Helper()
	st, err := ev.Put(tb.Context(), bytes.NewReader([]byte(text)), "纪要.txt", 1<<20)
	if err != nil {
		tb.Fatal(err)
	}
	do(tb, s, func(ctx context.Context, tx *store.Tx) error {
		f := sales.File{ID: tx.NewID(), Person: "li", Name: "纪要.txt", Status: sales.FileReady, SHA256: st.SHA256, Type: st.Type, Size: st.Size, Bot: "feishu"}
		f.Platform.MessageID = f.ID
		e := sales.Entry{Actor: "li", Action: "file.receive", Object: "file:" + f.ID, After: f, Files: []string{st.SHA256}}
		return tx.Save(ctx, sales.Change{Files: []sales.File{f}, Entries: []sales.Entry{e}}, store.Source{Bot: "feishu"})
	})
}

// sealed is seal with the text that it signed.
func sealed(tb testing.TB, s *store.Store) []byte {
	tb.Helper()
	if _, err := s.SequenceAudit(tb.Context(), 1000); err != nil {
		tb.Fatal(err)
	}
	text, made, err := s.Checkpoint(tb.Context())
	if err != nil || !made {
		tb.Fatal(made, err)
	}
	return text
}

// copyOut takes a copy of a world in use, as a backup does.
func copyOut(t *testing.T, dir string, w *auditWorld) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	db, err := sql.Open("sqlite", filepath.Join(dir, "genjin.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("VACUUM INTO ?", to)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	w.files = readTree(t, dir)
	for name := range w.files {
		if filepath.Dir(name) == "." && filepath.Ext(name) != "" {
			delete(w.files, name)
		}
	}
	w.files["genjin.db"] = data
}

func readTree(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// copyTo lays the world out in a directory.
func (w auditWorld) copyTo(dir string) error {
	for name, data := range w.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// verifyAt verifies the log in a data dir.
func verifyAt(ctx context.Context, dir string, outside []byte) (store.Report, error) {
	s, err := store.Open(ctx, store.Options{DataDir: dir, Now: time.Now})
	if err != nil {
		return store.Report{}, err
	}
	r, err := s.VerifyAudit(ctx, store.VerifyOptions{Checkpoint: outside})
	return r, errors.Join(err, s.Close())
}
