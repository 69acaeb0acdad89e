package sales_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
)

// TestStageProperties plays random sequences of files, moves, decisions, undos
// and waiting on one deal. Whatever happens, the deal stands where its proof
// puts it.
func TestStageProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWalk(t)
		t.Repeat(map[string]func(*rapid.T){
			"send":    w.send,
			"move":    w.move,
			"forward": w.forward,
			"decide":  w.decide,
			"undo":    w.undo,
			"wait":    w.wait,
			"":        w.check,
		})
	})
}

// walk is one deal with its files and requests.
type walk struct {
	r         *sales.Rules
	o         *sales.Org
	deal      sales.Deal
	files     []sales.File
	approvals map[int64]sales.Approval
	now       time.Time
	serial    int64
	before    map[string]sales.Deal // how the deal stood before each move
}

func newWalk(t *rapid.T) *walk {
	o, err := sales.NewOrg(house(), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := dealAt("contact")
	d.Amount.Fen = rapid.SampledFrom([]int64{1, 2 * million}).Draw(t, "amount")
	return &walk{r: pipeline(), o: o, deal: d, approvals: map[int64]sales.Approval{}, now: monday(), before: map[string]sales.Deal{}}
}

func (w *walk) next() int64 { w.serial++; return w.serial }

func (w *walk) someone(t *rapid.T) sales.Person {
	p, _ := w.o.Person(rapid.SampledFrom([]string{"li", "li", "li", "wang", "ops", "han"}).Draw(t, "person"))
	return p
}

func (w *walk) wait(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 15).Draw(t, "minutes")) * time.Minute)
}

func (w *walk) send(t *rapid.T) {
	w.files = append(w.files, sales.File{
		ID: fmt.Sprint("f", w.next()), Person: w.someone(t).ID, SentAt: w.now,
		Status: rapid.SampledFrom([]sales.FileStatus{sales.FileReady, sales.FileReady, sales.FileReady, sales.FileFetching, sales.FileRefused}).Draw(t, "status"),
		Type:   rapid.SampledFrom([]string{"pdf", "pdf", "docx", "jpg", "zip"}).Draw(t, "type"),
	})
}

// move goes anywhere at random.
func (w *walk) move(t *rapid.T) {
	w.try(t, rapid.SampledFrom(w.r.Pipeline).Draw(t, "to"), w.someone(t))
}

// forward goes where the order says, with a file at hand, so that deals get far.
func (w *walk) forward(t *rapid.T) {
	next, ok := w.r.Next(w.deal.Stage)
	if !ok {
		return
	}
	w.files = append(w.files, sales.File{ID: fmt.Sprint("f", w.next()), Person: "li", SentAt: w.now, Status: sales.FileReady, Type: "pdf"})
	p, _ := w.o.Person("li")
	w.try(t, next, p)
}

func (w *walk) try(t *rapid.T, to sales.Stage, by sales.Person) {
	req := sales.MoveRequest{
		Deal: w.deal, To: to, By: by, Files: w.files, Now: w.now, ID: fmt.Sprint("m", w.next()), ApprovalNumber: w.next(),
		Reason: rapid.SampledFrom([]string{"", "预算取消"}).Draw(t, "reason"),
	}
	if rapid.Bool().Draw(t, "attendees") {
		req.Attendees = attendees()
	}
	c, out, err := w.r.Move(w.o, req)
	if kind := kindOf2(t, err); kind != "" {
		if !empty(c) {
			t.Fatalf("refused as %s, and changed %+v", kind, c)
		}
		return
	}
	if w.closed() || w.deal.Pending != nil {
		t.Fatalf("a deal in %s (waits: %t) moved to %s", w.deal.Stage, w.deal.Pending != nil, to.ID)
	}
	w.before[req.ID] = w.deal
	w.save(t, c)
	if !reflect.DeepEqual(w.deal, out.Deal) || (out.Approval == nil) == (out.Deal.Pending != nil) {
		t.Fatalf("outcome %+v, change %+v", out, c)
	}
}

func kindOf2(t *rapid.T, err error) sales.RefusalKind {
	if err == nil {
		return ""
	}
	no, ok := err.(*sales.Refusal) //nolint:errorlint // nothing wraps it here
	if !ok {
		t.Fatalf("not a refusal: %v", err)
	}
	return no.Kind
}

func (w *walk) decide(t *rapid.T) {
	if w.deal.Pending == nil {
		return
	}
	a := w.approvals[w.deal.Pending.Approval]
	by, _ := w.o.Person(a.OpenTasks()[0].Approver)
	c, _, err := a.Act(sales.ActRequest{
		Act: rapid.SampledFrom([]sales.Act{sales.ActApprove, sales.ActApprove, sales.ActReject, sales.ActReturn}).Draw(t, "act"), By: by, Comment: "因为",
		Deal: w.deal, Files: w.files, Rules: w.r, Org: w.o, Now: w.now,
	})
	if err != nil {
		t.Fatalf("decide: %v", err)
	}
	w.save(t, c)
}

