package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// mood is what a platform does with what is said to one person.
type mood int

const (
	takes mood = iota + 1
	cardless
	deaf // takes nothing that is said
	unreachable
)

// toward makes a platform behave this way to a person.
func (p *platform) toward(account string, is mood) {
	before := p.fail
	p.fail = func(m bots.Message, update bool) error {
		switch {
		case m.User != account:
			if before != nil {
				return before(m, update)
			}
			return nil
		case is == unreachable:
			return fault(bots.CodeNoReach, false, 0)
		case is == deaf, is == cardless && m.Card != nil:
			return fault(bots.CodeRefused, false, 0)
		}
		return nil
	}
}

// everywhere has wang and the boss zhao on both platforms; wang may prefer one.
func (w *world) everywhere(prefer string) {
	w.t.Helper()
	folk, teams := people()
	for i := range folk {
		if folk[i].ID == "wang" {
			folk[i].Accounts["wecom"], folk[i].Prefer = "wecom_wang", prefer
		}
	}
	w.organise(folk, teams)
}

// TestNoRequestWaitsUnseen: whatever the two platforms do to a request, its
// approver can read how to decide it, or their manager and the admins hear of
// it. It takes a few calls, and comes to an end.
func TestNoRequestWaitsUnseen(t *testing.T) {
	t.Parallel()
	moods := []mood{takes, cardless, deaf, unreachable}
	for _, feishu := range moods {
		for _, wecom := range moods {
			prefer := []string{"", "feishu", "wecom"}[int(feishu+2*wecom)%3]
			t.Run(fmt.Sprint(feishu, wecom, prefer), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.everywhere(prefer)
				w.feishu.toward("feishu_wang", feishu)
				w.wecom.toward("wecom_wang", wecom)
				w.approval(1287, "wang")
				w.settle()
				told := 0
				for _, text := range append(w.feishu.to("feishu_wang"), w.wecom.to("wecom_wang")...) {
					if strings.Contains(text, "1287") {
						told++
					}
				}
				reached := feishu <= cardless || wecom <= cardless
				n, err := w.store.Counts(t.Context())
				switch {
				case err != nil:
					t.Fatal(err)
				case (told > 0) != reached || told > 2:
					t.Errorf("the approver was told %d times", told)
				case (n.Undelivered > 0) == reached:
					t.Errorf("%d undelivered", n.Undelivered)
				}
				if calls := w.feishu.called() + w.wecom.called(); calls > 9 {
					t.Errorf("%d calls for one request", calls)
				}
				if reached {
					w.said(w.feishu, "feishu_zhao", 0)
					return
				}
				w.said(w.feishu, "feishu_zhao", 1, "名wang", "1287")
				w.said(w.feishu, "feishu_admin", 1, "送不到", "genjin dead show ", "genjin dead replay ")
			})
		}
	}
}

// TestManagerIsTriedOnBothPlatforms: who should tell somebody in person is looked
// for as far; when nobody is left the admins know.
func TestManagerIsTriedOnBothPlatforms(t *testing.T) {
	t.Parallel()
	for name, wecom := range map[string]mood{"on the other": takes, "on none": unreachable} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.feishu.toward("feishu_wang", unreachable)
			w.feishu.toward("feishu_zhao", unreachable)
			w.wecom.toward("wecom_zhao", wecom)
			w.approval(1287, "wang")
			w.settle()
			w.settle()
			heard := 0
			if wecom == takes {
				heard = 1
			}
			w.said(w.wecom, "wecom_zhao", heard, "名wang", "当面转告")
			w.said(w.feishu, "feishu_admin", 2-heard, "送不到")
			if calls := w.feishu.called() + w.wecom.called(); calls > 6 {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

// TestAdminsWhoCannotBeReachedAreNoLoop: the last road ends even there.
func TestAdminsWhoCannotBeReachedAreNoLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.feishu.refuse(fault(bots.CodeNoReach, false, 0))
	w.wecom.refuse(fault(bots.CodeNoReach, false, 0))
	w.approval(1287, "wang")
	w.settle()
	w.settle()
	if calls := w.feishu.called() + w.wecom.called(); calls > 8 {
		t.Errorf("%d calls", calls)
	}
	if w.log.count("msg=alarm what=undelivered") == 0 {
		t.Error("nothing in the log")
	}
}

// TestCardThatTakesNoChangeIsSaidAgain: what a person sees would refuse their
// press, so they are given what counts now.
func TestCardThatTakesNoChangeIsSaidAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.approval(1287, "wang")
	w.settle()
	w.feishu.toward("feishu_wang", cardless)
	a.Version = 2
	a = w.save(a, sales.EffectApprovalChanged)
	w.settle()
	w.said(w.feishu, "feishu_wang", 2, "同意 1287")
	if open := w.cards(cardApproval, 1287); len(open) != 1 || open[0].Revision != 2 {
		t.Errorf("open: %+v", open)
	}
	w.said(w.feishu, "feishu_admin", 1)

	a.Status, a.Version = sales.ApprovalApproved, 3
	w.save(a, sales.EffectApprovalChanged)
	w.settle()
	w.said(w.feishu, "feishu_wang", 2, "1287")
	w.said(w.feishu, "feishu_admin", 1)
}

