package feishusim

import "slices"

// contactScope is what the administrator lets the app see of the contacts.
type contactScope struct{ departments, users []string }

// SetContactScope limits what the app sees of the contacts to departments, with
// all that lies below them, and to single people by open id. Without it the app
// sees everybody.
func (s *Server) SetContactScope(departments, users []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scope = &contactScope{slices.Clone(departments), slices.Clone(users)}
}

// contactScopes gives the app's contact scope (contact-v3/scope/list), in pages
// over departments first.
func (s *Server) contactScopes(c *call) reply {
	s.mu.Lock()
	scope := contactScope{departments: []string{rootDepartment}}
	if s.scope != nil {
		scope = *s.scope
	}
	all := make([]any, 0, len(scope.departments)+len(scope.users))
	for _, id := range scope.departments {
		all = append(all, [2]string{"department", id})
	}
	for _, id := range scope.users {
		if u := s.users[id]; u != nil && !u.Left {
			all = append(all, [2]string{"user", u.id(c.q("user_id_type"))})
		}
	}
	s.mu.Unlock()
	paged := page(c, all, 100)
	if paged.failed() {
		return paged
	}
	data, _ := paged.data.(map[string]any)
	items, _ := data["items"].([]any)
	delete(data, "items")
	lists := map[string][]string{"department": {}, "user": {}}
	for _, item := range items {
		if pair, ok := item.([2]string); ok {
			lists[pair[0]] = append(lists[pair[0]], pair[1])
		}
	}
	data["department_ids"], data["user_ids"], data["group_ids"] = lists["department"], lists["user"], []string{}
	return answer(data)
}

// seesDepartmentLocked tells whether a department lies in the app's scope.
func (s *Server) seesDepartmentLocked(id string) bool {
	if s.scope == nil {
		return true
	}
	for range len(s.depts) + 1 {
		if slices.Contains(s.scope.departments, id) {
			return true
		}
		if id == rootDepartment {
			return false
		}
		id = s.depts[id].ParentID
	}
	return false
}

// seesUserLocked tells whether the app may see a person.
func (s *Server) seesUserLocked(u *User) bool {
	if u.Left || u.NoReach {
		return false
	}
	return s.scope == nil || slices.Contains(s.scope.users, u.OpenID) || slices.ContainsFunc(u.departments(), s.seesDepartmentLocked)
}

// departments are those that a person belongs to.
func (u *User) departments() []string {
	first := u.DepartmentID
	if first == "" {
		first = rootDepartment
	}
	return append([]string{first}, u.MoreDepartments...)
}
