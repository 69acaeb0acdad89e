package sales

import (
	"slices"
	"testing"
)

func folk(t *testing.T, people ...Person) *Org {
	t.Helper()
	for i := range people {
		people[i].Name, people[i].Role = "名"+people[i].ID, RoleRep
	}
	o, err := NewOrg(people, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func ids(people []Person) []string {
	out := make([]string, 0, len(people))
	for _, p := range people {
		out = append(out, p.ID)
	}
	return out
}

// Who is gone from the list keeps a name and a manager, and is nobody's account.
func TestFormerPeopleStayKnown(t *testing.T) {
	t.Parallel()
	before := folk(
		t, Person{ID: "wang"}, Person{ID: "li", Manager: "wang", Accounts: map[string]string{"feishu": "ou_li"}}, Person{ID: "old", Left: true},
		Person{ID: "han", Manager: "wang"},
	)
	now := folk(t, Person{ID: "wang"}, Person{ID: "han", Manager: "wang", Left: true}, Person{ID: "new", Accounts: map[string]string{"feishu": "ou_li"}})
	if got := ids(now.Leavers(before)); !slices.Equal(got, []string{"li", "han"}) {
		t.Errorf("leavers: %q", got)
	}
	back := before.Returners(now, []Person{{ID: "wang"}, {ID: "old"}})
	if got := ids(back); !slices.Equal(got, []string{"wang", "han"}) {
		t.Errorf("returners: %q", got)
	}
	former := now.Former(before, []Person{{ID: "first", Name: "最早"}, {ID: "new", Name: "回来"}})
	if got := ids(former); !slices.Equal(got, []string{"li", "old", "first"}) {
		t.Errorf("former: %q", got)
	}
	all := now.WithFormer(former)
	p, known := all.Person("li")
	if !known || !p.Left || p.Name != "名li" || len(p.Accounts) > 0 {
		t.Errorf("li: %+v", p)
	}
	if boss, ok := all.Manager("li"); !ok || boss.ID != "wang" {
		t.Errorf("li's manager: %+v", boss)
	}
	if p, _ := all.ByAccount("feishu", "ou_li"); p.ID != "new" {
		t.Errorf("the account is %s's", p.ID)
	}
	if p, _ := all.Person("new"); p.Left {
		t.Error("who came back counts as gone")
	}
	if _, known := now.Person("li"); known {
		t.Error("the organisation itself was changed")
	}
}
