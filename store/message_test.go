package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

func post(tb testing.TB, s *store.Store, m store.Outgoing) string {
	tb.Helper()
	var id string
	do(tb, s, func(ctx context.Context, tx *store.Tx) error {
		var err error
		id, err = tx.Post(ctx, m)
		return err
	})
	return id
}

func message(tb testing.TB, s *store.Store, id string) store.Message {
	tb.Helper()
	return view(tb, s, func(ctx context.Context, tx *store.Tx) (store.Message, error) { return tx.Message(ctx, id) })
}

func TestPostIsAMessageAndItsJob(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		out := store.Outgoing{Bot: "feishu", User: "ou_li", Person: "li", Kind: "approval", Subject: "approval:14", Body: json.RawMessage(`{"text":"你好"}`)}
		out.ID = post(t, s, out)
		if got := message(t, s, out.ID); got.State != store.MessagePending || string(got.Body) != string(out.Body) || got.User != "ou_li" {
			t.Errorf("got %+v", got)
		}
		post(t, s, out) // again, by its id
		update := post(t, s, store.Outgoing{Bot: "feishu", Update: out.ID, Body: json.RawMessage(`{}`)})
		post(t, s, store.Outgoing{Bot: "feishu", Update: update, Body: json.RawMessage(`{}`)})
		post(t, s, store.Outgoing{Bot: "feishu", NotBefore: c.Now().Add(time.Hour), Body: json.RawMessage(`{}`)})
		jobs := due(t, s)
		if len(jobs) != 1 || jobs[0].Kind != store.KindSend || jobs[0].Lane != "msg:"+out.ID || string(jobs[0].Payload) != `{"message":"`+out.ID+`"}` {
			t.Fatalf("jobs: %+v", jobs)
		}
		for _, want := range []string{"send:" + out.ID, "send:" + update} {
			j := due(t, s)[0]
			if j.Key != want {
				t.Errorf("updates of one card go out as %s, want %s", j.Key, want)
			}
			j, _ = claim(t, s, j.ID, "w")
			if err := finish(t, s, j); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestMessageStates(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		id := post(t, s, store.Outgoing{Bot: "feishu", Person: "li", Subject: "lead:1", Body: json.RawMessage(`{}`)})
		first := c.Now()
		for _, doubt := range []bool{false, true, true} {
			if err := s.NoteTry(t.Context(), id, doubt, "timeout"); err != nil {
				t.Fatal(err)
			}
			c.add(time.Minute)
		}
		m := message(t, s, id)
		if m.Tries != 3 || !m.FirstTryAt.Equal(first) || !m.DoubtSince.Equal(first.Add(time.Minute)) || m.Error != "timeout" {
			t.Errorf("after three tries: %+v", m)
		}
		mark := func(r store.MessageResult) {
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.MarkMessage(ctx, id, r) })
		}
		mark(store.MessageResult{State: store.MessageSent, Ref: "om_1"})
		if m := message(t, s, id); m.State != store.MessageSent || m.Ref != "om_1" || !m.SentAt.Equal(c.Now()) || m.Error != "" {
			t.Errorf("sent: %+v", m)
		}
		mark(store.MessageResult{State: store.MessageUncertain, Error: "?"})
		if m := message(t, s, id); m.State != store.MessageUncertain || m.Ref != "om_1" {
			t.Errorf("uncertain: %+v", m)
		}
		if err := s.NoteTry(t.Context(), "x", true, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMessagesAreListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := make([]string, 0, 3)
		for _, subject := range []string{"lead:1", "lead:2", "lead:1"} {
			ids = append(ids, post(t, s, store.Outgoing{Bot: "feishu", Person: "li", Subject: subject, Body: json.RawMessage(`{}`)}))
		}
		list := func(f store.MessageFilter) []string {
			all := view(t, s, func(ctx context.Context, tx *store.Tx) ([]store.Message, error) { return tx.Messages(ctx, f) })
			got := make([]string, 0, len(all))
			for _, m := range all {
				got = append(got, m.ID)
			}
			return got
		}
		same(t, ids, list(store.MessageFilter{}))
		same(t, ids[1:], list(store.MessageFilter{After: ids[0], Person: "li", State: store.MessagePending}))
		same(t, ids[:1], list(store.MessageFilter{Subject: "lead:1", Limit: 1}))
		same(t, []string{}, list(store.MessageFilter{State: store.MessageSent}))
	})
}

