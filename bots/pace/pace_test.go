package pace

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"genjin/bots"
)

func receiverPace() Pace  { return Pace{N: 5, Span: 1100 * time.Millisecond} }
func apiSecondPace() Pace { return Pace{N: 50, Span: 1100 * time.Millisecond} }

func newLimits() *Limits {
	return New(time.Now, apiSecondPace(), Pace{N: 1000, Span: 61 * time.Second})
}

// passage is a visit that was let through.
type passage struct {
	key string
	at  time.Time
}

// crowd lets many visits come at once, each coming again when it is told to and
// lateBy later, and gives who was let through when, and how often was asked.
func crowd(t *testing.T, l *Limits, lateBy func(i int) time.Duration, visits ...Visit) (through []passage, asked int) {
	t.Helper()
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	for i, v := range visits {
		wg.Go(func() {
			for {
				mu.Lock()
				asked++
				mu.Unlock()
				err := l.Admit(t.Context(), v)
				if err == nil {
					mu.Lock()
					through = append(through, passage{v.Key, time.Now()})
					mu.Unlock()
					return
				}
				se, is := errors.AsType[*bots.SendError](err)
				if !is || se.Code != bots.CodeLimited || se.After <= 0 {
					t.Errorf("%s: %v", v.Key, err)
					return
				}
				time.Sleep(se.After + lateBy(i))
			}
		})
	}
	wg.Wait()
	return through, asked
}

func punctual(int) time.Duration { return 0 }

// most is how many went within any span.
func most(through []passage, span time.Duration) int {
	slices.SortFunc(through, func(a, b passage) int { return a.at.Compare(b.at) })
	best := 0
	for i, first := range through {
		n := 0
		for _, p := range through[i:] {
			if p.at.Sub(first.at) < span {
				n++
			}
		}
		best = max(best, n)
	}
	return best
}

func to(api, receiver string, n int) []Visit {
	all := make([]Visit, n)
	for i := range all {
		all[i] = Visit{API: api, To: receiver, Key: receiver + strconv.Itoa(i), Paces: []Pace{receiverPace()}}
	}
	return all
}

// TestReceiverPace: 5 a second to one chat, in order, everybody within the
// time that takes, and each asking about twice.
func TestReceiverPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		through, asked := crowd(t, newLimits(), punctual, to("send", "oc_1", 100)...)
		if n := most(through, time.Second); n != 5 {
			t.Errorf("%d in one second, want 5", n)
		}
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("100 messages took %v", took)
		}
		if asked > 220 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestReceiverPaceHoldsForLateComers: whoever comes late for a turn does not
// crowd those who come after.
func TestReceiverPaceHoldsForLateComers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		late := func(i int) time.Duration { return time.Duration(i%7) * 400 * time.Millisecond }
		began := time.Now()
		through, _ := crowd(t, newLimits(), late, to("send", "oc_1", 60)...)
		if n := most(through, time.Second); n > 5 {
			t.Errorf("%d in one second", n)
		}
		if took := time.Since(began); took > 40*time.Second {
			t.Errorf("60 messages took %v", took)
		}
	})
}

// TestOneChatDoesNotStarveOthers.
func TestOneChatDoesNotStarveOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for _, v := range to("send", "oc_busy", 500) {
			_ = l.Admit(t.Context(), v) // most are told to come later
		}
		if err := l.Admit(t.Context(), Visit{API: "send", To: "oc_calm", Key: "k", Paces: []Pace{receiverPace()}}); err != nil {
			t.Errorf("a calm chat waits for a busy one: %v", err)
		}
	})
}

