package store_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"genjin/store"
)

// BenchmarkBackup backs up a log of GENJIN_AUDIT_ROWS leaves, verification
// included (a million takes some minutes to write first).
func BenchmarkBackup(b *testing.B) {
	rows := 20_000
	if n, err := strconv.Atoi(os.Getenv("GENJIN_AUDIT_ROWS")); err == nil {
		rows = n
	}
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			writeLeaves(b, s, rows)
			var size int64
			b.ResetTimer()
			for b.Loop() {
				to := filepath.Join(b.TempDir(), "backup")
				m, err := s.Backup(b.Context(), store.BackupOptions{Dir: to})
				if err != nil || len(m.Findings) > 0 || m.Audit.Leaves != rows {
					b.Fatal(m.Audit, m.Findings, err)
				}
				size = 0
				for _, f := range m.Files {
					size += f.Size
				}
				if err := os.RemoveAll(to); err != nil {
					b.Fatal(err)
				}
			}
			seconds := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(seconds, "s/backup")
			b.ReportMetric(float64(rows)/seconds, "rows/s")
			b.ReportMetric(float64(size)/(1<<20), "MiB")
		})
	}
}