// TestTroubleIsToldOncePerCause: two causes are two alarms, a hundred messages
// are one.
func TestTroubleIsToldOncePerCause(t *testing.T) {
	t.Parallel()
	w, p := pickyWorld(t)
	p.lost = func(bots.Message) bool { return true }
	for range 3 {
		w.post(toGroup(), bots.Message{Text: "日报"})
	}
	w.settle()
	w.said(w.feishu, "feishu_admin", 1, "不知道有没有送到")
	for i, same := range []string{"message 0192f8aa-1f2b-7c3d-8e4f-5a6b7c8d9e0f: gone", "message 0192f8aa-1f2b-7c3d-8e4f-5a6b7c8d9e10: gone"} {
		if got := sameCause(same); got != sameCause("message 0192f8aa-ffff-7c3d-8e4f-5a6b7c8d9e0f: gone") || got == sameCause("message x: here") {
			t.Errorf("%d: %q", i, got)
		}
	}
	if sameCause("errcode 60011") == sameCause("errcode 60020") {
		t.Error("two codes are one cause")
	}
}

// makes is a platform that can make groups.
type makes struct {
	*platform

	made    [][]string
	changed []string
	out     []string // whom it does not know
	fail    error
	then    func()
}

func (p *makes) MakeGroup(_ context.Context, id, name string, users []string) ([]string, error) {
	p.made = append(p.made, append([]string{id, name}, users...))
	if p.fail == nil && p.then != nil {
		p.then()
	}
	return p.out, p.fail
}

func (p *makes) ChangeGroup(_ context.Context, id string, users, gone []string) ([]string, error) {
	p.changed = append(p.changed, id+" + "+strings.Join(users, " ")+" - "+strings.Join(gone, " "))
	return p.out, p.fail
}

// TestGroupThatIsNotThereIsMadeOnce: with the team in it, its manager first, and
// then the message is said.
func TestGroupThatIsNotThereIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail   error
		chat   string
		want   store.MessageState
		made   int
		alarms int
		out    []string // whom the platform does not know
	}{
		"made":                 {nil, "chateast", store.MessageSent, 1, 0, nil},
		"cannot be made":       {fault(bots.CodeRefused, false, 0), "chateast", store.MessageFailed, 2, 2, nil},
		"too few are known":    {fault(bots.CodeNoReach, false, 0), "chateast", store.MessageFailed, 2, 3, []string{"wecom_li"}},
		"the group of no team": {nil, "chatelse", store.MessageFailed, 0, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p *makes
			w := newWorld(t, func(o *Options) {
				p = &makes{platform: o.Bots[1].(*platform), fail: c.fail, out: c.out} //nolint:forcetypeassert // the world's own
				o.Bots[1] = p
			})
			p.then = func() { p.platform.fail = nil }
			folk, teams := people()
			for i := range folk {
				if folk[i].ID == "wang" || folk[i].ID == "li" || folk[i].ID == "gone" {
					folk[i].Accounts["wecom"] = "wecom_" + folk[i].ID
				}
				if folk[i].ID == "zhao" {
					folk[i].Team = ""
				}
			}
			teams[0].Groups["wecom"] = "chateast"
			w.organise(folk, teams)
			w.wecom.refuse(fault(bots.CodeNoReach, false, 0))
			to := store.Outgoing{Bot: "wecom", Chat: c.chat, Kind: kindOverdue, Subject: "overdue:east"}
			first, second := w.post(to, bots.Message{Text: "日报一"}), w.post(to, bots.Message{Text: "日报二"})
			w.settle()
			for _, id := range []string{first, second} {
				if m := w.message(id); m.State != c.want {
					t.Errorf("message is %s: %s", m.State, m.Error)
				}
			}
			if len(p.made) != c.made || c.made > 0 && strings.Join(p.made[0], " ") != "chateast 华东区 wecom_wang wecom_li" {
				t.Errorf("made: %v", p.made)
			}
			if n := len(w.feishu.to("feishu_admin")); n != c.alarms {
				t.Errorf("%d alarms: %q", n, w.feishu.to("feishu_admin"))
			}
			for _, user := range c.out {
				if told := strings.Join(w.feishu.to("feishu_admin"), "\n"); !strings.Contains(told, "名li（"+user+"）") {
					t.Errorf("the admins are not told of %s: %q", user, told)
				}
			}
		})
	}
}

