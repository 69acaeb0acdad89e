package store_test

import (
	"context"
	"testing"
	"time"

	"genjin/store"
)

// TestStrangers: who was not known is listed once per platform, with the last
// time; who was known, or nobody, is not.
func TestStrangers(t *testing.T) {
	t.Parallel()
	clocks := [2]*clock{newClock(), newClock()}
	eachWithClock(t, clocks, func(t *testing.T, s *store.Store, c *clock) {
		for i, in := range []store.Inbox{
			{Bot: "feishu", User: "ou_a", Outcome: "stranger"},
			{Bot: "feishu", User: "ou_b", Outcome: "stranger"},
			{Bot: "wecom", User: "ou_a", Outcome: "stranger"},
			{Bot: "feishu", User: "", Outcome: "stranger"},
			{Bot: "feishu", User: "ou_c", Outcome: "ok"},
			{Bot: "feishu", User: "ou_a", Outcome: "stranger"},
		} {
			in.Key, in.At = string(rune('a'+i)), c.Now().Add(time.Duration(i)*time.Minute)
			do(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Receive(ctx, in) })
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Strangers(ctx, 2)
			same(t, []store.Stranger{
				{Bot: "feishu", User: "ou_a", Last: c.Now().Add(5 * time.Minute), Events: 2}, {Bot: "wecom", User: "ou_a", Last: c.Now().Add(2 * time.Minute), Events: 1},
			}, all)
			return err
		})
	})
}
