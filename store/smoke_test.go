package store_test

import (
	"testing"

	"genjin/store"
	"genjin/store/storetest"
)

func TestSmoke(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Do(t.Context(), func(tx *store.Tx) error {
			for want := int64(1); want < 4; want++ {
				n, err := tx.NextNumber(t.Context())
				if err != nil || n != want {
					t.Errorf("number %d %v", n, err)
				}
			}
			_, err := tx.Post(t.Context(), store.Outgoing{Bot: "feishu", User: "u", Body: []byte("{}")})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		due, err := s.DueJobs(t.Context(), 10, "", 0)
		if err != nil || len(due) != 1 {
			t.Fatal(due, err)
		}
	})
}

func TestRedisSmoke(t *testing.T) {
	t.Parallel()
	r := storetest.Redis(t)
	r.FlushAll(t)
	r.Restart(t)
}

func TestPGRestart(t *testing.T) {
	t.Parallel()
	r := storetest.Postgres(t)
	r.ImmediateRestart(t)
}
