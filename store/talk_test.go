package store_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

func TestInboxGivesTheAnswerAgain(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		in := store.Inbox{Bot: "feishu", Key: "k", Type: "message", User: "ou", Person: "li", Hash: "h", Outcome: "lead", Answer: json.RawMessage(`{"a":1}`)}
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Receive(ctx, in) })
		in.At = c.Now()
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			got, seen, err := tx.Seen(ctx, "feishu", "k")
			if !seen {
				t.Error("not seen")
			}
			same(t, in, got)
			if _, seen, _ := tx.Seen(ctx, "wecom", "k"); seen {
				t.Error("another platform's event was seen")
			}
			return err
		})
	})
}

func TestDraftsExpire(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		draft := func() (d store.Draft, ok bool) {
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				var err error
				d, ok, err = tx.Draft(ctx, "li")
				return err
			})
			return d, ok
		}
		d := store.Draft{Person: "li", Kind: "lead", Data: json.RawMessage(`{"公司":"华东智造"}`), ExpiresAt: c.Now().Add(time.Hour)}
		save := func(ctx context.Context, tx *store.Tx) error { return tx.SaveDraft(ctx, d) }
		if _, ok := draft(); ok {
			t.Error("a draft from nowhere")
		}
		do(t, s, save)
		d.Kind = "deal"
		do(t, s, save)
		got, _ := draft()
		same(t, d, got)
		c.add(time.Hour)
		if _, ok := draft(); ok {
			t.Error("an old draft is still there")
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Sweep(ctx, c.Now()) })
		d.ExpiresAt = c.Now().Add(time.Hour)
		do(t, s, save)
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropDraft(ctx, "li") })
		if _, ok := draft(); ok {
			t.Error("a dropped draft is still there")
		}
	})
}

func TestWherePeopleWroteAndWhoStandsIn(t *testing.T) {
	t.Parallel()
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		last := func() store.Wrote {
			return view(t, s, func(ctx context.Context, tx *store.Tx) (store.Wrote, error) { return tx.LastWrote(ctx, "li") })
		}
		same(t, store.Wrote{}, last())
		for _, bot := range []string{"feishu", "wecom"} {
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Wrote(ctx, "li", bot, "chat") })
		}
		same(t, store.Wrote{Bot: "wecom", Chat: "chat", At: c.Now()}, last())
		d := sales.Delegation{To: "han", From: c.Now(), Until: c.Now().Add(time.Hour)}
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetDelegation(ctx, "wang", noDelegation) })
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetDelegation(ctx, "wang", d) })
		got := view(t, s, func(ctx context.Context, tx *store.Tx) (map[string]sales.Delegation, error) {
			return tx.Delegations(ctx)
		})
		same(t, map[string]sales.Delegation{"wang": d}, got)
	}, storetest.WithClock(c.Now))
}

func TestOnceIsTrueOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var firsts atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				var first bool
				if err := s.Do(t.Context(), func(tx *store.Tx) error {
					var err error
					first, err = tx.Once(t.Context(), "ping:deal:13:2026-11-24")
					return err
				}); err != nil {
					t.Error(err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
		wg.Wait()
		if firsts.Load() != 1 {
			t.Errorf("said %d times", firsts.Load())
		}
	})
}

func TestWhatWasSaidIsForgottenLate(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		once := func(key string) (first bool) {
			do(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				first, err = tx.Once(ctx, key)
				return err
			})
			return first
		}
		sweep := func(at time.Time) {
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Sweep(ctx, at) })
		}
		all := []string{"welcome:li", "group:feishu:oc_east", "digest:wang:1"}
		for _, key := range all {
			once(key)
		}
		sweep(c.Now().Add(10 * 365 * 24 * time.Hour)) // as if it were that late; it is not
		c.add(179 * 24 * time.Hour)
		sweep(c.Now())
		for _, key := range all {
			if once(key) {
				t.Errorf("%s is forgotten too early", key)
			}
		}
		c.add(2 * 24 * time.Hour)
		sweep(c.Now())
		if once("welcome:li") || once("group:feishu:oc_east") {
			t.Error("a person or a group would be greeted again")
		}
		if !once("digest:wang:1") {
			t.Error("an old mark was kept")
		}
	})
}

