package jobs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/store"
)

func fault(code bots.SendCode, retry bool, after time.Duration) *bots.SendError {
	return &bots.SendError{Code: code, Retry: retry, After: after, Platform: "test", Err: errors.New("as scripted")}
}

func toLi() store.Outgoing {
	return store.Outgoing{User: "feishu_li", Person: "li", Kind: "answer", Subject: "x"}
}

func TestLimitedWaitsAsLongAsAskedAndIsNoTry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(toLi(), bots.Message{Text: "你好"})
	w.feishu.refuse(fault(bots.CodeLimited, true, 2*time.Second))
	for range 30 {
		before := w.clock()
		w.work()
		j := w.openJob()
		if wait := j.RunAt.Sub(before); wait != 2*time.Second || j.Tries != 0 {
			t.Fatalf("waits %v after %d tries, want 2s after none", wait, j.Tries)
		}
		w.pass(2 * time.Second)
	}
	w.feishu.refuse(nil)
	w.work()
	if m := w.message(id); m.State != store.MessageSent || m.Tries != 0 {
		t.Errorf("message is %s after %d failed tries", m.State, m.Tries)
	}
}

func TestUnavailableBacksOffToThirtySecondsAndDelivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(toLi(), bots.Message{Text: "你好"})
	w.feishu.refuse(fault(bots.CodeUnavailable, true, 0))
	begun, most := w.clock(), time.Duration(0)
	for w.clock().Sub(begun) < time.Hour {
		w.work()
		wait := w.openJob().RunAt.Sub(w.clock())
		most = max(most, wait)
		w.pass(wait)
	}
	if most != 30*time.Second {
		t.Errorf("longest wait of the first hour: %v", most)
	}
	w.feishu.refuse(nil)
	w.work()
	if m := w.message(id); m.State != store.MessageSent {
		t.Errorf("message is %s", m.State)
	}
	w.said(w.feishu, "feishu_li", 1, "你好")
}

func TestDoubtIsTriedWithTheSameKeyFor50MinutesThenLeftToAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(toLi(), bots.Message{Text: "你好"})
	keys := map[string]bool{}
	w.feishu.fail = func(m bots.Message, _ bool) error {
		if m.User == "feishu_li" {
			keys[m.Key] = true
			return fault(bots.CodeUnknown, true, 0)
		}
		return nil
	}
	begun := w.clock()
	w.work()
	if m := w.message(id); !m.DoubtSince.Equal(begun) {
		t.Fatalf("doubt since %v", m.DoubtSince)
	}
	for w.message(id).State == store.MessagePending && w.clock().Sub(begun) < 2*time.Hour {
		w.pass(30 * time.Second)
		w.work()
	}
	if m := w.message(id); m.State != store.MessageUncertain {
		t.Fatalf("message is %s", m.State)
	}
	if d := w.clock().Sub(begun); d < doubtFor || d > doubtFor+time.Minute {
		t.Errorf("given up after %v", d)
	}
	if len(keys) != 1 || !keys[id] {
		t.Errorf("keys used: %v", keys)
	}
	w.said(w.feishu, "feishu_admin", 1, "不知道有没有送到")
	dead, err := w.store.DeadLetters(t.Context(), 10)
	if err != nil || len(dead) != 1 || dead[0].ID != id {
		t.Errorf("dead letters: %v, %v", dead, err)
	}
}

// The hub was down, so that nothing was tried while the platform forgot the key.
func TestDoubtfulMessageIsNotResentAfterALongAbsence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(toLi(), bots.Message{Text: "你好"})
	w.feishu.refuse(fault(bots.CodeUnknown, true, 0))
	w.work()
	w.feishu.refuse(nil)
	w.pass(2 * time.Hour)
	w.work()
	if m := w.message(id); m.State != store.MessageUncertain {
		t.Errorf("message is %s", m.State)
	}
	w.said(w.feishu, "feishu_li", 0)
}

// A claim without a record is a process that died in mid-send.
func TestSendThatDiedIsResentSoonButNotBlindly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		away time.Duration
		want store.MessageState
		told int
	}{"soon": {10 * time.Second, store.MessageSent, 1}, "late": {2 * time.Hour, store.MessageUncertain, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.post(toLi(), bots.Message{Text: "你好"})
			if _, ok, err := w.store.Claim(t.Context(), w.openJob().ID, "the dead", time.Second); err != nil || !ok {
				t.Fatal(ok, err)
			}
			w.pass(c.away)
			w.work()
			if m := w.message(id); m.State != c.want {
				t.Errorf("message is %s, want %s", m.State, c.want)
			}
			w.said(w.feishu, "feishu_li", c.told, "你好")
		})
	}
}

