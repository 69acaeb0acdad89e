package pace

import "time"

// ring remembers the last most moments of something. It grows as it is needed.
type ring struct {
	most int
	at   []time.Time
	next int // the oldest of a full ring
}

// turns keeps one pace: which turns were given, and who left when. They differ,
// since who is told to come again comes a little late.
type turns struct {
	Pace

	given, gone ring
}

func newTurns(paces []Pace) []*turns {
	all := make([]*turns, 0, len(paces))
	for _, p := range paces {
		all = append(all, &turns{Pace: p, given: ring{most: p.N}, gone: ring{most: p.N}})
	}
	return all
}

// earliest is the first moment from now on that keeps the pace.
func (r *ring) earliest(span time.Duration, now time.Time) time.Time {
	if len(r.at) < r.most {
		return now
	}
	return later(now, r.at[r.next].Add(span))
}

func (r *ring) add(at time.Time) {
	if len(r.at) < r.most {
		r.at = append(r.at, at)
		return
	}
	r.at[r.next] = at
	r.next = (r.next + 1) % len(r.at)
}

// last is the latest moment.
func (r *ring) last() time.Time {
	if len(r.at) == 0 {
		return time.Time{}
	}
	return r.at[(r.next+len(r.at)-1)%len(r.at)]
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
