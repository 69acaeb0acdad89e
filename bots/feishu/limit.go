package feishu

import (
	"context"
	"errors"
	"sync"
	"time"

	"genjin/bots"
)

// pace is how many of something may happen within a span.
type pace struct {
	n    int
	span time.Duration
}

// The platform allows 5 messages a second to one person or chat and 5 updates a
// second of one card, and 50 a second and 1,000 a minute per API. The spans are
// a little longer: calls do not arrive as evenly as they leave.
func receiverPace() pace  { return pace{n: 5, span: 1100 * time.Millisecond} }
func apiSecondPace() pace { return pace{n: 50, span: 1100 * time.Millisecond} }
func apiMinutePace() pace { return pace{n: 1000, span: 61 * time.Second} }

const (
	// patience is how long a call waits for its turn by itself; a longer wait
	// is given back to the ledger, so that no worker stands idle.
	patience = 300 * time.Millisecond
	// lateMax is how late somebody may come for a turn that was kept for them.
	lateMax = 2 * time.Second
	// sweepEvery is how often the receivers nobody writes to are forgotten.
	sweepEvery = 10 * time.Second
)

// ring remembers the last n moments of something.
type ring struct {
	at   []time.Time
	next int
}

// turns keeps one pace: which turns were given, and who left when. They differ,
// since who is told to come again comes a little late.
type turns struct {
	pace

	given, gone ring
}

func newTurns(p pace) *turns {
	return &turns{pace: p, given: ring{at: make([]time.Time, p.n)}, gone: ring{at: make([]time.Time, p.n)}}
}

// earliest is the first moment from now on that keeps the pace.
func (p pace) earliest(r *ring, now time.Time) time.Time { return later(now, r.at[r.next].Add(p.span)) }

func (r *ring) add(at time.Time) {
	r.at[r.next] = at
	r.next = (r.next + 1) % len(r.at)
}

// last is the latest moment.
func (r *ring) last() time.Time { return r.at[(r.next+len(r.at)-1)%len(r.at)] }

// apiTurns are those of one API.
type apiTurns struct {
	second, minute *turns
	until          time.Time // nobody may call it before
}

// limits keeps the paces. Who was told to come back later keeps their turn, so
// that a long queue for one chat is served in order, each asking twice and not
// all of them all the time.
type limits struct {
	now func() time.Time

	mu        sync.Mutex
	apis      map[string]*apiTurns
	receivers map[string]*turns
	kept      map[kept]time.Time
	swept     time.Time
}

// kept names a turn that waits for a message: at an API, or at a receiver.
type kept struct{ api, to, key string }

// visit is one wish to call an API: key names the message, to its receiver.
type visit struct{ api, key, to string }

// admit waits for a visit's turn, or says when to come again.
func (l *limits) admit(ctx context.Context, v visit) error {
	wait, api, ok := l.turn(v)
	if !ok {
		return limited(wait, api)
	}
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: "waiting for a turn", Err: ctx.Err()}
	case <-t.C:
		return nil
	}
}

// turn gives how long a visit must wait; not ok means that it should not wait
// here. The named API is the one that is too busy, if it is not the receiver.
func (l *limits) turn(v visit) (wait time.Duration, api string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	a := l.api(v.api)
	if a.until.After(now) {
		return a.until.Sub(now), v.api, false
	}
	forReceiver, forAPI := kept{"", v.to, v.key}, kept{v.api, "", v.key}
	all := []*turns{a.second, a.minute}
	at := now
	if v.to != "" {
		w := l.receiver(v.to)
		if at = l.when(forReceiver, now, w); at.Sub(now) > patience {
			return at.Sub(now), "", false
		}
		all = append(all, w)
	}
	if then := l.when(forAPI, now, a.second, a.minute); then.Sub(now) > patience {
		l.keep(forReceiver, then) // so that the receiver's turn is not taken twice
		return then.Sub(now), v.api, false
	} else if then.After(at) {
		at = then
	}
	for _, w := range all {
		w.gone.add(at)
	}
	delete(l.kept, forReceiver)
	delete(l.kept, forAPI)
	return at.Sub(now), "", true
}

// when gives the turn that was kept, or the next free one, and never sooner
// than those who left allow. A turn too far away is kept for its owner.
func (l *limits) when(what kept, now time.Time, all ...*turns) time.Time {
	at, has := l.kept[what]
	if !has || now.Sub(at) > lateMax {
		at = now
		for _, w := range all {
			at = later(at, w.earliest(&w.given, now))
		}
		if what.key == "" && at.Sub(now) > patience {
			return at // nobody will come back for it
		}
		for _, w := range all {
			w.given.add(at)
		}
	}
	for _, w := range all {
		at = later(at, w.earliest(&w.gone, now))
	}
	if at.Sub(now) > patience {
		l.keep(what, at)
	}
	return at
}

func (l *limits) keep(what kept, at time.Time) {
	if what.key != "" {
		l.kept[what] = at
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (l *limits) api(name string) *apiTurns {
	if l.apis == nil {
		l.apis, l.receivers, l.kept = map[string]*apiTurns{}, map[string]*turns{}, map[kept]time.Time{}
	}
	a := l.apis[name]
	if a == nil {
		a = &apiTurns{second: newTurns(apiSecondPace()), minute: newTurns(apiMinutePace())}
		l.apis[name] = a
	}
	return a
}

func (l *limits) receiver(name string) *turns {
	w := l.receivers[name]
	if w == nil {
		w = newTurns(receiverPace())
		l.receivers[name] = w
	}
	return w
}

// hold keeps everybody from an API for a while, as the platform asked.
func (l *limits) hold(api string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, until := l.api(api), l.now().Add(d); until.After(a.until) {
		a.until = until
	}
}

// sweep forgets receivers nobody writes to and turns nobody came for.
func (l *limits) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for name, w := range l.receivers {
		if now.Sub(later(w.given.last(), w.gone.last())) > w.span {
			delete(l.receivers, name)
		}
	}
	for what, at := range l.kept {
		if now.Sub(at) > lateMax {
			delete(l.kept, what)
		}
	}
}

func limited(wait time.Duration, api string) error {
	return &bots.SendError{Code: bots.CodeLimited, Retry: true, After: wait, API: api, Platform: "own limit", Err: errors.New("not yet")}
}
