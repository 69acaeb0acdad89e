package feishusim

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	user, _ := dataOf(w.call("GET", "/open-apis/contact/v3/users/ou_li?user_id_type=open_id", nil))["user"].(map[string]any)
	if user["name"] != "李雷" || user["leader_user_id"] != "ou_wang" {
		t.Errorf("user is %v", user)
	}
	user, _ = dataOf(w.call("GET", "/open-apis/contact/v3/users/on_li?user_id_type=union_id", nil))["user"].(map[string]any)
	if user["open_id"] != "ou_li" || user["leader_user_id"] != "on_wang" {
		t.Errorf("user by union id is %v", user)
	}
	items, _ := dataOf(w.call("GET", "/open-apis/contact/v3/users/batch?user_ids=ou_li&user_ids=ou_none&user_ids=ou_wang", nil))["items"].([]any)
	if len(items) != 2 {
		t.Errorf("batch gives %v", items)
	}
	w.wantCode(w.call("GET", "/open-apis/contact/v3/users/batch", nil), 99992402, 400)
	found := dataOf(w.call("POST", "/open-apis/contact/v3/users/batch_get_id?user_id_type=open_id", map[string]any{
		"mobiles": []string{"13800138000", "1"}, "emails": []string{"li@example.com"},
	}))
	var list []map[string]string
	raw, _ := json.Marshal(found["user_list"])
	if err := json.Unmarshal(raw, &list); err != nil || len(list) != 3 || list[0]["user_id"] != "ou_li" || list[1]["user_id"] != "" || list[2]["user_id"] != "ou_li" {
		t.Errorf("found %v", found)
	}
}

func TestDepartmentsInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	w.AddDepartment(Department{ID: "sub", Name: "上海", ParentID: "east"})
	for i := range 7 {
		w.AddUser(User{OpenID: fmt.Sprintf("ou_%d", i), Name: "人", DepartmentID: "sub"})
	}
	count := func(path string) int {
		n := 0
		for token, more := "", true; more; {
			got := w.call("GET", path+"&page_size=2&page_token="+token, nil)
			w.wantCode(got, 0, 200)
			items, _ := dataOf(got)["items"].([]any)
			n += len(items)
			more, _ = dataOf(got)["has_more"].(bool)
			token, _ = dataOf(got)["page_token"].(string)
		}
		return n
	}
	if n := count("/open-apis/contact/v3/users/find_by_department?department_id=sub"); n != 7 {
		t.Errorf("%d people", n)
	}
	if n := count("/open-apis/contact/v3/departments/0/children?fetch_child=true"); n != 2 {
		t.Errorf("%d departments in all", n)
	}
	if n := count("/open-apis/contact/v3/departments/0/children?fetch_child=false"); n != 1 {
		t.Errorf("%d departments below the root", n)
	}
	w.wantCode(w.call("GET", "/open-apis/contact/v3/users/find_by_department?department_id=none", nil), 43007, 400)
	w.wantCode(w.call("GET", "/open-apis/contact/v3/users/find_by_department?department_id=sub&page_size=51", nil), 99992402, 400)
	w.wantCode(w.call("GET", "/open-apis/contact/v3/users/find_by_department?department_id=sub&page_token=x", nil), 40003, 400)
}

func TestChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	make1 := w.call("POST", "/open-apis/im/v1/chats?uuid=c1", map[string]any{"name": "战队", "owner_id": "ou_wang", "user_id_list": []string{"ou_li"}})
	make2 := w.call("POST", "/open-apis/im/v1/chats?uuid=c1", map[string]any{"name": "战队", "owner_id": "ou_wang"})
	id, _ := dataOf(make1)["chat_id"].(string)
	if id == "" || dataOf(make2)["chat_id"] != id {
		t.Errorf("made %v and %v", make1, make2)
	}
	items, _ := dataOf(w.call("GET", "/open-apis/im/v1/chats", nil))["items"].([]any)
	if len(items) != 2 {
		t.Errorf("chats: %v", items)
	}
	members, _ := dataOf(w.call("GET", "/open-apis/im/v1/chats/"+id+"/members", nil))["items"].([]any)
	if len(members) != 2 {
		t.Errorf("members: %v", members)
	}
	added := w.call("POST", "/open-apis/im/v1/chats/"+id+"/members?member_id_type=open_id", map[string]any{"id_list": []string{"ou_none"}})
	if list, _ := dataOf(added)["invalid_id_list"].([]any); len(list) != 1 {
		t.Errorf("added: %v", added)
	}
	w.wantCode(w.call("GET", "/open-apis/im/v1/chats/oc_none", nil), 232006, 400)
	w.wantCode(w.send("chat_id", id, "text", text("hi"), ""), 0, 200)
	only := w.call("POST", "/open-apis/ephemeral/v1/send", map[string]any{
		"chat_id": "oc_east", "open_id": "ou_li", "msg_type": "interactive", "card": json.RawMessage(closedCard),
	})
	w.wantCode(only, 0, 200)
	w.wantCode(w.call("PATCH", "/open-apis/im/v1/messages/"+messageID(only), map[string]any{"content": closedCard}), 230054, 400)
	if m, _ := w.Message(messageID(only)); m.VisibleTo != "ou_li" {
		t.Errorf("ephemeral card: %+v", m)
	}
}
