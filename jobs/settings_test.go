package jobs

import (
	"context"
	"slices"
	"testing"
	"time"

	"genjin/sales"
	"genjin/store"
)

// effect stores something that must follow.
func (w *world) effect(f sales.Effect) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		return tx.Save(w.t.Context(), sales.Change{Effects: []sales.Effect{f}}, store.Source{})
	})
}

// leaves makes a version of the organisation in which somebody has left.
func (w *world) leaves(version int64, who ...string) *sales.Org {
	w.t.Helper()
	folk, teams := people()
	for i := range folk {
		folk[i].Left = folk[i].Left || slices.Contains(who, folk[i].ID)
	}
	org, err := sales.NewOrg(folk, teams)
	if err != nil {
		w.t.Fatal(err)
	}
	org.Version = version
	return org
}

// What a new organisation means is done by a process that has it.
func TestWorkOfANewOrganisationWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "wang")
	w.deal(3, "li")
	w.settle()
	w.stands(1287, "wang", "feishu")
	w.effect(sales.Effect{Kind: sales.EffectOrgChanged, Number: 2})
	w.effect(sales.Effect{Kind: sales.EffectPersonLeft, Number: 2, Detail: "li"})
	w.settle()
	w.stands(1287, "wang", "feishu")
	w.said(w.feishu, "feishu_ops", 0)
	w.org = w.leaves(2, "wang", "li")
	w.pass(2 * versionWait)
	w.settle()
	w.stands(1287, "wang")
	w.said(w.feishu, "feishu_zhao", 1, "待你审批")
	w.said(w.feishu, "feishu_ops", 1, "名li 已离职", "1 个商机", "交接 名li 名han")
}

// Both the platform and org.yaml say that somebody left: it is news once, and
// again when they left again much later.
func TestLeaversWorkIsListedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.effect(sales.Effect{Kind: sales.EffectPersonLeft, Detail: "gone"})
	w.settle()
	w.said(w.feishu, "feishu_ops", 0) // nothing is left behind
	w.deal(3, "gone")
	for range 2 {
		w.effect(sales.Effect{Kind: sales.EffectPersonLeft, Detail: "gone"})
		w.settle()
	}
	w.said(w.feishu, "feishu_ops", 1, "名gone 已离职")
	w.pass(leaverKept + time.Hour)
	w.effect(sales.Effect{Kind: sales.EffectPersonLeft, Detail: "gone"})
	w.settle()
	w.said(w.feishu, "feishu_ops", 2, "名gone 已离职")
}

// A change of the organisation that leaves a request alone says nothing about it.
func TestUntouchedRequestsAreNotAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "zhao", "wang")
	w.settle()
	w.org = w.leaves(2, "han")
	w.effect(sales.Effect{Kind: sales.EffectOrgChanged, Number: 2})
	w.settle()
	w.said(w.feishu, "feishu_wang", 1)
	w.said(w.feishu, "feishu_zhao", 1)
	w.said(w.wecom, "wecom_zhao", 1)
}

// A request that runs is reminded of by the rules it began with.
func TestRemindersKeepTheRulesOfTheirRequest(t *testing.T) {
	t.Parallel()
	old := testRules()
	w := newWorld(t, func(o *Options) {
		o.RulesAt = func(_ context.Context, _ *store.Tx, version int64) (*sales.Rules, error) {
			if version != 1 {
				t.Errorf("version %d", version)
			}
			return old, nil
		}
	})
	w.approval(1287, "wang")
	w.settle()
	w.rules.Version, w.rules.Approvals.RemindAfter = 2, 100*time.Hour
	w.pass(4*time.Hour + time.Minute)
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 2)
}

// Leads are scored again by a process that has the rules to score them with.
func TestRescoringWaitsForItsRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.effect(sales.Effect{Kind: sales.EffectRulesChanged, Number: 2})
	w.settle()
	if n, err := w.store.Counts(t.Context()); err != nil || n.OpenJobs != 1 {
		t.Fatalf("open jobs: %+v %v", n, err)
	}
	w.rules.Version = 2
	w.pass(2 * versionWait)
	w.settle()
	if n, err := w.store.Counts(t.Context()); err != nil || n.OpenJobs != 0 {
		t.Fatalf("open jobs: %+v %v", n, err)
	}
}
