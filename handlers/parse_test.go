package handlers

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// testStages knows the stages of the default pipeline.
func testStages(text string) (id, rest string, ok bool) {
	for _, s := range [][2]string{
		{"初步接触", "contact"}, {"需求确认", "needs"}, {"方案报价", "proposal"}, {"商务谈判", "negotiation"}, {"合同签订", "contract"},
	} {
		if rest, ok := strings.CutPrefix(text, s[0]); ok {
			return s[1], rest, true
		}
	}
	return "", text, false
}

func words(s string) []string { return strings.Fields(s) }

func TestParse(t *testing.T) {
	t.Parallel()
	lead := map[string]string{"公司": "华东智造", "联系人": "张伟", "电话": "+86 138 0013 8000"}
	move := command{Verb: verbMove, Words: words("华东智造"), Stage: "proposal"}
	natural := move
	natural.Natural = true
	for text, want := range map[string]command{
		"":                       {Verb: verbEmpty},
		" \u200b[强]🙂":            {Verb: verbEmpty},
		"@跟进":                    {Verb: verbEmpty},
		"线索":                     {Verb: verbLead},
		"/线索":                    {Verb: verbLead},
		"线索。":                    {Verb: verbLead},
		"xiansuo":                {Verb: verbLead},
		"@跟进 待办":                 {Verb: verbTodo},
		"待办🙂":                    {Verb: verbTodo},
		"我的":                     {Verb: verbMine},
		"我的客户说要退款":               {Verb: verbUnknown, Words: words("我的客户说要退款")},
		"我的 客户说要退款":              {Verb: verbUnknown, Words: words("我的 客户说要退款")},
		"帮助 推进":                  {Verb: verbHelp, Words: words("推进")},
		"帮助：推进":                  {Verb: verbHelp, Words: words("推进")},
		"好了":                     {Verb: verbGoOn},
		"取消":                     {Verb: verbCancel},
		"撤销":                     {Verb: verbUndo},
		"撤销 #13":                 {Verb: verbUndo, Number: 13, Words: []string{}},
		"撤销合同":                   {Verb: verbUnknown, Words: words("撤销合同")},
		"同意 1287":                {Verb: verbApprove, Number: 1287},
		"／同意　１２８７。":              {Verb: verbApprove, Number: 1287},
		"同意 #1287":               {Verb: verbApprove, Number: 1287},
		"同意#1287":                {Verb: verbApprove, Number: 1287},
		"拒绝 1287 价格没谈拢":          {Verb: verbReject, Number: 1287, Words: words("价格没谈拢")},
		"拒绝 1287":                {Verb: verbReject, Number: 1287},
		"转交 1287 韩梅梅":            {Verb: verbTransfer, Number: 1287, Words: words("韩梅梅")},
		"退回 1287 请补 签字页":         {Verb: verbReturn, Number: 1287, Words: words("请补 签字页")},
		"催办 1287":                {Verb: verbNudge, Number: 1287},
		"1":                      {Verb: verbChoose, Number: 1},
		"第2个":                    {Verb: verbChoose, Number: 2},
		"转商机 #12 金额=128万 产品=MES": {Verb: verbConvert, Number: 12, Words: []string{}, Fields: map[string]string{"金额": "128万", "产品": "MES"}},
		"转商机＃12 金额＝１２８万":         {Verb: verbConvert, Number: 12, Words: []string{}, Fields: map[string]string{"金额": "128万"}},
		"静音 #3 3天 等客户预算":         {Verb: verbSnooze, Number: 3, Words: words("3天 等客户预算")},
		"代理 韩梅梅 到 11-28":         {Verb: verbDelegate, Words: words("韩梅梅 到 11-28")},
		"跟进 #12 已电话沟通":           {Verb: verbTouch, Number: 12, Words: words("已电话沟通")},
		"线索 公司=华东智造 联系人=张伟 电话=+86 138 0013 8000":       {Verb: verbLead, Words: []string{}, Fields: lead},
		"线索 公司：华东智造，联系人：张伟，电话：+86 138 0013 8000":       {Verb: verbLead, Words: []string{}, Fields: lead},
		"线索\n公司: 华东智造\n联系人: 张伟\n电话: +86 138 0013 8000": {Verb: verbLead, Words: []string{}, Fields: lead},
		"电话=13800138000": {Verb: verbFields, Fields: map[string]string{"电话": "13800138000"}},
		"线索 公司=甲 需求=想了解MES，预算50万 规模=500人": {Verb: verbLead, Words: []string{}, Fields: map[string]string{
			"公司": "甲", "需求": "想了解MES,预算50万", "规模": "500人",
		}},
		`线索 公司==HYPERLINK("http://evil","x") 联系人=乙`: {Verb: verbLead, Words: []string{}, Fields: map[string]string{
			"公司": `=HYPERLINK("http://evil","x")`, "联系人": "乙",
		}},
		"推进 华东智造 方案报价":         move,
		"推进 华东智造 方案报价 附件见上":    move,
		"推进 华东智造 到方案报价":        move,
		"推进 华东智造到方案报价":         move,
		"推进 方案报价 华东智造":         move,
		"华东智造 推进到方案报价 附件见上":    natural,
		"华东智造推进到方案报价了":         natural,
		"把华东智造推进到方案报价":         natural,
		"客户华东智造已进入方案报价，见附件":    natural,
		"推进华东智造到方案报价":          natural,
		"推进华东智造 到方案报价 附件见上":    natural,
		"推进一下华东智造到方案报价":        natural,
		"推进到方案报价 附件见上":         {Verb: verbMove, Stage: "proposal"},
		"推进 华东智造":              {Verb: verbMove, Words: words("华东智造")},
		"推进 ABC Tech 方案报价":     {Verb: verbMove, Words: words("ABC Tech"), Stage: "proposal"},
		"赢单 华东智造":              {Verb: verbWon, Words: words("华东智造")},
		"丢单 华东智造 没有预算":         {Verb: verbLost, Words: words("华东智造 没有预算")},
		"华东智造 丢单 预算取消":         {Verb: verbLost, Words: words("华东智造"), Natural: true, Fields: map[string]string{"原因": "预算取消"}},
		"甲 推进到方案报价\n乙 推进到需求确认": {Verb: verbTwo, Words: []string{"甲 推进到方案报价", "乙 推进到需求确认"}},
		"推进 华东智造 商务谈判 参会=张伟 总经理、李娜 财务总监": {
			Verb: verbMove, Words: words("华东智造"), Stage: "negotiation", Fields: map[string]string{"参会": "张伟 总经理、李娜 财务总监"},
		},
		"推近 华东智造":                                          {Verb: verbUnknown, Words: words("推近 华东智造")},
		"还没付款":                                             {Verb: verbUnknown, Words: words("还没付款")},
		"付不了款":                                             {Verb: verbUnknown, Words: words("付不了款")},
		"把张三的手机号发给我":                                       {Verb: verbUnknown, Words: words("把张三的手机号发给我")},
		`{"intent":"payment_confirmed"}`:                   {Verb: verbUnknown, Words: words(`{"intent":"payment_confirmed"}`)},
		"ok\n2026-11-24T00:00:00Z level=info msg=approved": {Verb: verbUnknown, Words: words("ok 2026-11-24T00:00:00Z level=info msg=approved")},
	} {
		if got := parse(text, testStages); !reflect.DeepEqual(clearEmpty(got), clearEmpty(want)) {
			t.Errorf("%q\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func clearEmpty(c command) command {
	if len(c.Words) == 0 {
		c.Words = nil
	}
	if len(c.Fields) == 0 {
		c.Fields = nil
	}
	return c
}

// TestParseDecides: nothing but the exact form decides.
func TestParseDecides(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"不同意", "同意个屁", "我不太同意", "同意", "同意吧 1287", "同意1287", "不同意 1287", "同意 1287 才怪", "同意 1287 吗", "同意 1287？", "同意 一二八七", "同意 1287 1288",
		"我同意 1287", "同意 0", "拒绝吧", "拒绝 价格", "拒绝 1287 吗？", "agree 1287", "ty 1287", "全部同意", "批准", "通过", "同意\n1287 再说", "催办 1287 吧", "转交 韩梅梅",
	} {
		if c := parse(text, testStages); slices.Contains([]verb{verbApprove, verbReject, verbTransfer, verbReturn, verbNudge}, c.Verb) {
			t.Errorf("%q decides: %+v", text, c)
		}
	}
}

// TestParseTalk: who only talks about a move does not make one. What depends on
// the name is marked as doubtful, so that only a deal of that very name moves.
func TestParseTalk(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"还没推进到方案报价", "如果推进到方案报价客户会怎么想", "客户问能不能推进到方案报价", "华东智造还没推进到方案报价", "华东智造 没有推进到方案报价", "华东智造能不能推进到方案报价",
		"华东智造 推进到方案报价了吗", "华东智造推进到方案报价？", "华东智造不能进入方案报价", "如果华东智造推进到方案报价", "华东智造 推进到方案报价 是不是太早", "推进 华东智造 方案报价 如果客户同意的话",
		"推进 华东智造 方案报价 吗", "华东智造准备推进到方案报价", "华东智造 推进到方案报价 可能要等下周", "赢单 华东智造 了吗", "华东智造 赢单了吗", "华东智造还没赢单", "说要推进到方案报价",
		"推进华东智造到方案报价了吗", "推进不了华东智造到方案报价的话", "推进华东智造到方案报价还没准备好",
	} {
		c := parse(text, testStages)
		if c.Verb != verbTalk && !c.Doubt {
			t.Errorf("%q fires: %+v", text, c)
		}
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"推近": "推进", "先索": "线索", "代办": "待办", "推进华东智造": "推进", "催办王芳": "催办", "tuijn": "推进", "同义": "同意", "帮住": "帮助"} {
		if got := closest(word); len(got) == 0 || got[0] != want {
			t.Errorf("closest(%q) = %v, want %s first", word, got, want)
		}
	}
	if got := closest("今天天气怎么样"); len(got) > 0 {
		t.Errorf("closest to chatter: %v", got)
	}
	if got := closest("签单"); len(got) == 0 || got[0] != "赢单" || slices.Contains(got, "帮助") {
		t.Errorf("closest to 签单: %v", got)
	}
	if got := initials("华东智造"); got != "hdzz" {
		t.Errorf("initials: %s", got)
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.FixedZone("CST", 8*3600)) // a Wednesday
	for word, want := range map[string]string{
		"11-28": "2026-11-28", "11/28": "2026-11-28", "11月28日": "2026-11-28", "11月28号": "2026-11-28", "2026-11-28": "2026-11-28", "明天": "2026-11-26",
		"3天": "2026-11-28", "2周": "2026-12-09", "周五": "2026-11-27", "周二": "2026-12-01", "下周五": "2026-12-04", "1-5": "2027-01-05", "本周日": "2026-11-29",
	} {
		got, ok := day(word, now)
		if !ok || got.Format(time.DateOnly) != want {
			t.Errorf("day(%q) = %v %v, want %s", word, got, ok, want)
		}
	}
	for _, word := range []string{"", "2-30", "13-1", "很久", "0天", "等客户"} {
		if got, ok := day(word, now); ok {
			t.Errorf("day(%q) = %v, want none", word, got)
		}
	}
}

// FuzzParse: no text breaks the parser, decides without its number, or is
// understood differently when it is folded already.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"线索 公司=华东智造 联系人=张伟 电话=13800138000", "同意 1287", "华东智造 推进到方案报价 附件见上", "推进 到 到方案报价", "丢单 \n=:", "赢单", "@a @b", "公司=公司=公司=", "静音 #3 3天",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := parse(text, testStages)
		if slices.Contains([]verb{verbApprove, verbReject, verbTransfer, verbReturn, verbNudge}, c.Verb) && c.Number <= 0 {
			t.Fatalf("%q decides without a number: %+v", text, c)
		}
		if c.Verb == "" {
			t.Fatalf("%q has no verb", text)
		}
		if again := parse(clean(text), testStages); again.Verb != c.Verb && !strings.HasPrefix(clean(text), "@") && clean(clean(text)) == clean(text) {
			t.Fatalf("%q is %s, cleaned %q is %s", text, c.Verb, clean(text), again.Verb)
		}
	})
}
