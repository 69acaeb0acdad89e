package wecomsim

import (
	"fmt"
	"testing"
)

func TestVisibleRange(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(o *Options) { o.TellsMobiles = true })
	p.AddDepartment(Department{ID: 4, Name: "人事"})
	p.AddUser(User{UserID: "HR", Name: "人事", Departments: []int{4}})
	p.AddUser(User{UserID: "HR2", Name: "人事二", Departments: []int{4}, Disabled: true})
	p.SetVisible([]int{3}, []string{"hr2"})
	if u := p.get("/cgi-bin/user/get?userid=LiLei"); u["mobile"] != "13800138000" || u["email"] != "li@example.com" || u["status"] != float64(1) {
		t.Errorf("got %v", u)
	}
	if u := p.get("/cgi-bin/user/get?userid=HR2"); u["status"] != float64(2) {
		t.Errorf("got %v", u)
	}
	p.want(p.get("/cgi-bin/user/get?userid=HR"), 60011)
	p.want(p.get("/cgi-bin/user/get?userid=WangFang"), 60011)
	p.want(p.get("/cgi-bin/user/list?department_id=4"), 60011)
	p.want(p.get("/cgi-bin/user/list?department_id=3"), 0)
	if all, _ := p.get("/cgi-bin/department/list")["department"].([]any); len(all) != 1 {
		t.Errorf("departments: %v", all)
	}
	a := p.get(fmt.Sprintf("/cgi-bin/agent/get?agentid=%d", p.o.AgentID))
	if fmt.Sprint(a["allow_partys"]) != "map[partyid:[3]]" || fmt.Sprint(a["allow_userinfos"]) != "map[user:[map[userid:hr2]]]" {
		t.Errorf("agent: %v", a)
	}
}
