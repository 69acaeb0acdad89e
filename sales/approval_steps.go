package sales

import (
	"fmt"
	"slices"
	"strings"
)

// Words of a step rule's Who.
const (
	whoManager  = "manager"
	whoManager2 = "manager2"
	whoRole     = "role:"
	whoPerson   = "person:"
)

// stepsFor builds the steps that entering a stage needs. Nobody approves their
// own request: where the rules name the requester, the next superior takes the
// place. Somebody who stands in an earlier step is not asked again.
func (r *Rules) stepsFor(o *Org, req MoveRequest) ([]ApprovalStep, error) {
	var steps []ApprovalStep
	asked := map[string]bool{}
	for _, rule := range req.To.Approval {
		if rule.When != nil {
			holds, err := rule.When.Holds(req.Deal.Facts(o))
			if err != nil {
				return nil, fmt.Errorf("approval step %s: %w", rule.Name, err)
			}
			if !holds {
				continue
			}
		}
		step := ApprovalStep{Name: rule.Name, All: rule.All}
		for _, id := range approvers(o, rule.Who, req) {
			if asked[id] || slices.ContainsFunc(step.Tasks, func(t ApprovalTask) bool { return t.Approver == id }) {
				continue
			}
			step.Tasks = append(step.Tasks, ApprovalTask{Approver: id})
		}
		switch {
		case len(step.Tasks) > 0:
			for _, t := range step.Tasks {
				asked[t.Approver] = true
			}
			steps = append(steps, step)
		case len(steps) == 0:
			return nil, &Refusal{Kind: RefuseNobody, Stage: req.To, Detail: rule.Name}
		}
	}
	return steps, nil
}

// approvers are the people whom the words of a step mean, without the
// requester.
func approvers(o *Org, who []string, req MoveRequest) []string {
	var ids []string
	for _, word := range who {
		switch {
		case word == whoManager, word == whoManager2:
			levels := 1
			if word == whoManager2 {
				levels = 2
			}
			if id, ok := superior(o, req.Deal.Owner, levels, req.By.ID); ok {
				ids = append(ids, id)
			}
		case strings.HasPrefix(word, whoRole):
			for _, p := range o.WithRole(Role(strings.TrimPrefix(word, whoRole))) {
				if p.ID != req.By.ID {
					ids = append(ids, p.ID)
				}
			}
		case strings.HasPrefix(word, whoPerson):
			id := strings.TrimPrefix(word, whoPerson)
			if id == req.By.ID {
				if boss, ok := o.Manager(id); ok {
					id = boss.ID
				}
			}
			if _, ok := o.Person(id); ok && id != req.By.ID {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// superior goes a number of levels up; the requester does not count as one.
func superior(o *Org, id string, levels int, requester string) (string, bool) {
	for levels > 0 {
		boss, ok := o.Manager(id)
		if !ok {
			return "", false
		}
		id = boss.ID
		if id != requester {
			levels--
		}
	}
	return id, id != ""
}
