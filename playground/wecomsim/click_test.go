package wecomsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestClick(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id := w.card(stageCard, "WangFang", "LiLei")
	res := w.Click(inTime(t), "wangfang", id, "同意", nil)
	e := w.hub.last().event
	if !res.Done() || res.ResponseCode == "" || res.EventKey != "approve?n=1" || res.CardReplaced {
		t.Fatalf("click: %+v", res)
	}
	if e.MsgType != "event" || e.Event != "template_card_event" || e.FromUserName != "WangFang" || e.EventKey != "approve?n=1" ||
		e.TaskID != "appr-1287-v1" || e.CardType != "button_interaction" || e.ResponseCode != res.ResponseCode || e.AgentID != "1000002" {
		t.Errorf("told %s", w.hub.last().plain)
	}
	if len(e.Items) != 1 || e.Items[0].QuestionKey != "reason" || !slices.Equal(e.Items[0].OptionIDs, []string{"r2"}) {
		t.Errorf("chosen by default: %+v", e.Items)
	}
	again := w.Click(inTime(t), "WangFang", id, "reject", map[string]any{"reason": "r1"})
	if e := w.hub.last().event; again.ResponseCode == res.ResponseCode || e.EventKey != "reject" || e.Items[0].OptionIDs[0] != "r1" {
		t.Errorf("second click: %+v %+v", again, e)
	}
	if m, _ := w.Message(id); m.Updates != 0 {
		t.Error("a click alone changed the card")
	}
	w.mu.Lock()
	code := w.codes[res.ResponseCode]
	w.mu.Unlock()
	if code == nil || code.used || code.send.msgid != id {
		t.Errorf("the code of the click is %+v", code)
	}
}

func TestFormsAsAClientSendsThem(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	vote, selects := w.card(stageVote, "LiLei"), w.card(stageSelects, "LiLei")
	for i, c := range []struct {
		id, button string
		form       map[string]any
		want       string
	}{
		{vote, "同意所选", nil, "[{pick [1288:1 1289:1]}]"},
		{vote, "同意所选", map[string]any{"pick": []string{"1287:3", "1288:1"}}, "[{pick [1287:3 1288:1]}]"},
		{vote, "同意所选", map[string]any{"pick": []any{"1287:3"}}, "[{pick [1287:3]}]"},
		{vote, "#0", map[string]any{"pick": []string{}}, "[{pick []}]"},
		{selects, "提交", nil, "[{stage [s3]} {level [l1]}]"},
		{selects, "submit_stage", map[string]any{"level": "l2"}, "[{stage [s3]} {level [l2]}]"},
	} {
		res := w.Click(inTime(t), "LiLei", c.id, c.button, c.form)
		if got := fmt.Sprint(w.hub.last().event.Items); !res.Done() || got != c.want {
			t.Errorf("%d: %+v sends %s, want %s", i, res, got, c.want)
		}
	}
}

func TestPresets(t *testing.T) {
	t.Parallel()
	two := []Option{{Value: "a,b"}, {Value: "c"}}
	for i, c := range []struct {
		in   Input
		want []string
	}{
		{Input{Kind: "select", Options: two, Default: "a,b"}, []string{"a,b"}},
		{Input{Kind: "select", Options: two, Default: "gone"}, []string{"a,b"}},
		{Input{Kind: "selection", Options: two}, []string{"a,b"}},
		{Input{Kind: "selection"}, []string{}},
		{Input{Kind: "checkbox", Options: two}, []string{}},
		{Input{Kind: "checkbox", Options: two, Default: "gone,c"}, []string{"c"}},
	} {
		if got := c.in.preset(); !slices.Equal(got, c.want) {
			t.Errorf("%d: %v, want %v", i, got, c.want)
		}
	}
}

