package store_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// BenchmarkVerifyAudit reads and checks a log of GENJIN_AUDIT_ROWS leaves (a
// million takes some minutes to write first).
func BenchmarkVerifyAudit(b *testing.B) {
	rows := 20_000
	if n, err := strconv.Atoi(os.Getenv("GENJIN_AUDIT_ROWS")); err == nil {
		rows = n
	}
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			writeLeaves(b, s, rows)
			b.ResetTimer()
			for b.Loop() {
				report, err := s.VerifyAudit(b.Context(), store.VerifyOptions{})
				if err != nil || len(report.Findings) > 0 || report.Leaves != rows {
					b.Fatal(report, err)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

var engines = map[string]func(testing.TB, ...storetest.Option) *store.Store{"SQLite": storetest.New, "PostgreSQL": storetest.NewPostgres}

// writeLeaves fills the log and signs it every few thousand rows.
func writeLeaves(tb testing.TB, s *store.Store, rows int) {
	tb.Helper()
	start := time.Now()
	for n := 0; n < rows; {
		do(tb, s, func(ctx context.Context, tx *store.Tx) error {
			for range min(5000, rows-n) {
				c := sales.Change{Entries: []sales.Entry{{
					Actor: "li", Action: "deal.move", Object: fmt.Sprint("deal:", n), Reason: "客户已经看过方案，约好下周二上门",
					Before: map[string]any{"stage": "needs", "amount": 128_000_000}, After: map[string]any{"stage": "proposal", "amount": 128_000_000},
				}}}
				if err := tx.Save(ctx, c, store.Source{Bot: "feishu", Event: fmt.Sprint("om_", n), Address: "203.0.113.7"}); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		seal(tb, s)
	}
	tb.Logf("%d leaves written in %s", rows, time.Since(start).Round(time.Millisecond))
}

// seal gives every leaf its place and signs the log.
func seal(tb testing.TB, s *store.Store) {
	tb.Helper()
	for {
		n, err := s.SequenceAudit(tb.Context(), 5000)
		if err != nil {
			tb.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if _, _, err := s.Checkpoint(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}
