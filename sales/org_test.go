package sales_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
)

// company is a small organisation with a team whose manager nobody names.
func company(t *testing.T) *sales.Org {
	t.Helper()
	o, err := sales.NewOrg([]sales.Person{
		{ID: "zhao", Name: "赵敏", Role: sales.RoleManager, Team: "east"}, // whose manager reports to her
		{ID: "wang", Name: "王芳", Role: sales.RoleManager, Team: "east", Manager: "zhao", Accounts: map[string]string{"feishu": "ou_wang", "wecom": "WangFang"}},
		{ID: "li", Name: "李雷", Role: sales.RoleRep, Team: "east", Manager: "wang", Accounts: map[string]string{"feishu": "ou_li"}},
		{ID: "han", Name: "韩梅梅", Role: sales.RoleRep, Team: "east"},
		{ID: "hanx", Name: "韩雪", Role: sales.RoleRep, Team: "east", Manager: "gone"},
		{ID: "gone", Name: "老胡", Role: sales.RoleManager, Team: "east", Manager: "wang", Left: true, Accounts: map[string]string{"feishu": "ou_gone"}},
		{ID: "cai", Name: "蔡静", Role: sales.RoleFinance, Team: "hq", Manager: "zhao"},
		{ID: "fa", Name: "方律", Role: sales.RoleLegal, Team: "hq", Manager: "zhao"},
	}, []sales.Team{{ID: "east", Name: "华东区", Region: "华东", Manager: "wang"}, {ID: "hq", Name: "总部"}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOrgTellsEveryMistakeWithItsPlace(t *testing.T) {
	t.Parallel()
	_, err := sales.NewOrg([]sales.Person{
		{ID: "li", Role: "boss", Team: "west", Manager: "nobody", Delegate: sales.Delegation{To: "nobody"}, Accounts: map[string]string{"feishu": "ou_1", "wecom": "LiLei"}},
		{ID: "li", Role: sales.RoleRep, Delegate: sales.Delegation{To: "li"}, Accounts: map[string]string{"feishu": "ou_1", "wecom": "lilei"}},
		{ID: "a", Role: sales.RoleRep, Manager: "b"},
		{ID: "b", Role: sales.RoleRep, Manager: "a"},
		{ID: "", Role: sales.RoleRep},
		{ID: "c", Role: sales.RoleRep, Team: "south"},
		{ID: "d", Role: sales.RoleRep, Team: "north"},
	}, []sales.Team{{ID: "east", Manager: "nobody"}, {ID: "east"}, {ID: "south", Manager: "d"}, {ID: "north", Manager: "c"}})
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"teams[1].id", "people[1].id", "people[4].id", "teams[0].manager", "people[0].role", "people[0].team", "people[0].manager", "people[0].delegate.to",
		"people[1].delegate.to", "people[1].feishu", "people[1].wecom", "people[2].manager", "people[3].manager", "people[5].manager", "people[6].manager",
	}
	var got []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		path, _, _ := strings.Cut(line, "：")
		got = append(got, path)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\n%q", got, want)
	}
	var one *sales.OrgError
	if !errors.As(err, &one) || one.Path != "teams[1].id" {
		t.Errorf("%v", one)
	}
}

func TestFindPeople(t *testing.T) {
	t.Parallel()
	o := company(t)
	for word, want := range map[string]string{"李雷": "li", "@韩梅梅": "han", "LI": "li", "韩": "han hanx", "han": "han", "王": "wang", "老胡": "", "": "", "谁": "", "　李雷　": "li"} {
		got := make([]string, 0, 2)
		for _, p := range o.Find(word) {
			got = append(got, p.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Find(%q) = %q, want %q", word, got, want)
		}
	}
	for account, want := range map[string]string{"feishu ou_li": "li", "wecom wangfang": "wang", "wecom WANGFANG": "wang", "feishu OU_LI": "", "feishu ou_gone": "gone", "wecom ou_li": ""} {
		bot, id, _ := strings.Cut(account, " ")
		if p, ok := o.ByAccount(bot, id); p.ID != want || ok != (want != "") {
			t.Errorf("ByAccount(%s) = %q, want %q", account, p.ID, want)
		}
	}
	if got := o.WithRole(sales.RoleManager); len(got) != 2 || got[0].ID != "zhao" {
		t.Errorf("managers who work here: %v", got)
	}
}

func TestWhoIsAbove(t *testing.T) {
	t.Parallel()
	o := company(t)
	for id, want := range map[string]string{"li": "wang", "wang": "zhao", "zhao": "", "han": "wang", "hanx": "wang", "gone": "wang", "nobody": ""} {
		if p, ok := o.Manager(id); p.ID != want || ok != (want != "") {
			t.Errorf("Manager(%s) = %q, want %q", id, p.ID, want)
		}
	}
	for _, c := range []struct {
		viewer, owner string
		want          bool
	}{
		{"li", "li", true},
		{"li", "han", false},
		{"wang", "li", true},
		{"wang", "han", true},
		{"wang", "hanx", true},
		{"zhao", "li", true},
		{"zhao", "han", true},
		{"li", "wang", false},
		{"cai", "li", true},
		{"fa", "li", false},
		{"gone", "hanx", false},
		{"gone", "gone", false},
	} {
		if got := o.Sees(person(t, o, c.viewer), c.owner); got != c.want {
			t.Errorf("%s sees what is %s's: %v", c.viewer, c.owner, got)
		}
	}
}

func TestStand(t *testing.T) {
	t.Parallel()
	now := monday()
	week := func(to string) sales.Delegation {
		return sales.Delegation{To: to, From: now.Add(-time.Hour), Until: now.Add(time.Hour)}
	}
	o, err := sales.NewOrg([]sales.Person{
		{ID: "zhao", Role: sales.RoleManager},
		{ID: "wang", Role: sales.RoleManager, Manager: "zhao", Delegate: week("li")},
		{ID: "li", Role: sales.RoleRep, Manager: "wang"},
		{ID: "han", Role: sales.RoleRep, Manager: "wang"},
		{ID: "gone", Role: sales.RoleRep, Manager: "wang", Left: true},
		{ID: "alone", Role: sales.RoleRep, Left: true},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, id, want string
		more           map[string]sales.Delegation
		at             time.Time
	}{
		{"nobody stands in", "li", "li", nil, now},
		{"the file's delegate", "wang", "li", nil, now},
		{"before it begins", "wang", "wang", nil, now.Add(-2 * time.Hour)},
		{"when it has ended", "wang", "wang", nil, now.Add(time.Hour)},
		{"chat counts before the file", "wang", "han", map[string]sales.Delegation{"wang": week("han")}, now},
		{"an old one in chat does not", "wang", "li", map[string]sales.Delegation{"wang": {To: "han", Until: now.Add(-time.Minute)}}, now},
		{"a chain", "wang", "han", map[string]sales.Delegation{"li": week("han")}, now},
		{"a circle ends before it turns", "wang", "li", map[string]sales.Delegation{"li": week("wang")}, now},
		{"to somebody who has left", "han", "han", map[string]sales.Delegation{"han": week("gone")}, now},
		{"to nobody", "han", "han", map[string]sales.Delegation{"han": week("ghost")}, now},
		{"has left: the manager", "gone", "wang", nil, now.Add(2 * time.Hour)},
		{"has left: the manager's delegate", "gone", "li", nil, now},
		{"has left, no manager", "alone", "", nil, now},
		{"unknown", "ghost", "", nil, now},
		{"without an end", "han", "zhao", map[string]sales.Delegation{"han": {To: "zhao"}}, now},
	} {
		p, err := o.Stand(c.id, c.at, c.more)
		if p.ID != c.want || (c.want == "") != errors.Is(err, sales.ErrNobody) {
			t.Errorf("%s: %q, %v, want %q", c.name, p.ID, err, c.want)
		}
	}
}

// TestWhoeverStandsIsHere draws organisations with any managers, leavers and
// delegations: who acts is known and has not left, and it ends.
func TestWhoeverStandsIsHere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"a", "b", "c", "d", "e", "f"}
		who := rapid.SampledFrom(append([]string{""}, ids...))
		people := make([]sales.Person, 0, len(ids))
		for i, id := range ids {
			p := sales.Person{ID: id, Role: sales.RoleRep, Left: rapid.Bool().Draw(t, "left"), Team: "t"}
			if i > 0 { // reports to an earlier one or to the team's manager: never to themselves
				p.Manager = rapid.SampledFrom(append([]string{""}, ids[:i]...)).Draw(t, "manager")
			}
			if p.Delegate.To = who.Draw(t, "delegate"); p.Delegate.To == id {
				p.Delegate.To = ""
			}
			people = append(people, p)
		}
		o, err := sales.NewOrg(people, []sales.Team{{ID: "t", Manager: rapid.SampledFrom([]string{"", "a"}).Draw(t, "team's manager")}})
		if err != nil {
			t.Fatal(err)
		}
		more := map[string]sales.Delegation{who.Draw(t, "from"): {To: who.Draw(t, "to")}, who.Draw(t, "from too"): {To: who.Draw(t, "to too")}}
		for _, p := range people {
			stand, err := o.Stand(p.ID, monday(), more)
			if err == nil && (stand.Left || stand.ID == "") {
				t.Errorf("for %s stands %+v", p.ID, stand)
			}
			if err != nil && !p.Left {
				t.Errorf("nobody acts for %s, who is here: %v", p.ID, err)
			}
			boss, ok := o.Manager(p.ID)
			if ok && (boss.Left || !o.Above(boss.ID, p.ID) || o.Above(p.ID, boss.ID)) {
				t.Errorf("the manager of %s is %+v", p.ID, boss)
			}
		}
	})
}

func TestRoute(t *testing.T) {
	t.Parallel()
	both := sales.Person{Prefer: "wecom", Accounts: map[string]string{"feishu": "ou_1", "wecom": "One"}}
	for _, c := range []struct {
		name string
		p    sales.Person
		last string
		on   []string
		want string
	}{
		{"where they last wrote", both, "feishu", []string{"feishu", "wecom"}, "feishu ou_1"},
		{"what they prefer", both, "", []string{"feishu", "wecom"}, "wecom One"},
		{"what is on", both, "wecom", []string{"feishu"}, "feishu ou_1"},
		{"Feishu", sales.Person{Accounts: both.Accounts}, "", []string{"wecom", "feishu"}, "feishu ou_1"},
		{"any", sales.Person{Accounts: map[string]string{"wecom": "One"}}, "feishu", []string{"feishu", "wecom"}, "wecom One"},
		{"none on", both, "", nil, " "},
		{"no account", sales.Person{}, "feishu", []string{"feishu"}, " "},
	} {
		bot, account, ok := sales.Route(c.p, c.last, c.on)
		if bot+" "+account != c.want || ok != (c.want != " ") {
			t.Errorf("%s: %q %q %v, want %q", c.name, bot, account, ok, c.want)
		}
	}
}
