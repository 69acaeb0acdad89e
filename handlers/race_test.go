package handlers

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// TestApproveParallel: fifty presses decide once and say one thing that follows.
func TestApproveParallel(t *testing.T) {
	t.Parallel()
	eachRoom(t, approveParallel)
}

func approveParallel(r *room) {
	t := r.t
	t.Helper()
	n := r.atContract("华东智造", "50万")
	b := button(t, r.asks(wang, n), "同意")
	events := make([]bots.Event, 50)
	for i := range events {
		events[i] = r.event(wang)
		events[i].Kind, events[i].Text = bots.EventClick, ""
		events[i].Click = &bots.Click{Action: b.Action, Value: b.Value}
		if i%2 == 1 {
			events[i].Key = events[i-1].Key // a copy of the same press
		}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	tones := map[bots.Tone]int{}
	for _, e := range events {
		wg.Go(func() {
			a, err := r.hub.Handle(t.Context(), e, "")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			tones[a.Tone]++
		})
	}
	wg.Wait()
	if tones[bots.ToneSuccess] != 2 || tones[bots.ToneWarn] != 48 {
		t.Errorf("answers by tone: %v, want 2 × success (one press and its copy)", tones)
	}
	decided := 0
	for {
		jobs, err := r.store.DueJobs(t.Context(), 1000, "x", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			if j.Kind == store.KindEffect && strings.Contains(string(j.Payload), string(sales.EffectApprovalDecided)) {
				decided++
			}
			job, ok, err := r.store.Claim(t.Context(), j.ID, "test", 1e10)
			if err != nil || !ok {
				continue
			}
			r.do(func(tx *store.Tx) error { return tx.FinishJob(t.Context(), job) })
		}
		if len(jobs) == 0 {
			break
		}
	}
	if decided != 1 {
		t.Errorf("the requester is told %d times, want once", decided)
	}
}

// TestFormParallel: a form that is pressed twenty times at once makes one lead.
func TestFormParallel(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(r *room) {
		b := button(r.t, r.says(li, "线索").body.Card, "提交")
		var wg sync.WaitGroup
		for range 20 {
			e := r.event(li)
			e.Kind, e.Text = bots.EventClick, ""
			e.Click = &bots.Click{Action: b.Action, Value: b.Value, Form: map[string]string{"company": "华东智造", "contact": "张伟", "phone": "13800138000"}}
			wg.Go(func() {
				if _, err := r.hub.Handle(r.t.Context(), e, ""); err != nil {
					r.t.Error(err)
				}
			})
		}
		wg.Wait()
		r.view(func(tx *store.Tx) error {
			leads, err := tx.OpenLeads(r.t.Context(), "")
			if len(leads) != 1 {
				r.t.Errorf("%d leads, want 1", len(leads))
			}
			return err
		})
	})
}

// TestMoveMeetsFile: a move and its file that arrive at the same instant always
// find each other.
func TestMoveMeetsFile(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(r *room) {
		for i := range 20 {
			company := fmt.Sprintf("第%d精密制造", i+1)
			n := r.deal(company, "10万")
			f := r.sends(li, "纪要.pdf", "")
			e := r.event(li)
			e.Text = "推进 " + company + " 需求确认"
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := r.hub.Handle(r.t.Context(), e, ""); err != nil {
					r.t.Error(err)
				}
			})
			wg.Go(func() { r.arrives(f, "pdf") })
			wg.Wait()
			if got := r.stage(n); got != "needs" {
				r.t.Errorf("%s: stage %s: the move waits for ever", company, got)
			}
			r.now = r.now.Add(time.Hour)
		}
	})
}
