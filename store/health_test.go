package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// TestServed: the lock tells who serves a file, and looking changes nothing.
func TestServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := store.Options{DataDir: dir, Now: time.Now, Lock: true}
	if _, served, err := store.Served(o); served || err != nil {
		t.Errorf("nothing there: %v %v", served, err)
	}
	if left, err := os.ReadDir(dir); len(left) > 0 || err != nil {
		t.Errorf("looking left %v %v", left, err)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if pid, served, err := store.Served(o); !served || pid != strconv.Itoa(os.Getpid()) || err != nil {
		t.Errorf("served by %q: %v %v", pid, served, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, served, err := store.Served(o); served || err != nil {
		t.Errorf("afterwards: %v %v", served, err)
	}
	if s, err = store.Open(t.Context(), o); err != nil {
		t.Fatalf("the look kept the lock: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, served, err := store.Served(store.Options{URL: "postgres://u@h/db"}); served || err != nil {
		t.Errorf("PostgreSQL: %v %v", served, err)
	}
}

// TestAuditHealth: the last checkpoint is opened with the key that is there.
func TestAuditHealth(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	s := storetest.New(t, storetest.WithDataDir(dir), storetest.WithClock(c.Now))
	key := filepath.Join(dir, "keys", "audit.key")
	if h, err := s.AuditHealth(t.Context()); err != nil || h.Signed != 0 {
		t.Errorf("nothing signed: %+v %v", h, err)
	}
	if _, err := os.Stat(key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking made a key: %v", err)
	}
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.Save(ctx, sales.Change{Entries: []sales.Entry{{Actor: "li", Action: "lead.touch", Object: "lead:1"}}}, store.Source{})
	})
	if h, err := s.AuditHealth(t.Context()); err != nil || h.Unsequenced != 1 {
		t.Errorf("one waits: %+v %v", h, err)
	}
	if _, err := s.SequenceAudit(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if _, made, err := s.Checkpoint(t.Context()); err != nil || !made {
		t.Fatal(made, err)
	}
	if h, err := s.AuditHealth(t.Context()); err != nil || h.Signed != 1 || h.Unsequenced != 0 || !h.At.Equal(c.Now()) {
		t.Errorf("signed: %+v %v", h, err)
	}
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AuditHealth(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a key: %v", err)
	}
	other := t.TempDir()
	o := storetest.New(t, storetest.WithDataDir(other), storetest.WithClock(c.Now))
	do(t, o, func(ctx context.Context, tx *store.Tx) error {
		return tx.Save(ctx, sales.Change{Entries: []sales.Entry{{Actor: "li", Action: "lead.touch", Object: "lead:1"}}}, store.Source{})
	})
	if _, err := o.SequenceAudit(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(other, "keys", "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AuditHealth(t.Context()); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("with another's key: %v", err)
	}
}

// TestUndelivered: an approval counts until a card of it was sent.
func TestUndelivered(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now().UTC()
		late := func() []int64 {
			numbers, err := s.Undelivered(t.Context(), now.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return numbers
		}
		var number int64
		var message string
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			var err error
			if number, err = tx.NextNumber(ctx); err != nil {
				return err
			}
			a := sales.Approval{ID: tx.NewID(), Number: number, Status: sales.ApprovalPending, Requester: "li", CreatedAt: now, UpdatedAt: now}
			if err := tx.Save(ctx, sales.Change{Approvals: []sales.Approval{a}}, store.Source{}); err != nil {
				return err
			}
			if message, err = tx.Post(ctx, store.Outgoing{Bot: "feishu", User: "ou_wang", Person: "wang", Kind: "approval", Body: []byte(`{}`)}); err != nil {
				return err
			}
			return tx.AddCard(ctx, store.Card{Nonce: tx.NewID(), Kind: "approval", Number: number, Person: "wang", Bot: "feishu", MessageID: message, Revision: 1})
		})
		if got := late(); len(got) != 1 || got[0] != number {
			t.Errorf("nothing was sent: %v", got)
		}
		if fresh, err := s.Undelivered(t.Context(), now.Add(-time.Minute)); len(fresh) > 0 || err != nil {
			t.Errorf("it is fresh: %v %v", fresh, err)
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.MarkMessage(ctx, message, store.MessageResult{State: store.MessageSent, Ref: "om_1"})
		})
		if got := late(); len(got) > 0 {
			t.Errorf("it was sent: %v", got)
		}
	})
}

// TestReasonTellsNoAddress: what stands on a page that anybody may open names
// what is wrong, once, and not where.
func TestReasonTellsNoAddress(t *testing.T) {
	t.Parallel()
	_, noServer := store.Open(t.Context(), store.Options{URL: "postgres://canary:secret@127.0.0.1:1/canary", DataDir: t.TempDir(), Now: time.Now})
	if noServer == nil || !strings.Contains(noServer.Error(), "canary") {
		t.Fatalf("a server that is not there: %v", noServer)
	}
	fresh, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close() //nolint:errcheck // a test's own
	dir := t.TempDir()
	closed := storetest.New(t, storetest.WithDataDir(dir))
	if err := os.WriteFile(filepath.Join(dir, "installation"), []byte("canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"连不上数据库服务器":                  noServer,
		"数据库的结构是 0":                  fresh.Ready(t.Context()),
		"数据目录和数据库不是一套":               closed.Ready(t.Context()),
		"数据库服务器不能提交（SQLSTATE 57P03）": fmt.Errorf("canary: %w: %w", store.ErrUnavailable, &pgconn.PgError{Code: "57P03"}),
		"数据库所在的磁盘满了":                 fmt.Errorf("canary: %w", &pgconn.PgError{Code: "53100"}),
		"数据库不能提交":                    fmt.Errorf("canary: %w", store.ErrUnavailable),
	} {
		if err == nil {
			t.Errorf("%s: no error", want)
			continue
		}
		if got := store.Reason(err); !strings.HasPrefix(got, want) || strings.Contains(got, "canary") || strings.Contains(got, "127.0.0.1") || strings.Contains(got, "the database") {
			t.Errorf("%v\nis told as %q, want %q", err, got, want)
		}
	}
}
