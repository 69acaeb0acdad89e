package handlers

import (
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/store"
)

const fullLead = "线索 公司=华东智造 联系人=张伟 电话=13800138000 行业=智能制造 规模=500 需求=想了解MES，预算50万"

func TestLeadByText(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	a := r.says(li, fullLead).has(t, "线索 #", "华东智造", "行业匹配度 30/30", "公司规模", "技术栈兼容性", "访问频次", "分")
	if strings.Contains(a.text, "13800138000") || !strings.Contains(a.text, "138****8000") {
		t.Errorf("the phone number is not masked:\n%s", a.text)
	}
	// The same again by a colleague: warned and linked, not forbidden.
	r.says(han, "线索 公司=华东智造 联系人=王丽 电话=13800138000").has(t, "可能重复", "电话相同", "公司相同", "李雷")
}

func TestLeadWrongThenMended(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.says(li, "线索 公司=北方重工 联系人=赵六 电话=12345").has(t, "北方重工", "赵六", "12345", "电话=")
	r.says(li, "电话=13800138000").has(t, "线索 #", "北方重工")

	r.says(li, "线索 公司=南海电子 联系人=赵六 电话=12345").has(t, "12345")
	r.says(li, "13800138000").has(t, "线索 #", "南海电子")

	r.says(li, "线索 公司=西部能源").has(t, "还缺：联系人", "电话（或邮箱）")
	r.says(li, "取消").has(t, "已取消")
	r.says(li, "电话=13800138000").has(t, "不是我认识的命令")
}

// TestLeadTwiceWrong: after two wrong answers in a row the form comes, alone, with
// what was right in it and what was wrong above it.
func TestLeadTwiceWrong(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.says(li, "线索 公司=北方重工 联系人=赵六 电话=12345")
	r.new()
	e := r.event(li)
	e.Text = "电话=999"
	r.handle(e)
	all := r.new()
	if len(all) != 1 || all[0].body.Card == nil {
		t.Fatalf("not one form: %v", texts(all))
	}
	if text := all[0].body.Card.Blocks[0].Text; !strings.Contains(text, "北方重工") || !strings.Contains(text, "「999」不对") {
		t.Errorf("above the form: %s", text)
	}
	form := all[0].body.Card.Blocks[1].Form
	if form == nil || form.Inputs[0].Default != "北方重工" || form.Inputs[2].Default != "" {
		t.Errorf("form: %+v", form)
	}
}

func TestLeadDraftExpires(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.says(li, "线索 公司=北方重工 联系人=赵六 电话=12345")
	r.now = r.now.Add(31 * time.Minute)
	r.says(li, "电话=13800138000").has(t, "草稿", "过期", "没有生效")
	r.says(li, "取消").has(t, "没有进行中的草稿")
}

func TestLeadForm(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	form := r.says(li, "线索").body.Card
	submit := button(t, form, "提交")

	// Somebody else cannot fill it.
	if a := r.clicks(han, submit, map[string]string{"company": "甲"}); !strings.Contains(a.Text, "李雷") {
		t.Errorf("another's form: %+v", a)
	}
	// Wrong input: said at once, what was right stays in the form.
	a := r.clicks(li, submit, map[string]string{"company": "华东智造", "contact": "", "phone": "13800138000"})
	if a.Tone != bots.ToneError || a.Card == nil || !strings.Contains(a.Text, "联系人") {
		t.Fatalf("wrong input: %+v", a)
	}
	if again := a.Card.Blocks[1].Form; again.Inputs[0].Default != "华东智造" {
		t.Errorf("form again: %+v", again.Inputs[0])
	}
	a = r.clicks(li, submit, map[string]string{"company": "华东智造", "contact": "张伟", "phone": "13800138000"})
	if a.Tone != bots.ToneSuccess || a.Card == nil || !strings.Contains(a.Card.Title, "已录入线索 #") {
		t.Fatalf("submitted: %+v", a)
	}
	// A second press makes no second lead.
	if a = r.clicks(li, submit, map[string]string{"company": "华东智造", "contact": "张伟", "phone": "13800138000"}); !strings.Contains(a.Text, "已经提交过") {
		t.Errorf("second press: %+v", a)
	}
	r.view(func(tx *store.Tx) error {
		leads, err := tx.OpenLeads(t.Context(), "")
		if len(leads) != 1 {
			t.Errorf("%d leads, want 1", len(leads))
		}
		return err
	})
}

// TestPhone: the full number stands in the owner's toast and nowhere else.
func TestPhone(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.lead("华东智造")
	card := r.says(li, "线索 #"+itoa(n)).body.Card
	b := button(t, card, "看电话")
	if a := r.clicks(li, b, nil); !strings.Contains(a.Text, "+8613800138000") {
		t.Errorf("owner: %+v", a)
	}
	if a := r.clicks(han, b, nil); strings.Contains(a.Text, "13800138000") || !strings.Contains(a.Text, "李雷") {
		t.Errorf("colleague: %+v", a)
	}
	r.says(han, "线索 #"+itoa(n)).has(t, "李雷")
}

func TestLeadTouched(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.lead("华东智造")
	r.says(li, "待办").has(t, "要联系的线索 1 条", "华东智造")
	r.says(li, "跟进 #"+itoa(n)).has(t, "例如")
	r.says(li, "跟进 #"+itoa(n)+" 已电话沟通").has(t, "时限已停")
	r.says(li, "待办").has(t, "没有等你处理")
}
