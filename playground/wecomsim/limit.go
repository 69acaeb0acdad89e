package wecomsim

import (
	"sync"
	"time"
)

// limiter counts in sliding windows of the platform's clock.
type limiter struct {
	mu   sync.Mutex
	seen map[string][]time.Time
}

// rate is how many of something are let through within a span.
type rate struct {
	n    int
	span time.Duration
}

// take counts something, unless one of its rates is used up.
func (l *limiter) take(key string, now time.Time, rates ...rate) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string][]time.Time{}
	}
	var longest time.Duration
	for _, r := range rates {
		longest = max(longest, r.span)
	}
	kept := l.seen[key][:0:0]
	for _, at := range l.seen[key] {
		if now.Sub(at) < longest {
			kept = append(kept, at)
		}
	}
	l.seen[key] = kept
	for _, r := range rates {
		recent := 0
		for _, at := range kept {
			if now.Sub(at) < r.span {
				recent++
			}
		}
		if recent >= r.n {
			return false
		}
	}
	l.seen[key] = append(kept, now)
	return true
}
