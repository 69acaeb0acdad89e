package jobs

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/bots"
	"genjin/store"
	"genjin/store/storetest"
)

// picky is a platform as strict as WeCom: each change of a card takes a code,
// what goes to a chat cannot be told from its second try, and what exceeds the
// quota is dropped without a word.
type picky struct {
	*platform

	most int

	mu   sync.Mutex
	used map[string]bool
	next int
	// lost makes the answer to what was said go astray.
	lost func(m bots.Message) bool
}

func newPicky(p *platform) *picky { return &picky{platform: p, most: 25, used: map[string]bool{}} }

func (p *picky) code() string {
	p.next++
	return fmt.Sprintf("c%d", p.next)
}

func (p *picky) Send(_ context.Context, m bots.Message) (bots.CardRef, error) {
	if _, err := p.say(m, ""); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost != nil && p.lost(m) {
		return "", fault(bots.CodeUnknown, !p.Forgets(m), 0)
	}
	return bots.CardRef(m.Key + " " + p.code()), nil
}

func (p *picky) Update(_ context.Context, ref bots.CardRef, m bots.Message) (bots.CardRef, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	words := strings.Fields(string(ref))
	for i, code := range words[1:] {
		if p.used[code] {
			continue
		}
		if _, err := p.say(m, ref); err != nil {
			return "", err
		}
		p.used[code] = true
		return bots.CardRef(strings.Join(append(words[:1:1], words[i+2:]...), " ")), nil
	}
	return "", fault(bots.CodeStale, false, 0)
}

func (*picky) Forgets(m bots.Message) bool { return m.Chat != "" }

func (p *picky) Quota(m bots.Message) (string, int, time.Duration) {
	if m.User == "" {
		return "", 0, 0
	}
	return m.User, p.most, time.Minute
}

func (*picky) Spent(ref bots.CardRef, _ time.Time) bool { return len(strings.Fields(string(ref))) < 2 }

// pickyWorld is a world whose WeCom is as strict as the real one.
func pickyWorld(t *testing.T, more ...func(*Options)) (*world, *picky) {
	t.Helper()
	var p *picky
	strict := func(o *Options) {
		p = newPicky(o.Bots[1].(*platform)) //nolint:forcetypeassert // the world's own
		o.Bots[1] = p
	}
	w := newWorld(t, append([]func(*Options){strict}, more...)...)
	return w, p
}

func toZhao() store.Outgoing {
	return store.Outgoing{Bot: "wecom", User: "wecom_zhao", Person: "zhao", Kind: "answer", Subject: "x"}
}

// learn is a click that brings a code.
func (w *world) learn(id, ref string) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		return tx.LearnRef(w.t.Context(), id, func(now string) string { return string(bots.CardRef(now).Merge("", bots.CardRef(ref))) })
	})
}

func TestEachChangeOfACardTakesTheNewestCode(t *testing.T) {
	t.Parallel()
	w, _ := pickyWorld(t)
	root := w.post(toZhao(), bots.Message{Card: &bots.Card{Title: "一"}})
	w.work()
	if ref := w.message(root).Ref; ref != root+" c1" {
		t.Fatalf("ref: %q", ref)
	}
	change := func(title string) store.Message {
		to := toZhao()
		to.Update = root
		id := w.post(to, bots.Message{Card: &bots.Card{Title: title}})
		w.work()
		return w.message(id)
	}
	if m := change("二"); m.State != store.MessageSent || w.message(root).Ref != root {
		t.Errorf("change is %s, the card's ref now %q", m.State, w.message(root).Ref)
	}
	w.learn(root, root+" c7")
	w.learn(root, root+" c8")
	for _, want := range []string{root + " c8", root} {
		if m := change("三"); m.State != store.MessageSent || w.message(root).Ref != want {
			t.Errorf("change is %s, the card's ref now %q, want %q", m.State, w.message(root).Ref, want)
		}
	}
	if m := change("四"); m.State != store.MessageDropped {
		t.Errorf("change without a code is %s", m.State)
	}
}

