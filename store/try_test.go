package store_test

import (
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

func TestQuotaCountsWhatIsUnderWayAndWhatWasSeen(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		quota := store.Quota{Most: 3, Span: time.Minute}
		begin := func(user string) (store.Message, time.Time) {
			m := message(t, s, post(t, s, store.Outgoing{Bot: "wecom", User: user, Body: json.RawMessage(`{}`)}))
			quota.Whom = "member " + user
			free, err := s.BeginTry(t.Context(), m, quota)
			if err != nil {
				t.Fatal(err)
			}
			return m, free
		}
		first := c.Now()
		ids := make([]store.Message, 0, 3)
		for range 3 {
			m, free := begin("li")
			if !free.IsZero() {
				t.Fatalf("put off to %v", free)
			}
			ids = append(ids, m)
			c.add(time.Second)
		}
		if _, free := begin("li"); free.Before(first.Add(time.Minute)) || free.After(first.Add(time.Minute+time.Second)) {
			t.Errorf("the fourth is put off to %v", free)
		}
		if _, free := begin("han"); !free.IsZero() {
			t.Error("another receiver is counted together")
		}
		if free, err := s.BeginTry(t.Context(), ids[0], store.Quota{Whom: "member li", Most: 3, Span: time.Minute}); err != nil || !free.IsZero() {
			t.Errorf("a message stands in its own way until %v, %v", free, err)
		}
		if err := s.NoteTry(t.Context(), ids[1].ID, false, "refused"); err != nil {
			t.Fatal(err)
		}
		if _, free := begin("li"); !free.IsZero() {
			t.Error("a try that nobody saw is counted")
		}
		if err := s.NoteTry(t.Context(), ids[2].ID, true, "lost"); err != nil {
			t.Fatal(err)
		}
		if _, free := begin("li"); free.IsZero() {
			t.Error("a try that may have been seen is not counted")
		}
		c.add(time.Minute + time.Millisecond)
		if _, free := begin("li"); !free.IsZero() {
			t.Errorf("after the span put off to %v", free)
		}
	})
}

// TestQuotaKeepsNoAddress: whoever holds the address of an answer may give it;
// what is counted by keeps none.
func TestQuotaKeepsNoAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := message(t, s, post(t, s, store.Outgoing{Bot: "wecom", Chat: "reply:LiLei:https://wecom.example/?response_code=canary", Body: json.RawMessage(`{}`)}))
		if _, err := s.BeginTry(t.Context(), m, store.Quota{Whom: m.Chat, Most: 1, Span: time.Minute}); err != nil {
			t.Fatal(err)
		}
		err := s.View(t.Context(), func(tx *store.Tx) error {
			lanes, err := store.QueryStrings(t.Context(), tx, "SELECT lane FROM lanes")
			if len(lanes) != 1 || strings.Contains(lanes[0], "canary") {
				t.Errorf("lanes %q", lanes)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestQuotaCountsByWhomItNames: a member who is written to by several roads, and
// all groups together.
func TestQuotaCountsByWhomItNames(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for whom, roads := range map[string][]store.Outgoing{
			"member li": {{User: "LiLei"}, {Chat: "reply:LiLei:https://x"}, {User: "lilei"}},
			"groups":    {{Chat: "chateast"}, {Chat: "chatwest"}, {Chat: "chateast"}},
		} {
			for i, to := range roads {
				to.Bot, to.Body = "wecom", json.RawMessage(`{}`)
				m := message(t, s, post(t, s, to))
				free, err := s.BeginTry(t.Context(), m, store.Quota{Whom: whom, Most: 2, Span: time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				if begun := free.IsZero(); begun != (i < 2) {
					t.Errorf("%s, message %d: begun is %v", whom, i+1, begun)
				}
			}
		}
	})
}

// TestQuotaHoldsForAllWhoAskAtOnce: many workers of several processes ask at the
// same moment.
func TestQuotaHoldsForAllWhoAskAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		quota := store.Quota{Whom: "member li", Most: 5, Span: time.Minute}
		var begun atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			m := message(t, s, post(t, s, store.Outgoing{Bot: "wecom", User: "li", Body: json.RawMessage(`{}`)}))
			wg.Go(func() {
				free, err := s.BeginTry(t.Context(), m, quota)
				if err != nil {
					t.Error(err)
				} else if free.IsZero() {
					begun.Add(1)
				}
			})
		}
		wg.Wait()
		if n := begun.Load(); n != 5 {
			t.Errorf("%d tries began, want 5", n)
		}
	})
}

func TestSettledMessageIsNotTried(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := message(t, s, post(t, s, store.Outgoing{Bot: "wecom", User: "li", Body: json.RawMessage(`{}`)}))
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			return tx.LearnRef(t.Context(), m.ID, func(string) string { return "t1" })
		})
		if err != nil {
			t.Fatal(err)
		}
		if free, err := s.BeginTry(t.Context(), m, store.Quota{}); err != nil || free.IsZero() {
			t.Errorf("begun: %v, %v", free, err)
		}
	})
}
