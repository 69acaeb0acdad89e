package sales_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
	"genjin/sales/money"
)

// sizeAtLeast holds from a size on.
type sizeAtLeast int64

func (s sizeAtLeast) Holds(f sales.Facts) (bool, error) { return f.Size >= int64(s), nil }
func (s sizeAtLeast) String() string                    { return fmt.Sprintf("size >= %d", int64(s)) }

// broken cannot be answered.
type broken struct{}

func (broken) Holds(sales.Facts) (bool, error) { return false, errors.New("broken") }
func (broken) String() string                  { return "broken" }

// scored are rules with one dimension of size and grades A, B and C.
func scored() *sales.Rules {
	return &sales.Rules{
		Version: 3,
		Dimensions: []sales.Dimension{{ID: "size", Name: "公司规模", Weight: 80, Otherwise: "规模未知", Bands: []sales.Band{
			{When: sizeAtLeast(1000), Points: 80, Why: "1000 人以上"}, {When: sizeAtLeast(100), Points: 55, Why: "100 人以上"},
		}}},
		Grades: []sales.Grade{{Name: "A", Min: 75, RespondIn: 30 * time.Minute}, {Name: "B", Min: 50, RespondIn: 4 * time.Hour}, {Name: "C", Min: 0}},
	}
}

func TestScoreSaysWhy(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]struct {
		total int64
		grade string
		why   string
	}{1000: {80, "A", "1000 人以上"}, 999: {55, "B", "100 人以上"}, 99: {0, "C", "规模未知"}} {
		s, err := scored().ScoreLead(sales.Facts{Size: size})
		if err != nil || s.Total != want.total || s.Grade != want.grade || s.Parts[0].Why != want.why || s.Version != 3 {
			t.Errorf("%d: %+v %v, want %+v", size, s, err, want)
		}
	}
}

// TestScoreAddsUp draws rules, also such as no loader would let through.
func TestScoreAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := &sales.Rules{Grades: []sales.Grade{{Name: "A", Min: 75}, {Name: "B", Min: 50}, {Name: "C"}}}
		for i := range rapid.IntRange(0, 6).Draw(t, "dimensions") {
			d := sales.Dimension{ID: strconv.Itoa(i), Weight: rapid.Int64Range(0, 100).Draw(t, "weight")}
			for range rapid.IntRange(0, 4).Draw(t, "bands") {
				d.Bands = append(d.Bands, sales.Band{When: sizeAtLeast(rapid.Int64Range(-5, 2000).Draw(t, "when")), Points: rapid.Int64Range(-50, 200).Draw(t, "points")})
			}
			r.Dimensions = append(r.Dimensions, d)
		}
		s, err := r.ScoreLead(sales.Facts{Size: rapid.Int64Range(0, 3000).Draw(t, "size")})
		if err != nil || len(s.Parts) != len(r.Dimensions) {
			t.Fatalf("%+v %v", s, err)
		}
		var sum int64
		for i, p := range s.Parts {
			sum += p.Points
			if p.Points < 0 || p.Points > r.Dimensions[i].Weight || p.Max != r.Dimensions[i].Weight {
				t.Errorf("part %d has %d of %d", i, p.Points, r.Dimensions[i].Weight)
			}
		}
		want := "C"
		if sum >= 75 {
			want = "A"
		} else if sum >= 50 {
			want = "B"
		}
		if s.Total != sum || s.Grade != want {
			t.Errorf("total %d %s, parts %d %s", s.Total, s.Grade, sum, want)
		}
	})
}