// A message that failed, one nobody knows about, and one whose job was buried:
// each is one dead letter, and replaying sends it under its old id.
func TestDeadMessagesAreReplayed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, how := range []string{"failed", "uncertain", "buried"} {
			id := post(t, s, store.Outgoing{Bot: "feishu", Person: "li", Subject: how, Body: json.RawMessage(`{}`)})
			j, ok := claim(t, s, due(t, s)[0].ID, "w")
			if !ok {
				t.Fatal("not claimed")
			}
			if how == "buried" {
				if err := s.BuryJob(t.Context(), j, errMine); err != nil {
					t.Fatal(err)
				}
			} else {
				do(t, s, func(ctx context.Context, tx *store.Tx) error {
					if err := tx.MarkMessage(ctx, id, store.MessageResult{State: store.MessageState(how), Error: "mine"}); err != nil {
						return err
					}
					return tx.FinishJob(ctx, j)
				})
			}
			dead, err := s.DeadLetters(t.Context(), 0)
			if err != nil || len(dead) != 1 || dead[0].ID != id || dead[0].Cause != "mine" || dead[0].Person != "li" {
				t.Fatalf("%s: dead letters %+v %v", how, dead, err)
			}
			if one, err := s.DeadLetter(t.Context(), id); err != nil || one.ID != id {
				t.Errorf("%s: %+v %v", how, one, err)
			}
			if err := s.Replay(t.Context(), id, "zhao"); err != nil {
				t.Fatal(how, err)
			}
			if m := message(t, s, id); m.State != store.MessagePending || m.Error != "" {
				t.Errorf("%s: replayed is %+v", how, m)
			}
			again, ok := claim(t, s, j.ID, "w")
			if !ok {
				t.Fatal(how, "replayed and not due")
			}
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.MarkMessage(ctx, id, store.MessageResult{State: store.MessageSent}); err != nil {
					return err
				}
				return tx.FinishJob(ctx, again)
			})
			if dead, _ := s.DeadLetters(t.Context(), 0); len(dead) != 0 {
				t.Errorf("%s: still dead: %+v", how, dead)
			}
		}
	})
}

// A click tells the reference of a message whose answer was lost, or never came.
func TestLearntReferenceIsMergedAndSaysThatTheMessageWasSeen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		learn := func(id, word string) {
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.LearnRef(ctx, id, func(now string) string { return strings.TrimSpace(now + " " + word) })
			})
		}
		for state, want := range map[store.MessageState]store.MessageState{
			store.MessagePending: store.MessageSent, store.MessageUncertain: store.MessageSent, store.MessageFailed: store.MessageSent,
			store.MessageSent: store.MessageSent, store.MessageDropped: store.MessageDropped,
		} {
			id := post(t, s, store.Outgoing{Bot: "wecom", Body: json.RawMessage(`{}`)})
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.MarkMessage(ctx, id, store.MessageResult{State: state, Error: "lost"})
			})
			learn(id, "t1 c1")
			learn(id, "c2")
			m := message(t, s, id)
			if m.State != want || m.Ref != "t1 c1 c2" {
				t.Errorf("%s became %s with %q", state, m.State, m.Ref)
			}
			if want == store.MessageSent && m.SentAt.IsZero() {
				t.Errorf("%s: sent at no time", state)
			}
		}
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			return tx.LearnRef(t.Context(), "x", func(now string) string { return now })
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestReferencesLearntAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := post(t, s, store.Outgoing{Bot: "wecom", Body: json.RawMessage(`{}`)})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				err := s.Do(t.Context(), func(tx *store.Tx) error {
					return tx.LearnRef(t.Context(), id, func(now string) string { return now + fmt.Sprintf(" c%d", i) })
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if words := strings.Fields(message(t, s, id).Ref); len(words) != 8 {
			t.Errorf("kept: %q", words)
		}
	})
}
