package sales_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/worktime"
)

// monday is an ordinary working day: Monday 2026-11-23 10:00.
func monday() time.Time { return at("2026-11-23 10:00") }

func shanghai() *time.Location { return time.FixedZone("CST", 8*3600) }

// at reads an instant of Shanghai.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai())
	if err != nil {
		t = time.Time{}
	}
	return t
}

func calendar() *worktime.Calendar {
	return worktime.NewCalendar(shanghai(), worktime.WorkHours{From: 9 * 60, To: 18 * 60}, worktime.BuiltinHolidays()...)
}

// house is the sample company: 李雷 and 韩梅梅 work for 王芳, who works for 赵敏;
// 周运 is sales operations, 蔡静 and 曹钱 are finance, 老胡 has left.
func house() []sales.Person {
	return []sales.Person{
		{ID: "zhao", Name: "赵敏", Role: sales.RoleManager},
		{ID: "wang", Name: "王芳", Role: sales.RoleManager, Manager: "zhao"},
		{ID: "chen", Name: "陈刚", Role: sales.RoleManager, Manager: "zhao"},
		{ID: "li", Name: "李雷", Role: sales.RoleRep, Manager: "wang"},
		{ID: "han", Name: "韩梅梅", Role: sales.RoleRep, Manager: "wang"},
		{ID: "lin", Name: "林涛", Role: sales.RoleRep, Manager: "chen"},
		{ID: "ops", Name: "周运", Role: sales.RoleOps, Manager: "zhao"},
		{ID: "cai", Name: "蔡静", Role: sales.RoleFinance, Manager: "zhao"},
		{ID: "cao", Name: "曹钱", Role: sales.RoleFinance, Manager: "zhao"},
		{ID: "hu", Name: "老胡", Role: sales.RoleRep, Manager: "wang", Left: true},
	}
}

func orgOf(tb testing.TB, people []sales.Person) *sales.Org {
	tb.Helper()
	o, err := sales.NewOrg(people, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func person(tb testing.TB, o *sales.Org, id string) sales.Person {
	tb.Helper()
	p, ok := o.Person(id)
	if !ok {
		tb.Fatalf("no person %s", id)
	}
	return p
}

// above holds when the amount is greater.
type above int64

func (a above) Holds(f sales.Facts) (bool, error) { return f.Amount > int64(a), nil }
func (a above) String() string                    { return fmt.Sprintf("amount > %d", int64(a)) }

const million = 1_000_000_00

// pipeline is the default one of the design.
func pipeline() *sales.Rules {
	return &sales.Rules{
		Version: 7,
		Pipeline: []sales.Stage{
			{ID: "contact", Name: "初步接触", OverdueIn: 3},
			{ID: "needs", Name: "需求确认", Aliases: []string{"需求"}, OverdueIn: 5, Needs: []sales.EvidenceRule{
				{ID: "minutes", Name: "需求纪要", Types: []string{"document", "image"}},
			}},
			{ID: "proposal", Name: "方案报价", Aliases: []string{"方案", "报价"}, OverdueIn: 5, Needs: []sales.EvidenceRule{
				{ID: "proposal", Name: "方案文件", Types: []string{"pdf", "docx", "pptx", "xlsx"}},
			}},
			{ID: "negotiation", Name: "商务谈判", OverdueIn: 7, Needs: []sales.EvidenceRule{
				{ID: "visit", Name: "高层拜访纪要", Types: []string{"pdf"}, Attendees: true},
			}},
			{
				ID: "contract", Name: "合同签订", OverdueIn: 7,
				Needs: []sales.EvidenceRule{{ID: "scan", Name: "决策人签字扫描件", Types: []string{"pdf", "jpg", "png"}}},
				Approval: []sales.StepRule{
					{Name: "直属主管", Who: []string{"manager"}},
					{Name: "上级主管", Who: []string{"manager2"}, When: above(million)},
				},
			},
			{ID: "won", Name: "赢单", Won: true},
			{ID: "lost", Name: "丢单", Lost: true},
		},
		Evidence:  sales.EvidencePolicy{Window: 10 * time.Minute},
		Approvals: sales.ApprovalRules{RemindAfter: 4 * time.Hour, RemindEvery: 4 * time.Hour, EscalateAt: 2, UndoFor: 10 * time.Minute},
	}
}

func stage(tb testing.TB, r *sales.Rules, id string) sales.Stage {
	tb.Helper()
	s, ok := r.StageByID(id)
	if !ok {
		tb.Fatalf("no stage %s", id)
	}
	return s
}

// dealAt is 李雷's deal in a stage since Friday.
func dealAt(stage string) sales.Deal {
	friday := at("2026-11-20 10:00")
	return sales.Deal{
		ID: "d13", Number: 13, Revision: 1, Company: "华东智造", Owner: "li", Amount: money.Amount{Fen: 500_000_00}, Stage: stage, StageSince: friday, TouchedAt: friday,
	}
}

// file is a ready file of 李雷's, sent a minute before monday.
func file(id, kind string) sales.File {
	return sales.File{ID: id, Person: "li", Status: sales.FileReady, Type: kind, SHA256: "sha-" + id, SentAt: monday().Add(-time.Minute)}
}

func attendees() []sales.Attendee { return []sales.Attendee{{Name: "张伟", Title: "总经理"}} }

// refusedAs asserts a refusal of a kind, and gives it.
func refusedAs(tb testing.TB, err error, kind sales.RefusalKind) *sales.Refusal {
	tb.Helper()
	var no *sales.Refusal
	if !errors.As(err, &no) {
		tb.Fatalf("got %v, want a refusal %s", err, kind)
	}
	if no.Kind != kind {
		tb.Fatalf("refused as %s, want %s (%+v)", no.Kind, kind, no)
	}
	return no
}

// refuses asserts a refusal of a kind.
func refuses(tb testing.TB, err error, kind sales.RefusalKind) {
	tb.Helper()
	if got := kindOf(tb, err); got != kind {
		tb.Fatalf("refused as %q, want %s", got, kind)
	}
}

// kindOf is the kind of a refusal, empty for none.
func kindOf(tb testing.TB, err error) sales.RefusalKind {
	tb.Helper()
	if err == nil {
		return ""
	}
	var no *sales.Refusal
	if !errors.As(err, &no) {
		tb.Fatalf("not a refusal: %v", err)
	}
	return no.Kind
}

func actions(c sales.Change) []string {
	out := make([]string, 0, len(c.Entries))
	for _, e := range c.Entries {
		out = append(out, e.Action)
	}
	return out
}

func hasAction(c sales.Change, action string) bool { return slices.Contains(actions(c), action) }

func effects(c sales.Change) []sales.EffectKind {
	out := make([]sales.EffectKind, 0, len(c.Effects))
	for _, e := range c.Effects {
		out = append(out, e.Kind)
	}
	return out
}

func empty(c sales.Change) bool {
	return len(c.Leads)+len(c.Deals)+len(c.Files)+len(c.Approvals)+len(c.Entries)+len(c.Effects) == 0
}
