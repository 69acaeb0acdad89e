package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"genjin/sales"
	"genjin/sales/worktime"
)

// between checks a whole number.
func (d *document) between(path string, n, low, high int64) int64 {
	switch {
	case n >= low && n <= high:
		return n
	case !d.has(path):
		d.fail(path, "没有 %s，请写 %d 到 %d 的整数", leaf(path), low, high)
	default:
		d.fail(path, "%s 是 %d，超出范围，请写 %d 到 %d", leaf(path), n, low, high)
	}
	return low
}

// leaf is a path's last word.
func leaf(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// durationMax is longer than any clock runs.
const durationMax = 365 * 24 * time.Hour

// duration reads 30m, 4h, 48h; empty gives the default.
func (d *document) duration(path, s string, fallback time.Duration) time.Duration {
	if s == "" {
		return fallback
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 || v > durationMax {
		d.fail(path, "%s %q 不是时长，请写成 30m、4h 或 48h", leaf(path), s)
		return fallback
	}
	return v
}

// some is a duration that must not be zero.
func (d *document) some(path, s string, fallback time.Duration) time.Duration {
	v := d.duration(path, s, fallback)
	if v == 0 {
		d.fail(path, "%s 不能是 0，请写成 %s", leaf(path), fallback)
	}
	return v
}

// time reads 09:00.
func (d *document) time(path, s string) worktime.TimeOfDay {
	at, err := time.Parse("15:04", s)
	if err != nil {
		if s == "" {
			d.fail(path, "没有 %s，请写成 \"09:00\"", leaf(path))
		} else {
			d.fail(path, "%q 不是时刻，请写成 \"09:00\"", s)
		}
		return 0
	}
	return worktime.TimeOfDay(at.Hour()*60 + at.Minute())
}

// times reads at least one time of day.
func (d *document) times(path string, in []string) []worktime.TimeOfDay {
	if len(in) == 0 {
		d.fail(path, "没有 %s，请写成 [\"09:00\", \"17:30\"]", leaf(path))
	}
	out := make([]worktime.TimeOfDay, 0, len(in))
	for i, s := range in {
		out = append(out, d.time(fmt.Sprintf("%s[%d]", path, i), s))
	}
	return out
}

// What a choice of a WeCom card holds: ten options, one of which says none, each
// with an id of at most 128 bytes.
const (
	reasonsMax = 9
	reasonMax  = 30 // characters
)

// reasons reads the reasons to choose from; none gives those of the words.
func (d *document) reasons(path string, in []string) []string {
	if len(in) > reasonsMax {
		d.fail(path, "%s 有 %d 条，最多 %d 条", leaf(path), len(in), reasonsMax)
		return nil
	}
	seen := map[string]bool{}
	for i, s := range in {
		at := fmt.Sprintf("%s[%d]", path, i)
		s = strings.TrimSpace(s)
		switch n := utf8.RuneCountInString(s); {
		case n == 0 || n > reasonMax:
			d.fail(at, "原因 %q 要有 1 到 %d 个字", s, reasonMax)
		case strings.Contains(s, ",") || s == "-":
			d.fail(at, "原因 %q 不能是 - 或含半角逗号，请用顿号", s)
		case seen[s]:
			d.fail(at, "原因 %q 写了两次", s)
		}
		seen[s], in[i] = true, s
	}
	return in
}

// role reads a role; empty is none.
func (d *document) role(path, s string) sales.Role {
	if s != "" && !slices.Contains(roles, s) {
		d.fail(path, "没有角色 %q，可写 %s", s, strings.Join(roles, " "))
	}
	return sales.Role(s)
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
