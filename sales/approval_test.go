package sales_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"genjin/sales"
)

// desk is an approval with everything that acts on it need.
type desk struct {
	r     *sales.Rules
	o     *sales.Org
	a     sales.Approval
	deal  sales.Deal
	files []sales.File
	deleg map[string]sales.Delegation
	now   time.Time
}

// deskWith asks for the contract of a deal worth fen, with these steps.
func deskWith(t *testing.T, fen int64, steps ...sales.StepRule) *desk {
	t.Helper()
	r, o := pipeline(), orgOf(t, house())
	if len(steps) > 0 {
		r.Pipeline[4].Approval = steps
	}
	d := dealAt("negotiation")
	d.Amount.Fen = fen
	_, out, err := r.Move(o, sales.MoveRequest{
		Deal: d, To: r.Pipeline[4], By: person(t, o, "li"), Files: []sales.File{file("scan", "pdf")}, Now: monday(), ID: "m1", ApprovalID: "a14", ApprovalNumber: 14,
	})
	if err != nil || out.Approval == nil {
		t.Fatalf("ask: %v, %+v", err, out)
	}
	return &desk{r: r, o: o, a: *out.Approval, deal: out.Deal, files: out.Used, deleg: map[string]sales.Delegation{}, now: monday().Add(time.Hour)}
}

func (d *desk) request(act sales.Act, by, comment string) sales.ActRequest {
	p, _ := d.o.Person(by)
	return sales.ActRequest{
		Act: act, By: p, Comment: comment, Version: d.a.Version, Deal: d.deal, Files: d.files, Rules: d.r, Org: d.o, Delegations: d.deleg, Now: d.now,
	}
}

// act acts, and keeps what became of it.
func (d *desk) act(req sales.ActRequest) (sales.Change, error) {
	c, a, err := d.a.Act(req)
	if err != nil {
		return c, err
	}
	d.a = a
	for _, deal := range c.Deals {
		d.deal = deal
	}
	for _, f := range c.Files {
		d.files = []sales.File{f}
	}
	d.now = d.now.Add(time.Minute)
	return c, nil
}

// must acts, and fails the test when refused.
func (d *desk) must(t *testing.T, act sales.Act, by, comment string) sales.Change {
	t.Helper()
	c, err := d.act(d.request(act, by, comment))
	if err != nil {
		t.Fatalf("%s by %s: %v", act, by, err)
	}
	return c
}

func TestApproveMovesTheDeal(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	c := d.must(t, sales.ActApprove, "wang", "好")
	if d.a.Status != sales.ApprovalApproved || d.deal.Stage != "contract" || d.deal.Pending != nil || len(d.deal.Moves) != 1 || d.deal.Moves[0].Approval != 14 {
		t.Errorf("approval %s, deal %+v", d.a.Status, d.deal)
	}
	if !d.deal.StageSince.Equal(monday().Add(time.Hour)) || d.files[0].Status != sales.FileUsed {
		t.Errorf("since %v, file %s", d.deal.StageSince, d.files[0].Status)
	}
	task := d.a.Steps[0].Tasks[0]
	if task.Decision != sales.ActApprove || task.By != "wang" || task.Comment != "好" || task.For != "" {
		t.Errorf("task %+v", task)
	}
	if !slices.Equal(actions(c), []string{"approval.approve", "deal.move"}) {
		t.Errorf("audit %v", actions(c))
	}
	if !slices.Equal(effects(c), []sales.EffectKind{sales.EffectApprovalChanged, sales.EffectApprovalDecided}) {
		t.Errorf("effects %v", effects(c))
	}
}

func TestRejectAndReturnFreeTheFiles(t *testing.T) {
	t.Parallel()
	for act, status := range map[sales.Act]sales.ApprovalStatus{sales.ActReject: sales.ApprovalRejected, sales.ActReturn: sales.ApprovalReturned} {
		d := deskWith(t, 500_000_00)
		_, err := d.act(d.request(act, "wang", " \n"))
		if no := refusedAs(t, err, sales.RefuseReason); no.Detail != string(act) {
			t.Errorf("%s without a reason: %+v", act, no)
		}
		c := d.must(t, act, "wang", "价格没谈拢")
		if d.a.Status != status || d.deal.Stage != "negotiation" || d.deal.Pending != nil || len(d.deal.Moves) != 0 {
			t.Errorf("%s: %s, deal %+v", act, d.a.Status, d.deal)
		}
		if d.files[0].Status != sales.FileReady || d.files[0].Move != "" {
			t.Errorf("%s: file %+v", act, d.files[0])
		}
		if !slices.Equal(actions(c), []string{"approval." + string(act), "deal.stay", "file.free"}) {
			t.Errorf("%s: audit %v", act, actions(c))
		}
	}
}

