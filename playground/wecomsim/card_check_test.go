package wecomsim

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// cardWith is a card of a type with further fields.
func cardWith(kind, more string) string {
	base := map[string]string{
		"text_notice":        `"main_title":{"title":"t"},"card_action":{"type":1,"url":"https://x"}`,
		"news_notice":        `"main_title":{"title":"t"},"card_action":{"type":1,"url":"https://x"},"card_image":{"url":"https://x","aspect_ratio":1.5}`,
		"button_interaction": `"main_title":{"title":"t"},"task_id":"k","button_list":[{"text":"b","key":"b"}]`,
		"vote_interaction": `"main_title":{"title":"t"},"task_id":"k","checkbox":{"question_key":"q","option_list":[{"id":"1","text":"一"}]},
			"submit_button":{"text":"s","key":"s"}`,
		"multiple_interaction": `"main_title":{"title":"t"},"task_id":"k","select_list":[{"question_key":"q","option_list":[{"id":"1","text":"一"}]}],
			"submit_button":{"text":"s","key":"s"}`,
	}[kind]
	card := map[string]json.RawMessage{"card_type": json.RawMessage(strconv.Quote(kind))}
	for _, fields := range []string{base, more} {
		if err := json.Unmarshal([]byte("{"+fields+"}"), &card); err != nil {
			panic(err)
		}
	}
	raw, err := json.Marshal(card)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// many is a list of n equal pieces, in which %d is their number.
func many(n int, piece string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(piece, "%d", strconv.Itoa(i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func TestCardsAreChecked(t *testing.T) {
	t.Parallel()
	option := `{"id":"o%d","text":"选%d"}`
	cases := []struct {
		kind, more string
		code       int
	}{
		{"text_notice", "", 0},
		{"news_notice", "", 0},
		{"button_interaction", "", 0},
		{"vote_interaction", "", 0},
		{"multiple_interaction", "", 0},
		{"text_notice", `"card_action":null`, 42045},
		{"text_notice", `"card_action":{"type":0}`, 42045},
		{"text_notice", `"card_action":{"type":1,"url":""}`, 42028},
		{"text_notice", `"card_action":{"type":2,"appid":""}`, 42030},
		{"text_notice", `"main_title":null`, 42033},
		{"text_notice", `"main_title":null,"sub_title_text":"s"`, 0},
		{"text_notice", `"action_menu":{"action_list":[{"text":"a","key":"a"}]}`, 42014},
		{"text_notice", `"task_id":"k","action_menu":{"action_list":[{"text":"a","key":"a"}]}`, 0},
		{"text_notice", `"task_id":"k","action_menu":{"action_list":[{"text":"a","key":"a"},{"text":"b","key":"a"}]}`, 42051},
		{"text_notice", `"task_id":"k","action_menu":{"action_list":[]}`, 40016},
		{"text_notice", `"horizontal_content_list":` + many(6, `{"keyname":"k"}`), 0},
		{"text_notice", `"horizontal_content_list":` + many(7, `{"keyname":"k"}`), 42035},
		{"text_notice", `"horizontal_content_list":[{"value":"v"}]`, 42027},
		{"text_notice", `"horizontal_content_list":[{"keyname":"k","type":1}]`, 42028},
		{"text_notice", `"horizontal_content_list":[{"keyname":"k","type":2,"media_id":"x"}]`, 42029},
		{"text_notice", `"horizontal_content_list":[{"keyname":"k","type":3}]`, 42050},
		{"text_notice", `"jump_list":` + many(4, `{"title":"j"}`), 42042},
		{"text_notice", `"jump_list":[{"type":1,"url":"https://x"}]`, 42033},
		{"text_notice", `"jump_list":[{"type":3,"title":"问"}]`, 42045}, // the 智能机器人's alone
		{"text_notice", `"quote_area":{"type":1}`, 42028},
		{"news_notice", `"card_image":null`, 42044},
		{"news_notice", `"card_image":null,"image_text_area":{"title":"t"}`, 0},
		{"news_notice", `"card_image":{"url":"https://x","aspect_ratio":3}`, 42044},
		{"news_notice", `"vertical_content_list":` + many(5, `{"title":"v"}`), 42036},
		{"button_interaction", `"task_id":""`, 42014},
		{"button_interaction", `"task_id":"a b"`, 42014},
		{"button_interaction", `"task_id":"` + strings.Repeat("a", 128) + `"`, 0},
		{"button_interaction", `"task_id":"` + strings.Repeat("a", 129) + `"`, 42014},
		{"button_interaction", `"button_list":[]`, 40016},
		{"button_interaction", `"button_list":` + many(6, `{"text":"b","key":"b%d"}`), 0},
		{"button_interaction", `"button_list":` + many(7, `{"text":"b","key":"b%d"}`), 40016},
		{"button_interaction", `"button_list":` + many(2, `{"text":"b","key":"b"}`), 42039},
		{"button_interaction", `"button_list":[{"key":"b"}]`, 42038},
		{"button_interaction", `"button_list":[{"text":"b"}]`, 42039},
		{"button_interaction", `"button_list":[{"text":"b","key":"` + strings.Repeat("k", 1025) + `"}]`, 42039},
		{"button_interaction", `"button_list":[{"type":1,"text":"b"}]`, 42028},
		{"button_interaction", `"button_selection":{"option_list":[{"id":"1","text":"一"}]}`, 42043},
		{"button_interaction", `"button_selection":{"question_key":"q","option_list":[]}`, 42037},
		{"button_interaction", `"button_selection":{"question_key":"q","selected_id":"wrong","option_list":` + many(10, option) + `}`, 0},
		{"button_interaction", `"button_selection":{"question_key":"q","option_list":` + many(11, option) + `}`, 42037},
		{"button_interaction", `"button_selection":{"question_key":"q","option_list":[{"text":"一"}]}`, 42040},
		{"button_interaction", `"button_selection":{"question_key":"q","option_list":` + many(2, `{"id":"1","text":"一"}`) + `}`, 42040},
		{"button_interaction", `"button_selection":{"question_key":"q","option_list":[{"id":"1"}]}`, 42041},
		{"vote_interaction", `"checkbox":null`, 42043},
		{"vote_interaction", `"checkbox":{"question_key":"q","option_list":` + many(20, option) + `}`, 0},
		{"vote_interaction", `"checkbox":{"question_key":"q","option_list":` + many(21, option) + `}`, 42037},
		{"vote_interaction", `"submit_button":null`, 42049},
		{"vote_interaction", `"submit_button":{"text":"s"}`, 42046},
		{"multiple_interaction", `"select_list":[]`, 42047},
		{"multiple_interaction", `"select_list":` + many(4, `{"question_key":"q%d","option_list":[{"id":"1","text":"一"}]}`), 42047},
		{"multiple_interaction", `"select_list":` + many(2, `{"question_key":"q","option_list":[{"id":"1","text":"一"}]}`), 42043},
		{"multiple_interaction", `"select_list":[{"question_key":"q","option_list":` + many(11, option) + `}]`, 42037},
		{"multiple_interaction", `"submit_button":{"key":"s"}`, 42049},
	}
	for _, c := range cases {
		p := newPlatform(t)
		got := p.card("LiLei", cardWith(c.kind, c.more))
		if got.code() != c.code || len(p.Messages("LiLei")) != map[bool]int{true: 1}[c.code == 0] {
			t.Errorf("%s with %.80s: errcode %v %v, want %d", c.kind, c.more, got["errcode"], got["errmsg"], c.code)
		}
		if want := c.kind != "text_notice" && c.kind != "news_notice" || strings.Contains(c.more, "action_menu"); (got["response_code"] != nil) != (want && c.code == 0) {
			t.Errorf("%s with %.80s: response_code %v", c.kind, c.more, got["response_code"])
		}
	}
	p := newPlatform(t)
	p.want(p.card("LiLei", `{"card_type":"poem"}`), 42031)
	p.want(p.send("LiLei", "template_card", nil), 42031)
	media := p.upload("/cgi-bin/media/upload?type=file", "合同.pdf", []byte("%PDF-1.7 x")).str("media_id")
	p.want(p.card("LiLei", cardWith("text_notice", `"horizontal_content_list":[{"keyname":"k","type":2,"media_id":"`+media+`"}]`)), 0)
}

func TestCardsNeedACallback(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(o *Options) { o.CallbackURL = "" })
	p.want(p.card("LiLei", approval("t1")), 43012)
	p.want(p.card("LiLei", cardWith("text_notice", "")), 0)
}

func TestCardsAreRead(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.want(p.card("LiLei", approval("t1")), 0)
	m := p.Messages("LiLei")[0]
	for _, want := range []string{"跟进", "待你审批 · 华东智造", "商机 1287", "备注", "预算已批", "从 方案 到 报价", "金额：¥1,280,000", "意见：符合 / 补材料", "同意", "驳回", "查看"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("%q cannot be read in %q", want, m.Text)
		}
	}
	if m.Title != "待你审批 · 华东智造" || m.CardType != "button_interaction" || m.TaskID != "t1" || m.Link != "https://crm.example.com/1287" || !json.Valid(m.Card) {
		t.Errorf("the card is %+v", m)
	}
	if len(m.Buttons) != 3 || m.Buttons[1] != (Button{Ref: "#1", Name: "reject?d=1", Text: "驳回"}) || m.Buttons[2].URL == "" {
		t.Errorf("buttons: %+v", m.Buttons)
	}
	if len(m.Inputs) != 1 || m.Inputs[0].Name != "reason" || m.Inputs[0].Kind != "selection" || m.Inputs[0].Default != "r1" || len(m.Inputs[0].Options) != 2 {
		t.Errorf("inputs: %+v", m.Inputs)
	}
	p.want(p.card("LiLei", cardWith("vote_interaction", `"task_id":"t2","checkbox":{"question_key":"q","mode":1,"option_list":[
		{"id":"1","text":"一","is_checked":true},{"id":"2","text":"二","is_checked":true},{"id":"3","text":"三"}]}`)), 0)
	if in := p.Messages("LiLei")[1].Inputs[0]; in.Kind != "checkbox" || in.Default != "1,2" || !in.Multiple {
		t.Errorf("checkboxes: %+v", in)
	}
	p.want(p.card("LiLei", cardWith("multiple_interaction", `"task_id":"t3","select_list":[{"question_key":"q","title":"阶段","selected_id":"2","option_list":[
		{"id":"1","text":"一"},{"id":"2","text":"二"}]}]`)), 0)
	if in := p.Messages("LiLei")[2].Inputs[0]; in.Kind != "select" || in.Default != "2" || in.Label != "阶段" {
		t.Errorf("selects: %+v", in)
	}
}
