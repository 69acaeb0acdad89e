package sales_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"genjin/sales"
)

// movedOnce is a deal that 李雷 moved to needs on monday, with the file it used.
func movedOnce(t *testing.T) (*sales.Rules, *sales.Org, sales.Outcome) {
	t.Helper()
	r, o, q := mover(t, dealAt("contact"), "needs", file("f", "pdf"))
	q.Deal.Snooze = sales.Snooze{Until: monday().AddDate(0, 0, 3), Reason: "等客户", By: "li"}
	_, out, err := r.Move(o, q)
	if err != nil {
		t.Fatal(err)
	}
	return r, o, out
}

// askedOnce is a deal that waits for approval 14 to enter contract.
func askedOnce(t *testing.T, fen int64) (*sales.Rules, *sales.Org, sales.Outcome) {
	t.Helper()
	d := dealAt("negotiation")
	d.Amount.Fen = fen
	r, o, q := mover(t, d, "contract", file("scan", "pdf"))
	_, out, err := r.Move(o, q)
	if err != nil || out.Approval == nil {
		t.Fatalf("ask: %v, %+v", err, out)
	}
	return r, o, out
}

func TestUndoRestores(t *testing.T) {
	t.Parallel()
	r, o, out := movedOnce(t)
	later := monday().Add(10 * time.Minute)
	c, d, err := r.Undo(out.Deal, nil, out.Used, person(t, o, "li"), later)
	if err != nil {
		t.Fatal(err)
	}
	want := dealAt("contact")
	want.Snooze = sales.Snooze{Until: monday().AddDate(0, 0, 3), Reason: "等客户", By: "li"}
	want.UpdatedAt, want.Moves = later, d.Moves
	if !reflect.DeepEqual(d, want) {
		t.Errorf("after undo\n%+v\nwant\n%+v", d, want)
	}
	if len(d.Moves) != 1 || !d.Moves[0].Undone || out.Deal.Moves[0].Undone {
		t.Errorf("moves %+v", d.Moves)
	}
	if len(c.Files) != 1 || c.Files[0].Status != sales.FileReady || c.Files[0].Move != "" {
		t.Errorf("files %+v", c.Files)
	}
	if !slices.Equal(actions(c), []string{"deal.undo", "file.free"}) {
		t.Errorf("audit %v", actions(c))
	}
	if !slices.Equal(effects(c), []sales.EffectKind{sales.EffectDealMoved}) { // who was told of the move is told of this
		t.Errorf("effects %v", effects(c))
	}
	_, _, err = r.Undo(d, nil, c.Files, person(t, o, "li"), later)
	refuses(t, err, sales.RefuseNothing)
}

func TestUndoReopensALostDeal(t *testing.T) {
	t.Parallel()
	r, o, q := mover(t, dealAt("needs"), "lost")
	q.Reason = "预算取消"
	_, out, err := r.Move(o, q)
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := r.Undo(out.Deal, nil, nil, q.By, monday().Add(time.Minute))
	if err != nil || d.Stage != "needs" || d.LostReason != "" {
		t.Errorf("got %v, %+v", err, d)
	}
}

func TestUndoRefuses(t *testing.T) {
	t.Parallel()
	r, o, out := movedOnce(t)
	li := person(t, o, "li")
	c, _, err := r.Undo(out.Deal, nil, out.Used, li, monday().Add(10*time.Minute+1))
	if no := refusedAs(t, err, sales.RefuseTooLate); !no.When.Equal(monday()) || !empty(c) {
		t.Errorf("too late: %+v, %+v", no, c)
	}
	_, _, err = r.Undo(out.Deal, nil, out.Used, person(t, o, "wang"), monday())
	refuses(t, err, sales.RefuseNothing)
	_, _, err = r.Undo(dealAt("contact"), nil, nil, li, monday())
	refuses(t, err, sales.RefuseNothing)
	li.Left = true
	_, _, err = r.Undo(out.Deal, nil, out.Used, li, monday())
	refuses(t, err, sales.RefuseLeft)
}

