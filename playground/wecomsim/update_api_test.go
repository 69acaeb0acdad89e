package wecomsim

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"
)

const updatePath = "/cgi-bin/message/update_template_card"

// change is the body of an update.
func change(code string, more map[string]any) map[string]any {
	body := map[string]any{"userids": []string{"LiLei", "WangFang"}, "agentid": 7, "response_code": code, "button": map[string]any{"replace_name": "已同意"}}
	maps.Copy(body, more)
	return body
}

func TestUpdateOnce(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	code := p.card("LiLei|WangFang", approval("t1")).str("response_code")
	p.want(p.post(updatePath, change(code, map[string]any{"userids": []string{"lilei", "GHOST"}})), 0)
	mine, other := p.Messages("LiLei")[0], p.Messages("WangFang")[0]
	if mine.Updates != 1 || len(mine.Buttons) != 1 || !mine.Buttons[0].Disabled || !strings.Contains(mine.Text, "已同意") || strings.Contains(mine.Text, "驳回") {
		t.Errorf("李雷 sees %+v", mine)
	}
	if other.Updates != 0 || len(other.Buttons) != 3 {
		t.Errorf("王芳, who was not named, sees %+v", other)
	}
	p.want(p.post(updatePath, change(code, nil)), 60140) // used
	p.want(p.post(updatePath, change("rc0", nil)), 60140)
	p.want(p.post(updatePath, change("", nil)), 60140)
}

func TestUpdateWithACard(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	code := p.card("LiLei|WangFang", approval("t1")).str("response_code")
	bad := map[string]any{"button": nil, "template_card": json.RawMessage(cardWith("text_notice", `"card_action":null`))}
	p.want(p.post(updatePath, change(code, bad)), 42045) // and the code is not spent
	taken := p.card("LiLei", approval("t2")).str("response_code")
	p.want(p.post(updatePath, change(code, map[string]any{"button": nil, "template_card": json.RawMessage(approval("t2"))})), 42014)
	got := p.post(updatePath, change(code, map[string]any{
		"userids": []string{}, "atall": 1, "button": nil, "template_card": json.RawMessage(closed),
	}))
	p.want(got, 0)
	for _, who := range []string{"LiLei", "WangFang"} {
		if m := p.Messages(who)[0]; m.CardType != "text_notice" || m.TaskID != "t1" || m.Title != "已同意 · 华东智造" || len(m.Buttons) != 0 {
			t.Errorf("%s sees %+v", who, m)
		}
	}
	open := strings.Replace(approval(""), `"task_id":"",`, "", 1)
	p.want(p.post(updatePath, change(taken, map[string]any{"button": nil, "template_card": json.RawMessage(open)})), 0)
	if m := p.Messages("LiLei")[1]; m.TaskID != "t2" || m.Updates != 1 {
		t.Errorf("a card without a task id is %+v", m)
	}
}

func TestUpdateRefusals(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	code := p.card("LiLei", approval("t1")).str("response_code")
	for _, c := range []struct {
		more map[string]any
		code int
	}{
		{map[string]any{"agentid": 8}, 42015},
		{map[string]any{"agentid": nil}, 41011},
		{map[string]any{"userids": nil}, 82001},
		{map[string]any{"userids": make([]string, 1001)}, 40032},
		{map[string]any{"button": nil}, 40058},
		{map[string]any{"template_card": json.RawMessage(closed)}, 40058},
		{map[string]any{"button": map[string]any{"replace_name": ""}}, 42038},
		{map[string]any{"atall": 2}, 40058},
	} {
		p.want(p.post(updatePath, change(code, c.more)), c.code)
	}
	p.clock.advance(72 * time.Hour)
	p.login()
	late := p.card("LiLei", approval("t2")).str("response_code")
	p.want(p.post(updatePath, change(code, nil)), 0)
	p.clock.advance(72*time.Hour + time.Second)
	p.login()
	p.want(p.post(updatePath, change(late, nil)), 60140)
}

func TestUpdateByDepartment(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	code := p.card("LiLei|WangFang", approval("t1")).str("response_code")
	p.want(p.post(updatePath, change(code, map[string]any{"userids": []string{}, "partyids": []int{3}})), 0)
	if p.Messages("LiLei")[0].Updates != 1 || p.Messages("WangFang")[0].Updates != 0 {
		t.Error("department 3 is 李雷 only")
	}
}
