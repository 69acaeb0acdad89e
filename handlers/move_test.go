package handlers

import (
	"strconv"
	"testing"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestMove(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.deal("华东智造科技（上海）有限公司", "128万")

	r.says(li, "推进 华东智造 需求确认").has(t, "我理解的是", "需求纪要", "10 分钟", "好了")
	r.gives(li, "纪要.pdf", "pdf")
	r.says(li, "好了").has(t, "→ 需求确认", "纪要.pdf")
	if r.stage(n) != "needs" {
		t.Fatalf("stage %s", r.stage(n))
	}
	r.says(li, "撤销").has(t, "已撤销", "初步接触")
	r.says(li, "撤销").has(t, "没有可以撤销")

	// Freed by the undo, the file serves again; the natural form works.
	r.says(li, "华东智造 推进到需求确认 附件见上").has(t, "→ 需求确认")
	// A file serves one move.
	r.says(li, "推进 hdzz 方案报价").has(t, "方案文件")
	r.gives(li, "方案.zip", "zip")
	r.says(li, "好了").has(t, "方案文件")
	r.gives(li, "方案.pdf", "pdf")
	r.says(li, "推进 #"+itoa(n)+" 合同签订").has(t, "方案报价", "按顺序")
	r.says(li, "推进 #"+itoa(n)+" 方案").has(t, "→ 方案报价")
	r.gives(li, "拜访.pdf", "pdf")
	r.says(li, "推进 华东智造 商务谈判").has(t, "谁参会")
	r.says(li, "参会=张伟、李娜 财务总监").has(t, "张伟", "职务")
	r.says(li, "参会=张伟 总经理、李娜 财务总监").has(t, "→ 商务谈判", "张伟 总经理、李娜 财务总监")
	r.says(li, "推进 华东智造").has(t, "合同签订", "决策人签字扫描件")
	r.says(li, "赢单 华东智造").has(t, "合同签订")
	r.says(li, "丢单 华东智造").has(t, "原因")
	r.says(li, "丢单 华东智造 没有预算").has(t, "已丢单", "没有预算")
	r.says(li, "推进 华东智造 合同签订").has(t, "没有找到")
}

func TestMoveTalk(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.deal("华东智造", "128万")
	r.gives(li, "纪要.pdf", "pdf")
	for _, text := range []string{
		"还没推进到需求确认", "如果推进到需求确认客户会怎么想", "华东智造还没推进到需求确认", "客户问能不能把华东智造推进到需求确认", "华东智造推进到需求确认了吗", "华东智造不想推进到需求确认",
	} {
		r.says(li, text).has(t, "没有推进")
		if r.stage(n) != "contact" {
			t.Fatalf("%q moved the deal", text)
		}
	}
	r.says(li, "华东智造 推进到需求确认\n北方重工 推进到方案报价").has(t, "2 个商机", "分开发")
}

// TestMoveWaits: a move whose file is still on its way says nothing until the
// file is here, and then gives one answer.
func TestMoveWaits(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.deal("华东智造", "128万")
	f := r.sends(li, "纪要.pdf", "")
	if all := r.silent(li, "推进 华东智造 需求确认"); len(all) > 0 {
		t.Fatalf("answered too early: %v", texts(all))
	}
	r.now = r.now.Add(20 * time.Minute) // a slow platform must not cost the person the window
	r.arrives(f, "pdf")
	all := r.new()
	if len(all) != 1 || r.stage(n) != "needs" {
		t.Fatalf("stage %s, answers %v", r.stage(n), texts(all))
	}
	all[0].has(t, "→ 需求确认")

	// The file turns out to be no evidence.
	f = r.sends(li, "方案.exe", "")
	r.silent(li, "推进 华东智造 方案报价")
	r.arrives(f, "")
	all = r.new()
	if len(all) != 2 {
		t.Fatalf("answers %v", texts(all))
	}
	all[0].has(t, "方案.exe", "不能用作凭证")
	all[1].has(t, "方案文件")

	// The file is taken back.
	f = r.sends(li, "方案.pdf", "")
	r.silent(li, "推进 华东智造 方案报价")
	e := r.event("")
	e.Kind, e.User, e.MessageID = bots.EventRecalled, "", f.Platform.MessageID
	r.handle(e)
	all = r.new()
	if len(all) != 2 || r.stage(n) != "needs" {
		t.Fatalf("stage %s, answers %v", r.stage(n), texts(all))
	}
}

func (r *room) silent(who, text string) []said {
	r.t.Helper()
	e := r.event(who)
	e.Text = text
	r.new()
	r.handle(e)
	return r.new()
}

// TestMoveInGroup: files of a group serve moves in that group only; success is
// said there, errors privately.
func TestMoveInGroup(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.deal("华东智造", "128万")
	r.arrives(r.sends(li, "纪要.pdf", "oc_east"), "pdf")
	r.says(li, "推进 华东智造 需求确认").has(t, "需求纪要")
	r.says(li, "取消")
	for _, s := range r.shouts(li, "推进 华东智造 方案报价") {
		if s.User != "ou_li" || s.Chat != "" {
			t.Errorf("an error stands in the group: %+v", s.Message)
		}
	}
	all := r.shouts(li, "华东智造 推进到需求确认 附件见上")
	if len(all) != 1 || all[0].Chat != "oc_east" {
		t.Fatalf("answers %v", texts(all))
	}
	all[0].has(t, "→ 需求确认")
	// Not addressed: not answered.
	e := r.event(li)
	e.Text, e.Chat, e.Private, e.Mentioned = "帮助", "oc_east", false, false
	r.handle(e)
	if all := r.new(); len(all) > 0 {
		t.Errorf("answered though nobody asked: %v", texts(all))
	}
}

func TestMoveChoice(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	a, b := r.deal("华东智造科技", "10万"), r.deal("华东智造装备", "20万")
	r.gives(li, "纪要.pdf", "pdf")
	r.says(li, "推进 华东智造 需求确认").has(t, "找到 2 个", "1.", "2.", "#"+itoa(a), "#"+itoa(b))
	r.says(li, "3").has(t, "1 到 2")
	r.says(li, "2").has(t, "→ 需求确认", "装备")
	if r.stage(a) != "contact" || r.stage(b) != "needs" {
		t.Errorf("stages %s %s", r.stage(a), r.stage(b))
	}
	r.says(li, "丢单 华东智造 预算取消").has(t, "找到 2 个")
	r.says(li, "1").has(t, "已丢单", "预算取消")
	r.says(li, "推进 北方 需求确认").has(t, "没有找到")
	// Nobody else's deals are found.
	r.says(han, "推进 华东智造装备 方案报价").has(t, "没有找到")
	// A manager's are.
	r.gives(wang, "方案.pdf", "pdf")
	r.says(wang, "推进 华东智造装备 方案报价").has(t, "→ 方案报价")
}

// TestLateDelivery: a hub that was down gets file and words late; what counts
// is when the person said it.
func TestLateDelivery(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.deal("华东智造", "10万")
	e := r.event(li)
	e.Files = []bots.File{{Key: "k", MessageID: e.MessageID, Name: "纪要.pdf"}}
	sent := r.now
	r.now = r.now.Add(time.Hour)
	r.handle(e)
	var f sales.File
	r.view(func(tx *store.Tx) (err error) {
		f, err = tx.FileByPlatform(t.Context(), "feishu", e.MessageID, "k")
		return err
	})
	r.arrives(f, "pdf")
	e = r.event(li)
	e.Text, e.At = "推进 华东智造 需求确认", sent.Add(time.Minute)
	r.answered(e).has(t, "→ 需求确认")
}

func TestQuota(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	rules := *r.hub.Rules()
	rules.Evidence.PerDay = 2
	r.hub.Rules = func() *sales.Rules { return &rules }
	r.gives(li, "1.pdf", "pdf")
	r.gives(li, "2.pdf", "pdf")
	e := r.event(li)
	e.Files = []bots.File{{Key: "k", MessageID: e.MessageID, Name: "3.pdf"}}
	r.answered(e).has(t, "2 个文件")
}

// TestFileIsAnsweredWhereItCame: in the chat with the 智能机器人, where it has an
// address for one answer; what came with words is answered by then.
func TestFileIsAnsweredWhereItCame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, kind, want string
		group            bool
	}{
		"a file":            {kind: "pdf", want: "reply:LiLei:https://x"},
		"refused":           {want: "reply:LiLei:https://x"},
		"beside words":      {text: "帮助", kind: "pdf"},
		"refused, in group": {group: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onWeCom(t)
			e := r.event(li)
			e.Text, e.Reply, e.Private = c.text, "reply:LiLei:https://x", !c.group
			e.Files = []bots.File{{Bot: r.bot, Key: "k", MessageID: e.MessageID, Name: "方案.pdf"}}
			if c.group {
				e.Chat, e.Reply = "g", "reply-group:LiLei:https://x"
			}
			r.handle(e)
			r.new()
			var f sales.File
			r.view(func(tx *store.Tx) (err error) {
				f, err = tx.FileByPlatform(t.Context(), r.bot, e.MessageID, "k")
				return err
			})
			r.arrives(f, c.kind)
			all := r.new()
			if len(all) != 1 || all[0].Chat != c.want || (c.want == "") != (all[0].User == "LiLei") {
				t.Fatalf("%+v", all)
			}
			all[0].has(t, "方案.pdf")
		})
	}
}

// TestFilesOfOneMessageAreAnsweredAtOnePlace: the address is good for one answer.
func TestFilesOfOneMessageAreAnsweredAtOnePlace(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	e := r.event(li)
	e.Reply, e.Private = "reply:LiLei:https://x", true
	for _, key := range []string{"k1", "k2"} {
		e.Files = append(e.Files, bots.File{Bot: r.bot, Key: key, MessageID: e.MessageID, Name: key + ".pdf"})
	}
	r.handle(e)
	r.new()
	for _, file := range e.Files {
		var f sales.File
		r.view(func(tx *store.Tx) (err error) {
			f, err = tx.FileByPlatform(t.Context(), r.bot, e.MessageID, file.Key)
			return err
		})
		r.arrives(f, "pdf")
		all := r.new()
		if len(all) != 1 || all[0].Chat != "" || all[0].User != "LiLei" {
			t.Fatalf("%s: %+v", file.Key, all)
		}
		all[0].has(t, file.Name)
	}
}
