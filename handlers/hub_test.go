package handlers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// TestSeenTwice: the same event gets the same answer and changes nothing.
func TestSeenTwice(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	e := r.event(li)
	e.Text = fullLead
	r.handle(e)
	if n := len(r.new()); n != 1 {
		t.Fatalf("%d messages", n)
	}
	for range 3 {
		r.handle(e)
	}
	if all := r.new(); len(all) > 0 {
		t.Errorf("a copy was answered: %v", texts(all))
	}
	form := r.says(li, "线索").body.Card
	b := button(t, form, "提交")
	click := r.event(li)
	click.Kind, click.Text = bots.EventClick, ""
	click.Click = &bots.Click{Action: b.Action, Value: b.Value, Form: map[string]string{"company": "甲", "contact": "乙", "phone": "13800138000"}}
	first, again := r.handle(click), r.handle(click)
	if first.Text == "" || first.Text != again.Text || first.Card.Title != again.Card.Title {
		t.Errorf("answers differ: %+v and %+v", first, again)
	}
}

// TestStranger: who is not known gets a polite refusal, and nothing of what
// they said is kept.
func TestStranger(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.says("stranger", fullLead).has(t, "管理员")
	r.view(func(tx *store.Tx) error {
		leads, err := tx.OpenLeads(t.Context(), "")
		if len(leads) > 0 {
			t.Errorf("a stranger's lead stands: %+v", leads)
		}
		return err
	})
	e := r.event("stranger")
	e.Files = []bots.File{{Key: "k", MessageID: "m", Name: "x.pdf"}}
	e.Private, e.Mentioned = false, false
	r.new()
	r.handle(e)
	if all := r.new(); len(all) > 0 {
		t.Errorf("a stranger in a group was answered: %v", texts(all))
	}
	e = r.event(li)
	e.FromBot, e.Text = true, "帮助"
	r.handle(e)
	if all := r.new(); len(all) > 0 {
		t.Errorf("a bot was answered: %v", texts(all))
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.says(li, "帮助").has(t, "线索", "推进", "李雷")
	r.says(wang, "/帮助").has(t, "同意", "待办")
	r.says(li, "帮助 推进").has(t, "例子", "参会=")
	r.says(li, "帮助 tuijin").has(t, "例子")
	r.says(li, "帮助 推近").has(t, "推进")
	r.says(li, "推近 华东智造").has(t, "推进", "什么都没有改")
	r.says(li, "ok\n2026-11-24T00:00:00Z level=info msg=approved").has(t, "不是我认识的命令")
	r.says(li, `{"intent":"payment_confirmed","confidence":1}`).has(t, "不是我认识的命令")
	if all := r.silent(li, "🙂"); len(all) > 0 {
		t.Errorf("a sticker was answered: %v", texts(all))
	}
}

func TestMine(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.says(li, "我的").has(t, "还没有")
	r.deal("华东智造", "128万")
	r.lead("北方重工")
	r.says(li, "我的").has(t, "商机 #2 华东智造 · 初步接触 · ¥1,280,000", "线索 #3 北方重工")
	r.says(li, "静音 #2 3天 等客户预算").has(t, "已静音 #2", "2026-11-28")
	r.says(li, "我的").has(t, "静音到 2026-11-28")
	r.says(li, "静音 #3 下周五 出差").has(t, "#3", "2026-12-04")
	r.says(li, "静音 #2").has(t, "例如")
	r.says(li, "静音 #2 90天 太久").has(t, "30 天")
	r.says(han, "静音 #2 3天 别人的").has(t, "李雷")
}

func TestConvert(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := itoa(r.lead("华东智造"))
	r.says(li, "转商机").has(t, "例如")
	r.says(li, "转商机 #"+n+" 金额=很多").has(t, "看不懂")
	r.says(han, "转商机 #"+n).has(t, "李雷")
	r.says(li, "转商机 #"+n+" 金额=１２８万 产品=MES 预算=50万").has(t, "商机 #", "¥1,280,000", "初步接触", "决策人", "需求确认")
	r.says(li, "转商机 #"+n).has(t, "已经转成商机")
	r.says(li, "转商机 #999").has(t, "没有找到")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := itoa(r.atContract("华东智造", "50万"))
	r.new()
	e := r.event(wang)
	e.Kind = bots.EventUserLeft
	r.handle(e)
	all := r.new()
	if len(all) != 1 || all[0].User != "ou_admin" {
		t.Fatalf("told: %v", texts(all))
	}
	all[0].has(t, "王芳", "飞书", "赵敏")
	r.says(zhao, "待办").has(t, "待你审批 1 项", "代 王芳 审批")
	r.says(zhao, "同意 "+n).has(t, "已同意")

	e = r.event(han)
	e.Kind = bots.EventEntered
	r.answered(e).has(t, "韩梅梅")
	e = r.event(han)
	e.Kind = bots.EventEntered
	r.handle(e)
	if all := r.new(); len(all) > 0 {
		t.Errorf("greeted twice: %v", texts(all))
	}
	e = r.event(han)
	e.Kind, e.Text = bots.EventMenu, "todo"
	r.answered(e).has(t, "没有等你处理")
	e = r.event("")
	e.Kind, e.Chat, e.Private, e.User = bots.EventBotAdded, "oc_new", false, ""
	if a := r.answered(e).has(t, "跟进"); a.Chat != "oc_new" {
		t.Errorf("greeted in %q", a.Chat)
	}
}

// TestOops: what goes wrong on our side leaves nothing behind but its record,
// and the person gets a reference.
func TestOops(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hub.uses[speech.Mine] = func(ctx context.Context, c *call, _ speech.Command) error {
		if _, err := c.tx.NextNumber(ctx); err != nil {
			return err
		}
		if err := c.say(ctx, "half done"); err != nil {
			return err
		}
		return errors.New("planted")
	}
	a := r.says(li, "我的").has(t, "参考号", "没有生效")
	if strings.Contains(a.text, "#") || strings.Contains(a.text, "系统错误") || strings.Contains(a.text, "planted") {
		t.Errorf("answer:\n%s", a.text)
	}
	if n := r.lead("华东智造"); n != 1 {
		t.Errorf("number %d, want 1: the failed event left a trace", n)
	}
	r.hub.uses[speech.Mine] = func(context.Context, *call, speech.Command) error { return store.ErrUnavailable }
	e := r.event(li)
	e.Text = "我的"
	if _, err := r.hub.Handle(t.Context(), e, ""); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error %v, want %v", err, store.ErrUnavailable)
	}
}

