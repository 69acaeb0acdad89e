package sales

import (
	"fmt"
	"reflect"
	"time"

	"genjin/sales/worktime"
)

// ScoreLead gives what facts are worth: for each dimension the points of its
// first band that holds. The total is the sum of the parts, and each part lies
// between 0 and its dimension's weight.
func (r *Rules) ScoreLead(f Facts) (Score, error) {
	s := Score{Version: r.Version}
	for _, d := range r.Dimensions {
		part := ScorePart{ID: d.ID, Name: d.Name, Max: d.Weight, Why: d.Otherwise}
		for _, b := range d.Bands {
			holds, err := b.When.Holds(f)
			if err != nil {
				return Score{}, fmt.Errorf("score %s: %w", d.ID, err)
			}
			if holds {
				part.Points, part.Why = min(max(b.Points, 0), d.Weight), b.Why
				break
			}
		}
		s.Total += part.Points
		s.Parts = append(s.Parts, part)
	}
	s.Grade = r.Grade(s.Total).Name
	return s, nil
}

// Grade is the grade of a total; the last grade takes what is below all.
func (r *Rules) Grade(total int64) Grade {
	for _, g := range r.Grades {
		if total >= g.Min {
			return g
		}
	}
	if len(r.Grades) == 0 {
		return Grade{}
	}
	return r.Grades[len(r.Grades)-1]
}

// gradeNamed finds a grade by its letter.
func (r *Rules) gradeNamed(name string) Grade {
	for _, g := range r.Grades {
		if g.Name == name {
			return g
		}
	}
	return Grade{}
}

// Facts is what the rules may look at in a lead.
func (l Lead) Facts() Facts {
	return Facts{
		Industry: l.Industry, Size: l.Size, Tech: l.Tech, Visits: l.Visits, Need: l.Need, Source: l.Source, Fields: l.Fields,
	}
}

// Facts is what the rules may look at in a deal.
func (d Deal) Facts(o *Org) Facts {
	f := Facts{Product: d.Product, Amount: d.Amount.Fen, Need: d.BANT.Need}
	if p, ok := o.Person(d.Owner); ok {
		if t, ok := o.Team(p.Team); ok {
			f.Region = t.Region
		}
	}
	return f
}

// Rescore scores a lead by the rules as they stand now. It tells whether the
// score changed; the change holds the lead in any case, since the version that
// scored it did.
func (l Lead) Rescore(r *Rules) (Change, bool, error) {
	s, err := r.ScoreLead(l.Facts())
	if err != nil {
		return Change{}, false, err
	}
	before := l.Score
	l.Score = s
	c := Change{Leads: []Lead{l}}
	s.Version, before.Version = 0, 0
	if reflect.DeepEqual(s, before) {
		return c, false, nil
	}
	c.Entries = []Entry{{Actor: systemActor, Action: "lead.rescore", Object: l.object(), Before: before, After: l.Score}}
	return c, true, nil
}

// systemActor is who acts when no person does.
const systemActor = "system"

func (l Lead) object() string { return fmt.Sprintf("lead:%d", l.Number) }

// SubmitLead takes a lead in: it is scored, gets its clock, and its owner and
// the owner's manager are told. Number, id, owner and creator are set already.
func SubmitLead(l Lead, r *Rules, c *worktime.Calendar, now time.Time) (Change, Lead, error) {
	s, err := r.ScoreLead(l.Facts())
	if err != nil {
		return Change{}, Lead{}, err
	}
	l.Score, l.Status, l.CreatedAt, l.UpdatedAt = s, LeadOpen, now, now
	if in := r.gradeNamed(s.Grade).RespondIn; in > 0 {
		l.RespondBy = c.AddWork(now, in)
	}
	return Change{
		Leads:   []Lead{l},
		Entries: []Entry{{Actor: l.CreatedBy, Action: "lead.create", Object: l.object(), After: l}},
		Effects: []Effect{{Kind: EffectLeadOwned, Number: l.Number, Actor: l.CreatedBy}},
	}, l, nil
}
