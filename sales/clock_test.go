package sales_test

import (
	"testing"
	"time"

	"genjin/sales"
)

func TestOverdue(t *testing.T) {
	t.Parallel()
	r, c := pipeline(), calendar()
	due := at("2026-11-25 10:00") // three working days after Friday 11-20 10:00
	for name, tt := range map[string]struct {
		edit func(*sales.Deal)
		now  time.Time
		want bool
	}{
		"a moment before":    {now: due.Add(-1)},
		"then":               {now: due, want: true},
		"days after":         {now: due.AddDate(0, 0, 5), want: true},
		"snoozed":            {now: due, edit: func(d *sales.Deal) { d.Snooze.Until = due.Add(1) }},
		"snoozed until then": {now: due, edit: func(d *sales.Deal) { d.Snooze.Until = due }, want: true},
		"waits for approval": {now: due, edit: func(d *sales.Deal) { d.Pending = &sales.Move{ID: "m"} }},
		"won":                {now: due.AddDate(1, 0, 0), edit: func(d *sales.Deal) { d.Stage = "won" }},
		"lost":               {now: due.AddDate(1, 0, 0), edit: func(d *sales.Deal) { d.Stage = "lost" }},
		"another stage":      {now: due, edit: func(d *sales.Deal) { d.Stage = "negotiation" }},
		"a stage that is no more": {now: due.AddDate(1, 0, 0), edit: func(d *sales.Deal) {
			d.Stage = "poc"
		}},
	} {
		d := dealAt("contact")
		if tt.edit != nil {
			tt.edit(&d)
		}
		late, is := d.Overdue(r, c, tt.now)
		if is != tt.want {
			t.Errorf("%s: overdue %t", name, is)
		}
		if is && (!late.Due.At.Equal(due) || late.Kind != sales.LateStage || late.Due.Provisional) {
			t.Errorf("%s: %+v", name, late)
		}
	}
	d := dealAt("contact")
	if late, _ := d.Overdue(r, c, due); late.Days != 3 {
		t.Errorf("%d working days, want 3", late.Days)
	}
	d.TouchedAt = at("2026-12-30 10:00")
	if late, is := d.Overdue(r, c, at("2027-01-05 10:00")); !is || !late.Due.Provisional {
		t.Errorf("across a year without facts: %t, %+v", is, late)
	}
}

func TestRemind(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00) // asked on monday 10:00
	c := calendar()
	if _, due := d.a.Remind(at("2026-11-23 13:59"), d.r, c); len(due) != 0 {
		t.Errorf("too early: %+v", due)
	}
	for i, tt := range []struct {
		at       string
		escalate bool
	}{{"2026-11-23 14:00", false}, {"2026-11-23 18:00", true}, {"2026-11-24 13:00", true}} {
		change, due := d.a.Remind(at(tt.at), d.r, c)
		if len(due) != 1 || due[0].Approver != "wang" || due[0].Count != i+1 || due[0].Escalate != tt.escalate {
			t.Fatalf("at %s: %+v", tt.at, due)
		}
		if !hasAction(change, "approval.remind") || len(change.Approvals) != 1 {
			t.Fatalf("at %s: %+v", tt.at, change)
		}
		version := d.a.Version
		d.a = change.Approvals[0]
		if d.a.Version != version {
			t.Errorf("a reminder makes the card stale")
		}
		if _, again := d.a.Remind(at(tt.at).Add(time.Minute), d.r, c); len(again) != 0 {
			t.Errorf("twice at %s: %+v", tt.at, again)
		}
	}
	d.must(t, sales.ActApprove, "wang", "")
	if _, due := d.a.Remind(at("2026-12-24 10:00"), d.r, c); len(due) != 0 {
		t.Errorf("after the decision: %+v", due)
	}
}

func TestRemindOnce(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00)
	d.r.Approvals.RemindEvery = 0
	change, due := d.a.Remind(at("2026-11-24 10:00"), d.r, calendar())
	if len(due) != 1 {
		t.Fatalf("first: %+v", due)
	}
	if _, due := change.Approvals[0].Remind(at("2026-12-24 10:00"), d.r, calendar()); len(due) != 0 {
		t.Errorf("again, though never was asked for: %+v", due)
	}
	d.r.Approvals.RemindAfter = 0
	if _, due := d.a.Remind(at("2026-12-24 10:00"), d.r, calendar()); len(due) != 0 {
		t.Errorf("reminded where no rule asks for it: %+v", due)
	}
}

func TestRemindOnlyWhoStillWaits(t *testing.T) {
	t.Parallel()
	d := deskWith(t, 500_000_00, sales.StepRule{Name: "财务", Who: []string{"role:finance"}, All: true})
	d.must(t, sales.ActApprove, "cai", "")
	_, due := d.a.Remind(at("2026-11-24 18:00"), d.r, calendar())
	if len(due) != 1 || due[0].Approver != "cao" {
		t.Errorf("%+v", due)
	}
}
