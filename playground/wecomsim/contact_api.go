package wecomsim

import (
	"slices"
	"strconv"
	"time"
)

const oauthLife = 5 * time.Minute

// getUser gives what an app sees of a person: no mobile, no e-mail.
func (s *Server) getUser(c *call) reply {
	id := c.q("userid")
	if id == "" {
		return fail(errNoUserID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, known := s.userLocked(id)
	switch {
	case !known:
		return fail(errNoUser)
	case !s.seesUserLocked(u):
		return fail(errNotYours)
	}
	return answer(s.profileLocked(u))
}

func (s *Server) profileLocked(u *User) map[string]any {
	leads := make([]int, 0, len(u.Departments))
	for _, id := range u.Departments {
		is := 0
		if u.Leader || slices.Contains(s.depts[id].Leaders, u.UserID) {
			is = 1
		}
		leads = append(leads, is)
	}
	profile := map[string]any{
		"userid": u.UserID, "name": u.Name, "department": u.Departments, "order": make([]int, len(u.Departments)),
		"position": "", "is_leader_in_dept": leads, "direct_leader": append([]string{}, u.Leaders...),
		"status": u.status(), "isleader": leads[0], "enable": 1, "hide_mobile": 0, "telephone": "", "alias": "",
		"main_department": u.Departments[0], "extattr": map[string]any{"attrs": []any{}}, "open_userid": "",
	}
	if s.o.TellsMobiles {
		profile["mobile"], profile["email"] = u.Mobile, u.Email
	}
	return profile
}

// listUsers gives the people of one department, or all there is about them.
func (s *Server) listUsers(detailed bool) apiFunc {
	return func(c *call) reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		id, ok := s.departmentLocked(c.q("department_id"))
		if !ok {
			return fail(errNoDepartment)
		}
		if !s.seesDepartmentLocked(id) {
			return fail(errNotYours)
		}
		list := []map[string]any{}
		for _, key := range s.userOrder {
			u, ok := s.visibleLocked(key)
			if !ok || !slices.ContainsFunc(u.Departments, func(d int) bool {
				return d == id || (c.q("fetch_child") == "1" && s.underLocked(d, id))
			}) {
				continue
			}
			if detailed {
				list = append(list, s.profileLocked(u))
				continue
			}
			list = append(list, map[string]any{"userid": u.UserID, "name": u.Name, "department": u.Departments, "open_userid": ""})
		}
		return answer(map[string]any{"userlist": list})
	}
}

// listUserIDs is for the secret of 通讯录同步 only, which the hub does not have.
func (s *Server) listUserIDs(*call) reply { return fail(errNotYours) }

// listDepartments gives a department and those below it; without an id, all.
func (s *Server) listDepartments(simple bool) apiFunc {
	return func(c *call) reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		root := rootDepartment
		if c.q("id") != "" {
			id, ok := s.departmentLocked(c.q("id"))
			if !ok {
				return fail(errNoDepartment)
			}
			root = id
		}
		list := []map[string]any{}
		for _, id := range s.deptOrder {
			if s.underLocked(id, root) && s.seesDepartmentLocked(id) {
				list = append(list, s.departmentViewLocked(id, simple))
			}
		}
		if simple {
			return answer(map[string]any{"department_id": list})
		}
		return answer(map[string]any{"department": list})
	}
}

func (s *Server) getDepartment(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.departmentLocked(c.q("id"))
	if !ok {
		return fail(errNoDepartment)
	}
	return answer(map[string]any{"department": s.departmentViewLocked(id, false)})
}

func (s *Server) departmentViewLocked(id int, simple bool) map[string]any {
	d := s.depts[id]
	view := map[string]any{"id": d.ID, "parentid": d.ParentID, "order": 1}
	if !simple {
		view["name"], view["name_en"] = d.Name, ""
		view["department_leader"] = append([]string{}, d.Leaders...)
	}
	return view
}

// departmentLocked reads a department's id.
func (s *Server) departmentLocked(text string) (int, bool) {
	id, err := strconv.Atoi(text)
	if err != nil {
		return 0, false
	}
	_, known := s.depts[id]
	return id, known
}

// underLocked tells whether a department is another one, or below it.
func (s *Server) underLocked(id, root int) bool {
	for range len(s.depts) + 1 {
		if id == root {
			return true
		}
		id = s.depts[id].ParentID
	}
	return false
}

// OAuthCode gives the code with which a person's client opens a page of the app.
func (s *Server) OAuthCode(userID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := newID("oauth")
	s.oauth[code] = oauthCode{userID: s.spelledLocked(userID), at: s.o.Now()}
	return code
}

// oauthUser tells whose code it is, once and within five minutes. The older
// API spells its fields in another way.
func (s *Server) oauthUser(field string) apiFunc {
	return func(c *call) reply {
		code := c.q("code")
		if code == "" {
			return fail(errNoCode)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		who, known := s.oauth[code]
		delete(s.oauth, code)
		if !known || c.now.Sub(who.at) > oauthLife {
			return fail(errOAuthCode)
		}
		if u, ok := s.userLocked(who.userID); !ok || !s.seesUserLocked(u) {
			return answer(map[string]any{"openid": "open_" + who.userID}) // not of this company, or not of the app's
		}
		return answer(map[string]any{field: who.userID})
	}
}

func (s *Server) callbackIPs(*call) reply {
	return answer(map[string]any{"ip_list": []string{"127.0.0.1"}})
}
