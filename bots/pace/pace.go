package pace

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"genjin/bots"
)

// Pace is how many of something may happen within a span.
type Pace struct {
	N    int
	Span time.Duration
}

const (
	// patience is how long a call waits for its turn by itself; a longer wait
	// is given back to the ledger, so that no worker stands idle.
	patience = 300 * time.Millisecond
	// lateMax is how late somebody may come for a turn that was kept for them.
	lateMax = 2 * time.Second
	// sweepEvery is how often the receivers nobody writes to are forgotten.
	sweepEvery = 10 * time.Second
)

// Limits keeps the paces. Who was told to come back later keeps their turn, so
// that a long queue for one chat is served in order, each asking twice and not
// all of them all the time.
type Limits struct {
	now    func() time.Time
	perAPI []Pace

	mu        sync.Mutex
	apis      map[string]*apiTurns
	receivers map[string][]*turns
	kept      map[kept]time.Time
	swept     time.Time
}

// New makes limits that keep the given paces for every API.
func New(now func() time.Time, perAPI ...Pace) *Limits {
	return &Limits{now: now, perAPI: perAPI, apis: map[string]*apiTurns{}, receivers: map[string][]*turns{}, kept: map[kept]time.Time{}}
}

// apiTurns are those of one API.
type apiTurns struct {
	turns []*turns
	until time.Time // nobody may call it before
}

// kept names a turn that waits for a message: at an API, or at a receiver.
type kept struct{ api, to, key string }

// Visit is one wish to call an API: Key names the message, To its receiver, who
// is reached at the given paces. The paces of a receiver are always the same.
type Visit struct {
	API, Key, To string
	Paces        []Pace
}

// Admit waits for a visit's turn, or says when to come again.
func (l *Limits) Admit(ctx context.Context, v Visit) error {
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

// Hold keeps everybody from an API for a while, as the platform asked.
func (l *Limits) Hold(api string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, until := l.api(api), l.now().Add(d); until.After(a.until) {
		a.until = until
	}
}

// turn gives how long a visit must wait; not ok means that it should not wait
// here. The named API is the one that is too busy, if it is not the receiver.
func (l *Limits) turn(v Visit) (wait time.Duration, api string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	a := l.api(v.API)
	if a.until.After(now) {
		return a.until.Sub(now), v.API, false
	}
	forReceiver, forAPI := kept{"", v.To, v.Key}, kept{v.API, "", v.Key}
	all := a.turns
	at := now
	if v.To != "" {
		ws := l.receiver(v)
		if at = l.when(forReceiver, now, ws); at.Sub(now) > patience {
			return at.Sub(now), "", false
		}
		all = append(slices.Clip(all), ws...)
	}
	if then := l.when(forAPI, now, a.turns); then.Sub(now) > patience {
		l.keep(forReceiver, then) // so that the receiver's turn is not taken twice
		return then.Sub(now), v.API, false
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
func (l *Limits) when(what kept, now time.Time, all []*turns) time.Time {
	at, has := l.kept[what]
	if !has || now.Sub(at) > lateMax {
		at = now
		for _, w := range all {
			at = later(at, w.given.earliest(w.Span, now))
		}
		if what.key == "" && at.Sub(now) > patience {
			return at // nobody will come back for it
		}
		for _, w := range all {
			w.given.add(at)
		}
	}
	for _, w := range all {
		at = later(at, w.gone.earliest(w.Span, now))
	}
	if at.Sub(now) > patience {
		l.keep(what, at)
	}
	return at
}

func (l *Limits) keep(what kept, at time.Time) {
	if what.key != "" {
		l.kept[what] = at
	}
}

func (l *Limits) api(name string) *apiTurns {
	a := l.apis[name]
	if a == nil {
		a = &apiTurns{turns: newTurns(l.perAPI)}
		l.apis[name] = a
	}
	return a
}

func (l *Limits) receiver(v Visit) []*turns {
	ws := l.receivers[v.To]
	if ws == nil && len(v.Paces) > 0 {
		ws = newTurns(v.Paces)
		l.receivers[v.To] = ws
	}
	return ws
}

// sweep forgets receivers nobody writes to and turns nobody came for.
func (l *Limits) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for name, ws := range l.receivers {
		idle := true
		for _, w := range ws {
			idle = idle && now.Sub(later(w.given.last(), w.gone.last())) > w.Span
		}
		if idle {
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
