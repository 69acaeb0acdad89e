package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// onWeCom is a room whose people use a platform that shows no response to a click.
func onWeCom(t *testing.T, more ...func(*Options)) *room {
	t.Helper()
	r := newRoom(t, more...)
	r.bot = "wecom"
	return r
}

// presses has a person press a button, and gives what they get to see: changed
// cards and messages of their own.
func (r *room) presses(who string, b bots.Button, form map[string]string) (changed, told []said) {
	r.t.Helper()
	r.new()
	r.clicks(who, b, form)
	for _, m := range r.new() {
		if m.Update != "" {
			changed = append(changed, m)
		} else {
			told = append(told, m)
		}
	}
	return changed, told
}

// TestMuteDecides: the closed card names who decided, so that nothing else is
// said; it is redrawn at once, since no answer could be overtaken.
func TestMuteDecides(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "128万")
	card := r.asks(wang, n)
	changed, told := r.presses(wang, button(t, card, "同意"), map[string]string{"comment": cards.NoReason})
	if len(changed) != 1 || len(told) != 0 || !strings.Contains(changed[0].text, "王芳 已同意") || strings.Contains(changed[0].text, "意见") {
		t.Fatalf("%q %q", texts(changed), texts(told))
	}
	if !changed[0].NotBefore.IsZero() || changed[0].User != "WangFang" {
		t.Errorf("the change goes to %s, not before %s", changed[0].User, changed[0].NotBefore)
	}
	// A second press is answered: who decided, and when.
	changed, told = r.presses(wang, button(t, card, "拒绝"), map[string]string{"comment": "材料不全"})
	if len(told) != 1 || !strings.Contains(told[0].text, "王芳 同意") || told[0].User != "WangFang" || len(changed) != 1 {
		t.Errorf("%q %q", texts(changed), texts(told))
	}
}

// TestMuteLacking: what a card offers no way to give is asked for by chat, with
// what to reply; nothing is decided, and the card stays.
func TestMuteLacking(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "128万")
	card := r.asks(wang, n)
	for text, want := range map[string]string{"拒绝": "拒绝 " + itoa(n) + " 原因", "退回": "退回 " + itoa(n) + " 原因", "转交": "转交 " + itoa(n) + " 姓名"} {
		changed, told := r.presses(wang, button(t, card, text), map[string]string{"comment": cards.NoReason})
		if len(changed) != 0 || len(told) != 1 || !strings.Contains(told[0].text, "回复「"+want+"」") {
			t.Errorf("%s: %q %q", text, texts(changed), texts(told))
		}
	}
	if a := r.approval(n); a.Status != sales.ApprovalPending {
		t.Fatalf("it is %s", a.Status)
	}
	// A reason that was chosen is one.
	changed, told := r.presses(wang, button(t, card, "拒绝"), map[string]string{"comment": "材料不全"})
	if len(changed) != 1 || len(told) != 0 || !strings.Contains(changed[0].text, "材料不全") || r.approval(n).Status != sales.ApprovalRejected {
		t.Errorf("%q %q", texts(changed), texts(told))
	}
}

// TestMuteCopies: a copy of a click says nothing again.
func TestMuteCopies(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "128万")
	b := button(t, r.asks(han, n), "同意")
	e := r.event(han)
	e.User, e.Kind, e.Private, e.Click = "LiLei", bots.EventClick, false, &bots.Click{Action: b.Action, Value: b.Value}
	r.new()
	first := r.handle(e)
	told := r.new()
	if len(told) != 1 || !strings.Contains(told[0].text, "自己提交") {
		t.Errorf("%q", texts(told))
	}
	if again := r.handle(e); again.Text != first.Text || len(r.new()) != 0 {
		t.Errorf("the copy: %+v", again)
	}
}