func TestWhatAClientRefuses(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id, selects := w.card(stageCard, "WangFang"), w.card(stageSelects, "WangFang")
	said := w.SendText(inTime(t), "WangFang", "", "a")
	w.AddUser(User{UserID: "HanMei"})
	left := w.card(stageVote, "HanMei")
	w.DeleteUser(inTime(t), "HanMei")
	notice := w.card(`{"card_type":"text_notice","main_title":{"title":"已同意"},"card_action":{"type":1,"url":"https://hub"}}`, "WangFang")
	before := len(w.hub.all())
	for name, c := range map[string]struct {
		user, id, button string
		form             map[string]any
	}{
		"unknown button":  {"WangFang", id, "批准", nil},
		"link":            {"WangFang", id, "查看", nil},
		"another's":       {"LiLei", id, "同意", nil},
		"nobody":          {"Nobody", id, "同意", nil},
		"who has left":    {"HanMei", left, "同意所选", nil},
		"no message":      {"WangFang", "m0", "同意", nil},
		"no card":         {"WangFang", said.MessageID, "同意", nil},
		"no callback":     {"WangFang", notice, "同意", nil},
		"no question":     {"WangFang", id, "同意", map[string]any{"comment": "好"}},
		"no option":       {"WangFang", id, "同意", map[string]any{"reason": "r9"}},
		"two of one":      {"WangFang", id, "同意", map[string]any{"reason": []string{"r1", "r2"}}},
		"none of one":     {"WangFang", selects, "提交", map[string]any{"stage": []string{}}},
		"not a choice":    {"WangFang", id, "同意", map[string]any{"reason": 1}},
		"not all choices": {"WangFang", id, "同意", map[string]any{"reason": []any{1}}},
	} {
		if res := w.Click(inTime(t), c.user, c.id, c.button, c.form); res.Blocked == "" || res.Done() {
			t.Errorf("%s: %+v", name, res)
		}
		if both := w.ClickTwice(inTime(t), c.user, c.id, c.button, c.form); both[0].Blocked == "" || both[1].Blocked == "" {
			t.Errorf("%s twice: %+v", name, both)
		}
		if _, _, err := w.ClickPush(c.user, c.id, c.button, c.form); err == nil {
			t.Errorf("%s is sealed", name)
		}
	}
	if n := len(w.hub.all()) - before; n != 0 {
		t.Errorf("%d clicks reached the hub", n)
	}
}

func TestClosedCardsAreDead(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	off, changed := w.card(stageCard, "WangFang", "LiLei"), w.card(stageVote, "WangFang")
	w.mu.Lock()
	w.showInsteadLocked(w.messages[off], nil, "已同意", w.o.Now())
	w.showInsteadLocked(w.messages[changed], []byte(`{"card_type":"text_notice","main_title":{"title":"已处理"},"card_action":{"type":1,"url":"https://hub"}}`), "", w.o.Now())
	w.mu.Unlock()
	for id, button := range map[string]string{off: "已同意", changed: "同意所选"} {
		if res := w.Click(inTime(t), "WangFang", id, button, nil); res.Blocked == "" {
			t.Errorf("%s can be pressed: %+v", button, res)
		}
	}
	if res := w.Click(inTime(t), "LiLei", off+":LiLei", "同意", nil); !res.Done() {
		t.Errorf("the other's card is dead too: %+v", res)
	}
}

