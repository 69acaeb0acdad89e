package wecomsim

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestContacts(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.AddUser(User{UserID: "Gone", Name: "旧", Departments: []int{3}, Left: true})
	got := p.get("/cgi-bin/user/get?userid=lilei")
	p.want(got, 0)
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"userid":"LiLei"`, `"name":"李雷"`, `"direct_leader":["WangFang"]`, `"department":[3]`, `"is_leader_in_dept":[0]`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s is missing in %s", want, raw)
		}
	}
	for _, secret := range []string{"13800138000", "li@example.com"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("%s is told", secret)
		}
	}
	p.want(p.get("/cgi-bin/user/get?userid=ghost"), 60111)
	p.want(p.get("/cgi-bin/user/get?userid=Gone"), 60111)
	p.want(p.get("/cgi-bin/user/get?userid=Zhao"), 60011)
	p.want(p.get("/cgi-bin/user/get"), 41009)
	p.want(p.post("/cgi-bin/user/list_id", map[string]any{}), 60011)

	list, _ := p.get("/cgi-bin/user/simplelist?department_id=3")["userlist"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["userid"] != "LiLei" {
		t.Errorf("department 3 has %v", list)
	}
	if list, _ := p.get("/cgi-bin/user/list?department_id=2&fetch_child=1")["userlist"].([]any); len(list) != 2 {
		t.Errorf("department 2 and below have %v", list)
	}
	p.want(p.get("/cgi-bin/user/simplelist?department_id=9"), 60003)
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	if all, _ := p.get("/cgi-bin/department/list")["department"].([]any); len(all) != 3 {
		t.Errorf("all: %v", all)
	}
	if some, _ := p.get("/cgi-bin/department/list?id=2")["department"].([]any); len(some) != 2 {
		t.Errorf("2 and below: %v", some)
	}
	if ids, _ := p.get("/cgi-bin/department/simplelist?id=3")["department_id"].([]any); len(ids) != 1 || ids[0].(map[string]any)["name"] != nil {
		t.Errorf("ids: %v", ids)
	}
	d, _ := p.get("/cgi-bin/department/get?id=2")["department"].(map[string]any)
	if leaders, _ := d["department_leader"].([]any); d["name"] != "销售部" || len(leaders) != 1 || leaders[0] != "WangFang" {
		t.Errorf("got %v", d)
	}
	p.want(p.get("/cgi-bin/department/get?id=9"), 60003)
	p.want(p.get("/cgi-bin/department/list?id=9"), 60003)
}