func TestStepsInOrder(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 2*million)
	_, err := d.act(d.request(sales.ActApprove, "zhao", ""))
	if no := refusedAs(t, err, sales.RefuseNotApprover); !slices.Equal(no.Who, []string{"wang"}) {
		t.Errorf("before her turn: %+v", no)
	}
	c := d.must(t, sales.ActApprove, "wang", "")
	if d.a.Status != sales.ApprovalPending || d.a.Current != 1 || d.deal.Stage != "negotiation" || len(c.Deals) != 0 {
		t.Errorf("after the first step: %s, %d, %s", d.a.Status, d.a.Current, d.deal.Stage)
	}
	if !slices.Equal(effects(c), []sales.EffectKind{sales.EffectApprovalChanged, sales.EffectApprovalAsked}) {
		t.Errorf("effects %v", effects(c))
	}
	_, err = d.act(d.request(sales.ActApprove, "wang", ""))
	if no := refusedAs(t, err, sales.RefuseDecided); !slices.Equal(no.Who, []string{"wang"}) || !no.When.Equal(monday().Add(time.Hour)) || no.Detail != "approve" {
		t.Errorf("second click of the first approver: %+v", no)
	}
	d.must(t, sales.ActReject, "zhao", "毛利太低")
	if d.a.Status != sales.ApprovalRejected || d.deal.Stage != "negotiation" {
		t.Errorf("after the second step: %s, %s", d.a.Status, d.deal.Stage)
	}
	_, err = d.act(d.request(sales.ActApprove, "wang", ""))
	if no := refusedAs(t, err, sales.RefuseDecided); !slices.Equal(no.Who, []string{"zhao"}) || no.Detail != "reject" {
		t.Errorf("approve after another's rejection: %+v", no)
	}
}

func TestActRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		by   string
		edit func(*desk, *sales.ActRequest)
		want sales.RefusalKind
		who  []string
	}{
		"the requester":           {by: "li", want: sales.RefuseSelf, who: []string{"wang"}},
		"a colleague":             {by: "han", want: sales.RefuseNotApprover, who: []string{"wang"}},
		"the approver's manager":  {by: "zhao", want: sales.RefuseNotApprover, who: []string{"wang"}},
		"somebody who left":       {by: "hu", want: sales.RefuseLeft},
		"somebody unknown":        {by: "nobody", want: sales.RefuseLeft},
		"an approver who left":    {by: "wang", edit: func(d *desk, q *sales.ActRequest) { q.Org = withoutWang(d.o, true) }, want: sales.RefuseLeft},
		"an approver who is gone": {by: "wang", edit: func(d *desk, q *sales.ActRequest) { q.Org = withoutWang(d.o, false) }, want: sales.RefuseLeft},
		"an old card":             {by: "wang", edit: func(_ *desk, q *sales.ActRequest) { q.Version = 7 }, want: sales.RefuseStale},
		"another amount":          {by: "wang", edit: func(_ *desk, q *sales.ActRequest) { q.Deal.Amount.Fen++ }, want: sales.RefuseStale},
		"a deal that waits no more": {by: "wang", edit: func(_ *desk, q *sales.ActRequest) {
			q.Deal.Pending = nil
		}, want: sales.RefuseStale},
		"a deal that waits for another": {by: "wang", edit: func(_ *desk, q *sales.ActRequest) {
			q.Deal.Pending = &sales.Move{ID: "m9", Approval: 99}
		}, want: sales.RefuseStale},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deskWith(t, 500_000_00)
			q := d.request(sales.ActApprove, tt.by, "")
			if tt.edit != nil {
				tt.edit(d, &q)
			}
			c, _, err := d.a.Act(q)
			no := refusedAs(t, err, tt.want)
			if !empty(c) || no.Number != 14 || !slices.Equal(no.Who, tt.who) {
				t.Errorf("changed %+v, refusal %+v", c, no)
			}
		})
	}
}

// withoutWang is the company after 王芳 left, or vanished from its list.
func withoutWang(o *sales.Org, listed bool) *sales.Org {
	people := slices.Clone(o.People())
	for i := range people {
		if people[i].Manager == "wang" && !listed {
			people[i].Manager = "zhao"
		}
		if people[i].ID == "wang" {
			people[i].Left = true
		}
	}
	if !listed {
		people = slices.DeleteFunc(people, func(p sales.Person) bool { return p.ID == "wang" })
	}
	org, err := sales.NewOrg(people, nil)
	if err != nil {
		return nil
	}
	return org
}

