package jobs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

func textMessage(s string) bots.Message { return bots.Message{Text: s} }

func TestEachApproverGetsOneCardHoweverOftenAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "wang", "zhao")
	w.settle()
	w.save(a, sales.EffectApprovalAsked, sales.EffectApprovalAsked)
	w.settle()
	w.said(w.feishu, "feishu_wang", 1, "华东智造")
	w.said(w.feishu, "feishu_zhao", 1, "华东智造")
	w.said(w.wecom, "wecom_zhao", 1, "华东智造")
	if n := len(w.cards(cardApproval, 1287)); n != 3 {
		t.Errorf("%d open cards, want 3: zhao has a copy on each platform", n)
	}
}

func TestWhoStandsInForTwoGetsOneCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		for _, id := range []string{"wang", "zhao"} {
			if err := tx.SetDelegation(t.Context(), id, sales.Delegation{To: "han", From: w.clock().Add(-time.Hour), Until: w.clock().Add(time.Hour)}); err != nil {
				return err
			}
		}
		return nil
	})
	w.approval(1287, "wang", "zhao")
	w.settle()
	w.said(w.feishu, "feishu_han", 1, "华东智造")
	w.said(w.feishu, "feishu_wang", 0)
}

func TestLeaversApprovalGoesToTheirManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "gone")
	w.settle()
	w.said(w.feishu, "feishu_gone", 0)
	w.said(w.feishu, "feishu_wang", 1, "华东智造")
}

func TestDelegationMovesTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "wang")
	w.settle()
	w.do(func(tx *store.Tx) error {
		return tx.SetDelegation(t.Context(), "wang", sales.Delegation{To: "han", From: w.clock().Add(-time.Hour), Until: w.clock().Add(time.Hour)})
	})
	w.save(a, sales.EffectApprovalChanged, sales.EffectApprovalAsked)
	w.settle()
	open := w.cards(cardApproval, 1287)
	if len(open) != 1 || open[0].Person != "han" {
		t.Errorf("open cards: %+v", open)
	}
	w.said(w.feishu, "feishu_han", 1, "华东智造")
}

func TestChangeRefreshesOpenCardsAndClosesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "wang", "zhao")
	w.settle()
	a.Version = 2
	a.Steps[0].Tasks[0].Decision, a.Steps[0].Tasks[0].By, a.Steps[0].Tasks[0].At = sales.ActApprove, "wang", w.clock()
	w.save(a, sales.EffectApprovalChanged)
	w.settle()
	open := w.cards(cardApproval, 1287)
	if len(open) != 2 || slices.ContainsFunc(open, func(c store.Card) bool { return c.Person != "zhao" || c.Revision != 2 }) {
		t.Fatalf("open cards: %+v", open)
	}
	if n, m := len(w.feishu.updates), len(w.wecom.updates); n != 2 || m != 1 {
		t.Errorf("%d and %d cards were redrawn, want 2 and 1", n, m)
	}
}

func TestRequesterIsToldOnceWithTheCompany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "wang")
	w.settle()
	a.Status, a.Version = sales.ApprovalApproved, 2
	a.Steps[0].Tasks[0].Decision, a.Steps[0].Tasks[0].By = sales.ActApprove, "wang"
	w.save(a, sales.EffectApprovalChanged, sales.EffectApprovalDecided)
	w.settle()
	w.said(w.feishu, "feishu_li", 1)
	w.said(w.feishu, "feishu_li", 1, "华东智造", "1287")
	if n := len(w.cards(cardApproval, 1287)); n != 0 {
		t.Errorf("%d cards are still open", n)
	}
}

func TestApprovalThatReachesNobodyAlarms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ approver, word string }{
		"no platform": {"nobody", "没有可用的聊天账号"}, "nobody left": {"stranger", "没有人能处理"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.approver == "stranger" { // nobody stands above the requester any more
				w.organise([]sales.Person{
					{ID: "li", Name: "李雷", Role: sales.RoleRep, Accounts: map[string]string{"feishu": "feishu_li"}},
					{ID: "admin", Name: "管理员", Role: sales.RoleAdmin, Accounts: map[string]string{"feishu": "feishu_admin"}},
				}, nil)
			}
			w.approval(1287, c.approver)
			w.approval(1288, c.approver)
			w.settle()
			all := strings.Join(w.feishu.to("feishu_admin"), "\n")
			if !strings.Contains(all, c.word) {
				t.Errorf("admins were told %q", all)
			}
		})
	}
}

func TestTodoCardsFollowWhatIsDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := w.approval(1287, "wang"), w.approval(1288, "wang")
	w.settle()
	w.run(kindDigest, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_wang", 1, "1287", "1288")
	a.Status, a.Version = sales.ApprovalApproved, 2
	before := len(w.feishu.updates)
	w.save(a, sales.EffectApprovalChanged)
	w.settle()
	var todo []string
	for _, u := range w.feishu.updates[before:] {
		if text := u.m.Card.Plain(); strings.Contains(text, "1288") {
			todo = append(todo, text)
		}
	}
	if len(todo) != 1 || strings.Contains(todo[0], "1287 ") {
		t.Errorf("the consolidated card now reads %q", todo)
	}
	if n := len(w.cards(cardTodo, 0)); n != 1 {
		t.Errorf("%d consolidated cards are open", n)
	}
}

// The stand-in's card is brought up to date after the delegation ended, too.
func TestTodoCardOfAFormerStandInIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		return tx.SetDelegation(t.Context(), "wang", sales.Delegation{To: "han", From: w.clock().Add(-time.Hour), Until: w.clock().Add(time.Hour)})
	})
	a := w.approval(1287, "wang")
	w.settle()
	w.run(kindDigest, w.clock())
	w.settle()
	if open := w.cards(cardTodo, 0); len(open) != 1 || open[0].Person != "han" {
		t.Fatalf("open: %+v", open)
	}
	w.do(func(tx *store.Tx) error { return tx.SetDelegation(t.Context(), "wang", sales.Delegation{}) })
	w.save(a, sales.EffectApprovalChanged, sales.EffectApprovalAsked)
	w.settle()
	if open := w.cards(cardTodo, 0); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
}

func TestGarbledEffectIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		_, err := tx.AddJob(t.Context(), store.NewJob{Kind: store.KindEffect, Payload: map[string]string{"kind": "no-such"}})
		return err
	})
	w.settle()
	if dead, err := w.store.DeadLetters(t.Context(), 10); err != nil || len(dead) != 1 {
		t.Errorf("dead letters: %v, %v", dead, err)
	}
}

// TestManagerHearsOfAMoveTakenBack: who was told that a deal moved is told that it
// did not; when both come late, that alone, and once.
func TestManagerHearsOfAMoveTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.deal(3, "li")
	save := func(stage string, undone bool, effects int) {
		d.Stage, d.Moves = stage, []sales.Move{{ID: "m1", From: "contact", To: "lost", By: "li", Reason: "预算取消", Undone: undone}}
		d.Revision++
		w.do(func(tx *store.Tx) error {
			return tx.Save(t.Context(), sales.Change{
				Deals: []sales.Deal{d}, Effects: slices.Repeat([]sales.Effect{{Kind: sales.EffectDealMoved, Number: 3, Actor: "li"}}, effects),
			}, store.Source{})
		})
		w.work()
	}
	save("lost", false, 1)
	w.said(w.feishu, "feishu_wang", 1, "更新了商机 #3", "lost", "预算取消")
	save("contact", true, 2)
	w.said(w.feishu, "feishu_wang", 1, "撤销了商机 #3", "现在还是「初步接触」")
	w.said(w.feishu, "feishu_wang", 2)
}
