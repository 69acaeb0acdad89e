package feishu

import (
	"context"
	"errors"
	"sync"
	"time"

	"genjin/bots"
)

// pace is how fast something may happen: burst at once, then one per every.
type pace struct {
	burst int
	every time.Duration
}

// The platform allows 5 messages a second to one person or chat, and 50 a
// second and 1,000 a minute per API. A burst and the refill of the same second
// or minute stay within it together.
func receiverPace() pace  { return pace{burst: 3, every: 500 * time.Millisecond} }
func apiSecondPace() pace { return pace{burst: 25, every: 40 * time.Millisecond} }
func apiMinutePace() pace { return pace{burst: 200, every: 75 * time.Millisecond} }

// patience is how long a call waits for its turn by itself; a longer wait is
// given back to the ledger, so that no worker stands idle.
const patience = 300 * time.Millisecond

// limits keeps the paces. A message that was told to come back later keeps its
// place: tickets makes the queue of one receiver fair.
type limits struct {
	mu      sync.Mutex
	now     func() time.Time
	turns   map[string]time.Time // name → when its next free moment is reckoned from (GCRA)
	tickets map[string]time.Time // message key → its turn
	holds   map[string]time.Time // API → until when nobody may call it
}

// take reserves the next turn of a name, with the lock held.
func (l *limits) take(name string, p pace, now time.Time) time.Time {
	if l.turns == nil {
		l.turns, l.tickets, l.holds = map[string]time.Time{}, map[string]time.Time{}, map[string]time.Time{}
	}
	tat := l.turns[name]
	if tat.Before(now) {
		tat = now
	}
	l.turns[name] = tat.Add(p.every)
	return tat.Add(-time.Duration(p.burst-1) * p.every)
}

// receiver waits for a receiver's turn, or says when the message with this key
// has its turn.
func (l *limits) receiver(ctx context.Context, to, key string) error {
	l.mu.Lock()
	now := l.now()
	turn, has := l.tickets[key]
	if !has {
		turn = l.take("to:"+to, receiverPace(), now)
		l.tickets[key] = turn
	}
	l.sweep(now)
	wait := turn.Sub(now)
	if wait <= patience {
		delete(l.tickets, key)
	}
	l.mu.Unlock()
	return pause(ctx, wait, "")
}

// admit waits for an API's turn, or says when it may be called again.
func (l *limits) admit(ctx context.Context, api string) error {
	l.mu.Lock()
	now := l.now()
	if until := l.holds[api]; until.After(now) {
		l.mu.Unlock()
		return limited(until.Sub(now), api)
	}
	second := l.take("s:"+api, apiSecondPace(), now)
	minute := l.take("m:"+api, apiMinutePace(), now)
	if minute.After(second) {
		second = minute
	}
	wait := second.Sub(now)
	if wait > patience { // not taken after all
		l.turns["s:"+api] = l.turns["s:"+api].Add(-apiSecondPace().every)
		l.turns["m:"+api] = l.turns["m:"+api].Add(-apiMinutePace().every)
	}
	l.mu.Unlock()
	return pause(ctx, wait, api)
}

// hold keeps everybody from an API for a while, as the platform asked.
func (l *limits) hold(api string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.take("hold", pace{burst: 1}, l.now())
	if until := l.now().Add(d); until.After(l.holds[api]) {
		l.holds[api] = until
	}
}

// sweep forgets receivers and tickets that are long past, with the lock held.
func (l *limits) sweep(now time.Time) {
	if len(l.turns)+len(l.tickets) < 2000 {
		return
	}
	for name, tat := range l.turns {
		if now.Sub(tat) > time.Minute {
			delete(l.turns, name)
		}
	}
	for key, turn := range l.tickets {
		if now.Sub(turn) > 10*time.Minute {
			delete(l.tickets, key)
		}
	}
}

// pause waits a little, or says how long to stay away.
func pause(ctx context.Context, wait time.Duration, api string) error {
	if wait <= 0 {
		return nil
	}
	if wait > patience {
		return limited(wait, api)
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

func limited(wait time.Duration, api string) error {
	return &bots.SendError{Code: bots.CodeLimited, Retry: true, After: wait, API: api, Platform: "own limit", Err: errors.New("not yet")}
}