func TestScoreWithABrokenCondition(t *testing.T) {
	t.Parallel()
	r := scored()
	r.Dimensions[0].Bands[0].When = broken{}
	if _, err := r.ScoreLead(sales.Facts{}); err == nil {
		t.Error("a broken condition gave a score")
	}
	if _, _, err := sales.SubmitLead(sales.Lead{}, r, calendar(), monday()); err == nil {
		t.Error("a broken condition took a lead in")
	}
	if (&sales.Rules{}).Grade(5) != (sales.Grade{}) {
		t.Error("no grades gave a grade")
	}
	if g := (&sales.Rules{Grades: []sales.Grade{{Name: "A", Min: 75}, {Name: "B", Min: 50}}}).Grade(5); g.Name != "B" {
		t.Errorf("below all: %q", g.Name)
	}
}

func TestSubmitLead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, at, due string
		size          int64
	}{
		{"A within 30 minutes", "2026-11-23 10:00", "2026-11-23 10:30", 1000},
		{"A late on Friday", "2026-11-27 17:50", "2026-11-30 09:20", 1000},
		{"A in the evening", "2026-11-23 20:00", "2026-11-24 09:30", 1000},
		{"A before a worked Saturday", "2026-10-09 19:00", "2026-10-10 09:30", 1000},
		{"B within 4 hours", "2026-11-23 10:00", "2026-11-23 14:00", 100},
		{"C has no clock", "2026-11-23 10:00", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := sales.Lead{ID: "id", Number: 12, Owner: "li", CreatedBy: "li", Size: c.size}
			change, l, err := sales.SubmitLead(in, scored(), calendar(), at(c.at))
			if err != nil || l.Status != sales.LeadOpen || !l.CreatedAt.Equal(at(c.at)) || l.Score.Version != 3 {
				t.Fatalf("%+v %v", l, err)
			}
			if !l.RespondBy.At.Equal(at(c.due)) || l.RespondBy.Provisional {
				t.Errorf("respond by %v, want %s", l.RespondBy, c.due)
			}
			if len(change.Leads) != 1 || !hasAction(change, "lead.create") || len(change.Effects) != 1 || change.Effects[0].Kind != sales.EffectLeadOwned || change.Effects[0].Number != 12 {
				t.Errorf("%+v", change)
			}
		})
	}
}

func TestRescore(t *testing.T) {
	t.Parallel()
	_, l, err := sales.SubmitLead(sales.Lead{Number: 12, Size: 500}, scored(), calendar(), monday())
	if err != nil {
		t.Fatal(err)
	}
	r := scored()
	r.Version = 4
	change, changed, err := l.Rescore(r)
	if err != nil || changed || len(change.Entries) > 0 || change.Leads[0].Score.Version != 4 {
		t.Errorf("the same rules anew: %+v %v %v", change, changed, err)
	}
	r.Dimensions[0].Bands[1].Points = 20
	change, changed, err = l.Rescore(r)
	if err != nil || !changed || change.Leads[0].Score.Grade != "C" || change.Leads[0].Score.Total != 20 || !hasAction(change, "lead.rescore") || change.Entries[0].Actor != "system" {
		t.Errorf("other rules: %+v %v %v", change, changed, err)
	}
	if l.Score.Total != 55 || l.Score.Version != 3 {
		t.Errorf("the old lead changed: %+v", l.Score)
	}
	r.Dimensions[0].Bands[0].When = broken{}
	if _, _, err := l.Rescore(r); err == nil {
		t.Error("a broken condition gave a score")
	}
}

func TestFactsOfADeal(t *testing.T) {
	t.Parallel()
	o, err := sales.NewOrg([]sales.Person{{ID: "li", Role: sales.RoleRep, Team: "east"}}, []sales.Team{{ID: "east", Region: "华东"}})
	if err != nil {
		t.Fatal(err)
	}
	f := sales.Deal{Owner: "li", Product: "MES", Amount: money.Amount{Fen: 5}, BANT: sales.BANT{Need: "排产"}}.Facts(o)
	if f.Region != "华东" || f.Product != "MES" || f.Amount != 5 || f.Need != "排产" {
		t.Errorf("%+v", f)
	}
	if f := (sales.Deal{Owner: "nobody"}).Facts(o); f.Region != "" {
		t.Errorf("%+v", f)
	}
}