// TestLeftDecidesNothing: who has left decides nothing from that moment.
func TestLeftDecidesNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.atContract("华东智造", "50万")
	b := button(t, r.asks(wang, n), "同意")
	people := r.hub.Org().People()
	gone := make([]sales.Person, len(people))
	copy(gone, people)
	for i := range gone {
		gone[i].Left = gone[i].ID == wang
	}
	org, err := sales.NewOrg(gone, r.hub.Org().Teams())
	if err != nil {
		t.Fatal(err)
	}
	r.hub.Org = func() *sales.Org { return org }
	if a := r.clicks(wang, b, nil); a.Tone != bots.ToneError {
		t.Errorf("who left approved: %+v", a)
	}
	if r.approval(n).Status != sales.ApprovalPending {
		t.Error("decided")
	}
	if a := r.clicks(zhao, b, nil); a.Tone != bots.ToneSuccess {
		t.Errorf("the manager of who left: %+v", a)
	}
}

// TestCardOfAnotherMessage: a click counts on the very message that was sent.
// Where the answer to sending was lost, the first click tells which it was.
func TestCardOfAnotherMessage(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.atContract("华东智造", "50万")
	b := button(t, r.asks(wang, n), "拒绝")
	press := func(ref bots.CardRef) bots.Answer {
		e := r.event(wang)
		e.Kind, e.Text = bots.EventClick, ""
		e.Click = &bots.Click{Action: b.Action, Value: b.Value, Card: ref}
		return r.handle(e)
	}
	if a := press("om_real"); !strings.Contains(a.Text, "原因") {
		t.Errorf("first click: %+v", a)
	}
	if a := press("om_forged"); !strings.Contains(a.Text, "对不上") {
		t.Errorf("another message: %+v", a)
	}
	if a := press("om_real"); !strings.Contains(a.Text, "原因") {
		t.Errorf("the same message again: %+v", a)
	}
}

// TestFilesWithoutANameAreNamed: pictures have none that says anything, and are
// told apart by when they were sent.
func TestFilesWithoutANameAreNamed(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for want, f := range map[string]bots.File{
		"图片-": {Name: "图片", Image: true}, "签字页.jpg": {Name: "签字页.jpg", Image: true}, "文件-": {}, "视频": {Name: "视频"},
	} {
		e := r.event(li)
		e.Text, f.Bot, f.Key, f.MessageID = "", r.bot, "k_"+e.Key, e.MessageID
		e.Files = []bots.File{f}
		r.handle(e)
		if strings.HasSuffix(want, "-") {
			want += r.now.In(testZone).Format("0102-1504")
		}
		r.view(func(tx *store.Tx) error {
			got, err := tx.FileByPlatform(t.Context(), r.bot, f.MessageID, f.Key)
			if got.Name != want {
				t.Errorf("%+v is named %q, want %q", f, got.Name, want)
			}
			return err
		})
	}
}
