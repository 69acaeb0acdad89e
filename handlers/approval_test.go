package handlers

import (
	"strings"
	"testing"

	"genjin/bots"
	"genjin/sales"
)

func TestApproveByCard(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.atContract("华东智造", "128万")
	card := r.asks(wang, n)
	approve, reject := button(t, card, "同意"), button(t, card, "拒绝")

	for who, words := range map[string]string{han: "王芳", li: "自己", "stranger": "登记", zhao: "王芳"} {
		if a := r.clicks(who, approve, nil); a.Tone != bots.ToneError || !strings.Contains(a.Text, words) {
			t.Errorf("%s: %+v, want %s", who, a, words)
		}
	}
	if a := r.clicks(wang, reject, map[string]string{"comment": "  "}); a.Tone == bots.ToneSuccess || !strings.Contains(a.Text, "原因") {
		t.Errorf("rejected without a reason: %+v", a)
	}
	other := approve
	other.Value = map[string]string{"n": approve.Value["n"], "no": "999", "v": "1"}
	if a := r.clicks(wang, other, nil); !strings.Contains(a.Text, "对不上") {
		t.Errorf("another approval: %+v", a)
	}
	other.Value = map[string]string{"n": "guess", "no": approve.Value["no"], "v": "1"}
	if a := r.clicks(wang, other, nil); !strings.Contains(a.Text, "对不上") {
		t.Errorf("a guessed nonce: %+v", a)
	}
	if r.approval(n).Status != sales.ApprovalPending {
		t.Fatal("decided too early")
	}
	a := r.clicks(wang, approve, map[string]string{"comment": "可以"})
	if a.Tone != bots.ToneSuccess || a.Card == nil || !strings.Contains(a.Text, "赵敏") {
		t.Fatalf("approved: %+v", a)
	}
	if text := a.Card.Plain(); !strings.Contains(text, "王芳 已同意") || !strings.Contains(text, "可以") || !strings.Contains(text, "等 赵敏 审批") {
		t.Errorf("closed card:\n%s", text)
	}
	// Again: an honest answer, no second decision.
	if a := r.clicks(wang, approve, nil); a.Tone == bots.ToneSuccess {
		t.Errorf("approved twice: %+v", a)
	}
	second := r.asks(zhao, n)
	if a := r.clicks(zhao, button(t, second, "退回"), map[string]string{"comment": "请补签字页"}); a.Tone != bots.ToneSuccess {
		t.Fatalf("returned: %+v", a)
	}
	if a := r.clicks(wang, approve, nil); !strings.Contains(a.Text, "赵敏") || !strings.Contains(a.Text, "退回") {
		t.Errorf("after the end: %+v", a)
	}
	if got := r.approval(n).Status; got != sales.ApprovalReturned {
		t.Errorf("status %s", got)
	}
}

func TestApproveByText(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := itoa(r.atContract("华东智造", "50万"))
	for _, text := range []string{"不同意", "同意个屁", "我不太同意", "同意", "同意吧 " + n} {
		want := "同意 编号"
		if strings.HasPrefix(text, "不同意") {
			want = "拒绝 编号"
		}
		r.says(wang, text).has(t, "没有当作审批处理", want)
	}
	r.says(li, "同意 "+n).has(t, "自己")
	r.says(han, "同意 "+n).has(t, "王芳")
	r.says(wang, "同意 99999").has(t, "没有找到")
	r.says(wang, "拒绝 "+n).has(t, "原因")
	r.says(wang, "转交 "+n+" 李雷").has(t, "提交人")
	r.says(wang, "转交 "+n+" 不存在").has(t, "名单里没有")
	r.says(wang, "转交 "+n+" 赵敏").has(t, "赵敏")
	r.says(wang, "同意 "+n).has(t, "#"+n)
	all := r.silent(li, "催办 "+n)
	if len(all) != 2 || all[0].User != "ou_zhao" {
		t.Fatalf("nudged: %v", texts(all))
	}
	all[0].has(t, "李雷 请你处理审批 #"+n)
	r.says(li, "催办 "+n).has(t, "一小时")
	r.says(zhao, "拒绝 "+n+" 价格没谈拢").has(t, "已拒绝审批 #"+n)
	r.says(zhao, "同意 "+n).has(t, "赵敏", "拒绝")
	r.says(li, "催办 "+n).has(t, "赵敏")
	r.says(li, "撤销").has(t, "没有")
}

func TestUndoPendingApproval(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.atContract("华东智造", "50万")
	r.says(li, "推进 华东智造 合同签订").has(t, "审批 #"+itoa(n))
	r.says(li, "撤销").has(t, "已撤销", "商务谈判")
	r.says(wang, "同意 "+itoa(n)).has(t, "撤回")
}

