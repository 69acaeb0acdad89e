package jobs

import (
	"errors"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
)

// run does one periodic job as if at that instant.
func (w *world) run(name string, at time.Time) {
	w.t.Helper()
	if err := w.engine.RunJob(w.t.Context(), name, at); err != nil {
		w.t.Fatal(err)
	}
}

func TestOverdueDealIsToldToEachOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deal(3, "li")
	late := w.clock().AddDate(0, 0, 3) // Friday; three working days later
	w.run(kindOverdue, late.Add(-time.Minute))
	w.work()
	w.said(w.feishu, "feishu_li", 0)
	for range 3 {
		w.run(kindOverdue, late)
		w.work()
	}
	for _, who := range []string{"feishu_li", "feishu_wang", "oc_east", "feishu_ops"} {
		w.said(w.feishu, who, 1)
		w.said(w.feishu, who, 1, "华东智造")
	}
	w.said(w.feishu, "feishu_zhao", 0)
	w.said(w.feishu, "feishu_han", 0)
}

func TestOverdueIsToldAgainOnlyAfterTheInterval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deal(3, "li")
	late := w.clock().AddDate(0, 0, 3)                   // Friday
	for i, want := range []int{1, 1, 1, 1, 2, 2, 3, 3} { // + 0 … 7 days: the second working day is Tuesday
		err := w.engine.RunJob(t.Context(), kindOverdue, late.AddDate(0, 0, i))
		if _, quiet := errors.AsType[*QuietError](err); quiet != (i == 1 || i == 2) || (err != nil && !quiet) {
			t.Errorf("day %d: %v", i, err)
		}
		w.work()
		w.said(w.feishu, "feishu_li", want, "华东智造")
	}
}

func TestSnoozedDealIsSilent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.deal(3, "li")
	late := w.clock().AddDate(0, 0, 3)
	d.Snooze, d.Revision = sales.Snooze{Until: late.AddDate(0, 0, 3)}, 1
	w.do(func(tx *store.Tx) error {
		return tx.Save(t.Context(), sales.Change{Deals: []sales.Deal{d}}, store.Source{})
	})
	w.run(kindOverdue, late)
	w.work()
	w.said(w.feishu, "feishu_li", 0)
	w.run(kindOverdue, late.AddDate(0, 0, 3))
	w.work()
	w.said(w.feishu, "feishu_li", 1, "华东智造")
}

func TestLeaversDealIsToldToTheManagerAndOps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deal(3, "gone")
	w.deal(4, "never heard of")
	w.run(kindOverdue, w.clock().AddDate(0, 0, 3))
	w.work()
	w.said(w.feishu, "feishu_gone", 0)
	w.said(w.feishu, "feishu_wang", 1, "#3")
	w.said(w.feishu, "feishu_ops", 1, "#3", "#4")
}

func TestOpsAreNotToldTwiceOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deal(3, "ops")
	w.run(kindOverdue, w.clock().AddDate(0, 0, 3))
	w.work()
	w.said(w.feishu, "feishu_ops", 1, "#3")
}

// The instant stands for now: its quiet hours hold a job back, and those of the
// clock on the wall do not. What was held back is not spent.
func TestJobRunByHandKeepsTheQuietHoursOfItsInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deal(3, "li")
	w.at(23, 0)
	for _, at := range []time.Time{time.Date(2026, 11, 27, 23, 0, 0, 0, zone), time.Date(2026, 11, 28, 10, 0, 0, 0, zone)} {
		quiet, ok := errors.AsType[*QuietError](w.engine.RunJob(t.Context(), kindOverdue, at))
		if !ok || !quiet.Until.Equal(time.Date(2026, 11, at.Day(), 8, 30, 0, 0, zone).AddDate(0, 0, 30-at.Day())) {
			t.Errorf("at %s: %v", at, quiet)
		}
	}
	w.work()
	w.said(w.feishu, "feishu_li", 0, "")
	w.run(kindOverdue, time.Date(2026, 11, 30, 10, 0, 0, 0, zone))
	w.work()
	w.said(w.feishu, "feishu_li", 1, "华东智造")
}

// Without an instant somebody wants it said now, be it night.
func TestJobRunByHandWithoutAnInstantSpeaksAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deal(3, "li")
	w.pass(4 * 24 * time.Hour)
	w.at(3, 0)
	w.run(kindOverdue, time.Time{})
	w.work()
	w.said(w.feishu, "feishu_li", 1, "华东智造")
}

func TestJobRunByHandTakesItsInstantForWhoStandsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "wang")
	w.settle()
	at := w.clock().AddDate(0, 0, 7)
	w.do(func(tx *store.Tx) error {
		return tx.SetDelegation(t.Context(), "wang", sales.Delegation{To: "han", From: at.Add(-time.Hour), Until: at.Add(time.Hour)})
	})
	w.run(kindDigest, at)
	w.work()
	w.said(w.feishu, "feishu_han", 1, "1287")
}

func TestNoSuchJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.engine.RunJob(t.Context(), "no-such", w.clock()); err == nil {
		t.Error("no error")
	}
}
