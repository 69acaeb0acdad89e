package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// freezes has an administrator close a person's account, or open it again.
func (w *world) freezes(who string, closed bool) {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	w.clock.ahead.Add(int64(time.Minute)) // the platforms tell whole seconds
	if w.alone {
		for _, u := range w.wecom.Users() {
			if u.UserID == wecomID(who) {
				u.Disabled = closed
				w.wecom.AddUser(u)
			}
		}
		if r := w.wecom.UpdateUser(ctx, wecomID(who)); !r.OK() {
			w.t.Fatalf("%+v", r)
		}
		return
	}
	for _, u := range w.sim.Users() {
		if u.OpenID == who {
			u.Frozen = closed
			w.sim.AddUser(u)
		}
	}
	if r := w.sim.UpdateUser(ctx, who); !r.OK() {
		w.t.Fatalf("%+v", r)
	}
}

// TestJourneyFrozenAccount: while a manager's account is closed, what waits for
// them goes to their own manager; once it works again it comes back.
func TestJourneyFrozenAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "50万")
		w.sends(li, "签字扫描件.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		no := number(t, w.sees(li, "审批 #").Text, "审批")
		w.sees(wang, "待你审批", "华东智造")
		w.freezes(wang, true)
		w.sees("ou_admin", "王芳", "赵敏")
		w.sees(zhao, "待你审批", "华东智造", "代 王芳")
		w.says(wang, "同意 "+no)
		w.sees(wang, "还没有登记")
		w.seesNot(li, "已通过")
		w.freezes(wang, false)
		w.sees("ou_admin", "王芳", "恢复")
		w.says(wang, "同意 "+no)
		w.sees(li, "华东智造", "已通过")
	})
}

// TestJourneyNewGroup: whoever adds the bot to a group reads there what to write
// into org.yaml, once.
func TestJourneyNewGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sim.AddChat(feishusim.Chat{ID: "oc_north", Name: "华北区", Members: []string{li, wang}})
	for range 2 {
		if r := w.sim.AddBotToChat(t.Context(), wang, "oc_north"); !r.OK() {
			t.Fatalf("%+v", r)
		}
	}
	w.sees("oc_north", "这个群的编号是 oc_north", "teams.groups.feishu")
	w.settled()
	if n := strings.Count(w.transcript("oc_north"), "编号"); n != 1 {
		t.Errorf("said %d times:\n%s", n, w.transcript("oc_north"))
	}
}

// TestJourneyFirstDay: somebody new writes, is turned away, is found by whoever
// runs the hub, and works once they stand in the file.
func TestJourneyFirstDay(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "")
	c.feishu.AddUser(feishusim.User{OpenID: "ou_a", Name: "甲"})
	c.wecom.AddUser(wecomsim.User{UserID: "B", Name: "乙"})
	for _, platform := range []string{"feishu", "wecom"} {
		if out, err := runsWith(t, c.getenv, "org", "pull", platform); err != nil {
			t.Fatalf("%s: %v\n%s", platform, err, out)
		}
	}
	if org := c.reads(t, ""); org != "people:\n  - {id: jia, name: 甲, role: rep, feishu: ou_a}\n  - {id: yi, name: 乙, role: rep, wecom: B}\n" {
		t.Fatalf("got\n%s", org)
	}
	w := newWorld(t, with("GENJIN_ORG", c.path), func(w *world) {
		w.people = func() { w.sim.AddUser(feishusim.User{OpenID: "ou_a", Name: "甲"}) }
	})
	w.says("ou_a", "帮助")
	w.sees("ou_a", "线索")
	w.sim.AddUser(feishusim.User{OpenID: "ou_new", Name: "新人"})
	w.says("ou_new", "帮助")
	w.sees("ou_new", "还没有登记")
	if out, err := runsWith(t, w.getenv, "org", "unknown"); err != nil || !strings.Contains(out, "- {id: xinren, name: 新人, role: rep, feishu: ou_new}") {
		t.Errorf("%v\n%s", err, out)
	}
}
