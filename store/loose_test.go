package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
	"genjin/store/storetest"
)

// looseFolder is an empty folder of evidence, and its data dir.
func looseFolder(tb testing.TB) (*evidence.Folder, string) {
	tb.Helper()
	dir := tb.TempDir()
	e, err := evidence.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = e.Close() })
	return e, dir
}

// aged makes a file on disk look as if it came long ago.
func aged(tb testing.TB, dir, sha string, age time.Duration) {
	tb.Helper()
	at := time.Now().Add(-age)
	if err := os.Chtimes(filepath.Join(dir, "evidence", sha[:2], sha), at, at); err != nil {
		tb.Fatal(err)
	}
}

// TestEvidenceWithoutARowGoes: bytes of an upload that was refused after they had
// their place go in the end; what a row names, or came just now, stays.
func TestEvidenceWithoutARowGoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		e, dir := looseFolder(t)
		put := func(text string, age time.Duration) string {
			st, err := e.Put(t.Context(), bytes.NewReader([]byte(t.Name()+text)), "note.txt", 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			aged(t, dir, st.SHA256, age)
			return st.SHA256
		}
		const long = 31 * 24 * time.Hour
		named, loose, young := put("named", long), put("loose", long), put("young", 29*24*time.Hour)
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			f := sales.File{ID: tx.NewID(), Person: "li", Status: sales.FileReady, SHA256: named, SentAt: tx.Now()}
			return tx.Save(ctx, sales.Change{Files: []sales.File{f}}, store.Source{})
		})
		n, err := s.SweepEvidence(t.Context(), e)
		if err != nil || n != 1 {
			t.Errorf("%d went: %v", n, err)
		}
		for sha, stays := range map[string]bool{named: true, loose: false, young: true} {
			if err := e.Verify(sha); (err == nil) != stays {
				t.Errorf("%s stays %v: %v", sha, stays, err)
			}
		}
	})
}

// TestEvidenceThatComesAgainStays: the same content taken in while its old bytes
// are taken away is there afterwards.
func TestEvidenceThatComesAgainStays(t *testing.T) {
	t.Parallel()
	e, dir := looseFolder(t)
	s := storetest.New(t)
	for i := range 60 {
		data := fmt.Appendf(nil, "note %d", i)
		st, err := e.Put(t.Context(), bytes.NewReader(data), "note.txt", 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		aged(t, dir, st.SHA256, 31*24*time.Hour)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := e.Put(t.Context(), bytes.NewReader(data), "note.txt", 1<<20); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := s.SweepEvidence(t.Context(), e); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if err := e.Verify(st.SHA256); err != nil {
			t.Fatal(err)
		}
	}
}
