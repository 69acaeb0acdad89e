package sales_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
)

// TestApprovalProperties lets random people do random things to random
// requests, while people leave and hand their approvals over.
func TestApprovalProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		t.Repeat(map[string]func(*rapid.T){
			"act":      m.act,
			"wait":     m.wait,
			"leave":    m.leave,
			"delegate": m.delegate,
			"":         m.check,
		})
	})
}

// model is a request under way, and what was seen of it.
type model struct {
	r       *sales.Rules
	people  []sales.Person
	o       *sales.Org
	a       sales.Approval
	deal    sales.Deal
	files   []sales.File
	deleg   map[string]sales.Delegation
	now     time.Time
	settled int // changes that ended the request
}

func newModel(t *rapid.T) *model {
	people := house()
	o, err := sales.NewOrg(people, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := pipeline()
	who := rapid.SampledFrom([]string{"manager", "manager2", "role:finance", "person:chen", "person:lin", "person:ops", "role:manager"})
	count := rapid.IntRange(1, 4).Draw(t, "steps")
	steps := make([]sales.StepRule, 0, count)
	for range count {
		steps = append(steps, sales.StepRule{
			Name: "步骤", All: rapid.Bool().Draw(t, "all"), Who: rapid.SliceOfNDistinct(who, 1, 3, rapid.ID[string]).Draw(t, "who"),
		})
	}
	r.Pipeline[4].Approval = steps
	by := rapid.SampledFrom([]string{"li", "wang", "ops"}).Draw(t, "requester")
	p, _ := o.Person(by)
	_, out, err := r.Move(o, sales.MoveRequest{
		Deal: dealAt("negotiation"), To: r.Pipeline[4], By: p, Files: []sales.File{belongsTo(by)}, Now: monday(), ID: "m1", ApprovalNumber: 14,
	})
	if err != nil || out.Approval == nil {
		t.Fatalf("ask: %v", err)
	}
	return &model{r: r, people: people, o: o, a: *out.Approval, deal: out.Deal, files: out.Used, deleg: map[string]sales.Delegation{}, now: monday()}
}

func (m *model) anybody(t *rapid.T, label string) sales.Person {
	return m.people[rapid.IntRange(0, len(m.people)-1).Draw(t, label)]
}

func (m *model) wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
}

// leave lets anybody go but the top, whom no org can do without.
func (m *model) leave(t *rapid.T) {
	i := rapid.IntRange(1, len(m.people)-1).Draw(t, "leaver")
	m.people = slices.Clone(m.people)
	m.people[i].Left = rapid.Bool().Draw(t, "left")
	o, err := sales.NewOrg(m.people, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.o = o
}

func (m *model) delegate(t *rapid.T) {
	m.deleg[m.anybody(t, "who").ID] = sales.Delegation{
		To: m.anybody(t, "to").ID, From: m.now, Until: m.now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "for")) * time.Minute),
	}
}

// act lets anybody do anything, mostly somebody who may. What is accepted must
// have been theirs to do; what is refused changes nothing.
func (m *model) act(t *rapid.T) {
	by := m.anybody(t, "by")
	if open := m.a.OpenTasks(); len(open) > 0 && rapid.Bool().Draw(t, "somebody who may") {
		actor, err := m.a.Actor(open[rapid.IntRange(0, len(open)-1).Draw(t, "task")], m.o, m.deleg, m.now)
		if err == nil {
			by = actor
		}
	}
	req := sales.ActRequest{
		Act: rapid.SampledFrom([]sales.Act{sales.ActApprove, sales.ActApprove, sales.ActApprove, sales.ActReject, sales.ActTransfer, sales.ActReturn}).Draw(t, "act"),
		By:  by, To: m.anybody(t, "to"), Comment: rapid.SampledFrom([]string{"", "因为"}).Draw(t, "comment"),
		Version: m.a.Version - int64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind")),
		Deal:    m.deal, Files: m.files, Rules: m.r, Org: m.o, Delegations: m.deleg, Now: m.now,
	}
	before := m.a
	c, after, err := m.a.Act(req)
	if err != nil {
		if !empty(c) {
			t.Fatalf("refused (%v), and changed %+v", err, c)
		}
		return
	}
	m.accepted(t, before, after, req)
	m.a = after
	for _, d := range c.Deals {
		m.settled++
		m.deal = d
	}
	for _, f := range c.Files {
		m.files = []sales.File{f}
	}
	if len(c.Entries) == 0 || len(c.Approvals) != 1 || !reflect.DeepEqual(c.Approvals[0], after) {
		t.Fatalf("change %+v", c)
	}
}

