package jobs

import (
	"errors"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// What came out is told to whose deal it is now.
func TestDecisionIsToldToWhoCanActOnIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ requester, owner, told string }{
		"the requester":                     {"li", "li", "feishu_li"},
		"the manager who asked for a rep":   {"zhao", "li", "feishu_zhao"},
		"the new owner after a handover":    {"li", "han", "feishu_han"},
		"the new owner when somebody left":  {"gone", "han", "feishu_han"},
		"the new owner of somebody unknown": {"stranger", "han", "feishu_han"},
		"nobody when the owner decided":     {"li", "wang", ""},
		"a request of the first days":       {"li", "", "feishu_li"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.approval(1287, "ops")
			w.settle()
			a.Requester, a.Owner, a.Status, a.Version = c.requester, c.owner, sales.ApprovalApproved, 2
			a.Steps[0].Tasks[0].Decision, a.Steps[0].Tasks[0].By = sales.ActApprove, "wang"
			w.save(a, sales.EffectApprovalDecided)
			w.settle()
			for _, who := range []string{"feishu_li", "feishu_zhao", "feishu_han", "feishu_gone", "feishu_wang"} {
				want := 0
				if who == c.told {
					want = 1
				}
				w.said(w.feishu, who, want, "1287")
			}
		})
	}
}

// Nobody presses a button when a delegation runs out.
func TestApproverIsAskedAgainWhenADelegationEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		return tx.SetDelegation(t.Context(), "wang", sales.Delegation{To: "han", From: w.clock().Add(-time.Hour), Until: w.clock().Add(time.Hour)})
	})
	w.approval(1287, "wang", "zhao")
	w.settle()
	w.stands(1287, "han", "feishu")
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 0)
	w.pass(time.Hour)
	for range 3 {
		w.run(kindReminders, w.clock())
		w.settle()
	}
	w.stands(1287, "wang", "feishu")
	w.stands(1287, "han")
	w.said(w.feishu, "feishu_wang", 1, "华东智造")
	w.said(w.feishu, "feishu_zhao", 1)
	w.said(w.wecom, "wecom_zhao", 1)
	w.said(w.feishu, "feishu_han", 1)
}

// The fresh card says it all: no reminder goes out beside it.
func TestWhoIsAskedAgainIsNotRemindedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		return tx.SetDelegation(t.Context(), "wang", sales.Delegation{To: "han", From: w.clock().Add(-time.Hour), Until: w.clock().Add(4 * time.Hour)})
	})
	w.approval(1287, "wang", "zhao")
	w.settle()
	w.pass(4*time.Hour + time.Minute)
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 1)
	w.said(w.feishu, "feishu_zhao", 2) // theirs was there before: reminded
	w.pass(24 * time.Hour)
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 2)
}

func TestApproverOnNoPlatformIsNotAskedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "nobody")
	w.settle()
	before := len(w.feishu.to("feishu_wang"))
	for range 3 {
		w.pass(10 * time.Minute)
		w.run(kindReminders, w.clock())
		w.settle()
	}
	if n := len(w.feishu.to("feishu_wang")); n != before {
		t.Errorf("the manager was told %d times more", n-before)
	}
}

// The clock of one replica and an effect in another find out at the same moment:
// who comes second waits for what the first one does.
func TestWhoHasNoCardIsGivenOneHoweverManyFindOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store = storetest.NewPostgres(t, storetest.WithClock(w.clock))
	w.engine = w.hire()
	w.do(func(tx *store.Tx) error {
		return tx.SetDelegation(t.Context(), "wang", sales.Delegation{To: "han", From: w.clock().Add(-time.Hour), Until: w.clock().Add(time.Hour)})
	})
	a := w.approval(1287, "wang", "zhao")
	w.settle()
	w.pass(time.Hour)
	asked, second := make(chan struct{}), make(chan error, 2)
	go func() {
		<-asked
		second <- w.engine.RunJob(t.Context(), kindReminders, w.clock())
	}()
	err := w.store.Do(t.Context(), func(tx *store.Tx) error {
		if err := w.engine.askAll(t.Context(), tx, standing{a, tx.Now()}); err != nil {
			return err
		}
		close(asked)
		select {
		case err := <-second:
			second <- err
		case <-time.After(500 * time.Millisecond): // it waits, as it should
		}
		return nil
	})
	if err := errors.Join(err, <-second); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.said(w.feishu, "feishu_wang", 1, "华东智造")
	w.stands(1287, "wang", "feishu")
}
