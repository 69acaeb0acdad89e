package sales_test

import (
	"slices"
	"testing"
	"time"

	"genjin/sales"
)

// mover makes requests of 李雷's, to be changed by a test.
func mover(t *testing.T, d sales.Deal, to string, files ...sales.File) (*sales.Rules, *sales.Org, sales.MoveRequest) {
	t.Helper()
	r, o := pipeline(), orgOf(t, house())
	return r, o, sales.MoveRequest{
		Deal: d, To: stage(t, r, to), By: person(t, o, "li"), Files: files, Now: monday(), ID: "m1", ApprovalID: "a14", ApprovalNumber: 14,
	}
}

func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	pending := dealAt("negotiation")
	pending.Pending = &sales.Move{ID: "m0", To: "contract", Approval: 14}
	tests := map[string]struct {
		deal  sales.Deal
		to    string
		files []sales.File
		edit  func(*sales.MoveRequest)
		want  sales.RefusalKind
		check func(*testing.T, *sales.Refusal)
	}{
		"a stranger": {deal: dealAt("contact"), to: "needs", files: []sales.File{file("f", "pdf")}, edit: func(q *sales.MoveRequest) { q.By = sales.Person{ID: "lin", Role: sales.RoleRep} }, want: sales.RefuseNotYours, check: func(t *testing.T, no *sales.Refusal) {
			t.Helper()
			if !slices.Equal(no.Who, []string{"li"}) {
				t.Errorf("does not name the owner: %v", no.Who)
			}
		}},
		"somebody who left":     {deal: dealAt("contact"), to: "needs", edit: func(q *sales.MoveRequest) { q.By.Left = true }, want: sales.RefuseNotYours},
		"while one waits":       {deal: pending, to: "contract", files: []sales.File{file("f", "pdf")}, want: sales.RefusePending, check: numbered(14)},
		"losing while it waits": {deal: pending, to: "lost", edit: func(q *sales.MoveRequest) { q.Reason = "预算取消" }, want: sales.RefusePending, check: numbered(14)},
		"the same stage":        {deal: dealAt("needs"), to: "needs", files: []sales.File{file("f", "pdf")}, want: sales.RefuseSameStage, check: staged("needs")},
		"back":                  {deal: dealAt("proposal"), to: "needs", files: []sales.File{file("f", "pdf")}, want: sales.RefuseBack, check: staged("proposal")},
		"skipping":              {deal: dealAt("contact"), to: "proposal", files: []sales.File{file("f", "pdf")}, want: sales.RefuseOrder, check: staged("needs")},
		"winning too early":     {deal: dealAt("negotiation"), to: "won", want: sales.RefuseOrder, check: staged("contract")},
		"losing without reason": {deal: dealAt("needs"), to: "lost", edit: func(q *sales.MoveRequest) { q.Reason = " " }, want: sales.RefuseReason, check: staged("lost")},
		"a won deal":            {deal: dealAt("won"), to: "lost", edit: func(q *sales.MoveRequest) { q.Reason = "退货" }, want: sales.RefuseClosed, check: staged("won")},
		"a lost deal":           {deal: dealAt("lost"), to: "needs", files: []sales.File{file("f", "pdf")}, want: sales.RefuseClosed, check: staged("lost")},
		"no file":               {deal: dealAt("contact"), to: "needs", want: sales.RefuseEvidence, check: missing("minutes")},
		"a file of another kind": {
			deal: dealAt("needs"), to: "proposal", files: []sales.File{file("f", "jpg")}, want: sales.RefuseEvidence, check: missing("proposal"),
		},
		"a file of somebody else": {deal: dealAt("contact"), to: "needs", files: []sales.File{belongsTo("han")}, want: sales.RefuseEvidence},
		"an old file":             {deal: dealAt("contact"), to: "needs", files: []sales.File{sentAgo(10*time.Minute + 1)}, want: sales.RefuseEvidence},
		"a used file":             {deal: dealAt("contact"), to: "needs", files: []sales.File{inState(sales.FileUsed)}, want: sales.RefuseEvidence},
		"a refused file":          {deal: dealAt("contact"), to: "needs", files: []sales.File{inState(sales.FileRefused)}, want: sales.RefuseEvidence},
		"a file on its way":       {deal: dealAt("contact"), to: "needs", files: []sales.File{inState(sales.FileFetching)}, want: sales.RefuseEvidence},
		"nobody named":            {deal: dealAt("proposal"), to: "negotiation", files: []sales.File{file("f", "pdf")}, want: sales.RefuseAttendees, check: missing("visit")},
		"a name without a title": {deal: dealAt("proposal"), to: "negotiation", files: []sales.File{file("f", "pdf")}, edit: func(q *sales.MoveRequest) {
			q.Attendees = append(attendees(), sales.Attendee{Name: "李娜"})
		}, want: sales.RefuseAttendees, check: missing("visit")},
		"an unknown stage": {deal: dealAt("contact"), to: "needs", edit: func(q *sales.MoveRequest) { q.To = sales.Stage{ID: "moon"} }, want: sales.RefuseNoStage},
		"a stage that a caller made milder": {deal: dealAt("contact"), to: "needs", edit: func(q *sales.MoveRequest) {
			q.To.Needs = nil
		}, want: sales.RefuseEvidence, check: missing("minutes")},
		"from a stage that is no more": {deal: dealAt("poc"), to: "needs", files: []sales.File{file("f", "pdf")}, want: sales.RefuseNoStage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, o, q := mover(t, tt.deal, tt.to, tt.files...)
			if tt.edit != nil {
				tt.edit(&q)
			}
			c, _, err := r.Move(o, q)
			no := refusedAs(t, err, tt.want)
			if !empty(c) {
				t.Errorf("a refusal changes something: %+v", c)
			}
			if tt.check != nil {
				tt.check(t, no)
			}
		})
	}
}

