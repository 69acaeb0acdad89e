package wecom_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"genjin/bots"
	"genjin/playground/wecomsim"
)

// members reads everybody by id, and fails on who is given twice.
func members(t *testing.T, d bots.Directory) map[string]bots.Member {
	t.Helper()
	all := map[string]bots.Member{}
	err := d.People(t.Context(), func(m bots.Member) error {
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

// TestPeopleOfALargeCompany: 2,000 people in departments of departments.
func TestPeopleOfALargeCompany(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	const people, parts = 2000, 30
	h.sim.AddDepartment(wecomsim.Department{ID: 2, Name: "销售部", Leaders: []string{"U0"}})
	for d := range parts {
		h.sim.AddDepartment(wecomsim.Department{ID: 10 + d, Name: fmt.Sprintf("%d组", d), ParentID: 2})
	}
	for i := range people {
		u := wecomsim.User{
			UserID: fmt.Sprintf("U%d", i), Name: fmt.Sprintf("员工%d", i), Departments: []int{10 + i%parts},
			Mobile: fmt.Sprintf("138%08d", i), Email: fmt.Sprintf("u%d@example.com", i),
		}
		if i%2 == 1 {
			u.Leaders = []string{fmt.Sprintf("U%d", i/2)}
		}
		if i%100 == 0 {
			u.Departments = append(u.Departments, 2)
		}
		h.sim.AddUser(u)
	}
	all := members(t, h.bot)
	if len(all) != people+2 { // and those of the harness, at the root
		t.Fatalf("%d people", len(all))
	}
	want := bots.Member{User: "U31", Name: "员工31", Departments: []string{"销售部/1组"}, Leader: "U15"}
	if got := all["U31"]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v", got)
	}
	if got := all["U100"]; !slices.Equal(got.Departments, []string{"销售部/10组", "销售部"}) || got.Leader != "U0" {
		t.Errorf("in two departments: %+v", got)
	}
	if got := all[hanmei]; got.Leader != lilei || len(got.Departments) != 0 {
		t.Errorf("at the root: %+v", got)
	}
}

// TestPeopleInRange: where the administrator shows the app to a part of the
// company only, that part is read, and who cannot act any more is told as such.
func TestPeopleInRange(t *testing.T) {
	t.Parallel()
	h := newWeCom(t, func(o *wecomsim.Options) { o.TellsMobiles = true })
	h.sim.AddDepartment(wecomsim.Department{ID: 2, Name: "销售部"})
	h.sim.AddDepartment(wecomsim.Department{ID: 3, Name: "华东/上海", ParentID: 2})
	h.sim.AddDepartment(wecomsim.Department{ID: 4, Name: "人事"})
	h.sim.AddUser(wecomsim.User{UserID: "A", Name: "甲", Departments: []int{3}, Leaders: []string{"a"}, Mobile: "13800138000", Email: "a@example.com"})
	h.sim.AddUser(wecomsim.User{UserID: "B", Name: "乙", Departments: []int{4}})
	h.sim.AddUser(wecomsim.User{UserID: "C", Name: "丙", Departments: []int{4}})
	h.sim.AddUser(wecomsim.User{UserID: "D", Name: "丁", Departments: []int{3}, Disabled: true})
	h.sim.AddUser(wecomsim.User{UserID: "E", Name: "戊", Departments: []int{3}, Left: true})
	h.sim.SetVisible([]int{3}, []string{"b", "A"})
	all := members(t, h.bot)
	if len(all) != 3 || !all["D"].Left || all["A"].Left || all["B"].Name != "乙" {
		t.Errorf("got %+v", all)
	}
	want := bots.Member{User: "A", Name: "甲", Mobile: "13800138000", Email: "a@example.com", Departments: []string{"华东／上海"}}
	if m := all["A"]; fmt.Sprint(m) != fmt.Sprint(want) {
		t.Errorf("got %+v", m)
	}
	if name, err := h.bot.NameOf(t.Context(), "a"); err != nil || name != "甲" {
		t.Errorf("name %q %v", name, err)
	}
	if _, err := h.bot.NameOf(t.Context(), "C"); err == nil {
		t.Error("somebody out of range has a name")
	}
}

// TestPeopleThroughTrouble: a platform that stumbles is asked again; one that
// refuses is not.
func TestPeopleThroughTrouble(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultBusy, Path: "/cgi-bin/user/list", Times: 2})
	if all := members(t, h.bot); len(all) != 2 {
		t.Errorf("got %v", all)
	}
	stop := errors.New("enough")
	if err := h.bot.People(t.Context(), func(bots.Member) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultNoRight, Path: "/cgi-bin/user/list"})
	err := h.bot.People(t.Context(), func(bots.Member) error { return nil })
	if se, is := errors.AsType[*bots.SendError](err); !is || se.Code != bots.CodeConfig {
		t.Errorf("no right: %v", err)
	}
}
