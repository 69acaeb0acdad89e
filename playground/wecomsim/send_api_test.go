package wecomsim

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSendReaches(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	got := p.text("lilei|Zhao|GHOST", "早")
	p.want(got, 0)
	if got.str("invaliduser") != "zhao|ghost" || got.str("msgid") == "" || got["response_code"] != nil {
		t.Errorf("got %v", got)
	}
	if all := p.texts("LiLei"); !slices.Equal(all, []string{"早"}) {
		t.Errorf("李雷 sees %q", all)
	}
	if m, ok := p.Message(got.str("msgid")); !ok || m.SenderID != "bot" || m.ChatID != "LiLei" || m.Type != "text" {
		t.Errorf("the message is %+v", m)
	}
	p.want(p.text("Zhao|GHOST", "早"), 81013)
	p.want(p.text("", "部门", map[string]any{"toparty": "2|99"}), 0)
	if !slices.Contains(p.texts("LiLei"), "部门") || !slices.Contains(p.texts("WangFang"), "部门") || len(p.texts("Zhao")) != 0 {
		t.Error("a department's message goes to those below it whom the app sees")
	}
	p.want(p.text("@all", "全体"), 0)
	if !slices.Contains(p.texts("wangfang"), "全体") {
		t.Error("@all did not reach 王芳")
	}
	if _, err := p.WaitMessage(t.Context(), "LiLei", FromBot("全")); err != nil {
		t.Error(err)
	}
}

func TestSendRefusals(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.want(p.text("", "x"), 82001)
	p.want(p.text(strings.Repeat("a|", 1001), "x"), 40032)
	p.want(p.text("LiLei", "x", map[string]any{"agentid": 8}), 301002)
	p.want(p.text("LiLei", "x", map[string]any{"agentid": 0}), 40056)
	p.want(p.text("LiLei", "x", map[string]any{"agentid": nil}), 41011)
	p.want(p.text("LiLei", " "), 44004)
	p.want(p.text("LiLei", strings.Repeat("中", 683)), 45002)
	p.want(p.text("LiLei", strings.Repeat("中", 682)+"ab"), 0)
	p.want(p.send("LiLei", "markdown", map[string]any{"content": strings.Repeat("a", 2049)}), 45002)
	p.want(p.send("LiLei", "markdown_v2", map[string]any{"content": "a"}), 40008)
	p.want(p.send("LiLei", "voodoo", map[string]any{"content": "a"}), 40008)
	p.want(p.send("LiLei", "file", map[string]any{"media_id": "x"}), 40007)
	p.want(p.send("LiLei", "textcard", map[string]any{"title": "t", "description": "d"}), 41010)
	p.want(p.send("LiLei", "textcard", map[string]any{"title": "t", "description": "d", "url": "https://x"}), 0)
	p.want(p.send("LiLei", "news", map[string]any{"articles": []any{}}), 45008)
	p.want(p.text("LiLei", "x", map[string]any{"enable_duplicate_check": 1, "duplicate_check_interval": 14401}), 40058)
	p.want(p.postRaw("/cgi-bin/message/send", `{"touser":`), 40058)
	p.want(p.postRaw("/cgi-bin/message/send", `{} {}`), 40058)
	if n := len(p.Messages("LiLei")); n != 2 {
		t.Errorf("%d messages are shown, want the two that were taken", n)
	}
}

func TestWrongTypesAreOnlyWarnedOf(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.wantWarning(p.text("LiLei", "x", map[string]any{"agentid": "7"}))
	p.wantWarning(p.send("LiLei", "text", map[string]any{"content": 5}))
	p.wantWarning(p.post("/cgi-bin/message/send", map[string]any{"touser": []string{"LiLei"}, "agentid": 7, "msgtype": "text", "text": map[string]any{"content": "x"}}))
	p.wantWarning(p.card("LiLei", strings.Replace(approval("t1"), `"style":1`, `"style":"1"`, 1)))
	p.wantWarning(p.post("/cgi-bin/message/update_template_card", map[string]any{"userids": "LiLei"}))
	p.wantWarning(p.post("/cgi-bin/appchat/send", map[string]any{"chatid": 1}))
	if n := len(p.Messages("LiLei")); n != 0 {
		t.Errorf("%d messages are shown", n)
	}
	p.want(p.card("LiLei", approval("t1")), 0) // the task id of what was not shown is free
}

