package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/store"
)

// load is people who submit leads without pause, and what the platform was told.
type load struct {
	d     *drill
	next  atomic.Int64
	mu    sync.Mutex
	acked map[string]bool // company → answered 200 at the first push
	sent  []string
}

// run submits leads from a number of people at once until ctx ends.
func (l *load) run(ctx context.Context, clients int, pause time.Duration) {
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				l.submit(ctx)
				time.Sleep(time.Duration(rand.Int64N(int64(pause))))
			}
		})
	}
	wg.Wait()
}

func (l *load) submit(ctx context.Context) {
	n := l.next.Add(1)
	company := fmt.Sprintf("第%d精密制造", n)
	text := fmt.Sprintf("线索 公司=%s 联系人=张伟 电话=138%08d", company, n)
	l.mu.Lock()
	l.sent = append(l.sent, company)
	l.mu.Unlock()
	r := l.d.phone.says(context.WithoutCancel(ctx), fmt.Sprintf("ou_p%d", n%drillPeople), text, "")
	if r.OK() {
		l.mu.Lock()
		l.acked[company] = true
		l.mu.Unlock()
	}
}

// acknowledged counts the submissions that were answered 200 at once.
func (l *load) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// tally is what a drill found at the end.
type tally struct {
	sent, acked     int
	lost            int // acknowledged, and no lead stands for it
	doubled         int // more than one lead stands for one submission
	unseen          int // leads whose answer nobody saw
	seenTwice       int
	deadOrUncertain int
}

func (r tally) String() string {
	return fmt.Sprintf("submitted %d, acknowledged at once %d, lost %d, doubled %d, answers unseen %d, seen twice %d, dead or uncertain %d",
		r.sent, r.acked, r.lost, r.doubled, r.unseen, r.seenTwice, r.deadOrUncertain)
}

// count compares what was acknowledged with what stands in the database and
// with what people see.
func (l *load) count(t testing.TB, s *store.Store) tally {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	leads := map[string]int{}
	if err := s.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.OpenLeads(t.Context(), "")
		for _, lead := range all {
			leads[lead.Company]++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i := range drillPeople {
		for _, m := range l.d.phone.messages(fmt.Sprintf("ou_p%d", i)) {
			if m.SenderID != "bot" {
				continue
			}
			if _, rest, ok := strings.Cut(m.Text, "第"); ok && strings.Contains(m.Text, "线索 #") {
				name, _, _ := strings.Cut(rest, "精密制造")
				seen["第"+name+"精密制造"]++
			}
		}
	}
	r := tally{sent: len(l.sent), acked: len(l.acked)}
	for _, company := range l.sent {
		n := leads[company]
		switch {
		case n == 0 && l.acked[company]:
			r.lost++
		case n > 1:
			r.doubled++
		}
		if n > 0 && seen[company] == 0 {
			r.unseen++
		}
		if seen[company] > 1 {
			r.seenTwice++
		}
	}
	dead, err := s.DeadLetters(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	r.deadOrUncertain = len(dead)
	return r
}

// drained waits until the ledger has nothing open that is due. What is promised
// is that work goes on within a time; how much there is, and how fast it goes,
// is a matter of the machine.
func drained(t testing.TB, s *store.Store, goesOn time.Duration) {
	t.Helper()
	began, least := time.Now(), int64(math.MaxInt64)
	deadline := began.Add(goesOn)
	for {
		n, err := s.Counts(t.Context())
		left := n.DueJobs + n.LeasedJobs + n.Messages[string(store.MessagePending)]
		if err == nil && n.DueJobs == 0 && n.Messages[string(store.MessagePending)] == 0 {
			return
		}
		if err == nil && left < least {
			least, deadline = left, time.Now().Add(goesOn)
		}
		if time.Now().After(deadline) || time.Since(began) > 3*time.Minute {
			t.Fatalf("nothing was worked off for %s, or not all within 3 minutes: %+v %v", goesOn, n, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// verified checks the audit log and every evidence file.
func verified(t testing.TB, s *store.Store) {
	t.Helper()
	report, err := s.VerifyAudit(t.Context(), store.VerifyOptions{})
	if err != nil || len(report.Findings) > 0 {
		t.Errorf("audit: %v %v", report.Findings, err)
	}
}