// TestAPIPace: 50 a second and 1,000 a minute, whoever they are for.
func TestAPIPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		visits := make([]Visit, 2500)
		for i := range visits {
			visits[i] = Visit{API: "send", To: "ou_" + strconv.Itoa(i), Key: strconv.Itoa(i), Paces: []Pace{receiverPace()}}
		}
		began := time.Now()
		through, asked := crowd(t, newLimits(), punctual, visits...)
		if n := most(through, time.Second); n > 50 {
			t.Errorf("%d in one second", n)
		}
		if n := most(through, time.Minute); n > 1000 {
			t.Errorf("%d in one minute", n)
		}
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("2,500 messages took %v", took)
		}
		if asked > 3*len(visits) {
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestOrderSurvivesABusyAPI: messages to one chat keep their order when it is
// the API that makes them wait.
func TestOrderSurvivesABusyAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for i := range apiSecondPace().N {
			if err := l.Admit(t.Context(), Visit{API: "send", To: strconv.Itoa(i), Key: strconv.Itoa(i), Paces: []Pace{receiverPace()}}); err != nil {
				t.Fatal(err)
			}
		}
		through, _ := crowd(t, l, func(i int) time.Duration { return time.Duration(i) * time.Millisecond }, queued(l, to("send", "a", 10))...)
		slices.SortFunc(through, func(a, b passage) int { return a.at.Compare(b.at) })
		for i, p := range through {
			if first := p.key < "a5"; first != (i < 5) {
				t.Errorf("%s came as number %d", p.key, i)
			}
		}
	})
}

// queued has visits ask once, in order.
func queued(l *Limits, visits []Visit) []Visit {
	for _, v := range visits {
		_, _, _ = l.turn(v)
	}
	return visits
}

// TestHold: an API that asked to be left alone is, by everybody; others go on.
func TestHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		l.Hold("send", time.Minute)
		l.Hold("send", time.Second) // the longer one counts
		began := time.Now()
		through, _ := crowd(t, l, punctual, append(to("send", "a", 3), to("send", "b", 3)...)...)
		for _, p := range through {
			if p.at.Sub(began) < time.Minute {
				t.Errorf("%s went after %v", p.key, p.at.Sub(began))
			}
		}
		l.Hold("send", time.Minute)
		if err := l.Admit(t.Context(), Visit{API: "patch", To: "a", Paces: []Pace{receiverPace()}}); err != nil {
			t.Errorf("another API: %v", err)
		}
	})
}

// TestNobodyWaitsLong: a worker is given back, and a stopped hub does not wait.
func TestNobodyWaitsLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for _, v := range to("send", "a", 20) {
			began := time.Now()
			_ = l.Admit(t.Context(), v)
			if took := time.Since(began); took > patience {
				t.Errorf("%s waited %v", v.Key, took)
			}
		}
		time.Sleep(900 * time.Millisecond)
		l = newLimits()
		for _, v := range to("send", "a", 5) {
			if err := l.Admit(t.Context(), v); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(900 * time.Millisecond)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if se, is := errors.AsType[*bots.SendError](l.Admit(ctx, Visit{API: "send", To: "a", Key: "k", Paces: []Pace{receiverPace()}})); !is || !se.Retry || se.Code == bots.CodeLimited {
			t.Errorf("%v", se)
		}
	})
}

// TestNoTurnIsKeptForNobody: a visit without a name does not come back for its
// turn.
func TestNoTurnIsKeptForNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for range 500 {
			_ = l.Admit(t.Context(), Visit{API: "fetch"})
		}
		time.Sleep(apiSecondPace().Span)
		if err := l.Admit(t.Context(), Visit{API: "fetch"}); err != nil {
			t.Errorf("the way is free, and yet: %v", err)
		}
	})
}

// TestLimitsForget: who is not written to any more takes no room.
func TestLimitsForget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		for i := range 5000 {
			_ = l.Admit(t.Context(), Visit{API: "send", To: strconv.Itoa(i), Key: strconv.Itoa(i), Paces: []Pace{receiverPace()}})
		}
		time.Sleep(10 * time.Minute)
		if err := l.Admit(t.Context(), Visit{API: "send", To: "x", Key: "y", Paces: []Pace{receiverPace()}}); err != nil {
			t.Fatal(err)
		}
		if len(l.receivers) != 1 || len(l.kept) != 0 {
			t.Errorf("%d receivers and %d turns are remembered", len(l.receivers), len(l.kept))
		}
	})
}