func TestCodesThatWereOfNoUseAreForgotten(t *testing.T) {
	t.Parallel()
	w, p := pickyWorld(t)
	root := w.post(toZhao(), bots.Message{Card: &bots.Card{Title: "一"}})
	w.work()
	p.used["c1"] = true
	to := toZhao()
	to.Update = root
	id := w.post(to, bots.Message{Card: &bots.Card{Title: "二"}})
	w.work()
	if m := w.message(id); m.State != store.MessageDropped || w.message(root).Ref != root {
		t.Errorf("change is %s, the card's ref now %q", m.State, w.message(root).Ref)
	}
}

// A click brings a code while a change is on its way that uses the last one.
func TestCodeLearntDuringAChangeIsKept(t *testing.T) {
	t.Parallel()
	for name, spent := range map[string]bool{"the change goes through": false, "the change finds no code": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := pickyWorld(t)
			root := w.post(toZhao(), bots.Message{Card: &bots.Card{Title: "一"}})
			w.work()
			p.used["c1"] = spent
			var once sync.Once
			p.code() // so that the next is c3
			clicked := make(chan struct{})
			w.engine.bots["wecom"] = clicking{p, func() { once.Do(func() { w.learn(root, root+" c9"); close(clicked) }) }}
			to := toZhao()
			to.Update = root
			id := w.post(to, bots.Message{Card: &bots.Card{Title: "二"}})
			w.work()
			<-clicked
			want := root + " c9"
			if spent {
				want = root
			}
			if m := w.message(id); m.State != store.MessageSent || w.message(root).Ref != want {
				t.Errorf("change is %s, the card's ref now %q, want %q", m.State, w.message(root).Ref, want)
			}
		})
	}
}

// clicking has somebody click while a card is changed.
type clicking struct {
	*picky

	click func()
}

func (c clicking) Update(ctx context.Context, ref bots.CardRef, m bots.Message) (bots.CardRef, error) {
	c.click()
	return c.picky.Update(ctx, ref, m)
}

func TestClickOnAMessageInDoubtSettlesIt(t *testing.T) {
	t.Parallel()
	w, p := pickyWorld(t)
	p.lost = func(bots.Message) bool { return true }
	id := w.post(toZhao(), bots.Message{Card: &bots.Card{Title: "一"}})
	w.work()
	if m := w.message(id); m.State != store.MessagePending || m.DoubtSince.IsZero() {
		t.Fatalf("message is %s", m.State)
	}
	w.learn(id, id+" c5")
	w.pass(time.Minute)
	w.work()
	if m := w.message(id); m.State != store.MessageSent || m.Ref != id+" c5" {
		t.Errorf("message is %s with %q", m.State, m.Ref)
	}
	w.said(w.wecom, "wecom_zhao", 1)
}

func toGroup() store.Outgoing {
	return store.Outgoing{Bot: "wecom", Chat: "robot:east", Kind: "answer", Subject: "x"}
}