// TestMuteManyClicks: whoever taps again and again is told once, and again when
// some time has passed; another button is another question.
func TestMuteManyClicks(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "128万")
	card := r.asks(wang, n)
	said := 0
	for range 20 {
		_, told := r.presses(wang, button(t, card, "拒绝"), map[string]string{"comment": cards.NoReason})
		said += len(told)
	}
	if said != 1 {
		t.Errorf("20 taps in a moment were answered %d times", said)
	}
	if _, told := r.presses(wang, button(t, card, "退回"), map[string]string{"comment": cards.NoReason}); len(told) != 1 {
		t.Errorf("another button: %q", texts(told))
	}
	r.now = r.now.Add(pressedAgain)
	if _, told := r.presses(wang, button(t, card, "拒绝"), map[string]string{"comment": cards.NoReason}); len(told) != 1 {
		t.Errorf("later: %q", texts(told))
	}
}

// TestMuteEveryClick: strangers, unknown buttons and taps without a card of ours
// are answered too.
func TestMuteEveryClick(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.lead("华东智造")
	phone := button(t, r.says(li, "线索 #"+itoa(n)).body.Card, "看电话")
	for name, c := range map[string]struct {
		user   string
		button bots.Button
		want   string
	}{
		"phone": {"LiLei", phone, "+8613800138000"}, "unknown": {"LiLei", bots.Button{Action: "nothing"}, "不能用了"},
		"stranger": {"Mallory", phone, "没有登记"}, "not ours": {"LiLei", bots.Button{Action: "approve", Value: map[string]string{"n": "x"}}, "对不上"},
	} {
		e := r.event(li)
		e.User, e.Kind, e.Private, e.Click = c.user, bots.EventClick, false, &bots.Click{Action: c.button.Action, Value: c.button.Value}
		if got := r.answered(e); !strings.Contains(got.text, c.want) || got.User != c.user {
			t.Errorf("%s: %q to %s", name, got.text, got.User)
		}
	}
}

// TestMuteUndo: a card that we know nothing of cannot be redrawn; what it would
// say is said.
func TestMuteUndo(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	r.deal("华东智造", "128万")
	r.gives(li, "纪要.pdf", "pdf")
	moved := r.says(li, "推进 华东智造 需求确认").body.Card
	changed, told := r.presses(li, button(t, moved, "撤销（10 分钟内）"), nil)
	if len(changed) != 0 || len(told) != 1 || !strings.Contains(told[0].text, "已撤销") {
		t.Errorf("%q %q", texts(changed), texts(told))
	}
}

// TestMutePick: of the consolidated card what is ticked is approved; all boxes
// are 全部同意, none changes nothing.
func TestMutePick(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	a, b := r.atContract("华东智造", "60万"), r.atContract("苏州精工", "80万")
	card := r.says(wang, "待办").body.Card
	ask := card.Ask
	if ask == nil || len(ask.Inputs) != 1 || len(ask.Inputs[0].Options) != 2 || ask.Buttons[0].Text != "同意所选" || !strings.Contains(ask.Inputs[0].Hint, "全部同意") {
		t.Fatalf("ask: %+v", ask)
	}
	pick := ask.Inputs[0].Options[0].Value
	if pick != itoa(a)+":1" || !strings.Contains(ask.Inputs[0].Options[0].Text, "华东智造") {
		t.Errorf("option %+v", ask.Inputs[0].Options[0])
	}
	changed, told := r.presses(wang, ask.Buttons[0], map[string]string{"pick": ""})
	if len(changed) != 0 || len(told) != 1 || !strings.Contains(told[0].text, "没有勾选") {
		t.Errorf("none: %q %q", texts(changed), texts(told))
	}
	for _, forged := range []string{"x", itoa(a), itoa(a) + ":0", pick + "," + pick} {
		if _, told = r.presses(wang, ask.Buttons[0], map[string]string{"pick": forged}); len(told) != 1 || !strings.Contains(told[0].text, "对不上") {
			t.Errorf("%s: %q", forged, texts(told))
		}
	}
	changed, told = r.presses(wang, ask.Buttons[0], map[string]string{"pick": pick})
	if r.approval(a).Status != sales.ApprovalApproved || r.approval(b).Status != sales.ApprovalPending {
		t.Fatalf("%s %s", r.approval(a).Status, r.approval(b).Status)
	}
	if len(told) != 1 || !strings.Contains(told[0].text, "已同意 1 项") || strings.Contains(told[0].text, "全部") || len(changed) != 1 || strings.Contains(changed[0].text, "华东智造") || changed[0].body.Card.Ask == nil {
		t.Errorf("one: %q %q", texts(changed), texts(told))
	}
	// The same press again: the request is decided, and the answer says by whom.
	if _, told = r.presses(wang, ask.Buttons[0], map[string]string{"pick": pick}); len(told) != 1 || !strings.Contains(told[0].text, "王芳 同意") {
		t.Errorf("again: %q", texts(told))
	}
}

