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

// prefer makes a person prefer a platform.
func (w *world) prefer(id, bot string) {
	w.t.Helper()
	folk, teams := people()
	for i := range folk {
		if folk[i].ID == id {
			folk[i].Prefer = bot
		}
	}
	w.organise(folk, teams)
}

// on are the platforms on which a person's card for a request is open.
func (w *world) on(number int64, person string) []string {
	w.t.Helper()
	var bots []string
	for _, c := range w.cards(cardApproval, number) {
		if c.Person == person {
			bots = append(bots, c.Bot)
		}
	}
	slices.Sort(bots)
	return bots
}

func (w *world) stands(number int64, person string, want ...string) {
	w.t.Helper()
	if got := w.on(number, person); !slices.Equal(got, want) {
		w.t.Errorf("cards of %s are open on %v, want %v", person, got, want)
	}
}

func TestCardGoesToBothPlatformsOrToThePreferredOne(t *testing.T) {
	t.Parallel()
	for prefer, want := range map[string][2]int{"": {1, 1}, "feishu": {1, 0}, "wecom": {0, 1}, "dingtalk": {1, 1}} {
		t.Run(prefer, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.prefer("zhao", prefer)
			a := w.approval(1287, "zhao")
			w.settle()
			w.save(a, sales.EffectApprovalAsked, sales.EffectApprovalChanged, sales.EffectApprovalAsked)
			w.settle()
			w.said(w.feishu, "feishu_zhao", want[0])
			w.said(w.wecom, "wecom_zhao", want[1])
		})
	}
}

func TestCopiesHaveNoncesOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "zhao")
	w.settle()
	open := w.cards(cardApproval, 1287)
	if len(open) != 2 || open[0].Nonce == open[1].Nonce || open[0].MessageID == open[1].MessageID {
		t.Fatalf("open: %+v", open)
	}
	for _, c := range open {
		if m := w.message(c.MessageID); m.Bot != c.Bot || !strings.Contains(string(m.Body), c.Nonce) {
			t.Errorf("the card of %s went out on %s as %s", c.Bot, m.Bot, m.Body)
		}
	}
}

func TestFirstDecisionClosesEveryCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "zhao")
	w.settle()
	a.Status, a.Version = sales.ApprovalApproved, 2
	a.Steps[0].Tasks[0].Decision, a.Steps[0].Tasks[0].By, a.Steps[0].Tasks[0].At = sales.ActApprove, "zhao", w.clock()
	w.save(a, sales.EffectApprovalChanged, sales.EffectApprovalDecided)
	w.settle()
	w.stands(1287, "zhao")
	for _, p := range []*platform{w.feishu, w.wecom} {
		if len(p.updates) != 1 || !strings.Contains(p.updates[0].m.Card.Plain(), "名zhao") {
			t.Errorf("%s: the copy does not say who decided: %+v", p.name, p.updates)
		}
	}
}

// One platform is away for hours: what was decided on the other is not asked
// there any more when it comes back.
func TestCopyThatIsStillOnItsWayIsDroppedByADecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wecom.refuse(fault(bots.CodeUnavailable, true, 0))
	a := w.approval(1287, "zhao")
	w.settle()
	w.said(w.feishu, "feishu_zhao", 1)
	a.Status, a.Version = sales.ApprovalApproved, 2
	w.save(a, sales.EffectApprovalChanged)
	w.settle()
	w.wecom.refuse(nil)
	w.pass(time.Minute)
	w.settle()
	w.said(w.wecom, "wecom_zhao", 0)
	if n := len(w.wecom.updates); n != 0 {
		t.Errorf("%d changes of a card that never went out", n)
	}
}

func TestCopyThatFailsForGoodIsNotMissed(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"feishu", "wecom"} {
		for name, code := range map[string]bots.SendCode{"no reach": bots.CodeNoReach, "refused": bots.CodeRefused} {
			for _, slow := range []bool{false, true} {
				t.Run(failing+" "+name, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					bad, good, rest := w.feishu, w.wecom, "wecom"
					if failing == "wecom" {
						bad, good, rest = w.wecom, w.feishu, "feishu"
					}
					bad.fail = func(m bots.Message, _ bool) error {
						if m.Card != nil {
							return fault(code, false, 0)
						}
						return nil
					}
					if slow {
						good.refuse(fault(bots.CodeUnavailable, true, 0))
					}
					w.approval(1287, "zhao")
					w.work()
					good.refuse(nil)
					w.settle()
					w.stands(1287, "zhao", rest)
					w.said(good, rest+"_zhao", 1)
					w.said(bad, failing+"_zhao", 0)
					w.said(w.feishu, "feishu_admin", 0)
				})
			}
		}
	}
}

