package feishu

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// issuer gives tokens as the platform does: the same one while at least 30
// minutes of it are left.
type issuer struct {
	mu     sync.Mutex
	n      int
	end    time.Time
	asked  int
	broken error
	takes  time.Duration
}

func (i *issuer) fetch(context.Context) (string, time.Duration, error) {
	time.Sleep(i.takes)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked++
	if i.broken != nil {
		return "", 0, i.broken
	}
	if time.Until(i.end) < 30*time.Minute {
		i.n++
		i.end = time.Now().Add(2 * time.Hour)
	}
	return "t-" + strconv.Itoa(i.n), time.Until(i.end), nil
}

func newTokens(i *issuer) *tokens { return &tokens{fetch: i.fetch, now: time.Now} }

// TestOneFetchForAll: a hundred waiters cause one fetch, also when it fails.
func TestOneFetchForAll(t *testing.T) {
	t.Parallel()
	for _, broken := range []error{nil, errors.New("down")} {
		synctest.Test(t, func(t *testing.T) {
			i := &issuer{takes: time.Second, broken: broken}
			tk := newTokens(i)
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					if value, err := tk.get(t.Context()); !errors.Is(err, broken) || broken == nil && value != "t-1" {
						t.Errorf("%q %v", value, err)
					}
				})
			}
			wg.Wait()
			if i.asked != 1 {
				t.Errorf("%d fetches", i.asked)
			}
		})
	}
}

// TestTokenIsAlwaysGood: in a day of calls none is made with a dead token, and
// tokens are fetched about once in two hours.
func TestTokenIsAlwaysGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		tk := newTokens(i)
		for range 24 * 60 {
			value, err := tk.get(t.Context())
			if err != nil || value != "t-"+strconv.Itoa(i.n) || !time.Now().Before(i.end) {
				t.Fatalf("%q %v", value, err)
			}
			time.Sleep(time.Minute)
		}
		if i.asked > 14 {
			t.Errorf("%d fetches a day", i.asked)
		}
	})
}

// TestOldTokenServesOn while the platform gives no new one, until its end.
func TestOldTokenServesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		tk := newTokens(i)
		if _, err := tk.get(t.Context()); err != nil {
			t.Fatal(err)
		}
		i.broken = errors.New("down")
		time.Sleep(2*time.Hour - 2*time.Minute)
		for range 10 {
			if value, err := tk.get(t.Context()); err != nil || value != "t-1" {
				t.Errorf("%q %v", value, err)
			}
		}
		if i.asked != 2 {
			t.Errorf("%d fetches within %v", i.asked, spare)
		}
		time.Sleep(3 * time.Minute)
		if value, err := tk.get(t.Context()); !errors.Is(err, i.broken) {
			t.Errorf("a dead token is used: %q", value)
		}
	})
}

// TestDropOnlyTheRefusedOne: of many who were refused with the old token, none
// throws the new one away.
func TestDropOnlyTheRefusedOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		tk := newTokens(i)
		old, _ := tk.get(t.Context())
		i.end = time.Time{} // revoked
		tk.drop(old)
		fresh, err := tk.get(t.Context())
		if err != nil || fresh == old {
			t.Fatalf("%q %v", fresh, err)
		}
		tk.drop(old)
		if again, _ := tk.get(t.Context()); again != fresh || i.asked != 2 {
			t.Errorf("%q after %d fetches", again, i.asked)
		}
	})
}

// TestImpatientCallerDoesNotEndTheFetch for the others.
func TestImpatientCallerDoesNotEndTheFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tk := newTokens(&issuer{takes: 2 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() {
			time.Sleep(100 * time.Millisecond)
			if value, err := tk.get(t.Context()); err != nil || value != "t-1" {
				t.Errorf("%q %v", value, err)
			}
		}()
		if value, err := tk.get(ctx); !errors.Is(err, context.DeadlineExceeded) || !mayRetry(err) {
			t.Errorf("%q %v", value, err)
		}
		time.Sleep(5 * time.Second)
	})
}

// TestKeyedLock: one at a time per name, different names at once, and nothing
// stays behind.
func TestKeyedLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			k      keyed
			inside [2]atomic.Int32
			wg     sync.WaitGroup
		)
		began := time.Now()
		for i := range 20 {
			wg.Go(func() {
				unlock, err := k.lock(t.Context(), strconv.Itoa(i%2))
				if err != nil {
					t.Error(err)
					return
				}
				defer unlock()
				if n := inside[i%2].Add(1); n != 1 {
					t.Errorf("%d at once", n)
				}
				time.Sleep(time.Second)
				inside[i%2].Add(-1)
			})
		}
		time.Sleep(500 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := k.lock(ctx, "0"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an impatient one: %v", err)
		}
		wg.Wait()
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %v, want 10 s", took)
		}
		if len(k.locks) != 0 {
			t.Errorf("%d locks stay behind", len(k.locks))
		}
	})
}
