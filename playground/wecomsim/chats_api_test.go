package wecomsim

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	make2 := map[string]any{"chatid": "team1", "name": "一队", "userlist": []string{"lilei", "WangFang"}}
	if got := p.post("/cgi-bin/appchat/create", make2); got.code() != 0 || got.str("chatid") != "team1" {
		t.Errorf("got %v", got)
	}
	p.want(p.post("/cgi-bin/appchat/create", make2), 86215)
	if got := p.post("/cgi-bin/appchat/create", map[string]any{"userlist": []string{"LiLei", "WangFang"}}); got.str("chatid") == "" {
		t.Errorf("no id was made: %v", got)
	}
	for _, c := range []struct {
		body map[string]any
		code int
	}{
		{map[string]any{"chatid": "a-b", "userlist": []string{"LiLei", "WangFang"}}, 86001},
		{map[string]any{"chatid": strings.Repeat("a", 33), "userlist": []string{"LiLei", "WangFang"}}, 86001},
		{map[string]any{"userlist": []string{"LiLei"}}, 86006},
		{map[string]any{"userlist": []string{"LiLei", "Zhao"}}, 86007},
		{map[string]any{"userlist": []string{"LiLei", "WangFang"}, "owner": "Zhao"}, 86207},
	} {
		p.want(p.post("/cgi-bin/appchat/create", c.body), c.code)
	}
	p.want(p.post("/cgi-bin/appchat/update", map[string]any{"chatid": "team1", "name": "二队", "owner": "WangFang"}), 0)
	p.want(p.post("/cgi-bin/appchat/update", map[string]any{"chatid": "team1", "del_user_list": []string{"LiLei"}}), 86006)
	p.want(p.post("/cgi-bin/appchat/update", map[string]any{"chatid": "team9"}), 86003)
	info, _ := p.get("/cgi-bin/appchat/get?chatid=team1")["chat_info"].(map[string]any)
	if info["name"] != "二队" || info["owner"] != "WangFang" || fmt.Sprint(info["userlist"]) != "[LiLei WangFang]" {
		t.Errorf("got %v", info)
	}
	p.want(p.get("/cgi-bin/appchat/get?chatid=others"), 86008)
}

func TestGroupMessages(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	say := func(chat, kind string, content any) answered {
		return p.post("/cgi-bin/appchat/send", map[string]any{"chatid": chat, "msgtype": kind, kind: content})
	}
	p.want(say("east", "text", map[string]any{"content": "战报"}), 0)
	p.want(say("east", "template_card", map[string]any{"card_type": "text_notice"}), 40008)
	p.want(say("others", "text", map[string]any{"content": "x"}), 86008)
	p.want(say("nowhere", "text", map[string]any{"content": "x"}), 86003)
	p.want(say("no where", "text", map[string]any{"content": "x"}), 86001)
	p.want(say("east", "text", map[string]any{"content": ""}), 44004)
	if all := p.texts("east"); len(all) != 1 || all[0] != "战报" {
		t.Errorf("the group sees %q", all)
	}
	for i := range 200 {
		p.want(say("east", "markdown", map[string]any{"content": strconv.Itoa(i)}), 0)
	}
	if n, lost := len(p.Messages("east")), p.Lost(); n != 200 || len(lost) != 1 || lost[0].ChatID != "east" || lost[0].Text != "199" {
		t.Errorf("%d are shown, lost %+v", n, lost)
	}
	p.clock.advance(time.Minute)
	p.want(say("east", "text", map[string]any{"content": "x"}), 0)
	if n := len(p.Messages("east")); n != 201 {
		t.Errorf("%d are shown, want 201", n)
	}
}

func TestGroupsNeedTheRoot(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(o *Options) { o.NotRoot = true })
	p.want(p.post("/cgi-bin/appchat/create", map[string]any{"userlist": []string{"LiLei", "WangFang"}}), 60011)
	p.want(p.post("/cgi-bin/appchat/send", map[string]any{"chatid": "east", "msgtype": "text", "text": map[string]any{"content": "x"}}), 60011)
	p.want(p.get("/cgi-bin/appchat/get?chatid=east"), 60011)
}