// The second copy fails when the first is already gone: then the roads of a
// single card are taken, and they come to an end.
func TestBothCopiesFailAndSomebodyHearsOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range []*platform{w.feishu, w.wecom} {
		p.fail = func(m bots.Message, _ bool) error {
			if strings.HasSuffix(m.User, "_zhao") {
				return fault(bots.CodeNoReach, false, 0)
			}
			return nil
		}
	}
	w.approval(1287, "zhao")
	w.settle()
	w.settle()
	w.said(w.feishu, "feishu_admin", 1, "送不到")
	if n := w.feishu.called() + w.wecom.called(); n > 5 {
		t.Errorf("%d calls for one card", n)
	}
}

func TestBothCopiesAreRefusedAndOneTextGoesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range []*platform{w.feishu, w.wecom} {
		p.fail = func(m bots.Message, _ bool) error {
			if m.Card != nil {
				return fault(bots.CodeRefused, false, 0)
			}
			return nil
		}
	}
	w.approval(1287, "zhao")
	w.settle()
	if n := len(w.feishu.to("feishu_zhao")) + len(w.wecom.to("wecom_zhao")); n != 1 {
		t.Errorf("zhao was told %d times, want once", n)
	}
	if n := len(w.on(1287, "zhao")); n != 1 {
		t.Errorf("%d open cards", n)
	}
}

func TestPreferredPlatformThatFailsGivesWayToTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.prefer("zhao", "wecom")
	w.wecom.refuse(fault(bots.CodeNoReach, false, 0))
	a := w.approval(1287, "zhao")
	w.settle()
	w.stands(1287, "zhao", "feishu")
	w.said(w.feishu, "feishu_zhao", 1)
	w.save(a, sales.EffectApprovalAsked)
	w.settle()
	w.stands(1287, "zhao", "feishu")
	w.said(w.feishu, "feishu_zhao", 1)
	w.said(w.feishu, "feishu_admin", 0)
}

func TestOnlyTheStaleCopyIsSuperseded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "zhao")
	w.settle()
	before := w.cards(cardApproval, 1287)
	w.wecom.fail = func(_ bots.Message, update bool) error {
		if update {
			return fault(bots.CodeStale, false, 0)
		}
		return nil
	}
	a.Version = 2
	w.save(a, sales.EffectApprovalChanged)
	w.settle()
	w.stands(1287, "zhao", "feishu", "wecom")
	w.said(w.feishu, "feishu_zhao", 1)
	w.said(w.wecom, "wecom_zhao", 2)
	kept := 0
	for _, c := range w.cards(cardApproval, 1287) {
		if slices.ContainsFunc(before, func(b store.Card) bool { return b.Nonce == c.Nonce }) {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d cards are as before, want the one on Feishu", kept)
	}
}

func TestConsolidatedCardGoesOutOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approval(1287, "zhao")
	w.settle()
	w.run(kindDigest, w.clock())
	w.settle()
	if n := len(w.feishu.to("feishu_zhao")) + len(w.wecom.to("wecom_zhao")); n != 3 {
		t.Errorf("%d messages, want two copies and one list", n)
	}
	if n := len(w.cards(cardTodo, 0)); n != 1 {
		t.Errorf("%d consolidated cards are open", n)
	}
}

// What a card shows already is not said again: each change may cost a code.
func TestChangeThatShowsNothingNewIsNotSent(t *testing.T) {
	t.Parallel()
	w, _ := pickyWorld(t)
	w.prefer("zhao", "wecom")
	a := w.approval(1287, "zhao")
	w.settle()
	w.save(a, sales.EffectApprovalChanged, sales.EffectApprovalChanged)
	w.settle()
	if n := len(w.wecom.updates); n != 0 {
		t.Errorf("%d changes to what it showed from the start", n)
	}
	a.Revision++
	a.Version = 2
	w.save(a, sales.EffectApprovalChanged, sales.EffectApprovalChanged)
	w.settle()
	if n := len(w.wecom.updates); n != 1 {
		t.Errorf("%d changes, want 1", n)
	}
	w.stands(1287, "zhao", "wecom")
	w.said(w.wecom, "wecom_zhao", 1)
}