func TestClickTwice(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id := w.card(stageCard, "WangFang")
	waiting, both := make(chan struct{}), make(chan struct{})
	w.hub.answers(func(_ told, n int) (int, string) {
		switch n {
		case 1:
			close(waiting)
			<-both
		case 2:
			<-waiting
			close(both)
		}
		return http.StatusOK, ""
	})
	got := w.ClickTwice(inTime(t), "WangFang", id, "同意", nil)
	if !got[0].Done() || !got[1].Done() || got[0].ResponseCode == got[1].ResponseCode || len(w.hub.all()) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestClicksThatGoAstray(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id := w.card(stageCard, "WangFang")
	w.SetFault(Fault{Kind: FaultDropEvents, Times: 1})
	if res := w.Click(inTime(t), "WangFang", id, "同意", nil); res.Done() || res.Err == nil || len(w.hub.all()) != 0 {
		t.Errorf("lost click: %+v", res)
	}
	w.SetFault(Fault{Kind: FaultReorder, Times: 1, Delay: time.Minute})
	held := w.Click(inTime(t), "WangFang", id, "同意", nil)
	next := w.Click(inTime(t), "WangFang", id, "驳回", nil)
	all := w.hub.all()
	if held.Err == nil || held.Done() || !next.Done() || len(all) != 2 || all[1].event.ResponseCode != held.ResponseCode {
		t.Errorf("held click: %+v %+v", held, next)
	}
	w.hub.answers(func(_ told, n int) (int, string) { return map[int]int{3: 500}[n] + map[bool]int{true: 200}[n > 3], "" })
	first := w.Click(inTime(t), "WangFang", id, "同意", nil)
	for deadline := inTime(t); len(w.hub.all()) < 4; {
		select {
		case <-deadline.Done():
			t.Fatal("a click that was not taken is not pushed again")
		case <-time.After(2 * time.Millisecond):
		}
	}
	if all := w.hub.all(); first.HTTPStatus != 500 || all[2].plain != all[3].plain {
		t.Errorf("%+v %s %s", first, all[2].plain, all[3].plain)
	}
}

func TestClickPush(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	query, body, err := w.ClickPush("WangFang", w.card(stageCard, "WangFang"), "同意", map[string]any{"reason": "r1"})
	if err != nil || len(w.hub.all()) != 0 {
		t.Fatalf("%v, %d told", err, len(w.hub.all()))
	}
	w.PushRaw(inTime(t), "", query, body)
	if e := w.hub.last().event; e.EventKey != "approve?n=1" || e.Items[0].OptionIDs[0] != "r1" {
		t.Errorf("told %s", w.hub.last().plain)
	}
}

func TestCardMenu(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id := w.card(stageCard, "WangFang")
	res := w.ClickMenu(inTime(t), "WangFang", id, "不再推送")
	e := w.hub.last().event
	if !res.Done() || e.Event != "template_card_menu_event" || e.EventKey != "mute" || e.TaskID != "appr-1287-v1" || e.ResponseCode != res.ResponseCode || len(e.Items) != 0 {
		t.Errorf("%+v %s", res, w.hub.last().plain)
	}
	if res := w.ClickMenu(inTime(t), "WangFang", id, "同意"); res.Blocked == "" {
		t.Error("a button is in the menu")
	}
	if res := w.ClickMenu(inTime(t), "LiLei", id, "mute"); res.Blocked == "" {
		t.Error("another's menu is open")
	}
}

func TestPassiveUpdates(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id := w.card(stageCard, "WangFang", "LiLei")
	head := `<xml><ToUserName><![CDATA[WangFang]]></ToUserName><FromUserName><![CDATA[ww1]]></FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[`
	click := func(plain string) ClickResult {
		w.hub.answers(func(told, int) (int, string) { return 200, w.reply(inletApp, plain) })
		return w.Click(inTime(t), "WangFang", id, "同意", nil)
	}
	card := head + `update_template_card]]></MsgType><TemplateCard><CardType>button_interaction</CardType><MainTitle><Title>还差一人</Title></MainTitle>
	 <TaskId>appr-1287-v1</TaskId><HorizontalContentList><KeyName>王芳</KeyName><Value>已同意</Value></HorizontalContentList>
	 <HorizontalContentList><KeyName>李雷</KeyName><Value>未处理</Value></HorizontalContentList>
	 <ButtonList><Text>撤回</Text><Style>2</Style><Key>undo</Key></ButtonList></TemplateCard></xml>`
	if res := click(card); !res.Done() || !res.CardReplaced {
		t.Fatalf("card: %+v", res)
	}
	m, _ := w.Message(id)
	if m.Title != "还差一人" || len(m.Buttons) != 1 || m.Buttons[0].Name != "undo" || !strings.Contains(m.Text, "李雷：未处理") || !strings.Contains(m.Text, "王芳：已同意") {
		t.Errorf("the clicker sees %+v", m)
	}
	if other, _ := w.Message(id + ":LiLei"); other.Title != "待你审批" || other.Updates != 0 {
		t.Errorf("the other sees %+v", other)
	}
	w.hub.answers(func(told, int) (int, string) {
		return 200, w.reply(inletApp, head+`update_button]]></MsgType><Button><ReplaceName><![CDATA[已撤回]]></ReplaceName></Button></xml>`)
	})
	if res := w.Click(inTime(t), "WangFang", id, "撤回", nil); !res.CardReplaced || res.Err != nil {
		t.Errorf("button: %+v", res)
	}
	if m, _ = w.Message(id); len(m.Buttons) != 1 || m.Buttons[0].Text != "已撤回" || !m.Buttons[0].Disabled {
		t.Errorf("the clicker sees %+v", m.Buttons)
	}
}

func TestBadPassiveUpdates(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	id := w.card(stageCard, "WangFang")
	update := `<xml><ToUserName>WangFang</ToUserName><FromUserName>ww1</FromUserName><MsgType>update_button</MsgType><Button><ReplaceName>已同意</ReplaceName></Button></xml>`
	good := w.reply(inletApp, update)
	for name, body := range map[string]string{
		"signature": strings.Replace(good, "<TimeStamp><![CDATA[1", "<TimeStamp><![CDATA[2", 1),
		"words":     "success",
		"receiver":  w.reply(inletApp, strings.Replace(update, "WangFang", "LiLei", 1)),
		"no name":   w.reply(inletApp, strings.Replace(update, "已同意", "", 1)),
		"bad card": w.reply(inletApp, `<xml><ToUserName>WangFang</ToUserName><FromUserName>ww1</FromUserName><MsgType>update_template_card</MsgType>
		 <TemplateCard><CardType>odd</CardType></TemplateCard></xml>`),
	} {
		w.hub.answers(func(told, int) (int, string) { return 200, body })
		if res := w.Click(inTime(t), "WangFang", id, "同意", nil); res.CardReplaced || res.Err == nil || res.Done() {
			t.Errorf("%s: %+v", name, res)
		}
	}
	w.hub.answers(func(told, int) (int, string) { return 500, good })
	if res := w.Click(inTime(t), "WangFang", id, "同意", nil); res.CardReplaced {
		t.Errorf("an answer of HTTP 500 changed the card: %+v", res)
	}
	if m, _ := w.Message(id); m.Updates != 0 {
		t.Errorf("the card was changed: %+v", m)
	}
	w.hub.answers(func(told, int) (int, string) { return 200, good })
	if res := w.SendText(inTime(t), "WangFang", "", "a"); res.OK() {
		t.Error("a card is changed though nobody pressed it")
	}
}
