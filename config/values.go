package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"genjin/sales"
)

// between checks a whole number.
func (d *document) between(path string, n, low, high int64) int64 {
	if n < low || n > high {
		d.fail(path, "%d 超出范围，请写 %d 到 %d", n, low, high)
		return low
	}
	return n
}

// duration reads 30m, 4h, 48h; empty gives the default.
func (d *document) duration(path, s string, fallback time.Duration) time.Duration {
	if s == "" {
		return fallback
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 || v > 365*24*time.Hour {
		d.fail(path, "%q 不是时长，请写成 30m、4h 或 48h", s)
		return fallback
	}
	return v
}

// time reads 09:00.
func (d *document) time(path, s string) sales.TimeOfDay {
	var h, m int
	if n, err := fmt.Sscanf(s, "%d:%d", &h, &m); err != nil || n != 2 || h < 0 || h > 23 || m < 0 || m > 59 {
		d.fail(path, "%q 不是时刻，请写成 \"09:00\"", s)
		return 0
	}
	return sales.TimeOfDay(h*60 + m)
}

func (d *document) times(path string, in []string) []sales.TimeOfDay {
	out := make([]sales.TimeOfDay, 0, len(in))
	for i, s := range in {
		out = append(out, d.time(fmt.Sprintf("%s[%d]", path, i), s))
	}
	return out
}

func fileTypeWords() string { return strings.Join(fileTypes, " ") }

// approverWord tells whether a word of who means somebody.
func approverWord(w string) bool {
	if w == "manager" || w == "manager2" {
		return true
	}
	if role, ok := strings.CutPrefix(w, "role:"); ok {
		return slices.Contains(roles, role)
	}
	id, ok := strings.CutPrefix(w, "person:")
	return ok && id != ""
}
