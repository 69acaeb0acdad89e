package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

func verified(tb testing.TB, s *store.Store, outside []byte) store.Report {
	tb.Helper()
	r, err := s.VerifyAudit(tb.Context(), store.VerifyOptions{Checkpoint: outside})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestAuditLogGrowsAndIsVerified(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if r := verified(t, s, nil); len(r.Findings) > 0 {
			t.Fatalf("an empty log: %v", r.Findings)
		}
		if text, made, err := s.Checkpoint(t.Context()); made || err != nil {
			t.Fatalf("signed nothing: %s %v", text, err)
		}
		var outside []byte
		for n := range int64(20) {
			decide(t, s, n)
			if n%3 == 0 {
				outside = sealed(t, s)
			}
		}
		for n := 1; n > 0; {
			var err error
			if n, err = s.SequenceAudit(t.Context(), 2); err != nil {
				t.Fatal(err)
			}
		}
		if _, made, err := s.Checkpoint(t.Context()); !made || err != nil {
			t.Fatal(made, err)
		}
		if text, made, err := s.Checkpoint(t.Context()); made || err != nil {
			t.Fatalf("signed the same twice: %s %v", text, err)
		}
		if r := verified(t, s, outside); len(r.Findings) > 0 || r.Leaves != 20 || r.Checkpoints != 8 {
			t.Fatalf("got %+v", r)
		}
		spoilAndMend(t, s, outside)
	})
}

// spoilAndMend changes rows and changes them back.
func spoilAndMend(t *testing.T, s *store.Store, outside []byte) {
	t.Helper()
	for _, c := range []struct{ spoil, mend, want string }{
		{"UPDATE audit_leaves SET actor = 'han' WHERE seq = 7", "UPDATE audit_leaves SET actor = 'li' WHERE seq = 7", "#7"},
		{"UPDATE audit_leaves SET seq = 99 WHERE seq = 3", "UPDATE audit_leaves SET seq = 3 WHERE seq = 99", "#3"},
		{"UPDATE audit_leaves SET at = at + 1 WHERE seq = 0", "UPDATE audit_leaves SET at = at - 1 WHERE seq = 0", "#0"},
		{"UPDATE audit_hashes SET position = -1 WHERE position = 20", "UPDATE audit_hashes SET position = 20 WHERE position = -1", "散列 20 "},
		{"UPDATE audit_checkpoints SET size = 5 WHERE size = 4", "UPDATE audit_checkpoints SET size = 4 WHERE size = 5", "检查点 5"},
	} {
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return store.Exec(ctx, tx, c.spoil) })
		if r := verified(t, s, outside); !names(r.Findings, c.want) {
			t.Errorf("%s: got %v", c.spoil, r.Findings)
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return store.Exec(ctx, tx, c.mend) })
		if r := verified(t, s, outside); len(r.Findings) > 0 {
			t.Fatalf("%s: got %v", c.mend, r.Findings)
		}
	}
}

// The hub works on while its log is verified: nothing half done may look like an
// attack, and several sequencers give each leaf one place.
func TestVerifyAuditBesideALiveHub(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		var busy sync.WaitGroup
		for range 2 {
			busy.Go(func() { whileAsked(ctx, t, func() error { return decideQuietly(ctx, s) }) })
			busy.Go(func() {
				whileAsked(ctx, t, func() error { _, err := s.SequenceAudit(ctx, 5); return err })
			})
			busy.Go(func() {
				whileAsked(ctx, t, func() error { _, _, err := s.Checkpoint(ctx); return err })
			})
		}
		for range 25 {
			if r := verified(t, s, nil); len(r.Findings) > 0 {
				t.Error(strings.Join(r.Findings, "\n"))
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		busy.Wait()
		seal(t, s)
		if r := verified(t, s, nil); len(r.Findings) > 0 || r.Leaves == 0 || r.Checkpoints < 2 {
			t.Errorf("at the end: %+v", r)
		}
	})
}

