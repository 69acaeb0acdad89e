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
// place. Somebody who decides in an earlier step in any case is not asked again;
// one of several of whom any is enough may not have been the one, and is. A step
// that is needed and for which there is nobody refuses the move.
func (r *Rules) stepsFor(o *Org, req MoveRequest) ([]ApprovalStep, error) {
	var steps []ApprovalStep
	sure := map[string]bool{} // who decides in an earlier step, whatever happens
	for _, rule := range req.To.Approval {
		needed, err := rule.needed(req.Deal.Facts(o))
		if err != nil {
			return nil, err
		}
		if !needed {
			continue
		}
		who := approvers(o, rule, req)
		if len(who) == 0 {
			return nil, &Refusal{Kind: RefuseNobody, Stage: req.To, Detail: rule.Name}
		}
		again := func(id string) bool { return sure[id] }
		if !rule.All && slices.ContainsFunc(who, again) {
			continue // one of them is enough, and one decides already
		}
		who = slices.DeleteFunc(who, again)
		if len(who) == 0 {
			continue
		}
		step := ApprovalStep{Name: rule.Name, All: rule.All}
		for _, id := range who {
			step.Tasks = append(step.Tasks, newTask(o, id, ""))
			sure[id] = rule.All || len(who) == 1
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// needed tells whether the step's condition holds.
func (s StepRule) needed(f Facts) (bool, error) {
	if s.When == nil {
		return true, nil
	}
	holds, err := s.When.Holds(f)
	if err != nil {
		return false, fmt.Errorf("approval step %s: %w", s.Name, err)
	}
	return holds, nil
}

// newTask gives a task to a person, on somebody's behalf.
func newTask(o *Org, id, behalf string) ApprovalTask {
	boss, _ := o.Manager(id)
	return ApprovalTask{Approver: id, For: behalf, Boss: boss.ID}
}

// approvers are the people whom the words of a step mean, each once, and none
// who has left.
func approvers(o *Org, rule StepRule, req MoveRequest) []string {
	var ids []string
	add := func(id string, ok bool) {
		if ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, word := range rule.Who {
		switch {
		case word == whoManager:
			add(superior(o, req, 1))
		case word == whoManager2:
			add(superior(o, req, 2))
		case strings.HasPrefix(word, whoRole):
			for _, p := range withRole(o, Role(strings.TrimPrefix(word, whoRole)), req) {
				add(p, true)
			}
		case strings.HasPrefix(word, whoPerson):
			add(instead(o, strings.TrimPrefix(word, whoPerson), req))
		}
	}
	return ids
}

// own tells whether a request is a person's own.
func (req MoveRequest) own(id string) bool { return id == req.By.ID || id == req.Deal.Owner }

// superior goes a number of levels up from the deal's owner. The requester does
// not count as a level. Where the chain ends sooner, its top is who decides:
// nobody stands above them.
func superior(o *Org, req MoveRequest, levels int) (id string, ok bool) {
	at := req.Deal.Owner
	for range chainMax {
		boss, has := o.Manager(at)
		if !has || levels == 0 {
			break
		}
		at = boss.ID
		if !req.own(at) {
			id, ok = at, true
			levels--
		}
	}
	return id, ok
}

// withRole are the people of a role but the requester and the owner; where only
// they have it, a superior takes the place.
func withRole(o *Org, role Role, req MoveRequest) []string {
	people := o.WithRole(role)
	var ids []string
	for _, p := range people {
		if !req.own(p.ID) {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 && len(people) > 0 {
		if id, ok := instead(o, people[0].ID, req); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// instead is a person, or the nearest superior of one who has left or whose own
// request it is.
func instead(o *Org, id string, req MoveRequest) (string, bool) {
	p, ok := o.Person(id)
	for range chainMax {
		if !ok || (!p.Left && !req.own(p.ID)) {
			return p.ID, ok
		}
		p, ok = o.Manager(p.ID)
	}
	return "", false
}