func TestWhatAPlatformForgetsIsNeverTriedTwiceInDoubt(t *testing.T) {
	t.Parallel()
	w, p := pickyWorld(t)
	p.lost = func(m bots.Message) bool { return m.Chat != "" }
	id := w.post(toGroup(), bots.Message{Text: "日报"})
	w.settle()
	if m := w.message(id); m.State != store.MessageUncertain {
		t.Fatalf("message is %s", m.State)
	}
	w.said(w.wecom, "robot:east", 1)
	w.said(w.feishu, "feishu_admin", 1, "不知道有没有送到")
	dead, err := w.store.DeadLetters(t.Context(), 10)
	if err != nil || len(dead) != 1 || dead[0].ID != id {
		t.Fatalf("dead letters: %v, %v", dead, err)
	}
	p.lost = nil
	if err := w.store.Replay(t.Context(), id, "admin"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if m := w.message(id); m.State != store.MessageSent {
		t.Errorf("replayed message is %s: %s", m.State, m.Error)
	}
	w.said(w.wecom, "robot:east", 2)
}

func TestWhatAPlatformForgetsIsNotTriedAgainAfterACrash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begun bool
		want  store.MessageState
	}{"before the try": {false, store.MessageSent}, "in mid-send": {true, store.MessageUncertain}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := pickyWorld(t)
			id := w.post(toGroup(), bots.Message{Text: "日报"})
			if _, ok, err := w.store.Claim(t.Context(), w.openJob().ID, "the dead", time.Second); err != nil || !ok {
				t.Fatal(ok, err)
			}
			if c.begun {
				if free, err := w.store.BeginTry(t.Context(), w.message(id), store.Quota{}); err != nil || !free.IsZero() {
					t.Fatal(free, err)
				}
			}
			w.pass(2 * time.Second)
			w.settle()
			if m := w.message(id); m.State != c.want {
				t.Errorf("message is %s, want %s", m.State, c.want)
			}
		})
	}
}

// A definite no leaves no doubt: it is tried again as any other.
func TestWhatAPlatformForgetsIsTriedAgainAfterANo(t *testing.T) {
	t.Parallel()
	for name, no := range map[string]*bots.SendError{"down": fault(bots.CodeUnavailable, true, 0), "limited": fault(bots.CodeLimited, true, time.Second)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := pickyWorld(t)
			w.wecom.refuse(no)
			id := w.post(toGroup(), bots.Message{Text: "日报"})
			w.work()
			w.wecom.refuse(nil)
			w.pass(2 * time.Second)
			w.work()
			if m := w.message(id); m.State != store.MessageSent {
				t.Errorf("message is %s: %s", m.State, m.Error)
			}
			w.said(w.wecom, "robot:east", 1)
		})
	}
}

// Two engines, of which one is replaced by a third: together they keep to what
// the platform lets through in a minute, and everything arrives.
func TestQuotaHoldsAcrossEnginesAndRestarts(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T, ...storetest.Option) *store.Store{
		"SQLite": func(t *testing.T, o ...storetest.Option) *store.Store { t.Helper(); return storetest.New(t, o...) },
		"PostgreSQL": func(t *testing.T, o ...storetest.Option) *store.Store {
			t.Helper()
			return storetest.NewPostgres(t, o...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := pickyWorld(t)
			w.store = open(t, storetest.WithClock(w.clock))
			same := func(o *Options) { o.Bots[1] = p }
			engines := []*Engine{w.hire(same), w.hire(same)}
			var minute, most atomic.Int64
			p.lost = func(m bots.Message) bool { most.Store(max(most.Load(), minute.Add(1))); return false }
			const all = 70
			for range all {
				w.post(toZhao(), bots.Message{Text: "你好"})
			}
			for range 3 {
				minute.Store(0)
				for range 12 { // one minute
					w.together(engines)
					w.pass(5 * time.Second)
				}
				engines[0] = w.hire(same) // restarted: it remembers nothing
				w.pass(time.Second)
			}
			if n := most.Load(); n > 25 || n < 20 {
				t.Errorf("%d messages within a minute, want at most 25", n)
			}
			if n := len(p.to("wecom_zhao")); n != all {
				t.Errorf("%d of %d messages arrived", n, all)
			}
		})
	}
}

// together has several engines do what is due, all at once.
func (w *world) together(engines []*Engine) {
	w.t.Helper()
	due, err := w.store.DueJobs(w.t.Context(), 200, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, e := range engines {
		queue := make(chan string, len(due))
		for _, j := range due {
			queue <- j.ID
		}
		close(queue)
		for range 4 {
			wg.Go(func() {
				for id := range queue {
					e.do(w.t.Context(), id)
				}
			})
		}
	}
	wg.Wait()
}
