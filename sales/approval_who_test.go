package sales_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"genjin/sales"
)

func TestDelegateActsWhileTheDelegationLasts(t *testing.T) {
	t.Parallel()
	from := monday().Add(2 * time.Hour)
	d := deskWith(t, 500_000_00)
	d.deleg["wang"] = sales.Delegation{To: "han", From: from, Until: from.Add(time.Hour)}
	for _, tt := range []struct {
		at   time.Time
		want sales.RefusalKind
	}{
		{from.Add(-1), sales.RefuseNotApprover},
		{from, ""},
		{from.Add(time.Hour - 1), ""},
		{from.Add(time.Hour), sales.RefuseNotApprover},
	} {
		han := person(t, d.o, "han")
		if got := kindOf(t, d.a.CanAct(han, d.o, d.deleg, tt.at)); got != tt.want {
			t.Errorf("at %v: %q, want %q", tt.at, got, tt.want)
		}
		if err := d.a.CanAct(person(t, d.o, "wang"), d.o, d.deleg, tt.at); err != nil {
			t.Errorf("at %v the approver herself: %v", tt.at, err)
		}
	}
	d.now = from
	d.must(t, sales.ActApprove, "han", "")
	if task := d.a.Steps[0].Tasks[0]; task.By != "han" || task.For != "wang" || task.Approver != "wang" {
		t.Errorf("task %+v", task)
	}
}

// TestNobodyStandsInForTheirOwnRequest drills the ways a request could come
// back to who made it; each time somebody else must be able to decide.
func TestNobodyStandsInForTheirOwnRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		org   func(*desk) *sales.Org
		deleg map[string]sales.Delegation
		can   string
	}{
		"the approver delegates to the requester": {
			deleg: map[string]sales.Delegation{"wang": {To: "li", From: monday()}}, can: "wang",
		},
		"through a chain": {
			deleg: map[string]sales.Delegation{"wang": {To: "han", From: monday()}, "han": {To: "li", From: monday()}}, can: "wang",
		},
		"the approver left and the manager delegates to the requester": {
			org:   func(d *desk) *sales.Org { return withoutWang(d.o, true) },
			deleg: map[string]sales.Delegation{"zhao": {To: "li", From: monday()}}, can: "zhao",
		},
		"the approver left":          {org: func(d *desk) *sales.Org { return withoutWang(d.o, true) }, can: "zhao"},
		"the approver is not listed": {org: func(d *desk) *sales.Org { return withoutWang(d.o, false) }, can: "zhao"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deskWith(t, 500_000_00)
			if tt.org != nil {
				d.o = tt.org(d)
			}
			d.deleg = tt.deleg
			refuses(t, d.a.CanAct(person(t, d.o, "li"), d.o, d.deleg, d.now), sales.RefuseSelf)
			if err := d.a.CanAct(person(t, d.o, tt.can), d.o, d.deleg, d.now); err != nil {
				t.Errorf("%s: %v", tt.can, err)
			}
			actor, err := d.a.Actor(d.a.OpenTasks()[0], d.o, d.deleg, d.now)
			if err != nil || actor.ID != tt.can {
				t.Errorf("actor %s, %v; want %s", actor.ID, err, tt.can)
			}
		})
	}
}

func TestNobodyLeftToAct(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	o := orgOf(t, []sales.Person{{ID: "li", Role: sales.RoleRep}})
	if p, err := d.a.Actor(d.a.OpenTasks()[0], o, nil, d.now); !errors.Is(err, sales.ErrNobody) {
		t.Errorf("got %v, %v", p, err)
	}
}

// TestOneClickForAllOneStandsInFor lets a stand-in of two approvers decide
// once.
func TestOneClickForAllOneStandsInFor(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00, sales.StepRule{Name: "财务", Who: []string{"role:finance"}, All: true})
	d.deleg = map[string]sales.Delegation{"cai": {To: "chen", From: monday()}, "cao": {To: "chen", From: monday()}}
	d.must(t, sales.ActApprove, "chen", "")
	if d.a.Status != sales.ApprovalApproved {
		t.Errorf("%s, open %+v", d.a.Status, d.a.OpenTasks())
	}
}

