package wecomsim

import (
	"slices"
	"strings"
)

// The states of a member's account (path/90196).
const (
	statusActive   = 1
	statusDisabled = 2
)

// visibleRange is 可见范围 of the app.
type visibleRange struct {
	departments []int
	users       []string
}

// SetVisible limits the app to departments, with all that lies below them, and
// to single people. Without it the whole company sees the app.
func (s *Server) SetVisible(departments []int, users []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visible = &visibleRange{slices.Clone(departments), slices.Clone(users)}
}

// rangeLocked is what the administrator set, as agent/get tells it.
func (s *Server) rangeLocked() visibleRange {
	switch {
	case s.visible != nil:
		return *s.visible
	case s.o.NotRoot:
		return visibleRange{departments: []int{2}} // told, but nothing is hidden
	}
	return visibleRange{departments: []int{rootDepartment}}
}

// seesDepartmentLocked tells whether a department lies in the app's range.
func (s *Server) seesDepartmentLocked(id int) bool {
	return s.visible == nil || slices.ContainsFunc(s.visible.departments, func(root int) bool { return s.underLocked(id, root) })
}

// seesUserLocked tells whether a person is in the app's range.
func (s *Server) seesUserLocked(u *User) bool {
	if u.NoReach {
		return false
	}
	return s.visible == nil || slices.ContainsFunc(u.Departments, s.seesDepartmentLocked) ||
		slices.ContainsFunc(s.visible.users, func(id string) bool { return strings.EqualFold(id, u.UserID) })
}

func (u *User) status() int {
	if u.Disabled {
		return statusDisabled
	}
	return statusActive
}