// TestMuteOneOfMany: a redrawn list does not say what came of the one that is
// gone from it.
func TestMuteOneOfMany(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "128万")
	card := r.says(wang, "待办").body.Card
	changed, told := r.presses(wang, button(t, card, "同意"), nil)
	if len(changed) != 1 || !strings.Contains(changed[0].text, "都处理完了") || len(told) != 1 || !strings.Contains(told[0].text, "已同意审批 #"+itoa(n)) {
		t.Errorf("%q %q", texts(changed), texts(told))
	}
}

// TestMuteOops: when something goes wrong on our side, the person hears of it.
func TestMuteOops(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.lead("华东智造")
	phone := button(t, r.says(li, "线索 #"+itoa(n)).body.Card, "看电话")
	r.hub.acts["phone"] = func(context.Context, *call, speech.Command) error { return errors.New("planted") }
	changed, told := r.presses(li, phone, nil)
	if len(changed) != 0 || len(told) != 1 || !strings.Contains(told[0].text, "参考号") {
		t.Errorf("%q", texts(told))
	}
}

// TestMuteForm: the form is said in words, with a line to copy and a page.
func TestMuteForm(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	got := r.says(li, "线索")
	got.has(t, "公司、联系人、电话（或邮箱）", "线索 公司= 联系人= 电话=", "https://hub.example/form/")
	if got.body.Card != nil {
		t.Errorf("a card: %+v", got.body.Card)
	}
	r.says(li, "线索 公司=华东智造").has(t, "还缺")
	r.new()
	e := r.event(li)
	e.Text = "联系人=张伟"
	r.handle(e)
	all := r.new()
	if len(all) != 1 { // one answer, though the form comes with it
		t.Fatalf("%q", texts(all))
	}
	all[0].has(t, "我读到：公司 华东智造，联系人 张伟", "还缺：电话（或邮箱）。\n补好发给我就行", "\n电话=\n")
	r.says(li, "电话=13800138000").has(t, "已录入线索")
}

// TestCodesAreLearnt: a click brings what it takes to change the card; what is
// known of the message otherwise stays.
func TestCodesAreLearnt(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "128万")
	card := r.asks(wang, n)
	var id string
	ref := func(set string) (now store.Message) {
		r.do(func(tx *store.Tx) error {
			c, err := tx.Card(t.Context(), button(t, card, "同意").Value["n"])
			if err != nil {
				return err
			}
			id = c.MessageID
			if set != "" {
				if err := tx.MarkMessage(t.Context(), id, store.MessageResult{State: store.MessageUncertain, Ref: set}); err != nil {
					return err
				}
			}
			now, err = tx.Message(t.Context(), id)
			return err
		})
		return now
	}
	press := func(ref bots.CardRef) string {
		e := r.event(wang)
		e.Kind, e.Private = bots.EventClick, false
		b := button(t, card, "拒绝")
		e.Click = &bots.Click{Action: b.Action, Value: b.Value, Card: ref}
		return r.answered(e).text
	}
	ref("task-1 old@100")
	if got := press("task-2 new@200"); !strings.Contains(got, "对不上") {
		t.Errorf("another message's card: %s", got)
	}
	if got := press("task-1 new@200"); !strings.Contains(got, "原因") {
		t.Errorf("refused: %s", got)
	}
	if m := ref(""); m.Ref != "task-1 old@100 new@200" || m.State != store.MessageSent {
		t.Errorf("ref %q, %s", m.Ref, m.State)
	}
}

