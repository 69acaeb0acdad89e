package store_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/evidence"
	"genjin/store/storetest"
)

// releasedDir holds a small data dir of each schema that was ever released, once
// with a SQLite file and once with the dump of a PostgreSQL database.
const releasedDir = "testdata/released"

// TestMakeReleased writes the data of the schema of today. It is run once, with
// GENJIN_TEST_RELEASE=1, by whoever is about to release it.
func TestMakeReleased(t *testing.T) {
	t.Parallel()
	if os.Getenv("GENJIN_TEST_RELEASE") == "" {
		t.Skip("reason: it writes testdata, only on demand")
	}
	migrations, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	number, _, _ := strings.Cut(filepath.Base(slices.Max(migrations)), "_")
	for _, engine := range []string{"sqlite", "postgresql"} {
		dir, url := t.TempDir(), ""
		if engine == "postgresql" {
			url = storetest.PostgresURL(t)
		}
		c := newClock()
		s, err := store.Open(t.Context(), store.Options{URL: url, DataDir: dir, Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		liveAWeek(t, s, c, dir)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if url != "" {
			out, err := exec.Command("pg_dump", "--inserts", "--no-owner", "--no-privileges", url).Output()
			if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "genjin.sql"), out, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		if err := pack(dir, filepath.Join(releasedDir, number+"-"+engine+".tar.gz")); err != nil {
			t.Fatal(err)
		}
	}
}

// liveAWeek leaves some of everything in the memory of a hub.
func liveAWeek(t *testing.T, s *store.Store, c *clock, dir string) {
	t.Helper()
	ev, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	do(t, s, func(ctx context.Context, tx *store.Tx) error {
		for range 3 {
			if _, err := tx.NextNumber(ctx); err != nil {
				return err
			}
		}
		return tx.Save(ctx, weekOfWork(tx), store.Source{Bot: "feishu", Event: "om_1", Address: "203.0.113.7"})
	})
	receive(t, s, ev, "高层拜访纪要")
	do(t, s, talk)
	c.add(time.Hour)
	sealed(t, s)
	for n := range int64(20) {
		decide(t, s, n)
	}
	sealed(t, s)
	decide(t, s, 100) // without a place yet
	for _, key := range []string{"ping:done", "ping:dead"} {
		j, ok, err := s.Claim(t.Context(), addJob(t, s, store.NewJob{Kind: "ping", Key: key, RunAt: c.Now()}).ID, "me", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if key == "ping:dead" {
			err = s.BuryJob(t.Context(), j, errors.New("对方一直不收"))
		} else {
			err = s.Do(t.Context(), func(tx *store.Tx) error { return tx.FinishJob(t.Context(), j) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	addJob(t, s, store.NewJob{Kind: "ping", Key: "ping:open", RunAt: c.Now(), Payload: map[string]int{"deal": 2}})
	if err := ev.Close(); err != nil {
		t.Fatal(err)
	}
}

func weekOfWork(tx *store.Tx) sales.Change {
	at := tx.Now()
	return sales.Change{
		Leads: []sales.Lead{{
			Number: 1, ID: tx.NewID(), Company: "华东智造", CompanyKey: "华东智造", Contact: "张伟", Phone: "+8613800138000", Owner: "li", Status: sales.LeadOpen,
			Score: sales.Score{Version: 1, Total: 80, Grade: "A"}, RespondBy: worktime.Due{At: at.Add(time.Hour)}, CreatedAt: at, UpdatedAt: at,
		}},
		Deals: []sales.Deal{{
			Number: 2, ID: tx.NewID(), LeadNumber: 1, Company: "华东智造", CompanyKey: "华东智造", Owner: "li", Stage: "contact",
			Amount: money.Amount{Fen: 128_000_000}, StageSince: at, Pending: &sales.Move{ID: tx.NewID(), To: "needs", At: at},
		}},
		Approvals: []sales.Approval{{
			Number: 3, ID: tx.NewID(), DealNumber: 2, Requester: "li", Status: sales.ApprovalPending, CreatedAt: at,
			Steps: []sales.ApprovalStep{{Name: "主管", Tasks: []sales.ApprovalTask{{Approver: "wang"}}}},
		}},
		Entries: []sales.Entry{{Actor: "li", Action: "lead.create", Object: "lead:1", Reason: "客户\t同意\n'引号'"}},
		Effects: []sales.Effect{{Kind: sales.EffectLeadOwned, Number: 1, Actor: "li"}},
	}
}

// talk is what was said, heard and promised.
func talk(ctx context.Context, tx *store.Tx) error {
	var errs []error
	states := map[string]store.MessageState{"已发": store.MessageSent, "不明": store.MessageUncertain, "失败": store.MessageFailed, "待发": store.MessagePending}
	for _, text := range slices.Sorted(maps.Keys(states)) {
		body, err := json.Marshal(map[string]string{"text": text})
		errs = append(errs, err)
		id, err := tx.Post(ctx, store.Outgoing{Bot: "feishu", User: "ou_li", Person: "li", Kind: "answer", Subject: "lead:1", Body: body})
		errs = append(errs, err)
		if states[text] != store.MessagePending {
			errs = append(errs, tx.MarkMessage(ctx, id, store.MessageResult{State: states[text], Ref: "om_" + id, Error: ""}))
		}
	}
	_, _, err := tx.RulesVersion(ctx, "h1", []byte("stages: []\n"), "start")
	_, _, err2 := tx.OrgVersion(ctx, "h2", []byte("people: []\n"), "start")
	_, err3 := tx.Once(ctx, "ping:deal:2")
	return errors.Join(append(errs, err, err2, err3,
		tx.AddCard(ctx, store.Card{Nonce: "nonce", Kind: "approval", Number: 3, Person: "wang", Bot: "feishu", MessageID: "m", Revision: 1}),
		tx.Receive(ctx, store.Inbox{Bot: "feishu", Key: "om_1", Type: "message", User: "ou_li", Person: "li", Hash: "h", Outcome: "lead", Answer: json.RawMessage(`{}`)}),
		tx.Wrote(ctx, "li", "feishu", "oc_li"),
		tx.SaveDraft(ctx, store.Draft{Person: "li", Kind: "lead", Data: json.RawMessage(`{"公司":"华南"}`), ExpiresAt: tx.Now().Add(time.Hour)}),
		tx.SetDelegation(ctx, "wang", sales.Delegation{To: "han", From: tx.Now(), Until: tx.Now().Add(time.Hour)}))...)
}

// pack writes the files of a data dir as one archive.
func pack(dir, to string) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".lock") {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		err = w.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o600, Size: int64(len(data))})
		_, err2 := w.Write(data)
		return errors.Join(err, err2)
	})
	if err := errors.Join(err, w.Close(), z.Close(), os.MkdirAll(filepath.Dir(to), 0o700)); err != nil {
		return fmt.Errorf("pack %s: %w", to, err)
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}