func numbered(n int64) func(*testing.T, *sales.Refusal) {
	return func(t *testing.T, no *sales.Refusal) {
		t.Helper()
		if no.Number != n {
			t.Errorf("names number %d, want %d", no.Number, n)
		}
	}
}

func staged(id string) func(*testing.T, *sales.Refusal) {
	return func(t *testing.T, no *sales.Refusal) {
		t.Helper()
		if no.Stage.ID != id {
			t.Errorf("names stage %q, want %q", no.Stage.ID, id)
		}
	}
}

func missing(id string) func(*testing.T, *sales.Refusal) {
	return func(t *testing.T, no *sales.Refusal) {
		t.Helper()
		if len(no.Missing) != 1 || no.Missing[0].ID != id {
			t.Errorf("names %v as missing, want %s", no.Missing, id)
		}
	}
}

func belongsTo(who string) sales.File {
	f := file("f", "pdf")
	f.Person = who
	return f
}

func sentAgo(ago time.Duration) sales.File {
	f := file("f", "pdf")
	f.SentAt = monday().Add(-ago)
	return f
}

func inState(s sales.FileStatus) sales.File {
	f := file("f", "pdf")
	f.Status = s
	return f
}

func TestMoveTakesEffect(t *testing.T) {
	t.Parallel()
	r, o, q := mover(t, dealAt("contact"), "needs", file("new", "pdf"), sentAgo(10*time.Minute))
	q.Files[0].SentAt = monday().Add(-5 * time.Minute)
	q.Deal.Snooze = sales.Snooze{Until: monday().AddDate(0, 0, 3), Reason: "等客户"}
	c, out, err := r.Move(o, q)
	if err != nil {
		t.Fatal(err)
	}
	d := out.Deal
	if d.Stage != "needs" || !d.StageSince.Equal(monday()) || !d.TouchedAt.Equal(monday()) || !d.Snooze.Until.IsZero() || d.Revision != 1 {
		t.Errorf("deal after the move: %+v", d)
	}
	if len(d.Moves) != 1 || !slices.Equal(d.Moves[0].Evidence, []string{"new"}) {
		t.Errorf("moves %+v, want one with the newest file", d.Moves)
	}
	if len(c.Files) != 1 || c.Files[0].Status != sales.FileUsed || c.Files[0].Move != "m1" {
		t.Errorf("files of the change: %+v", c.Files)
	}
	if !slices.Equal(actions(c), []string{"file.use", "deal.move"}) || !slices.Equal(c.Entries[1].Files, []string{"sha-new"}) {
		t.Errorf("audit %+v", c.Entries)
	}
	if !slices.Equal(effects(c), []sales.EffectKind{sales.EffectDealMoved}) {
		t.Errorf("effects %v", effects(c))
	}
	if q.Deal.Stage != "contact" || q.Files[0].Status != sales.FileReady {
		t.Error("the request was changed")
	}
}