func TestUndoCancelsWhatNobodyDecided(t *testing.T) {
	t.Parallel()
	r, o, out := askedOnce(t, 500_000_00)
	c, d, err := r.Undo(out.Deal, out.Approval, out.Used, person(t, o, "li"), monday().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	want := dealAt("negotiation")
	want.UpdatedAt = monday().Add(time.Minute)
	if !reflect.DeepEqual(d, want) {
		t.Errorf("after undo\n%+v\nwant\n%+v", d, want)
	}
	if len(c.Approvals) != 1 || c.Approvals[0].Status != sales.ApprovalCancelled || c.Approvals[0].Version != 2 {
		t.Errorf("approval %+v", c.Approvals)
	}
	if len(c.Files) != 1 || c.Files[0].Status != sales.FileReady {
		t.Errorf("files %+v", c.Files)
	}
	if !slices.Equal(actions(c), []string{"approval.cancel", "deal.undo", "file.free"}) || !slices.Equal(effects(c), []sales.EffectKind{sales.EffectApprovalChanged}) {
		t.Errorf("audit %v, effects %v", actions(c), effects(c))
	}
	_, _, err = c.Approvals[0].Act(sales.ActRequest{Act: sales.ActApprove, By: person(t, o, "wang"), Deal: d, Rules: r, Org: o, Now: monday().Add(2 * time.Minute)})
	if no := refusedAs(t, err, sales.RefuseDecided); no.Detail != "cancelled" || !slices.Equal(no.Who, []string{"li"}) {
		t.Errorf("after the cancel: %+v", no)
	}
}

func TestUndoNeverPassesADecision(t *testing.T) {
	t.Parallel()
	r, o, out := askedOnce(t, 2*million)
	li, wang := person(t, o, "li"), person(t, o, "wang")
	act := sales.ActRequest{Act: sales.ActApprove, By: wang, Deal: out.Deal, Files: out.Used, Rules: r, Org: o, Now: monday().Add(time.Minute)}
	_, half, err := out.Approval.Act(act)
	if err != nil || half.Status != sales.ApprovalPending {
		t.Fatalf("first step: %v, %s", err, half.Status)
	}
	_, _, err = r.Undo(out.Deal, &half, out.Used, li, monday().Add(2*time.Minute))
	if no := refusedAs(t, err, sales.RefuseDecided); !slices.Equal(no.Who, []string{"wang"}) || no.Number != 14 {
		t.Errorf("half decided: %+v", no)
	}
	act.By = person(t, o, "zhao")
	c, _, err := half.Act(act)
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*sales.Approval{"with the approval": &c.Approvals[0], "without it": nil, "with another": {Number: 99}} {
		_, _, err = r.Undo(c.Deals[0], a, out.Used, li, monday().Add(2*time.Minute))
		if no := refusedAs(t, err, sales.RefuseDecided); no.Number != 14 {
			t.Errorf("%s: %+v", name, no)
		}
	}
	_, _, err = r.Undo(out.Deal, nil, out.Used, li, monday().Add(2*time.Minute))
	refuses(t, err, sales.RefuseDecided)
}

func TestSnooze(t *testing.T) {
	t.Parallel()
	o := orgOf(t, house())
	until := monday().AddDate(0, 0, 3)
	c, d := dealAt("needs").SnoozeUntil(until, "等客户预算", person(t, o, "li"), monday())
	if d.Snooze != (sales.Snooze{Until: until, Reason: "等客户预算", By: "li"}) || !hasAction(c, "deal.snooze") || c.Entries[0].Reason != "等客户预算" {
		t.Errorf("deal %+v, audit %+v", d.Snooze, c.Entries)
	}
	cl, l := sales.Lead{Number: 12}.SnoozeUntil(until, "出差", person(t, o, "li"), monday())
	if !l.Snooze.Until.Equal(until) || !hasAction(cl, "lead.snooze") {
		t.Errorf("lead %+v, audit %+v", l.Snooze, cl.Entries)
	}
}