// TestReply: answers go where the event says; what concerns nobody else goes to
// the person.
func TestReply(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	r.deal("华东智造", "128万")
	say := func(text string) said {
		e := r.event(li)
		e.Text, e.Chat, e.Private, e.Reply = text, "wrchat", false, "reply:LiLei:https://x"
		return r.answered(e)
	}
	if m := say("帮助"); m.Chat != "reply:LiLei:https://x" || m.User != "" {
		t.Errorf("answer to %q %q", m.User, m.Chat)
	}
	if m := say("我的"); m.User != "LiLei" || m.Chat != "" {
		t.Errorf("list to %q %q", m.User, m.Chat)
	}
	// A move that waited for its file is answered there too.
	f := r.sends(li, "纪要.pdf", "")
	e := r.event(li)
	e.Text, e.Chat, e.Private, e.Reply = "推进 华东智造 需求确认", "wrchat", false, "reply:LiLei:https://y"
	r.new()
	r.handle(e)
	r.arrives(f, "pdf")
	if all := r.new(); len(all) != 1 || all[0].Chat != "reply:LiLei:https://y" {
		t.Errorf("%q", texts(all))
	}
}

// TestAnswerCrossesPlatforms: a move that was asked for on one platform is
// answered there, although its file came by another.
func TestAnswerCrossesPlatforms(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.deal("华东智造", "128万")
	r.bot = "wecom"
	f := r.sends(li, "纪要.pdf", "")
	r.bot = "feishu"
	e := r.event(li)
	e.Text = "推进 华东智造 需求确认"
	r.new()
	r.handle(e)
	r.arrives(f, "pdf")
	if all := r.new(); len(all) != 1 || all[0].Bot != "feishu" || all[0].User != "ou_li" {
		t.Errorf("%+v", all)
	}
}

// robot is a second way in of the mute platform.
type robot struct{ fakeBot }

func (robot) Name() string { return "wecom-bot" }

// TestInlets: a way in is found by its name, and says itself which methods it
// takes.
func TestInlets(t *testing.T) {
	t.Parallel()
	var methods []string
	in := robot{fakeBot{decode: func(r *http.Request) (bots.Inbound, error) {
		methods = append(methods, r.Method)
		return bots.Inbound{Response: &bots.Response{Body: []byte("echo")}}, nil
	}}}
	routes := newRoom(t, func(o *Options) { o.Inlets = []bots.Inlet{in} }).hub.Routes()
	for _, method := range []string{"GET", "POST", "PUT"} {
		if w := ask(t, routes, method+" /webhooks/wecom-bot", nil); w.Code != 200 || w.Body.String() != "echo" {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	if !slices.Equal(methods, []string{"GET", "POST", "PUT"}) {
		t.Errorf("asked for %v", methods)
	}
}

// TestMuteRedrawsOnce: a card that the use case changed is not changed again.
func TestMuteRedrawsOnce(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	var b bots.Button
	r.do(func(tx *store.Tx) error {
		form := store.Card{Nonce: "nonce", Kind: cardForm, Person: li, Bot: "wecom"}
		card := r.hub.words().LeadForm(cards.Form{Nonce: form.Nonce})
		b = button(t, &card, "取消")
		var err error
		if form.MessageID, err = tx.Post(t.Context(), store.Outgoing{Bot: "wecom", User: "LiLei", Person: li, Kind: cardForm, Body: []byte(`{}`)}); err != nil {
			return err
		}
		return tx.AddCard(t.Context(), form)
	})
	changed, told := r.presses(li, b, nil)
	if len(changed) != 1 || !strings.Contains(changed[0].text, "已取消录入") || len(told) != 0 {
		t.Errorf("%q %q", texts(changed), texts(told))
	}
}
