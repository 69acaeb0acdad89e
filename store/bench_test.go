package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// BenchmarkDo is what a webhook costs: look the event up, change a noun, leave
// work, remember the event, commit. "single" is one caller, so one commit each;
// "group" is 64, whose commits SQLite shares.
func BenchmarkDo(b *testing.B) {
	stores := map[string]func(testing.TB) *store.Store{
		"SQLite": func(t testing.TB) *store.Store { return storetest.New(t) },
		"PostgreSQL": func(t testing.TB) *store.Store {
			return storetest.Open(t, storetest.Postgres(t).Database(t))
		},
	}
	for name, open := range stores {
		for group, callers := range map[string]int{"single": 1, "group": 64} {
			b.Run(name+"/"+group, func(b *testing.B) {
				s := open(b)
				var n atomic.Int64
				b.ReportAllocs()
				b.SetParallelism((callers + 1) / 2)
				b.ResetTimer()
				run := func() {
					if err := event(b, s, n.Add(1)); err != nil {
						b.Error(err)
					}
				}
				if callers == 1 {
					for b.Loop() {
						run()
					}
				} else {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							run()
						}
					})
				}
				b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "tx/s")
			})
		}
	}
}

func event(t testing.TB, s *store.Store, n int64) error {
	ctx := t.Context()
	key := fmt.Sprint("event-", n)
	return s.Do(ctx, func(tx *store.Tx) error {
		if _, seen, err := tx.Seen(ctx, "feishu", key); err != nil || seen {
			return err
		}
		l := sales.Lead{ID: tx.NewID(), Company: "华东智造", CompanyKey: fmt.Sprint("华东智造", n), Owner: "li", Status: sales.LeadOpen}
		var err error
		if l.Number, err = tx.NextNumber(ctx); err != nil {
			return err
		}
		c := sales.Change{
			Leads:   []sales.Lead{l},
			Entries: []sales.Entry{{Actor: "li", Action: "lead.create", Object: fmt.Sprint("lead:", l.Number), After: l}},
			Effects: []sales.Effect{{Kind: sales.EffectLeadOwned, Number: l.Number}},
		}
		if err := tx.Save(ctx, c, store.Source{Bot: "feishu", Event: key}); err != nil {
			return err
		}
		return tx.Receive(ctx, store.Inbox{Bot: "feishu", Key: key, Person: "li", Outcome: "lead", Answer: []byte(`{"text":"ok"}`)})
	})
}
