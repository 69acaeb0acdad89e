package feishusim

import (
	"fmt"
	"testing"
)

func TestContactScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	all := dataOf(w.call("GET", "/open-apis/contact/v3/scopes", nil))
	if fmt.Sprint(all["department_ids"]) != "[0]" || fmt.Sprint(all["user_ids"]) != "[]" {
		t.Errorf("without limits: %v", all)
	}
	w.AddDepartment(Department{ID: "sub", Name: "上海", ParentID: "east"})
	w.AddUser(User{OpenID: "ou_sub", Name: "人", DepartmentID: "sub"})
	w.AddUser(User{OpenID: "ou_hr", Name: "人事", DepartmentID: "hr"})
	w.SetContactScope([]string{"sub"}, []string{"ou_li"})
	first := dataOf(w.call("GET", "/open-apis/contact/v3/scopes?page_size=1", nil))
	second := dataOf(w.call("GET", fmt.Sprintf("/open-apis/contact/v3/scopes?page_size=1&page_token=%v", first["page_token"]), nil))
	if fmt.Sprint(first["department_ids"]) != "[sub]" || first["has_more"] != true || fmt.Sprint(second["user_ids"]) != "[ou_li]" || second["has_more"] != false {
		t.Errorf("in pages: %v, %v", first, second)
	}
	for path, code := range map[string]float64{
		"/users/ou_sub": 0, "/users/ou_li": 0, "/users/ou_hr": 41050, "/departments/sub": 0, "/departments/east": 40004, "/departments/0/children": 40004,
		"/users/find_by_department?department_id=sub": 0, "/users/find_by_department?department_id=east": 40004, "/users/find_by_department?department_id=0": 40004,
	} {
		if got := w.call("GET", "/open-apis/contact/v3"+path, nil); got["code"] != code {
			t.Errorf("%s: %v, want %v", path, got, code)
		}
	}
}