func TestStepsAreBuilt(t *testing.T) {
	t.Parallel()
	manager, manager2 := sales.StepRule{Name: "1", Who: []string{"manager"}}, sales.StepRule{Name: "2", Who: []string{"manager2"}}
	tests := map[string]struct {
		owner, by string
		rules     []sales.StepRule
		want      [][]string // nil = nobody
	}{
		"manager, then the manager's":       {owner: "li", by: "li", rules: []sales.StepRule{manager, manager2}, want: [][]string{{"wang"}, {"zhao"}}},
		"condition does not hold":           {owner: "li", by: "li", rules: []sales.StepRule{manager, {Name: "2", Who: []string{"manager2"}, When: above(million)}}, want: [][]string{{"wang"}}},
		"the manager asks":                  {owner: "li", by: "wang", rules: []sales.StepRule{manager}, want: [][]string{{"zhao"}}},
		"the manager asks, twice":           {owner: "li", by: "wang", rules: []sales.StepRule{manager, manager2}, want: [][]string{{"zhao"}}},
		"the top asks":                      {owner: "wang", by: "zhao", rules: []sales.StepRule{manager}},
		"operations ask":                    {owner: "li", by: "ops", rules: []sales.StepRule{manager}, want: [][]string{{"wang"}}},
		"the chain ends":                    {owner: "wang", by: "wang", rules: []sales.StepRule{manager, manager2}, want: [][]string{{"zhao"}}},
		"a role":                            {owner: "li", by: "li", rules: []sales.StepRule{{Name: "f", Who: []string{"role:finance"}}}, want: [][]string{{"cai", "cao"}}},
		"a role without people":             {owner: "li", by: "li", rules: []sales.StepRule{manager, {Name: "l", Who: []string{"role:legal"}}}},
		"one of a role asks":                {owner: "li", by: "cai", rules: []sales.StepRule{{Name: "f", Who: []string{"role:finance"}, All: true}}, want: [][]string{{"cao"}}},
		"all of a role are parties":         {owner: "li", by: "ops", rules: []sales.StepRule{{Name: "o", Who: []string{"role:ops"}}}, want: [][]string{{"zhao"}}},
		"a person":                          {owner: "li", by: "li", rules: []sales.StepRule{{Name: "p", Who: []string{"person:chen"}}}, want: [][]string{{"chen"}}},
		"a person who left":                 {owner: "li", by: "li", rules: []sales.StepRule{{Name: "p", Who: []string{"person:hu"}}}, want: [][]string{{"wang"}}},
		"a person who asks":                 {owner: "li", by: "ops", rules: []sales.StepRule{{Name: "p", Who: []string{"person:ops"}}}, want: [][]string{{"zhao"}}},
		"a person nobody knows":             {owner: "li", by: "li", rules: []sales.StepRule{{Name: "p", Who: []string{"person:moon"}}}},
		"named twice in one step":           {owner: "li", by: "li", rules: []sales.StepRule{{Name: "p", Who: []string{"manager", "person:wang"}, All: true}}, want: [][]string{{"wang"}}},
		"sure to decide before, all":        {owner: "li", by: "li", rules: []sales.StepRule{manager, {Name: "a", Who: []string{"manager", "person:chen"}, All: true}}, want: [][]string{{"wang"}, {"chen"}}},
		"sure to decide before, any":        {owner: "li", by: "li", rules: []sales.StepRule{manager, {Name: "a", Who: []string{"manager", "person:chen"}}}, want: [][]string{{"wang"}}},
		"perhaps decides before, asked too": {owner: "li", by: "li", rules: []sales.StepRule{{Name: "a", Who: []string{"manager", "manager2"}}, manager2}, want: [][]string{{"wang", "zhao"}, {"zhao"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, o := pipeline(), orgOf(t, house())
			r.Pipeline[4].Approval = tt.rules
			d := dealAt("negotiation")
			d.Owner = tt.owner
			if tt.by == "cai" {
				d.Owner = "cai" // finance may not move another's deal
			}
			c, out, err := r.Move(o, sales.MoveRequest{
				Deal: d, To: r.Pipeline[4], By: person(t, o, tt.by), Files: []sales.File{belongsTo(tt.by)}, Now: monday(), ID: "m1", ApprovalNumber: 14,
			})
			if tt.want == nil {
				if no := refusedAs(t, err, sales.RefuseNobody); no.Detail == "" || !empty(c) {
					t.Errorf("%+v, %+v", no, c)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			for _, s := range out.Approval.Steps {
				var who []string
				for _, task := range s.Tasks {
					who = append(who, task.Approver)
				}
				got = append(got, who)
			}
			if !slices.EqualFunc(got, tt.want, slices.Equal) {
				t.Errorf("steps %v, want %v", got, tt.want)
			}
		})
	}
}

func TestNoStepNeededMovesAtOnce(t *testing.T) {
	t.Parallel()
	r, o := pipeline(), orgOf(t, house())
	r.Pipeline[4].Approval = []sales.StepRule{{Name: "大额", Who: []string{"manager"}, When: above(million)}}
	_, out, err := r.Move(o, sales.MoveRequest{
		Deal: dealAt("negotiation"), To: r.Pipeline[4], By: person(t, o, "li"), Files: []sales.File{file("f", "pdf")}, Now: monday(), ID: "m1",
	})
	if err != nil || out.Approval != nil || out.Deal.Stage != "contract" {
		t.Errorf("got %v, %+v", err, out)
	}
}
