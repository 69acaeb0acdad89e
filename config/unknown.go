package config

import (
	"fmt"
	"slices"
	"strings"
)

// Unknown lists variables that look like ours and are not, each with the
// nearest one that is and what it means: a typing mistake must not be silence.
func Unknown(environ []string) []string {
	var out []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "GENJIN_") || strings.HasPrefix(name, "GENJIN_TEST_") {
			continue
		}
		if _, ok := names[strings.TrimSuffix(name, "_FILE")]; ok {
			continue
		}
		near := nearest(name)
		out = append(out, fmt.Sprintf("不认识环境变量 %s，是不是想写 %s（%s）？", name, near, names[near].meaning))
	}
	slices.Sort(out)
	return out
}

func nearest(name string) string {
	best, least := "", 1<<30
	for known := range names {
		if d := distance(name, known); d < least || (d == least && known < best) {
			best, least = known, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			left, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, left+cost)
		}
	}
	return row[len(b)]
}