func TestTodoBulk(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	numbers := make([]int64, 0, 3)
	for _, company := range []string{"华东智造", "北方重工", "南海电子"} {
		numbers = append(numbers, r.atContract(company, "50万"))
	}
	card := r.says(wang, "待办").has(t, "待你审批 3 项", "¥1,500,000", "华东智造", "北方重工", "南海电子").body.Card
	all := button(t, card, "全部同意")
	if !strings.Contains(all.Confirm, "3 项") || !strings.Contains(all.Confirm, "¥1,500,000") {
		t.Errorf("confirm: %s", all.Confirm)
	}
	if a := r.clicks(han, all, nil); !strings.Contains(a.Text, "王芳") {
		t.Errorf("another's list: %+v", a)
	}
	// One is decided elsewhere meanwhile: it is told, the others go through.
	r.says(wang, "拒绝 "+itoa(numbers[0])+" 太贵")
	r.new()
	a := r.clicks(wang, all, nil)
	if a.Tone != bots.ToneWarn || a.Card == nil || !strings.Contains(a.Card.Title, "处理完") {
		t.Fatalf("bulk: %+v", a)
	}
	lines := r.new()
	if len(lines) != 1 {
		t.Fatalf("results: %v", texts(lines))
	}
	lines[0].has(t, "已同意 2 项，1 项没有生效", "✕ 审批 #"+itoa(numbers[0]), "✓ 审批 #"+itoa(numbers[1]), "✓ 审批 #"+itoa(numbers[2]))
	for i, want := range []sales.ApprovalStatus{sales.ApprovalRejected, sales.ApprovalApproved, sales.ApprovalApproved} {
		if got := r.approval(numbers[i]).Status; got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
	r.says(wang, "待办").has(t, "没有等你处理")
}

// TestTodoOne decides one by one on the consolidated card.
func TestTodoOne(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.atContract("华东智造", "50万")
	m := r.atContract("北方重工", "50万")
	card := r.says(wang, "待办").body.Card
	first := button(t, card, "同意")
	if first.Value["no"] != itoa(n) {
		t.Fatalf("oldest first: %v", first.Value)
	}
	a := r.clicks(wang, first, nil)
	if a.Card == nil || strings.Contains(a.Card.Plain(), "华东智造") || !strings.Contains(a.Card.Plain(), "北方重工") {
		t.Fatalf("after one: %+v", a)
	}
	if a := r.clicks(wang, button(t, a.Card, "退回"), map[string]string{"comment": "补签字页"}); a.Tone != bots.ToneSuccess {
		t.Fatalf("return: %+v", a)
	}
	if got := r.approval(m).Status; got != sales.ApprovalReturned {
		t.Errorf("status %s", got)
	}
	// A card that was replaced decides nothing more about what is over.
	if a := r.clicks(wang, first, nil); a.Tone == bots.ToneSuccess {
		t.Errorf("old card: %+v", a)
	}
}

func TestDelegate(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := itoa(r.atContract("华东智造", "50万"))
	r.says(wang, "代理 韩梅梅").has(t, "例如")
	r.says(wang, "代理 王芳 到 11-28").has(t, "不能代理给自己")
	all := r.silent(wang, "代理 韩梅梅 到 11-28")
	if len(all) != 2 {
		t.Fatalf("answers: %v", texts(all))
	}
	all[0].has(t, "王芳 请你代为审批", "2026-11-28")
	all[1].has(t, "韩梅梅", "2026-11-28 周六")
	r.says(han, "代理 王芳 到 11-28").has(t, "不能互相代理")
	r.says(han, "待办").has(t, "待你审批 1 项", "代 王芳 审批")
	r.says(han, "同意 "+n).has(t, "已同意审批 #"+n)
	r.says(wang, "代理 取消").has(t, "已收回")
}

// TestWhoIsWaitedFor: who asks reads who will decide, be it in somebody's place.
func TestWhoIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.silent(wang, "代理 韩梅梅 到 11-28")
	r.deal("华东智造", "128万") // two steps
	for _, step := range []string{"需求确认", "方案报价", "商务谈判 参会=张伟 总经理"} {
		r.gives(li, step+".pdf", "pdf")
		r.says(li, "推进 华东智造 "+step).has(t, "→")
	}
	r.gives(li, "签字.pdf", "pdf")
	asked := r.says(li, "推进 华东智造 合同签订")
	asked.has(t, "等 韩梅梅（代 王芳） 审批")
	n := itoa(number(t, asked.text, "审批"))
	r.says(zhao, "待办")
	r.silent(zhao, "代理 李雷 到 11-28") // who asked never decides: it stays with 赵敏
	r.says(han, "同意 "+n).has(t, "等 赵敏 审批")
}

// TestOldCard: a card that is closed or older than the platform lets it live
// decides nothing; a fresh one does.
func TestOldCard(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.atContract("华东智造", "50万")
	old := button(t, r.asks(wang, n), "同意")
	all := r.says(wang, "待办").body.Card
	r.now = r.now.AddDate(0, 0, 31)
	if a := r.clicks(wang, old, nil); a.Tone != bots.ToneWarn || !strings.Contains(a.Text, "最新") {
		t.Errorf("old card: %+v", a)
	}
	r.new()
	if a := r.clicks(wang, button(t, all, "同意"), nil); a.Tone != bots.ToneWarn {
		t.Errorf("old list: %+v", a)
	}
	if r.approval(n).Status != sales.ApprovalPending {
		t.Fatal("an old card decided")
	}
	fresh := r.new()
	if len(fresh) == 0 {
		t.Fatal("no fresh list")
	}
	if a := r.clicks(wang, old, nil); a.Tone != bots.ToneWarn {
		t.Errorf("closed card: %+v", a)
	}
	if a := r.clicks(wang, button(t, fresh[len(fresh)-1].body.Card, "同意"), nil); a.Tone != bots.ToneSuccess {
		t.Errorf("fresh list: %+v", a)
	}
	if a := r.clicks(wang, old, nil); !strings.Contains(a.Text, "王芳") {
		t.Errorf("closed card after the decision: %+v", a)
	}
}