func TestLanesThatNobodyHoldsGo(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		hold := func(holder string, lease time.Duration) bool {
			held, err := s.HoldLane(t.Context(), "audit", holder, lease)
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		sweep := func(at time.Time) {
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Sweep(ctx, at) })
		}
		hold("a", time.Hour)
		sweep(c.Now().Add(48 * time.Hour))
		if hold("b", time.Hour) {
			t.Error("a lane that is held was swept")
		}
		c.add(26 * time.Hour)
		sweep(c.Now())
		left := view(t, s, func(ctx context.Context, tx *store.Tx) ([]string, error) {
			return store.QueryStrings(ctx, tx, "SELECT lane FROM lanes")
		})
		if len(left) != 0 {
			t.Errorf("lanes are kept that nobody holds: %q", left)
		}
		if !hold("b", time.Hour) {
			t.Error("a lane that was swept cannot be taken")
		}
	})
}

func TestVersionsGrowWithEachChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, step := range []struct {
			hash  string
			want  int64
			isNew bool
		}{{"a", 1, true}, {"a", 1, false}, {"b", 2, true}, {"a", 3, true}} {
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				v, isNew, err := tx.RulesVersion(ctx, step.hash, []byte("text"), "zhao")
				if v != step.want || isNew != step.isNew {
					t.Errorf("step %d: version %d new %v", i, v, isNew)
				}
				return err
			})
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			v, isNew, err := tx.OrgVersion(ctx, "a", []byte("text"), "zhao")
			if v != 1 || !isNew {
				t.Errorf("org version %d new %v", v, isNew)
			}
			return err
		})
	})
}

func TestCards(t *testing.T) {
	t.Parallel()
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		card := store.Card{Nonce: "n1", Kind: "approval", Number: 14, Person: "wang", Bot: "feishu", MessageID: "m", Revision: 1}
		other := store.Card{Nonce: "n2", Kind: "todo", Person: "wang"}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddCard(ctx, card); err != nil {
				return err
			}
			return tx.AddCard(ctx, other)
		})
		of := func() []store.Card {
			return view(t, s, func(ctx context.Context, tx *store.Tx) ([]store.Card, error) { return tx.CardsOf(ctx, "approval", 14) })
		}
		same(t, []store.Card{card}, of())
		same(t, []store.Card{other}, view(t, s, func(ctx context.Context, tx *store.Tx) ([]store.Card, error) {
			return tx.CardsOfPerson(ctx, "todo", "wang")
		}))
		card.Revision, card.ClosedAt = 2, c.Now()
		do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetCard(ctx, card) })
		same(t, []store.Card{}, of())
		same(t, card, view(t, s, func(ctx context.Context, tx *store.Tx) (store.Card, error) { return tx.Card(ctx, "n1") }))
		if err := s.Do(t.Context(), func(tx *store.Tx) error { return tx.AddCard(t.Context(), card) }); err == nil {
			t.Error("a nonce was used twice")
		}
	}, storetest.WithClock(c.Now))
}

func TestTraceTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, key := range []string{"a", "b", "c"} {
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.Receive(ctx, store.Inbox{Bot: "feishu", Key: key, At: tx.Now().Add(time.Duration(key[0]) * time.Hour)}); err != nil {
					return err
				}
				if _, err := tx.Post(ctx, store.Outgoing{Bot: "feishu", Person: key, Body: json.RawMessage(`{}`)}); err != nil {
					return err
				}
				entry := sales.Entry{Actor: key, Action: "lead.create", Object: "lead:1", After: 1}
				return tx.Save(ctx, sales.Change{Entries: []sales.Entry{entry}}, store.Source{})
			})
			time.Sleep(2 * time.Millisecond)
		}
		got, err := s.Trace(t.Context(), 2)
		if err != nil || len(got.Events) != 2 || len(got.Leaves) != 2 || len(got.Messages) != 2 {
			t.Fatal(got, err)
		}
		if got.Events[0].Key != "c" || got.Leaves[0].Actor != "c" || got.Messages[0].Person != "c" {
			t.Errorf("not the newest first: %+v", got)
		}
	})
}