func TestWhoMayMove(t *testing.T) {
	t.Parallel()
	o := orgOf(t, house())
	for id, want := range map[string]bool{
		"li": true, "wang": true, "zhao": true, "ops": true, "han": false, "chen": false, "cai": false, "hu": false,
	} {
		if got := sales.MayMove(o, person(t, o, id), dealAt("contact")); got != want {
			t.Errorf("%s may move 李雷's deal: %t, want %t", id, got, want)
		}
	}
}

func TestClosing(t *testing.T) {
	t.Parallel()
	r, o, q := mover(t, dealAt("contract"), "won")
	c, out, err := r.Move(o, q)
	if err != nil || out.Deal.Stage != "won" || !hasAction(c, "deal.win") || out.Deal.LostReason != "" {
		t.Fatalf("winning: %v, %+v, %v", err, out.Deal, actions(c))
	}
	for _, from := range []string{"contact", "contract", "a stage that is no more"} {
		r, o, q := mover(t, dealAt(from), "lost")
		q.Reason = " 预算取消 "
		c, out, err := r.Move(o, q)
		if err != nil || out.Deal.Stage != "lost" || out.Deal.LostReason != "预算取消" || !hasAction(c, "deal.lose") {
			t.Errorf("losing from %s: %v, %+v, %v", from, err, out.Deal, actions(c))
		}
	}
}

func TestReasonOfAnOrdinaryMoveIsNoLoss(t *testing.T) {
	t.Parallel()
	r, o, q := mover(t, dealAt("contact"), "needs", file("f", "pdf"))
	q.Reason = "客户催得紧"
	_, out, err := r.Move(o, q)
	if err != nil || out.Deal.LostReason != "" || out.Move.Reason != "客户催得紧" {
		t.Errorf("got %v, lost reason %q, reason %q", err, out.Deal.LostReason, out.Move.Reason)
	}
}

func TestMoveAsksForApproval(t *testing.T) {
	t.Parallel()
	r, o, q := mover(t, dealAt("negotiation"), "contract", file("scan", "jpg"))
	c, out, err := r.Move(o, q)
	if err != nil {
		t.Fatal(err)
	}
	if out.Deal.Stage != "negotiation" || out.Deal.Pending == nil || out.Deal.Pending.Approval != 14 || len(out.Deal.Moves) != 0 {
		t.Errorf("deal %+v, want it to wait where it stood", out.Deal)
	}
	a := out.Approval
	if a == nil || a.Status != sales.ApprovalPending || a.Version != 1 || a.Requester != "li" || a.RulesVersion != 7 || len(a.Steps) != 1 {
		t.Fatalf("approval %+v", a)
	}
	if len(c.Files) != 1 || c.Files[0].Status != sales.FileUsed {
		t.Errorf("the file is not used: %+v", c.Files)
	}
	if !slices.Equal(actions(c), []string{"file.use", "approval.ask"}) || !slices.Equal(effects(c), []sales.EffectKind{sales.EffectApprovalAsked}) {
		t.Errorf("audit %v, effects %v", actions(c), effects(c))
	}
}

func TestStageWords(t *testing.T) {
	t.Parallel()
	r := pipeline()
	for word, want := range map[string]string{
		"方案报价": "proposal", "报价": "proposal", "方案报价阶段": "proposal", "Proposal": "proposal", "ｐｒｏｐｏｓａｌ": "proposal", "赢单": "won", "月球": "", "": "",
	} {
		got, ok := r.Stage(word)
		if got.ID != want || ok != (want != "") {
			t.Errorf("%q means %q (%t), want %q", word, got.ID, ok, want)
		}
	}
	if s, ok := r.Next("contract"); !ok || s.ID != "won" {
		t.Errorf("after the contract comes %q", s.ID)
	}
	if s, ok := r.Next("won"); ok {
		t.Errorf("after winning comes %q", s.ID)
	}
}
