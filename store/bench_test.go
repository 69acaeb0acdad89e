package store_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// BenchmarkDo is what a webhook costs: look the event up, change a noun with
// its audit entry, leave work, remember the event, commit. "single" is one
// caller, so one commit each; "group" is 64, whose commits SQLite shares. "none"
// is the same for 64 callers with a rollback in place of the commit: what is
// lost between the two is the price of the disk.
func BenchmarkDo(b *testing.B) {
	databases := []struct {
		name string
		open func(testing.TB) *store.Store
	}{
		{"SQLite", func(tb testing.TB) *store.Store { tb.Helper(); return storetest.New(tb) }},
		{"PostgreSQL", func(tb testing.TB) *store.Store {
			tb.Helper()
			return storetest.Open(tb, storetest.Postgres(tb).Database(tb))
		}},
	}
	for _, d := range databases {
		b.Run(d.name+"/single", func(b *testing.B) { benchmarkDo(b, d.open(b), 1, nil) })
		b.Run(d.name+"/group", func(b *testing.B) { benchmarkDo(b, d.open(b), 64, nil) })
		b.Run(d.name+"/none", func(b *testing.B) { benchmarkDo(b, d.open(b), 64, errMine) })
	}
}

func benchmarkDo(b *testing.B, s *store.Store, callers int, end error) {
	b.Helper()
	var n atomic.Int64
	one := func() {
		if err := event(b, s, n.Add(1), end); !errors.Is(err, end) {
			b.Error(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	if callers == 1 {
		for range b.N {
			one()
		}
	} else {
		b.SetParallelism((callers + 1) / 2)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				one()
			}
		})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}

func event(tb testing.TB, s *store.Store, n int64, end error) error {
	tb.Helper()
	ctx := tb.Context()
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
		if err := tx.Receive(ctx, store.Inbox{Bot: "feishu", Key: key, Person: "li", Outcome: "lead", Answer: []byte(`{"text":"ok"}`)}); err != nil {
			return err
		}
		return end
	})
}

// BenchmarkLedger is one job through the ledger: claimed, done, closed.
func BenchmarkLedger(b *testing.B) {
	s := storetest.New(b)
	ctx := b.Context()
	ids := make([]string, 0, b.N)
	for len(ids) < b.N {
		err := s.Do(ctx, func(tx *store.Tx) error {
			for range min(500, b.N-len(ids)) {
				key := strconv.Itoa(len(ids))
				if _, err := tx.AddJob(ctx, store.NewJob{Kind: "k", Key: key}); err != nil {
					return err
				}
				ids = append(ids, key)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for i, key := range ids {
		ids[i] = store.JobID(ctx, s, key)
	}
	var n atomic.Int64
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			j, ok, err := s.Claim(ctx, ids[n.Add(1)-1], "w", lease)
			if err != nil || !ok {
				b.Error("not claimed", err)
				return
			}
			if err := s.Do(ctx, func(tx *store.Tx) error { return tx.FinishJob(ctx, j) }); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}
