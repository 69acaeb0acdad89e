package cards

import (
	"strings"
	"testing"

	"genjin/bots"
	"genjin/sales"
)

// TestReasons: where nothing can be typed a reason can be chosen, and none is the
// first choice.
func TestReasons(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	options := func() []bots.Option {
		c := w.Approval(approval("华东智造"), nil, sales.ApprovalTask{Approver: "p-wang"}, "n")
		for _, b := range c.Blocks {
			if b.Form != nil {
				return b.Form.Inputs[0].Options
			}
		}
		return nil
	}
	usual := options()
	if len(usual) != 5 || usual[0].Value != NoReason || usual[0].Text == "" || usual[2] != (bots.Option{Value: "材料不全", Text: "材料不全"}) {
		t.Errorf("usual: %+v", usual)
	}
	w.Rules.Approvals.Reasons = []string{"报价过期"}
	if own := options(); len(own) != 2 || own[1].Value != "报价过期" {
		t.Errorf("the rules' own: %+v", own)
	}
	for _, o := range options() {
		if o.Value == "" || len(o.Value) > 128 || strings.Contains(o.Value, ",") {
			t.Errorf("%q is no option's value", o.Value)
		}
	}
}

// TestTodoAsk: the question lists what WeCom can, each with the version shown, and
// tells of the rest and of what to reply.
func TestTodoAsk(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	items := make([]TodoItem, 0, 23)
	for i := range 23 {
		a := approval(strings.Repeat("华东智能制造集团", 8))
		a.Number = int64(1287 + i)
		items = append(items, TodoItem{Approval: a})
	}
	ask := w.Todo(sales.Person{}, items, "n").Ask
	if ask == nil || len(ask.Inputs) != 1 || ask.Inputs[0].Kind != bots.InputChecks || ask.Inputs[0].Name != PickName || len(ask.Inputs[0].Options) != 20 {
		t.Fatalf("ask %+v", ask)
	}
	for _, want := range []string{"全部同意", "同意 1287", "拒绝 1287 原因", "还有 3 项"} {
		if !strings.Contains(ask.Inputs[0].Hint, want) {
			t.Errorf("no %q in %q", want, ask.Inputs[0].Hint)
		}
	}
	if n := len([]rune(ask.Inputs[0].Hint)); n > 255 {
		t.Errorf("the hint has %d characters", n)
	}
	for i, o := range ask.Inputs[0].Options {
		if !strings.HasSuffix(o.Value, ":2") || len([]rune(o.Text)) > 40 || !strings.Contains(o.Text, "¥") {
			t.Errorf("option %d: %+v", i, o)
		}
	}
	if b := ask.Buttons[0]; b.Action != "all-approve" || b.Value["n"] != "n" || len(b.Value) != 1 {
		t.Errorf("button %+v", b)
	}
	if done := w.Todo(sales.Person{}, nil, "n"); done.Ask != nil {
		t.Error("nothing waits, and yet it asks")
	}
}

// TestLeadFormInWords: said in words the form names what is missing, a line to copy
// and the page.
func TestLeadFormInWords(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	c := w.LeadForm(Form{Link: "/form/T"})
	if c.Link != "https://hub.example/form/T" {
		t.Errorf("link %q", c.Link)
	}
	for _, want := range []string{"必填：公司、联系人、电话（或邮箱）", "线索 公司= 联系人= 电话= 行业= 规模= 需求=", "例如：线索 公司=", c.Link} {
		if !strings.Contains(c.Plain(), want) {
			t.Errorf("no %q in:\n%s", want, c.Plain())
		}
	}
	given := w.LeadForm(Form{Given: map[string]string{"公司": "华东智造"}, Link: "/form/T"})
	if !strings.Contains(given.Plain(), "线索 公司=华东智造 联系人= 电话=") {
		t.Errorf("what is given stands in the line:\n%s", given.Plain())
	}
	half := w.LeadForm(Form{
		Given: map[string]string{"公司": "华东智造", "邮箱": "a@b.cn"}, Problems: []sales.Problem{{Kind: sales.ProblemMissing, Field: "联系人"}},
	}).Plain()
	if !strings.Contains(half, "我读到：公司 华东智造") || !strings.Contains(half, "还缺：联系人。\n补好") || !strings.Contains(half, "\n联系人=\n") || strings.Contains(half, "电话（或邮箱）") {
		t.Errorf("half:\n%s", half)
	}
}

// TestUploadWords: each state of the page has a head, and a page for nothing in
// particular names its owner.
func TestUploadWords(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	for _, state := range []string{"done", "expired", "denied", "unknown", "trouble"} {
		if w.UploadState(state) == "" {
			t.Errorf("%s has no head", state)
		}
	}
	stage := w.Rules.Pipeline[1]
	d := sales.Deal{Number: 13, Company: "华东智造", Stage: "contact"}
	p := w.UploadPage(Upload{Deal: d, To: stage, Moves: true, Most: 20 << 20})
	if !strings.Contains(p.For, "初步接触 → 合同签订") || !strings.Contains(p.Needs, "签字扫描件") || p.Types != "PDF、图片" || p.Limit != "20 MB" || !strings.Contains(p.Then, "自动推进") {
		t.Errorf("%+v", p)
	}
	p = w.UploadPage(Upload{Person: "p-li", Most: 20 << 20})
	if p.For != "李雷 的凭证" || p.Needs != "" || !strings.Contains(p.Then, "10 分钟") {
		t.Errorf("%+v", p)
	}
	offer := w.UploadOffer(d, sales.Stage{}, false, "/upload/T")
	if !strings.Contains(offer, "https://hub.example/upload/T") || strings.Contains(offer, "%!") {
		t.Error(offer)
	}
	if text := w.UploadRefused("file_too_large", 20<<20); !strings.Contains(text, "20 MB") {
		t.Error(text)
	}
}
