package sales

import (
	"slices"
	"strings"

	"genjin/sales/norm"
)

// Stages that every pipeline ends with.
const (
	StageWon  = "won"
	StageLost = "lost"
)

// Closed tells whether a deal in this stage is over.
func (s Stage) Closed() bool { return s.Won || s.Lost }

// StageByID finds a stage by its id.
func (r *Rules) StageByID(id string) (Stage, bool) {
	for _, s := range r.Pipeline {
		if s.ID == id {
			return s, true
		}
	}
	return Stage{}, false
}

// Stage finds the stage that a word of a person means: id, name or alias.
func (r *Rules) Stage(word string) (Stage, bool) {
	word = strings.ToLower(strings.TrimSuffix(norm.Fold(word), "阶段"))
	for _, s := range r.Pipeline {
		names := append([]string{s.ID, s.Name}, s.Aliases...)
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, word) }) {
			return s, true
		}
	}
	return Stage{}, false
}

// Next is the stage after another in order; the one after the last open stage
// is the won one.
func (r *Rules) Next(id string) (Stage, bool) {
	i := r.indexOf(id)
	if i < 0 || r.Pipeline[i].Closed() {
		return Stage{}, false
	}
	for _, s := range r.Pipeline[i+1:] {
		if !s.Lost {
			return s, true
		}
	}
	return Stage{}, false
}

func (r *Rules) indexOf(id string) int {
	return slices.IndexFunc(r.Pipeline, func(s Stage) bool { return s.ID == id })
}

// First is where a deal begins.
func (r *Rules) First() Stage { return r.Pipeline[0] }

// checkStep tells whether a deal may go from one stage to another, evidence
// aside. Losing is possible from everywhere, with a reason.
func (r *Rules) checkStep(from string, to Stage, reason string) *Refusal {
	now, known := r.StageByID(from)
	switch {
	case now.Closed():
		return &Refusal{Kind: RefuseClosed, Stage: now}
	case to.ID == from:
		return &Refusal{Kind: RefuseSameStage, Stage: now}
	case to.Lost && strings.TrimSpace(reason) == "":
		return &Refusal{Kind: RefuseReason, Stage: to}
	case to.Lost:
		return nil
	case !known: // the rules of today have no such stage: only losing is left
		return &Refusal{Kind: RefuseNoStage, Detail: from}
	case r.indexOf(to.ID) < r.indexOf(from):
		return &Refusal{Kind: RefuseBack, Stage: now}
	}
	if next, ok := r.Next(from); !ok || next.ID != to.ID {
		return &Refusal{Kind: RefuseOrder, Stage: next}
	}
	return nil
}
