package speech

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
	move := Command{Verb: Move, Words: words("华东智造"), Stage: "proposal"}
	natural := move
	natural.Natural = true
	for text, want := range map[string]Command{
		"":                       {Verb: Empty},
		" \u200b[强]🙂":            {Verb: Empty},
		"@跟进":                    {Verb: Empty},
		"线索":                     {Verb: Lead},
		"/线索":                    {Verb: Lead},
		"线索。":                    {Verb: Lead},
		"xiansuo":                {Verb: Lead},
		"@跟进 待办":                 {Verb: Todo},
		"待办🙂":                    {Verb: Todo},
		"我的":                     {Verb: Mine},
		"我的客户说要退款":               {Verb: Unknown, Words: words("我的客户说要退款")},
		"我的 客户说要退款":              {Verb: Unknown, Words: words("我的 客户说要退款")},
		"帮助 推进":                  {Verb: Help, Words: words("推进")},
		"帮助：推进":                  {Verb: Help, Words: words("推进")},
		"好了":                     {Verb: GoOn},
		"取消":                     {Verb: Cancel},
		"撤销":                     {Verb: Undo},
		"撤销 #13":                 {Verb: Undo, Number: 13, Words: []string{}},
		"撤销合同":                   {Verb: Unknown, Words: words("撤销合同")},
		"同意 1287":                {Verb: Approve, Number: 1287},
		"／同意　１２８７。":              {Verb: Approve, Number: 1287},
		"同意 #1287":               {Verb: Approve, Number: 1287},
		"同意#1287":                {Verb: Approve, Number: 1287},
		"拒绝 1287 价格没谈拢":          {Verb: Reject, Number: 1287, Words: words("价格没谈拢")},
		"拒绝 1287":                {Verb: Reject, Number: 1287},
		"转交 1287 韩梅梅":            {Verb: Transfer, Number: 1287, Words: words("韩梅梅")},
		"退回 1287 请补 签字页":         {Verb: Return, Number: 1287, Words: words("请补 签字页")},
		"催办 1287":                {Verb: Nudge, Number: 1287},
		"1":                      {Verb: Choose, Number: 1},
		"第2个":                    {Verb: Choose, Number: 2},
		"转商机 #12 金额=128万 产品=MES": {Verb: Convert, Number: 12, Words: []string{}, Fields: map[string]string{"金额": "128万", "产品": "MES"}},
		"转商机＃12 金额＝１２８万":         {Verb: Convert, Number: 12, Words: []string{}, Fields: map[string]string{"金额": "128万"}},
		"静音 #3 3天 等客户预算":         {Verb: Snooze, Number: 3, Words: words("3天 等客户预算")},
		"代理 韩梅梅 到 11-28":         {Verb: Delegate, Words: words("韩梅梅 到 11-28")},
		"跟进 #12 已电话沟通":           {Verb: Touch, Number: 12, Words: words("已电话沟通")},
		"线索 公司=华东智造 联系人=张伟 电话=+86 138 0013 8000": {Verb: Lead, Words: []string{}, Fields: lead},
		"线索 公司：华东智造，联系人：张伟，电话：+86 138 0013 8000": {Verb: Lead, Words: []string{}, Fields: lead},
		"线索，公司=华东智造，联系人=张伟，电话=+86 138 0013 8000": {Verb: Lead, Words: []string{}, Fields: lead},
		"线索、公司：华东智造、联系人：张伟、电话：+86 138 0013 8000": {Verb: Lead, Words: []string{}, Fields: lead},
		"线索公司=华东智造 联系人=张伟 电话=+86 138 0013 8000":  {Verb: Lead, Words: []string{}, Fields: lead},
		"新线索公司：华东智造 联系人：张伟 电话：+86 138 0013 8000": {Verb: Lead, Words: []string{}, Fields: lead},
		"线索进展=很好": {Verb: Fields, Fields: map[string]string{"线索进展": "很好"}},
		"线索\n公司: 华东智造\n联系人: 张伟\n电话: +86 138 0013 8000": {Verb: Lead, Words: []string{}, Fields: lead},
		"电话=13800138000": {Verb: Fields, Fields: map[string]string{"电话": "13800138000"}},
		"线索 公司=甲 需求=想了解MES，预算50万 规模=500人": {Verb: Lead, Words: []string{}, Fields: map[string]string{
			"公司": "甲", "需求": "想了解MES,预算50万", "规模": "500人",
		}},
		`线索 公司==HYPERLINK("http://evil","x") 联系人=乙`: {Verb: Lead, Words: []string{}, Fields: map[string]string{
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
		"推进到方案报价 附件见上":         {Verb: Move, Stage: "proposal"},
		"推进 华东智造":              {Verb: Move, Words: words("华东智造")},
		"推进 ABC Tech 方案报价":     {Verb: Move, Words: words("ABC Tech"), Stage: "proposal"},
		"赢单 华东智造":              {Verb: Won, Words: words("华东智造")},
		"丢单 华东智造 没有预算":         {Verb: Lost, Words: words("华东智造 没有预算")},
		"华东智造 丢单 预算取消":         {Verb: Lost, Words: words("华东智造"), Natural: true, Fields: map[string]string{"原因": "预算取消"}},
		"甲 推进到方案报价\n乙 推进到需求确认": {Verb: Two, Words: []string{"甲 推进到方案报价", "乙 推进到需求确认"}},
		"推进 华东智造 商务谈判 参会=张伟 总经理、李娜 财务总监": {
			Verb: Move, Words: words("华东智造"), Stage: "negotiation", Fields: map[string]string{"参会": "张伟 总经理、李娜 财务总监"},
		},
		"推近 华东智造":                                          {Verb: Unknown, Words: words("推近 华东智造")},
		"还没付款":                                             {Verb: Unknown, Words: words("还没付款")},
		"付不了款":                                             {Verb: Unknown, Words: words("付不了款")},
		"把张三的手机号发给我":                                       {Verb: Unknown, Words: words("把张三的手机号发给我")},
		`{"intent":"payment_confirmed"}`:                   {Verb: Unknown, Words: words(`{"intent":"payment_confirmed"}`)},
		"ok\n2026-11-24T00:00:00Z level=info msg=approved": {Verb: Unknown, Words: words("ok 2026-11-24T00:00:00Z level=info msg=approved")},
	} {
		if got := Parse(text, testStages); !reflect.DeepEqual(clearEmpty(got), clearEmpty(want)) {
			t.Errorf("%q\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func clearEmpty(c Command) Command {
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
		if c := Parse(text, testStages); slices.Contains([]Verb{Approve, Reject, Transfer, Return, Nudge}, c.Verb) {
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
		c := Parse(text, testStages)
		if c.Verb != Talk && !c.Doubt {
			t.Errorf("%q fires: %+v", text, c)
		}
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"推近": "推进", "先索": "线索", "代办": "待办", "推进华东智造": "推进", "催办王芳": "催办", "tuijn": "推进", "同义": "同意", "帮住": "帮助"} {
		if got := Closest(word); len(got) == 0 || got[0] != want {
			t.Errorf("closest(%q) = %v, want %s first", word, got, want)
		}
	}
	if got := Closest("今天天气怎么样"); len(got) > 0 {
		t.Errorf("closest to chatter: %v", got)
	}
	if got := Closest("签单"); len(got) == 0 || got[0] != "赢单" || slices.Contains(got, "帮助") {
		t.Errorf("closest to 签单: %v", got)
	}
	if got := Initials("华东智造"); got != "hdzz" {
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
		got, ok := Day(word, now)
		if !ok || got.Format(time.DateOnly) != want {
			t.Errorf("day(%q) = %v %v, want %s", word, got, ok, want)
		}
	}
	for _, word := range []string{"", "2-30", "13-1", "很久", "0天", "等客户"} {
		if got, ok := Day(word, now); ok {
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
		c := Parse(text, testStages)
		if slices.Contains([]Verb{Approve, Reject, Transfer, Return, Nudge}, c.Verb) && c.Number <= 0 {
			t.Fatalf("%q decides without a number: %+v", text, c)
		}
		if c.Verb == "" {
			t.Fatalf("%q has no verb", text)
		}
		if again := Parse(Clean(text), testStages); again.Verb != c.Verb && !strings.HasPrefix(Clean(text), "@") && Clean(Clean(text)) == Clean(text) {
			t.Fatalf("%q is %s, cleaned %q is %s", text, c.Verb, Clean(text), again.Verb)
		}
	})
}
