package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"genjin/store"
	"genjin/store/storetest"
)

// Transactions of one group commit: some fail, some panic, some leave. What
// was confirmed is there, all of it, and nothing else.
func TestGroupMembersDoNotHarmTheirNeighbours(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const members = 300
		var (
			mu        sync.Mutex
			confirmed = map[int]bool{}
			wg        sync.WaitGroup
		)
		for i := range members {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				err := s.Do(ctx, func(tx *store.Tx) error {
					for part := range 3 {
						if _, err := tx.Once(ctx, fmt.Sprint(i, "/", part)); err != nil {
							return err
						}
					}
					switch rand.IntN(8) {
					case 0:
						return errMine
					case 1:
						return poison(nil)
					case 2:
						_, err := tx.Lead(ctx, 404)
						return err
					case 3:
						cancel() // the caller goes away in the middle
					}
					return nil
				})
				mu.Lock()
				defer mu.Unlock()
				confirmed[i] = err == nil
			})
		}
		wg.Wait()
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			ok := 0
			for i := range members {
				for part := range 3 {
					there, err := said(ctx, tx, fmt.Sprint(i, "/", part))
					if err != nil {
						return err
					}
					if there != confirmed[i] {
						t.Errorf("member %d part %d: confirmed %v, there %v", i, part, confirmed[i], there)
					}
				}
				if confirmed[i] {
					ok++
				}
			}
			if ok < members/4 {
				t.Errorf("only %d of %d were confirmed", ok, members)
			}
			return nil
		})
	})
}

func TestHundredCopiesOfAnEventAreOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		answers := make(chan string, 100)
		for i := range 100 {
			wg.Go(func() {
				var answer string
				err := s.Do(t.Context(), func(tx *store.Tx) error {
					in, seen, err := tx.Seen(t.Context(), "feishu", "om_1")
					if err != nil {
						return err
					}
					if seen {
						answer = string(in.Answer)
						return nil
					}
					n, err := tx.NextNumber(t.Context())
					if err != nil {
						return err
					}
					answer = fmt.Sprintf(`{"number":%d,"by":%d}`, n, i)
					if _, err := tx.AddJob(t.Context(), store.NewJob{Kind: "k", Payload: answer}); err != nil {
						return err
					}
					return tx.Receive(t.Context(), store.Inbox{Bot: "feishu", Key: "om_1", Outcome: "lead", Answer: []byte(answer)})
				})
				if err != nil {
					t.Error(err)
				}
				answers <- answer
			})
		}
		wg.Wait()
		close(answers)
		first := <-answers
		for a := range answers {
			if a != first {
				t.Errorf("answers differ: %s and %s", first, a)
			}
		}
		due, err := s.DueJobs(t.Context(), 0, "", 0)
		if err != nil || len(due) != 1 {
			t.Errorf("%d effects, want 1 (%v)", len(due), err)
		}
	})
}

func TestNumbersHaveNoDuplicates(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var (
			mu   sync.Mutex
			seen = map[int64]bool{}
			wg   sync.WaitGroup
		)
		for range 20 {
			wg.Go(func() {
				for i := range 20 {
					var n int64
					err := s.Do(t.Context(), func(tx *store.Tx) error {
						var err error
						n, err = tx.NextNumber(t.Context())
						if err == nil && i%5 == 0 {
							err = errMine
						}
						return err
					})
					if errors.Is(err, errMine) {
						continue // taken back, or left out
					}
					mu.Lock()
					if err != nil || n <= 0 || seen[n] {
						t.Errorf("number %d again (%v)", n, err)
					}
					seen[n] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	})
}