// accepted checks one accepted act against what stood before it.
func (m *model) accepted(t *rapid.T, before, after sales.Approval, req sales.ActRequest) {
	by := req.By.ID
	switch {
	case before.Status != sales.ApprovalPending:
		t.Fatalf("%s by %s on a request that is %s", req.Act, by, before.Status)
	case by == before.Requester || by == before.Owner:
		t.Fatalf("%s by %s on their own request", req.Act, by)
	case req.By.Left:
		t.Fatalf("%s by %s, who left", req.Act, by)
	case req.Version != 0 && req.Version != before.Version:
		t.Fatalf("%s from version %d at version %d", req.Act, req.Version, before.Version)
	case after.Version != before.Version+1:
		t.Fatalf("version %d after %d", after.Version, before.Version)
	case req.Act != sales.ActApprove && req.Act != sales.ActTransfer && req.Comment == "":
		t.Fatalf("%s without a reason", req.Act)
	}
	changed := 0
	for i, step := range after.Steps {
		for j, task := range step.Tasks {
			if j >= len(before.Steps[i].Tasks) {
				if req.Act != sales.ActTransfer || task.Approver != req.To.ID || task.Decision != "" || task.Approver == before.Requester {
					t.Fatalf("a new task %+v", task)
				}
				continue
			}
			old := before.Steps[i].Tasks[j]
			if reflect.DeepEqual(old, task) {
				continue
			}
			changed++
			if old.Decision != "" || i != before.Current || task.Decision != req.Act || task.By != by || task.Approver != old.Approver {
				t.Fatalf("step %d task %d: %+v became %+v", i, j, old, task)
			}
			actor, err := before.Actor(old, m.o, m.deleg, m.now)
			if old.Approver != by && (err != nil || actor.ID != by) {
				t.Fatalf("%s decided for %s, for whom %s acts", by, old.Approver, actor.ID)
			}
		}
	}
	if changed == 0 {
		t.Fatal("an act without a trace")
	}
}

// check holds at every moment.
func (m *model) check(t *rapid.T) {
	pending := m.a.Status == sales.ApprovalPending
	switch {
	case pending == (m.settled > 0) || m.settled > 1:
		t.Fatalf("%s after %d final decisions", m.a.Status, m.settled)
	case (m.deal.Pending != nil) != pending:
		t.Fatalf("%s, and the deal waits: %t", m.a.Status, m.deal.Pending != nil)
	case (m.deal.Stage == "contract") != (m.a.Status == sales.ApprovalApproved):
		t.Fatalf("%s, and the deal is in %s", m.a.Status, m.deal.Stage)
	case (m.files[0].Status == sales.FileUsed) != (pending || m.a.Status == sales.ApprovalApproved):
		t.Fatalf("%s, and the file is %s", m.a.Status, m.files[0].Status)
	}
	for i, step := range m.a.Steps {
		agreed := stepAgreed(step)
		if (i < m.a.Current || m.a.Status == sales.ApprovalApproved) && !agreed {
			t.Fatalf("step %d was passed: %+v", i, step)
		}
		for _, task := range step.Tasks {
			if i > m.a.Current && task.Decision != "" {
				t.Fatalf("step %d decided at step %d", i, m.a.Current)
			}
		}
	}
	if !pending {
		return
	}
	for _, task := range m.a.OpenTasks() {
		actor, err := m.a.Actor(task, m.o, m.deleg, m.now)
		if err != nil {
			t.Fatalf("nobody can act for %s: %v", task.Approver, err)
		}
		if err := m.a.CanAct(actor, m.o, m.deleg, m.now); err != nil {
			t.Fatalf("%s acts for %s and may not: %v", actor.ID, task.Approver, err)
		}
	}
}

// stepAgreed is the test's own reading of any and all: whoever handed the task
// on does not count.
func stepAgreed(s sales.ApprovalStep) bool {
	yes, open := 0, 0
	for _, task := range s.Tasks {
		switch task.Decision {
		case sales.ActApprove:
			yes++
		case "":
			open++
		case sales.ActReject, sales.ActReturn, sales.ActTransfer:
		}
	}
	return yes > 0 && (!s.All || open == 0)
}