func TestUnknownActIsNoDecision(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	if c, err := d.act(d.request("", "wang", "")); !errors.Is(err, sales.ErrAct) || !empty(c) {
		t.Errorf("got %v, %+v", err, c)
	}
}

// TestFiftyClicks decides once, however often the button is pressed.
func TestFiftyClicks(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	click := d.request(sales.ActApprove, "wang", "")
	decided := 0
	for range 50 {
		click.Deal = d.deal
		_, err := d.act(click)
		if err == nil {
			decided++
			continue
		}
		refuses(t, err, sales.RefuseDecided)
	}
	if decided != 1 {
		t.Errorf("%d decisions", decided)
	}
}

func TestTypedDecisionNeedsNoVersion(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	q := d.request(sales.ActApprove, "wang", "")
	q.Version = 0
	if _, err := d.act(q); err != nil {
		t.Error(err)
	}
}

func TestAnyAndAll(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00, sales.StepRule{Name: "财务", Who: []string{"role:finance"}})
	d.must(t, sales.ActApprove, "cao", "")
	if d.a.Status != sales.ApprovalApproved {
		t.Errorf("any: %s after one of two", d.a.Status)
	}
	_, err := d.act(d.request(sales.ActApprove, "cai", ""))
	if no := refusedAs(t, err, sales.RefuseDecided); !slices.Equal(no.Who, []string{"cao"}) {
		t.Errorf("the other one: %+v", no)
	}

	d = deskWith(t, 500_000_00, sales.StepRule{Name: "财务", Who: []string{"role:finance", "manager"}, All: true})
	d.must(t, sales.ActApprove, "cao", "")
	_, err = d.act(d.request(sales.ActReject, "cao", "改主意"))
	refuses(t, err, sales.RefuseDecided)
	d.must(t, sales.ActApprove, "wang", "")
	if d.a.Status != sales.ApprovalPending || len(d.a.OpenTasks()) != 1 || d.a.OpenTasks()[0].Approver != "cai" {
		t.Errorf("all: %s, open %+v", d.a.Status, d.a.OpenTasks())
	}
	d.must(t, sales.ActReject, "cai", "毛利太低")
	if d.a.Status != sales.ApprovalRejected {
		t.Errorf("all: %s after one no", d.a.Status)
	}
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	transfer := func(by, to string) error {
		q := d.request(sales.ActTransfer, by, "请你看")
		q.To, _ = d.o.Person(to)
		_, err := d.act(q)
		return err
	}
	for to, detail := range map[string]string{"li": "requester", "wang": "already", "hu": "unknown", "nobody": "unknown"} {
		if no := refusedAs(t, transfer("wang", to), sales.RefuseTransfer); no.Detail != detail {
			t.Errorf("to %s: %q, want %q", to, no.Detail, detail)
		}
	}
	if err := transfer("wang", "chen"); err != nil {
		t.Fatal(err)
	}
	open := d.a.OpenTasks()
	if len(open) != 1 || open[0].Approver != "chen" || open[0].For != "wang" || d.a.Version != 2 || d.a.Status != sales.ApprovalPending {
		t.Errorf("open %+v, version %d", open, d.a.Version)
	}
	_, err := d.act(d.request(sales.ActApprove, "wang", ""))
	if no := refusedAs(t, err, sales.RefuseDecided); no.Detail != "transfer" || !slices.Equal(no.Who, []string{"wang"}) {
		t.Errorf("who handed it on: %+v", no)
	}
	if err := transfer("chen", "wang"); err != nil {
		t.Fatalf("back again: %v", err)
	}
	d.must(t, sales.ActApprove, "wang", "")
	if d.a.Status != sales.ApprovalApproved {
		t.Error(d.a.Status)
	}
}

func TestTransferNeverToTheDealsOwner(t *testing.T) {
	t.Parallel()
	r, o := pipeline(), orgOf(t, house())
	_, out, err := r.Move(o, sales.MoveRequest{
		Deal: dealAt("negotiation"), To: r.Pipeline[4], By: person(t, o, "ops"), Files: []sales.File{belongsTo("ops")}, Now: monday(), ID: "m1", ApprovalNumber: 14,
	})
	if err != nil {
		t.Fatal(err)
	}
	q := sales.ActRequest{Act: sales.ActTransfer, By: person(t, o, "wang"), To: person(t, o, "li"), Deal: out.Deal, Rules: r, Org: o, Now: monday()}
	_, _, err = out.Approval.Act(q)
	if no := refusedAs(t, err, sales.RefuseTransfer); no.Detail != "owner" {
		t.Errorf("%+v", no)
	}
}
