package store_test

import (
	"context"
	"testing"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// A request is undelivered until each person whose card is open was told of it,
// by the card or by words in its place.
func TestUndeliveredApprovalsAreCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		undelivered := func(want int64, when string) {
			t.Helper()
			if n, err := s.Counts(t.Context()); err != nil || n.Undelivered != want {
				t.Errorf("%s: %d undelivered, want %d; %v", when, n.Undelivered, want, err)
			}
		}
		undelivered(0, "nothing there")
		a := sales.Approval{ID: "a", Number: 14, Requester: "li", Status: sales.ApprovalPending}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.Save(ctx, sales.Change{Approvals: []sales.Approval{a}}, store.Source{})
		})
		undelivered(1, "nobody has a card")

		said := func(person, kind, subject string) string {
			return post(t, s, store.Outgoing{Bot: "feishu", User: "ou", Person: person, Kind: kind, Subject: subject, Body: []byte(`{}`)})
		}
		mark := func(id string, state store.MessageState) {
			do(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.MarkMessage(ctx, id, store.MessageResult{State: state})
			})
		}
		cards := map[string]store.Card{}
		for _, person := range []string{"wang", "zhao"} {
			c := store.Card{Nonce: person, Kind: "approval", Number: 14, Person: person, Bot: "feishu", MessageID: said(person, "approval", "approval:14")}
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.AddCard(ctx, c) })
			cards[person] = c
		}
		undelivered(1, "the cards are on their way")
		mark(cards["wang"].MessageID, store.MessageSent)
		undelivered(1, "one of two has theirs")
		mark(cards["zhao"].MessageID, store.MessageFailed)
		for _, other := range []string{said("zhao", "answer", "approval:14"), said("zhao", "approval", "approval:141"), said("ops", "approval", "approval:14")} {
			mark(other, store.MessageSent)
		}
		undelivered(1, "something else was said")
		words := said("zhao", "approval", "approval:14")
		mark(words, store.MessageUncertain)
		undelivered(1, "nobody knows whether the words arrived")
		mark(said("zhao", "approval", "approval:14"), store.MessageSent)
		undelivered(0, "words stand in for the card")

		a.Revision, a.Status = 1, sales.ApprovalApproved
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, c := range cards {
				c.ClosedAt = tx.Now()
				if err := tx.SetCard(ctx, c); err != nil {
					return err
				}
			}
			return tx.Save(ctx, sales.Change{Approvals: []sales.Approval{a}}, store.Source{})
		})
		undelivered(0, "it was decided")
	})
}