func TestDuplicateCheck(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	check := map[string]any{"enable_duplicate_check": 1, "duplicate_check_interval": 3600}
	first := p.card("LiLei", approval("t1"), check)
	p.want(first, 0)
	again := p.card("LiLei", approval("t1"), check)
	p.want(again, 0)
	if again["msgid"] != first["msgid"] || first.str("response_code") == "" || again["response_code"] != nil {
		t.Errorf("first %v, again %v", first, again)
	}
	p.want(p.card("LiLei", approval("t1"), map[string]any{"enable_duplicate_check": 1, "duplicate_check_interval": 3601}), 42014)
	p.clock.advance(time.Hour)
	p.want(p.card("LiLei", approval("t1"), check), 42014) // forgotten as a body, known as a task
	if n := len(p.Messages("LiLei")); n != 1 {
		t.Errorf("%d cards are shown, want 1", n)
	}
	for range 2 {
		p.want(p.text("LiLei", "x"), 0) // unasked, nothing is held back
	}
	short := map[string]any{"enable_duplicate_check": 1} // 30 minutes
	p.want(p.text("WangFang", "x", short), 0)
	p.clock.advance(30*time.Minute - time.Second)
	p.want(p.text("WangFang", "x", short), 0)
	if n := len(p.Messages("WangFang")); n != 1 {
		t.Errorf("王芳 sees %d, want 1", n)
	}
	p.clock.advance(time.Second)
	p.want(p.text("WangFang", "x", short), 0)
	if n := len(p.Messages("WangFang")); n != 2 {
		t.Errorf("王芳 sees %d, want 2", n)
	}
}

func TestMemberLimits(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	for i := range 31 {
		p.want(p.text("LiLei|WangFang", strconv.Itoa(i)), 0)
		if i == 0 {
			p.want(p.text("WangFang", "mehr"), 0)
		}
	}
	if n := len(p.Messages("LiLei")); n != 30 {
		t.Errorf("李雷 sees %d, want 30", n)
	}
	lost := p.Lost()
	if len(lost) != 3 || lost[1].Text != "30" || lost[1].ChatID != "LiLei" || lost[0].ChatID != "WangFang" {
		t.Errorf("lost: %+v", lost)
	}
	p.clock.advance(time.Minute)
	p.want(p.text("LiLei", "next"), 0)
	if n := len(p.Messages("LiLei")); n != 31 {
		t.Errorf("李雷 sees %d, want 31", n)
	}
}

func TestMemberHour(t *testing.T) {
	t.Parallel()
	l := limiter{}
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	taken := 0
	for range 1100 {
		if l.take("x", now, memberMinute, memberHour) {
			taken++
		}
		now = now.Add(2 * time.Second) // 30 a minute, 1,100 in 37 minutes
	}
	if taken != 1000 {
		t.Errorf("%d of an hour are taken, want 1000", taken)
	}
	if !l.take("x", now.Add(time.Hour), memberMinute, memberHour) {
		t.Error("the hour does not end")
	}
}

func TestNoLimits(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(o *Options) { o.NoLimits = true })
	for i := range 40 {
		p.want(p.text("LiLei", strconv.Itoa(i)), 0)
	}
	if len(p.Messages("LiLei")) != 40 || len(p.Lost()) != 0 {
		t.Error("limits are not off")
	}
}

func TestRecall(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	sent := p.text("LiLei|WangFang", "密")
	p.clock.advance(24 * time.Hour)
	p.login()
	p.want(p.post("/cgi-bin/message/recall", map[string]any{"msgid": "x"}), 40058)
	p.want(p.post("/cgi-bin/message/recall", map[string]any{"msgid": sent["msgid"]}), 0)
	for _, who := range []string{"LiLei", "WangFang"} {
		if m := p.Messages(who)[0]; !m.Recalled || strings.Contains(m.Text, "密") {
			t.Errorf("%s still sees %+v", who, m)
		}
	}
	late := p.text("LiLei", "x")
	p.clock.advance(24*time.Hour + time.Second)
	p.login()
	p.want(p.post("/cgi-bin/message/recall", map[string]any{"msgid": late["msgid"]}), 42052)
}