func whileAsked(ctx context.Context, t *testing.T, fn func() error) {
	t.Helper()
	for ctx.Err() == nil {
		if err := fn(); err != nil && ctx.Err() == nil {
			t.Error(err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func decideQuietly(ctx context.Context, s *store.Store) error {
	return s.Do(ctx, func(tx *store.Tx) error {
		e := sales.Entry{Actor: "li", Action: "lead.create", Object: "lead:1"}
		return tx.Save(ctx, sales.Change{Entries: []sales.Entry{e}}, store.Source{})
	})
}

// A crash may come between the commit of a checkpoint and the naming of its
// file, or before the commit.
func TestACheckpointSurvivesACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := storetest.New(t, storetest.WithDataDir(dir))
	decide(t, s, 1)
	text := sealed(t, s)
	named, drafts := filepath.Join(dir, "checkpoints", "000000000001.txt"), filepath.Join(dir, "checkpoints", "new")
	draft := filepath.Join(drafts, "000000000001-x.txt")
	if err := os.Rename(named, draft); err != nil {
		t.Fatal(err)
	}
	lost := filepath.Join(drafts, "000000000001-y.txt") // of a replica that was slower
	if err := os.WriteFile(lost, []byte("never committed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, s, text); len(r.Findings) > 0 {
		t.Errorf("after the crash: %v", r.Findings)
	}
	if _, made, err := s.Checkpoint(t.Context()); made || err != nil {
		t.Fatal(made, err)
	}
	if got, err := os.ReadFile(named); err != nil || !bytes.Equal(got, text) {
		t.Errorf("the file did not get its name: %s %v", got, err)
	}
	if left, err := os.ReadDir(drafts); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	if r := verified(t, s, text); len(r.Findings) > 0 {
		t.Errorf("after mending: %v", r.Findings)
	}
}

func TestTheAuditKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := make([]*store.Store, 4)
	for i := range stores {
		stores[i] = storetest.New(t, storetest.WithDataDir(dir))
	}
	var all sync.WaitGroup
	for _, s := range stores {
		all.Go(func() {
			if err := decideQuietly(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range stores {
		if r := verified(t, s, nil); len(r.Findings) > 0 || r.Leaves != 4 {
			t.Errorf("got %+v", r)
		}
	}
	secret, public := filepath.Join(dir, "keys", "audit.key"), filepath.Join(dir, "keys", "audit.pub")
	if info, err := os.Stat(secret); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	was, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(public); err != nil { // a crash before it was written
		t.Fatal(err)
	}
	next := storetest.New(t, storetest.WithDataDir(dir))
	if err := decideQuietly(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if now, err := os.ReadFile(public); err != nil || !bytes.Equal(now, was) {
		t.Errorf("the public half is %s, was %s (%v)", now, was, err)
	}
}

// A damaged key fails the decision and is tried again at the next one.
func TestADamagedAuditKeyFailsTheDecision(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "keys", "audit.key")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("PRIVATE+KEY+x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	s := storetest.New(t, storetest.WithDataDir(dir))
	if err := decideQuietly(t.Context(), s); err == nil || !strings.Contains(err.Error(), "audit.key") || strings.Contains(err.Error(), "PRIVATE") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := decideQuietly(t.Context(), s); err != nil {
		t.Error(err)
	}
}

// The root that is signed is RFC 6962's, computed here in the plainest way.
func TestTheSignedRootIsRFC6962(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for n := range int64(21) {
		decide(t, s, n)
		text := string(sealed(t, s))
		hashes := view(t, s, func(ctx context.Context, tx *store.Tx) ([]string, error) {
			return store.QueryStrings(ctx, tx, "SELECT hash FROM audit_leaves ORDER BY seq")
		})
		root := merkle(t, hashes)
		want := fmt.Sprintf("genjin-audit\n%d\n%s\n", n+1, base64.StdEncoding.EncodeToString(root[:]))
		if !strings.HasPrefix(text, want) {
			t.Errorf("got %s want %s", text, want)
		}
	}
}

func merkle(t *testing.T, leaves []string) [32]byte {
	t.Helper()
	if len(leaves) == 1 {
		b, err := hex.DecodeString(leaves[0])
		if err != nil {
			t.Fatal(err)
		}
		return [32]byte(b)
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	left, right := merkle(t, leaves[:k]), merkle(t, leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// Two leaves that differ anywhere have different texts, wherever one part ends
// and the next begins.
func TestNoTwoLeavesHaveOneText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.RuneFrom([]rune("a\x010")), 0, 3, -1)
		a, b := make([]string, 9), make([]string, 9)
		for i := range a {
			a[i], b[i] = part.Draw(t, "a"), part.Draw(t, "b")
		}
		at, bt := rapid.Int64Range(0, 11).Draw(t, "at"), rapid.Int64Range(0, 11).Draw(t, "bt")
		same := at == bt && strings.Join(a, "\n") == strings.Join(b, "\n")
		if got := store.LeafText(at, a) == store.LeafText(bt, b); got != same {
			t.Fatalf("%q %d and %q %d", a, at, b, bt)
		}
	})
}

// What people write goes into the log as both databases can keep it.
func TestAuditKeepsStrangeText(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			e := sales.Entry{Actor: "li\x00", Action: "deal.lose", Object: "deal:1", Reason: "a\x00b\xffc'\"\\\n🙂", After: "\x00\xff"}
			return tx.Save(ctx, sales.Change{Entries: []sales.Entry{e}}, store.Source{Event: "\x00\xff"})
		})
		seal(t, s)
		if r := verified(t, s, nil); len(r.Findings) > 0 {
			t.Errorf("got %v", r.Findings)
		}
	})
}
