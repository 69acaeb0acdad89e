package feishu_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/feishusim"
)

// members reads everybody by id, and fails on who is given twice.
func members(t *testing.T, h *harness) map[string]bots.Member {
	t.Helper()
	all := map[string]bots.Member{}
	err := h.bot.People(t.Context(), func(m bots.Member) error {
		if _, twice := all[m.User]; twice {
			t.Errorf("%s is given twice", m.User)
		}
		all[m.User] = m
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPeopleOfALargeCompany: 2,000 people in departments of departments, through
// pages and within the limits of the platform.
func TestPeopleOfALargeCompany(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	const people, parts = 2000, 30
	h.sim.AddDepartment(feishusim.Department{ID: "od_sales", Name: "销售部", LeaderOpenID: "ou_0"})
	for d := range parts {
		h.sim.AddDepartment(feishusim.Department{ID: fmt.Sprintf("od_%d", d), Name: fmt.Sprintf("%d组", d), ParentID: "od_sales"})
	}
	for i := range people {
		u := feishusim.User{
			OpenID: fmt.Sprintf("ou_%d", i), Name: fmt.Sprintf("员工%d", i), DepartmentID: fmt.Sprintf("od_%d", i%parts),
			Mobile: fmt.Sprintf("+86138%08d", i), Email: fmt.Sprintf("u%d@example.com", i),
		}
		if i%2 == 1 {
			u.LeaderOpenID = fmt.Sprintf("ou_%d", i/2)
		}
		if i%100 == 0 {
			u.MoreDepartments = []string{"od_sales"}
		}
		h.sim.AddUser(u)
	}
	began := time.Now()
	all := members(t, h)
	if len(all) != people+2 { // and those of the harness, at the root
		t.Fatalf("%d people in %v", len(all), time.Since(began))
	}
	want := bots.Member{
		User: "ou_31", Name: "员工31", Mobile: "+8613800000031", Email: "u31@example.com", Departments: []string{"销售部/1组"}, Leader: "ou_15",
	}
	if got := all["ou_31"]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v", got)
	}
	if got := all["ou_100"]; !slices.Equal(got.Departments, []string{"销售部/10组", "销售部"}) || got.Leader != "ou_0" {
		t.Errorf("in two departments: %+v", got)
	}
	if got := all[li]; got.Name != "李雷" || len(got.Departments) != 0 || got.Leader != "" {
		t.Errorf("at the root: %+v", got)
	}
}

// TestPeopleInScope: where the app may see only a part of the company, that part
// is read, and who has left is told as such.
func TestPeopleInScope(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	h.sim.AddDepartment(feishusim.Department{ID: "od_east", Name: "华东/上海"})
	h.sim.AddDepartment(feishusim.Department{ID: "od_sub", Name: "一部", ParentID: "od_east"})
	h.sim.AddDepartment(feishusim.Department{ID: "od_hr", Name: "人事"})
	h.sim.AddUser(feishusim.User{OpenID: "ou_a", Name: "甲", DepartmentID: "od_sub", LeaderOpenID: "ou_a"})
	h.sim.AddUser(feishusim.User{OpenID: "ou_b", Name: "乙", DepartmentID: "od_hr"})
	h.sim.AddUser(feishusim.User{OpenID: "ou_c", Name: "丙", DepartmentID: "od_hr"})
	h.sim.AddUser(feishusim.User{OpenID: "ou_frozen", Name: "丁", DepartmentID: "od_east", Frozen: true})
	h.sim.AddUser(feishusim.User{OpenID: "ou_gone", Name: "戊", DepartmentID: "od_east", Left: true})
	h.sim.SetContactScope([]string{"od_sub", "od_east"}, []string{"ou_b"})
	all := members(t, h)
	if len(all) != 3 || !all["ou_frozen"].Left || all["ou_a"].Left || all["ou_b"].Name != "乙" {
		t.Errorf("got %+v", all)
	}
	if m := all["ou_a"]; !slices.Equal(m.Departments, []string{"华东／上海/一部"}) || m.Leader != "" {
		t.Errorf("got %+v", m)
	}
	name, err := h.bot.NameOf(t.Context(), "ou_a")
	if err != nil || name != "甲" {
		t.Errorf("name %q %v", name, err)
	}
	if _, err := h.bot.NameOf(t.Context(), "ou_c"); err == nil {
		t.Error("somebody out of scope has a name")
	}
}

// TestPeopleThroughTrouble: a platform that limits and stumbles is asked again;
// one that refuses is not.
func TestPeopleThroughTrouble(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	h.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultHTTP500, Path: "/open-apis/contact/v3/users/find_by_department", Times: 2})
	if all := members(t, h); len(all) != 2 {
		t.Errorf("got %v", all)
	}
	stop := errors.New("enough")
	if err := h.bot.People(t.Context(), func(bots.Member) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	h.sim.SetContactScope([]string{"od_nowhere"}, nil)
	err := h.bot.People(t.Context(), func(bots.Member) error { return nil })
	if se, is := errors.AsType[*bots.SendError](err); !is || se.Retry {
		t.Errorf("a department that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.bot.People(ctx, func(bots.Member) error { return nil }); err == nil {
		t.Error("no error though nobody waits")
	}
}

// TestWhoResignedHasLeft: an entry that is frozen or resigned is as good as
// deleted; other changes are not.
func TestWhoResignedHasLeft(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	for status, want := range map[string]bots.EventKind{
		`{"is_resigned":true}`:  bots.EventUserLeft,
		`{"is_frozen":true}`:    bots.EventUserLeft,
		`{"is_exited":true}`:    bots.EventUserLeft,
		`{"is_activated":true}`: bots.EventUserChanged,
		`{}`:                    bots.EventUserChanged,
	} {
		back := h.read(t, h.event("contact.user.updated_v3", map[string]any{
			"object": map[string]any{"open_id": "ou_han"}, "old_object": map[string]any{"status": json.RawMessage(status)},
		}))
		if (back.Kind == bots.EventUserBack) != (want == bots.EventUserLeft) || back.User != "ou_han" {
			t.Errorf("before %s: %+v", status, back)
		}
		e := h.read(t, h.event("contact.user.updated_v3", map[string]any{
			"object": map[string]any{"open_id": "ou_han", "status": json.RawMessage(status)}, "old_object": map[string]any{},
		}))
		if e.Kind != want || e.User != "ou_han" {
			t.Errorf("%s: %+v", status, e)
		}
	}
}