func TestRefusedCardGoesOutAsTextAndStaysDecidable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.fail = func(m bots.Message, _ bool) error {
		if m.Card != nil {
			return fault(bots.CodeRefused, false, 0)
		}
		return nil
	}
	w.approval(1287, "wang")
	w.settle()
	w.said(w.feishu, "feishu_wang", 1, "华东智造", "同意 1287")
	if open := w.cards(cardApproval, 1287); len(open) != 1 || open[0].Person != "wang" {
		t.Errorf("open cards: %v", open)
	}
	w.approval(1288, "wang")
	w.settle()
	w.said(w.feishu, "feishu_wang", 1, "同意 1288")
	w.said(w.feishu, "feishu_admin", 1)
	w.said(w.feishu, "feishu_admin", 1, "不收卡片", "genjin dead show ")
}

func TestUnreachableOnOnePlatformIsToldOnTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeNoReach, false, 0))
	w.approval(1287, "zhao")
	w.settle()
	w.said(w.wecom, "wecom_zhao", 1, "华东智造")
	open := w.cards(cardApproval, 1287)
	if len(open) != 1 || open[0].Bot != "wecom" {
		t.Fatalf("the card's row stayed behind: %v", open)
	}
	if m := w.message(open[0].MessageID); m.Bot != "wecom" || m.State != store.MessageSent {
		t.Errorf("the card's row names a message that is %s on %s", m.State, m.Bot)
	}
}

func TestUnreachableEverywhereGoesToManagerAndAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.fail = func(m bots.Message, _ bool) error {
		if m.User == "feishu_li" {
			return fault(bots.CodeNoReach, false, 0)
		}
		return nil
	}
	id := w.post(toLi(), bots.Message{Text: "审批 #1287 已通过"})
	w.settle()
	if m := w.message(id); m.State != store.MessageFailed {
		t.Errorf("message is %s", m.State)
	}
	w.said(w.feishu, "feishu_wang", 1, "名li", "当面转告")
	w.said(w.feishu, "feishu_admin", 1, "送不到")
}

func TestPlatformThatIsNotConnectedIsNoDeadEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(store.Outgoing{Bot: "dingtalk", User: "x", Person: "li", Kind: "answer", Subject: "x"}, bots.Message{Text: "你好"})
	w.settle()
	if m := w.message(id); m.State != store.MessageFailed {
		t.Errorf("message is %s", m.State)
	}
	w.said(w.feishu, "feishu_li", 1, "你好")
}

func TestStaleCardIsSupersededByAFreshOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "wang", "zhao")
	w.settle()
	var old store.Card
	for _, c := range w.cards(cardApproval, 1287) {
		if c.Person == "wang" {
			old = c
		}
	}
	w.feishu.fail = func(m bots.Message, update bool) error {
		if update && m.User == "feishu_wang" {
			return fault(bots.CodeStale, false, 0)
		}
		return nil
	}
	a.Version++
	w.save(a, "approval-changed")
	w.settle()
	var fresh []store.Card
	for _, c := range w.cards(cardApproval, 1287) {
		if c.Person == "wang" {
			fresh = append(fresh, c)
		}
	}
	if len(fresh) != 1 || fresh[0].Nonce == old.Nonce || fresh[0].Revision != 2 {
		t.Fatalf("open cards of wang: %+v; the old one was %+v", fresh, old)
	}
	w.said(w.feishu, "feishu_wang", 2, "华东智造")
}

func TestUpdatesWaitForTheirCardAndGoInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeUnavailable, true, 0))
	root := w.post(toLi(), bots.Message{Card: &bots.Card{Title: "一"}})
	for _, title := range []string{"二", "三", "四"} {
		to := toLi()
		to.Update = root
		w.post(to, bots.Message{Card: &bots.Card{Title: title}})
	}
	w.work()
	if n := w.feishu.called(); n != 1 {
		t.Fatalf("%d calls while the card is not out, want 1", n)
	}
	w.feishu.refuse(nil)
	w.pass(time.Second)
	w.work()
	got := make([]string, 0, 3)
	for _, u := range w.feishu.updates {
		if u.ref != bots.CardRef("ref:"+root) {
			t.Errorf("update of %s", u.ref)
		}
		got = append(got, u.m.Card.Title)
	}
	if s := strings.Join(got, ""); s != "二三四" {
		t.Errorf("updates: %s", s)
	}
}

func TestUpdateOfACardThatFailedFallsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeRefused, false, 0))
	root := w.post(toLi(), bots.Message{Text: "一"})
	to := toLi()
	to.Update = root
	id := w.post(to, bots.Message{Card: &bots.Card{Title: "二"}})
	w.settle()
	if m := w.message(id); m.State != store.MessageDropped {
		t.Errorf("update is %s", m.State)
	}
}

func TestNothingGoesOutBeforeItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := toLi()
	to.NotBefore = w.clock().Add(time.Minute)
	w.post(to, bots.Message{Text: "你好"})
	w.work()
	w.said(w.feishu, "feishu_li", 0)
	w.pass(time.Minute)
	w.work()
	w.said(w.feishu, "feishu_li", 1)
}

func TestPingsHeldUpUntilTheNightWaitForTheMorning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.at(20, 0)
	w.feishu.refuse(fault(bots.CodeUnavailable, true, 0))
	ping := toLi()
	ping.Kind = kindOverdue
	w.post(ping, bots.Message{Text: "超时"})
	w.post(toLi(), bots.Message{Text: "答复"})
	w.work()
	w.feishu.refuse(nil)
	w.at(22, 0)
	w.work()
	w.said(w.feishu, "feishu_li", 1, "答复")
	w.said(w.feishu, "feishu_li", 0, "超时")
	w.pass(10*time.Hour + 30*time.Minute)
	w.work()
	w.said(w.feishu, "feishu_li", 1, "超时")
}

func TestCardsAndRemindersThatNobodyNeedsAnyMoreAreDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeUnavailable, true, 0))
	a := w.approval(1287, "wang")
	reminder := store.Outgoing{User: "feishu_wang", Person: "wang", Kind: kindReminder, Subject: "approval:1287"}
	w.post(reminder, bots.Message{Text: "提醒一"})
	w.post(reminder, bots.Message{Text: "提醒二"})
	w.work()
	w.feishu.refuse(nil)
	w.pass(time.Second)
	w.work()
	w.said(w.feishu, "feishu_wang", 1, "提醒")
	w.said(w.feishu, "feishu_wang", 1, "提醒二")

	w.feishu.refuse(fault(bots.CodeUnavailable, true, 0))
	b := w.approval(1288, "wang")
	w.work()
	a.Status, b.Status = "approved", "approved"
	w.save(a, "approval-changed")
	w.save(b, "approval-changed")
	w.work()
	w.feishu.refuse(nil)
	w.pass(time.Minute)
	w.settle()
	w.said(w.feishu, "feishu_wang", 0, "1288")
}

func TestConfigurationFaultAlarmsOnceAndRecovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeConfig, true, 30*time.Second))
	id := w.post(toLi(), bots.Message{Text: "你好"})
	for range 5 {
		w.work()
		w.pass(30 * time.Second)
	}
	w.feishu.refuse(nil)
	w.pass(time.Minute)
	w.work()
	if m := w.message(id); m.State != store.MessageSent {
		t.Errorf("message is %s", m.State)
	}
	w.said(w.feishu, "feishu_admin", 1, "凭证")
}

func TestPlatformOutageAlarmsWithinAMinuteAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeUnavailable, true, 0))
	ids := make([]string, 0, 8)
	for range cap(ids) {
		ids = append(ids, w.post(toLi(), bots.Message{Text: "你好"}))
	}
	begun := w.clock()
	for w.clock().Sub(begun) <= 10*time.Minute {
		w.work()
		if w.clock().Sub(begun) > time.Minute && w.log.count("msg=alarm what=platform") != 1 {
			t.Fatalf("%d alarms after %v", w.log.count("msg=alarm what=platform"), w.clock().Sub(begun))
		}
		w.pass(15 * time.Second)
	}
	w.feishu.refuse(nil)
	w.pass(30 * time.Second)
	w.settle()
	for _, id := range ids {
		if m := w.message(id); m.State != store.MessageSent {
			t.Errorf("message is %s", m.State)
		}
	}
	w.said(w.feishu, "feishu_li", len(ids))
}

// patient is a platform that notes how long it may take.
type patient struct {
	*platform

	left time.Duration
}

func (p *patient) Send(ctx context.Context, m bots.Message) (bots.CardRef, error) {
	until, _ := ctx.Deadline()
	p.left = time.Until(until)
	return p.platform.Send(ctx, m)
}

// TestSendOutlastsTheSlowestUpload: a bot gives a large file two minutes, and
// what is cut off before is brought again in vain for a day.
func TestSendOutlastsTheSlowestUpload(t *testing.T) {
	t.Parallel()
	var p *patient
	w := newWorld(t, func(o *Options) {
		p = &patient{platform: o.Bots[1].(*platform)} //nolint:forcetypeassert // the world's own
		o.Bots[1] = p
	})
	id := w.post(toZhao(), bots.Message{Text: "你好"})
	w.work()
	if m := w.message(id); m.State != store.MessageSent || p.left < 4*time.Minute {
		t.Errorf("message is %s, with %v for one try", m.State, p.left)
	}
}