// undo must bring back what was, but for the record of what happened.
func (w *walk) undo(t *rapid.T) {
	by := w.someone(t)
	m, _ := w.deal.LastMove()
	var a *sales.Approval
	if known, ok := w.approvals[m.Approval]; ok {
		a = &known
	}
	c, d, err := w.r.Undo(w.deal, a, w.files, by, w.now)
	if kindOf2(t, err) != "" {
		if !empty(c) {
			t.Fatalf("refused, and changed %+v", c)
		}
		return
	}
	if m.By != by.ID || w.now.Sub(m.At) > w.r.Approvals.UndoFor || (a != nil && a.Status != sales.ApprovalPending) {
		t.Fatalf("%s undid %+v at %v", by.ID, m, w.now)
	}
	w.save(t, c)
	was, now := w.before[m.ID], d
	was.UpdatedAt, was.Moves, now.UpdatedAt, now.Moves = time.Time{}, nil, time.Time{}, nil
	if !reflect.DeepEqual(was, now) {
		t.Fatalf("undone to\n%+v\nwas\n%+v", now, was)
	}
}

// save keeps a change as the store does.
func (w *walk) save(t *rapid.T, c sales.Change) {
	if len(c.Entries) == 0 {
		t.Fatalf("a change without an audit entry: %+v", c)
	}
	for _, d := range c.Deals {
		w.deal = d
	}
	for _, a := range c.Approvals {
		w.approvals[a.Number] = a
	}
	for _, f := range c.Files {
		i := slices.IndexFunc(w.files, func(o sales.File) bool { return o.ID == f.ID })
		w.files[i] = f
	}
}

func (w *walk) closed() bool { return w.deal.Stage == "won" || w.deal.Stage == "lost" }

// live are the moves that count: made and not undone, and the one that waits.
func (w *walk) live() []sales.Move {
	var moves []sales.Move
	for _, m := range w.deal.Moves {
		if !m.Undone {
			moves = append(moves, m)
		}
	}
	if w.deal.Pending != nil {
		moves = append(moves, *w.deal.Pending)
	}
	return moves
}

// check holds at every moment: each stage was entered in order with its proof,
// and each file serves at most one move.
func (w *walk) check(t *rapid.T) {
	at, serves := "contact", map[string]string{}
	for _, m := range w.live() {
		if m.From != at {
			t.Fatalf("from %s, stood in %s", m.From, at)
		}
		w.proven(t, m, serves)
		if w.deal.Pending == nil || w.deal.Pending.ID != m.ID {
			at = m.To
		}
	}
	if at != w.deal.Stage {
		t.Fatalf("in %s, moves lead to %s", w.deal.Stage, at)
	}
	if (w.deal.LostReason != "") != (at == "lost") {
		t.Fatalf("in %s with the loss %q", at, w.deal.LostReason)
	}
	for _, f := range w.files {
		if (f.Status == sales.FileUsed) != (serves[f.ID] != "") || f.Move != serves[f.ID] {
			t.Fatalf("file %+v serves %q", f, serves[f.ID])
		}
	}
}

func (w *walk) proven(t *rapid.T, m sales.Move, serves map[string]string) {
	to, _ := w.r.StageByID(m.To)
	if next, _ := w.r.Next(m.From); !to.Lost && next.ID != m.To {
		t.Fatalf("%s → %s skips", m.From, m.To)
	}
	if len(m.Evidence) != len(to.Needs) {
		t.Fatalf("%s with evidence %v", m.To, m.Evidence)
	}
	for i, id := range m.Evidence {
		f := w.files[slices.IndexFunc(w.files, func(f sales.File) bool { return f.ID == id })]
		if serves[id] != "" || f.Person != m.By || !to.Needs[i].Fits(f.Type) || m.At.Sub(f.SentAt) > w.r.Evidence.Window {
			t.Fatalf("%s rests on %+v, which serves %q", m.To, f, serves[id])
		}
		serves[id] = m.ID
	}
	switch {
	case to.ID == "negotiation" && len(m.Attendees) == 0:
		t.Fatal("negotiation without attendees")
	case to.Lost && m.Reason == "":
		t.Fatal("lost without a reason")
	case to.ID == "contract":
		want := sales.ApprovalApproved
		if w.deal.Pending != nil && w.deal.Pending.ID == m.ID {
			want = sales.ApprovalPending
		}
		if got := w.approvals[m.Approval].Status; got != want {
			t.Fatalf("contract on a request that is %s, want %s", got, want)
		}
	}
}
