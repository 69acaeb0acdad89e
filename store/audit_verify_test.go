package store_test

import (
	"bytes"
	"database/sql"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestVerifyAuditFindsEveryChange spoils copies of a log in every way we know,
// each way five times or GENJIN_AUDIT_MUTATIONS times in all: not one may be
// missed, each must be named, and a log that nobody touched has no findings.
func TestVerifyAuditFindsEveryChange(t *testing.T) {
	t.Parallel()
	rounds := 5 * len(changes)
	if n, err := strconv.Atoi(os.Getenv("GENJIN_AUDIT_MUTATIONS")); err == nil {
		rounds = n
	}
	early, late := writeWorld(t)
	clean(t, early, early.outside, nil)
	clean(t, late, late.outside, early.outside, nil, dos(late.outside), bytes.TrimSpace(late.outside))
	kinds := slices.Sorted(maps.Keys(changes))
	const workers = 3
	for worker := range workers {
		t.Run(strconv.Itoa(worker), func(t *testing.T) {
			t.Parallel()
			for n := worker; n < rounds; n += workers {
				spoilOnce(t, late, kinds[n%len(kinds)], n)
			}
		})
	}
	t.Run("old backup", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := early.copyTo(dir); err != nil {
			t.Fatal(err)
		}
		r, err := verifyAt(t.Context(), dir, late.outside)
		if err != nil || !names(r.Findings, "尾部被截断") {
			t.Errorf("got %v %v", r.Findings, err)
		}
	})
}

// clean expects no findings, whichever checkpoint is held against the log.
func clean(t *testing.T, w auditWorld, outside ...[]byte) {
	t.Helper()
	dir := t.TempDir()
	if err := w.copyTo(dir); err != nil {
		t.Fatal(err)
	}
	for _, o := range outside {
		r, err := verifyAt(t.Context(), dir, o)
		if err != nil || len(r.Findings) > 0 || r.Leaves < int(w.size) || r.Files == 0 || r.Checkpoints == 0 {
			t.Fatalf("a clean log: %+v %v", r, err)
		}
	}
}

// dos is a text as it comes back through a mail.
func dos(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }

func spoilOnce(t *testing.T, w auditWorld, kind string, n int) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strconv.Itoa(n))
	defer os.RemoveAll(dir) //nolint:errcheck // the test's end removes it as well; ten thousand would fill the disk
	if err := w.copyTo(dir); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "genjin.db")+"?_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	s := &spoiler{
		t: t, Rand: rand.New(rand.NewPCG(uint64(n), 7)), dir: dir, db: db, size: w.size, outside: bytes.Clone(w.outside),
	}
	if err := changes[kind](s); err != nil {
		t.Fatalf("%d %s: %v", n, kind, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := verifyAt(t.Context(), dir, s.outside)
	if err != nil || !names(r.Findings, s.want) {
		t.Errorf("%d %s (%s): want a finding that names %q, got %v %v", n, kind, s.did, s.want, strings.Join(r.Findings, "\n"), err)
	}
}

func names(findings []string, want string) bool {
	return slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, want) })
}