// A reminder for a card that nothing can change any more is a fresh card.
func TestReminderRenewsASpentCardInsteadOfSayingSo(t *testing.T) {
	t.Parallel()
	w, p := pickyWorld(t)
	w.prefer("zhao", "wecom")
	w.approval(1287, "zhao")
	w.settle()
	old := w.cards(cardApproval, 1287)[0]
	w.do(func(tx *store.Tx) error { // its only code is used up
		return tx.LearnRef(t.Context(), old.MessageID, func(string) string { return old.MessageID })
	})
	remind := func() {
		w.pass(4*time.Hour + time.Minute)
		w.at(10, 0)
		w.pass(24 * time.Hour)
		w.run(kindReminders, w.clock())
		w.run(kindReminders, w.clock())
		w.settle()
	}
	remind()
	w.said(w.wecom, "wecom_zhao", 2, "华东智造")
	if n := len(p.sent); n != 2 || p.sent[1].Card == nil {
		t.Errorf("%d messages: %+v", n, p.sent)
	}
	open := w.cards(cardApproval, 1287)
	if len(open) != 1 || open[0].Nonce == old.Nonce {
		t.Fatalf("open: %+v", open)
	}
	remind()
	if n := len(p.sent); n != 3 || p.sent[2].Card != nil {
		t.Errorf("the second reminder is no text: %+v", p.sent[n-1])
	}
}

func TestReminderOfTwoCopiesRenewsTheSpentOneAlone(t *testing.T) {
	t.Parallel()
	w, p := pickyWorld(t)
	w.approval(1287, "zhao")
	w.settle()
	for _, c := range w.cards(cardApproval, 1287) {
		if c.Bot == "wecom" {
			w.do(func(tx *store.Tx) error {
				return tx.LearnRef(t.Context(), c.MessageID, func(string) string { return c.MessageID })
			})
		}
	}
	w.pass(4*time.Hour + time.Minute)
	w.run(kindReminders, w.clock())
	w.settle()
	w.said(w.feishu, "feishu_zhao", 1)
	w.stands(1287, "zhao", "feishu", "wecom")
	if len(p.sent) != 2 {
		t.Errorf("sent on WeCom: %+v", p.sent)
	}
}

// The request was decided while nobody knew whether the card had gone out: when
// it turns out that it cannot, nobody is troubled with it.
func TestCardThatFailsAfterTheDecisionIsNotMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	no := fault(bots.CodeUnknown, true, 0)
	w.feishu.fail = func(m bots.Message, _ bool) error {
		if m.User == "feishu_wang" {
			return no
		}
		return nil
	}
	a := w.approval(1287, "wang")
	w.work()
	a.Status, a.Version = sales.ApprovalApproved, 2
	w.save(a, sales.EffectApprovalChanged)
	w.work()
	no = fault(bots.CodeNoReach, false, 0)
	w.pass(time.Minute)
	w.settle()
	w.said(w.feishu, "feishu_zhao", 0)
	w.said(w.feishu, "feishu_admin", 0)
}

// A copy of which nobody knows whether it was seen stands in for no other.
func TestCopyInDoubtDoesNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	no := fault(bots.CodeUnavailable, true, 0)
	w.feishu.fail = func(m bots.Message, _ bool) error {
		if m.User == "feishu_zhao" {
			return no
		}
		return nil
	}
	w.wecom.refuse(fault(bots.CodeUnknown, false, 0))
	w.approval(1287, "zhao")
	w.work()
	w.wecom.refuse(nil)
	no = fault(bots.CodeNoReach, false, 0)
	w.pass(time.Minute)
	w.settle()
	w.said(w.feishu, "feishu_admin", 1, "不知道有没有送到")
	w.said(w.wecom, "wecom_zhao", 1, "华东智造")
}
