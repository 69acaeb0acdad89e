package feishusim

import "slices"

const rootDepartment = "0"

// contactLocked is a person as the contact API shows them.
func (s *Server) contactLocked(u *User, kind string) map[string]any {
	o := map[string]any{
		"open_id": u.OpenID, "user_id": u.UserID, "union_id": u.UnionID, "name": u.Name,
		"mobile": u.Mobile, "email": u.Email, "department_ids": u.departments(),
		"status": statusOf(u),
	}
	if lead := s.users[u.LeaderOpenID]; lead != nil {
		o["leader_user_id"] = lead.id(kind)
	}
	return o
}

// statusOf is the state of a person's account.
func statusOf(u *User) map[string]any {
	return map[string]any{"is_frozen": u.Frozen, "is_resigned": u.Left, "is_activated": true, "is_exited": false, "is_unjoin": false}
}

func (s *Server) getUser(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, known := s.userByLocked(c.q("user_id_type"), c.r.PathValue("id"))
	if !known || u.Left {
		return fail(errNoUser)
	}
	if !s.seesUserLocked(u) {
		return fail(errUserScope)
	}
	return answer(map[string]any{"user": s.contactLocked(u, c.q("user_id_type"))})
}

// batchUsers gives several people; those it may not show are silently missing.
func (s *Server) batchUsers(c *call) reply {
	ids := c.r.URL.Query()["user_ids"]
	if len(ids) == 0 || len(ids) > 50 {
		return fail(errFields.with("user_ids must hold 1 to 50 ids"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []any{}
	for _, id := range ids {
		if u, known := s.userByLocked(c.q("user_id_type"), id); known && s.seesUserLocked(u) {
			items = append(items, s.contactLocked(u, c.q("user_id_type")))
		}
	}
	return answer(map[string]any{"items": items})
}

// userIDs finds people by phone number or mail address.
func (s *Server) userIDs(c *call) reply {
	var in struct {
		Mobiles []string `json:"mobiles"`
		Emails  []string `json:"emails"`
		Left    bool     `json:"include_resigned"`
	}
	if !c.decode(&in) || len(in.Mobiles) > 50 || len(in.Emails) > 50 {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	look := func(name, value string, of func(*User) string) {
		entry := map[string]any{name: value}
		i := slices.IndexFunc(s.userOrder, func(id string) bool {
			u := s.users[id]
			return value != "" && of(u) == value && (in.Left || !u.Left)
		})
		if i >= 0 {
			entry["user_id"] = s.users[s.userOrder[i]].id(c.q("user_id_type"))
		}
		list = append(list, entry)
	}
	for _, m := range in.Mobiles {
		look("mobile", m, func(u *User) string { return u.Mobile })
	}
	for _, e := range in.Emails {
		look("email", e, func(u *User) string { return u.Email })
	}
	return answer(map[string]any{"user_list": list})
}

// departmentUsers gives the people who belong directly to a department.
func (s *Server) departmentUsers(c *call) reply {
	id := c.q("department_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.depts[id]; !known && id != rootDepartment {
		return fail(errNoDepartment)
	}
	if !s.seesDepartmentLocked(id) {
		return fail(errDeptScope)
	}
	items := []any{}
	for _, key := range s.userOrder {
		u := s.users[key]
		if !s.seesUserLocked(u) || !slices.Contains(u.departments(), id) {
			continue
		}
		items = append(items, s.contactLocked(u, c.q("user_id_type")))
	}
	return page(c, items, 50)
}

func (s *Server) departmentLocked(d Department) map[string]any {
	n := 0
	for _, u := range s.users {
		if !u.Left && slices.Contains(u.departments(), d.ID) {
			n++
		}
	}
	return map[string]any{
		"name": d.Name, "department_id": d.ID, "open_department_id": d.ID, "parent_department_id": d.ParentID,
		"leader_user_id": d.LeaderOpenID, "member_count": n, "status": map[string]any{"is_deleted": false},
	}
}

func (s *Server) getDepartment(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, known := s.depts[c.r.PathValue("id")]
	if !known {
		return fail(errNoDepartment)
	}
	if !s.seesDepartmentLocked(d.ID) {
		return fail(errDeptScope)
	}
	return answer(map[string]any{"department": s.departmentLocked(d)})
}

func (s *Server) listDepartments(c *call) reply {
	parent := c.q("parent_department_id")
	if parent == "" {
		parent = rootDepartment
	}
	return s.departmentsBelow(c, parent)
}

func (s *Server) childDepartments(c *call) reply {
	return s.departmentsBelow(c, c.r.PathValue("id"))
}

// departmentsBelow gives the children of a department, with fetch_child all
// that lies below.
func (s *Server) departmentsBelow(c *call, parent string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.depts[parent]; !known && parent != rootDepartment {
		return fail(errNoDepartment)
	}
	if !s.seesDepartmentLocked(parent) {
		return fail(errDeptScope)
	}
	items := []any{}
	for _, id := range s.deptOrder {
		d := s.depts[id]
		if d.ParentID == parent || (c.q("fetch_child") == "true" && s.belowLocked(d, parent)) {
			items = append(items, s.departmentLocked(d))
		}
	}
	return page(c, items, 50)
}

func (s *Server) belowLocked(d Department, ancestor string) bool {
	for range len(s.depts) {
		if d.ParentID == ancestor {
			return true
		}
		d = s.depts[d.ParentID]
	}
	return false
}
