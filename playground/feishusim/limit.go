package feishusim

import (
	"sync"
	"time"
)

const (
	apiPerSecond  = 50
	apiPerMinute  = 1000
	roomPerSecond = 5 // per person, per chat, and per message for updates
)

// limiter counts calls in fixed windows of real time, as gateways do. It never
// looks at the platform's own clock: that one may jump.
type limiter struct {
	clock   func() time.Time
	mu      sync.Mutex
	windows map[string]*window
}

type window struct {
	second, minute     int64
	inSecond, inMinute int
}

// api counts a call of an API; wait is 0 or the seconds until it is let through again.
func (l *limiter) api(api string) (wait int) {
	now := l.clock().Unix()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windowLocked("api "+api, now)
	switch {
	case w.inMinute >= apiPerMinute:
		return int(60 - now%60)
	case w.inSecond >= apiPerSecond:
		return 1
	}
	w.inMinute++
	w.inSecond++
	return 0
}

// room counts an operation on a person, chat or message; false: too fast.
func (l *limiter) room(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windowLocked("room "+key, l.clock().Unix())
	if w.inSecond >= roomPerSecond {
		return false
	}
	w.inSecond++
	return true
}

func (l *limiter) windowLocked(key string, now int64) *window {
	if len(l.windows) > 10_000 {
		l.windows = nil
	}
	if l.windows == nil {
		l.windows = map[string]*window{}
	}
	w := l.windows[key]
	if w == nil {
		w = &window{}
		l.windows[key] = w
	}
	if w.second != now {
		w.second, w.inSecond = now, 0
	}
	if w.minute != now/60 {
		w.minute, w.inMinute = now/60, 0
	}
	return w
}