// TestGroupFollowsItsTeam: who joins the team joins the group that the hub made,
// who leaves the team leaves it; nothing is done where nothing changed, and whom
// the platform does not know the admins hear of.
func TestGroupFollowsItsTeam(t *testing.T) {
	t.Parallel()
	var p *makes
	w := newWorld(t, func(o *Options) {
		p = &makes{platform: o.Bots[1].(*platform)} //nolint:forcetypeassert // the world's own
		o.Bots[1] = p
	})
	p.then = func() { p.platform.fail = nil }
	folk, teams := people()
	teams[0].Groups["wecom"] = "chateast"
	version := int64(0)
	takes := func(accounts map[string]string, want ...string) {
		t.Helper()
		now := slices.Clone(folk)
		for i := range now {
			now[i].Accounts = maps.Clone(now[i].Accounts)
			delete(now[i].Accounts, "wecom")
			if account := accounts[now[i].ID]; account != "" {
				now[i].Accounts["wecom"] = account
			}
			if now[i].ID == "zhao" {
				now[i].Team = ""
			}
		}
		w.organise(now, teams)
		version++
		w.org.Version = version
		w.effect(sales.Effect{Kind: sales.EffectOrgChanged, Number: version})
		w.settle()
		if !slices.Equal(p.changed, want) {
			t.Errorf("changed: %q, want %q", p.changed, want)
		}
		p.changed = nil
	}
	takes(map[string]string{"wang": "Wang", "li": "Li"}) // there is no group yet
	w.wecom.refuse(fault(bots.CodeNoReach, false, 0))
	w.post(store.Outgoing{Bot: "wecom", Chat: "chateast", Kind: kindOverdue, Subject: "overdue:east"}, bots.Message{Text: "日报"})
	w.settle()
	if len(p.made) != 1 {
		t.Fatalf("made: %v", p.made)
	}
	takes(map[string]string{"wang": "wang", "li": "LI"})
	takes(map[string]string{"wang": "Wang", "li": "Li", "han": "Han"}, "chateast + Wang Li Han - ")
	p.fail = fault(bots.CodeNoReach, false, 0)
	takes(map[string]string{"wang": "Wang", "han": "Han"}, "chateast + Wang Han - Li")
	p.fail = nil
	takes(map[string]string{"wang": "Wang", "han": "Han"}, "chateast + Wang Han - Li")
	if told := w.feishu.to("feishu_admin"); len(told) > 0 {
		t.Errorf("the admins are told %q", told)
	}
	p.out = []string{"Ghost"}
	takes(map[string]string{"wang": "Wang", "han": "Han", "li": "Ghost"}, "chateast + Wang Ghost Han - ")
	if told := w.feishu.to("feishu_admin"); len(told) != 1 || !strings.Contains(told[0], "名li（Ghost）") || !strings.Contains(told[0], "华东区") {
		t.Errorf("the admins are told %q", told)
	}
}

// TestReceiverKeepsNoAddress: what stands in a key tells receivers apart, and
// gives nobody the address of an answer.
func TestReceiverKeepsNoAddress(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range []store.Message{{}, {Outgoing: store.Outgoing{Person: "li"}}, {Outgoing: store.Outgoing{Chat: "reply:LiLei:https://x/?response_code=canary"}}, {Outgoing: store.Outgoing{Chat: "east"}}} {
		key := receiverOf(m)
		if seen[key] || strings.Contains(key, "canary") {
			t.Errorf("%+v: %q", m.Outgoing, key)
		}
		seen[key] = true
	}
}
