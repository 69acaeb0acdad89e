package jobs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/sales"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/evidence"
)

func (w *world) tick(engines ...*Engine) {
	w.t.Helper()
	for _, e := range append(engines, w.engine) {
		if err := e.tickOnce(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	w.work()
}

func TestDigestSaysNothingWhenNothingWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(kindDigest, w.clock())
	w.settle()
	if n := w.feishu.called(); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestTwoEnginesGiveOneDigestPerPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.hire()
	w.at(8, 40)
	w.approval(1287, "wang")
	w.settle()
	w.tick(other)
	w.said(w.feishu, "feishu_wang", 1, "1287") // its own card
	w.at(9, 0)
	for range 5 {
		w.tick(other)
		w.pass(time.Minute)
	}
	w.said(w.feishu, "feishu_wang", 2, "1287")
	third := w.hire() // a restart within the period
	w.tick(third)
	w.run(kindDigest, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 2, "1287")
	w.at(17, 30)
	w.tick(other, third)
	w.settle()
	if n := len(w.cards(cardTodo, 0)); n != 1 {
		t.Errorf("%d consolidated cards are open", n)
	}
}

func TestMissedPeriodIsRunWithinTwoHoursOnly(t *testing.T) {
	t.Parallel()
	for minute, want := range map[int]int{119: 1, 121: 0} {
		t.Run(strconv.Itoa(minute), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.deal(3, "li")
			w.pass(3 * 24 * time.Hour)
			w.at(9, minute)
			w.pass(7 * 24 * time.Hour) // and late for long
			w.tick()
			w.said(w.feishu, "feishu_li", want, "华东智造")
		})
	}
}

func TestClockKeepsSilentAtNightAndOnDaysOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules.Overdue.At = []worktime.TimeOfDay{8 * 60, 20*60 + 59}
	w.deal(3, "li")
	w.pass(7 * 24 * time.Hour) // Tuesday
	w.at(8, 10)
	w.tick()
	w.said(w.feishu, "feishu_li", 0)
	w.at(8, 30)
	w.tick()
	w.said(w.feishu, "feishu_li", 1)
	w.pass(11 * 24 * time.Hour) // Saturday
	w.at(9, 0)
	w.tick()
	w.said(w.feishu, "feishu_li", 1)
}

// The period stood in the ledger, but no worker lived until the night.
func TestPeriodThatWaitedKeepsTheQuietHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules.Overdue.At = []worktime.TimeOfDay{20*60 + 30}
	w.deal(3, "li")
	w.pass(7 * 24 * time.Hour)
	w.at(20, 45)
	if err := w.engine.tickOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.at(21, 5)
	w.work()
	w.said(w.feishu, "feishu_li", 0)
	w.pass(12 * time.Hour)
	w.work()
	w.said(w.feishu, "feishu_li", 0) // it is another day's news by then
}

// TestHourlySweepTakesLooseEvidence: bytes that no row names go, by the clock and
// when somebody asks for it.
func TestHourlySweepTakesLooseEvidence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ev, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ev.Close() })
	w := newWorld(t, func(o *Options) { o.Evidence = ev })
	loose := func() string {
		st, err := ev.Put(t.Context(), strings.NewReader("refused on the page"), "note.txt", 1<<20)
		old := time.Now().Add(-31 * 24 * time.Hour)
		if err := errors.Join(err, os.Chtimes(filepath.Join(dir, "evidence", st.SHA256[:2], st.SHA256), old, old)); err != nil {
			t.Fatal(err)
		}
		return st.SHA256
	}
	for what, sweep := range map[string]func(){"by the clock": func() { w.tick() }, "asked for": func() { w.run(kindCleanup, w.clock()) }} {
		sha := loose()
		sweep()
		if err := ev.Verify(sha); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", what, err)
		}
		w.pass(time.Hour)
	}
}

func TestReminderThenEscalation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "wang")
	w.settle()
	w.pass(4*time.Hour + time.Minute)
	w.run(kindReminders, w.clock())
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 1, "提醒", "1287")
	w.said(w.feishu, "feishu_zhao", 0)
	w.pass(24 * time.Hour)
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 2, "提醒", "1287")
	w.said(w.feishu, "feishu_zhao", 1, "1287")
}

func TestRescoreGoesThroughAllLeadsInBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = rescoreBatch + 30
	var c sales.Change
	for i := range many {
		c.Leads = append(c.Leads, sales.Lead{
			ID: w.store.NewID(), Number: int64(i + 1), Company: "甲", Owner: "li", Status: sales.LeadOpen, CreatedAt: w.clock(), Score: sales.Score{Version: 1},
		})
	}
	w.do(func(tx *store.Tx) error { return tx.Save(t.Context(), c, store.Source{}) })
	w.rules.Version = 2
	w.run(kindRescore, w.clock())
	w.work()
	w.do(func(tx *store.Tx) error {
		left, err := tx.LeadsScoredBefore(t.Context(), 2, many)
		if len(left) != 0 {
			t.Errorf("%d leads keep an old score", len(left))
		}
		return err
	})
}

func TestAuditRowsGetTheirPlaceAndASignatureEveryMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entry := func() {
		w.do(func(tx *store.Tx) error {
			return tx.Save(t.Context(), sales.Change{Entries: []sales.Entry{{Actor: "li", Action: "lead.create", Object: "lead:1"}}}, store.Source{})
		})
	}
	other := w.hire()
	entry()
	w.tick(other)
	n, err := w.store.Counts(t.Context())
	if err != nil || n.Unsequenced != 0 {
		t.Fatalf("%d rows without a place, %v", n.Unsequenced, err)
	}
	w.said(w.feishu, "feishu_admin", 1, "检查点")
	w.pass(time.Second)
	entry()
	w.tick(other)
	if _, made, err := w.store.Checkpoint(t.Context()); err != nil || !made {
		t.Errorf("signed within a second again, %v", err)
	}
	entry()
	w.pass(checkpointEvery)
	w.tick(other)
	if _, made, err := w.store.Checkpoint(t.Context()); err != nil || made {
		t.Errorf("not signed after a minute, %v", err)
	}
	w.said(w.feishu, "feishu_admin", 1, "检查点")
	entry()
	if err := other.Checkpoint(t.Context(), w.clock()); err != nil {
		t.Fatal(err)
	}
	if n, err := w.store.Counts(t.Context()); err != nil || n.Unsequenced != 0 {
		t.Errorf("%d rows without a place after a stop, %v", n.Unsequenced, err)
	}
}
