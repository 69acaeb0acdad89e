package wecom

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"genjin/bots"
)

var update = flag.Bool("update", false, "write the golden files again")

func optionsOf(values ...string) []bots.Option {
	out := make([]bots.Option, 0, len(values))
	for _, v := range values {
		out = append(out, bots.Option{Value: v, Text: "选" + v})
	}
	return out
}

func approval() bots.Card {
	value := map[string]string{"no": "1287", "v": "2", "n": "a b&c"}
	return bots.Card{
		Title: "待你审批 · 华东智造 · ¥1,280,000", Tone: bots.ToneAct, Fallback: "回复 同意 1287 或 拒绝 1287 原因", Link: "https://hub.example/a/1287",
		Blocks: []bots.Block{
			{Text: "李雷 想把商机推进到「报价」"},
			{Facts: []bots.Fact{{Name: "客户", Value: "华东智造"}, {Name: "金额", Value: "¥1,280,000"}, {Name: "空", Value: ""}, {Name: "下一步的计划", Value: "约总经理"}, {Name: "证据", Value: strings.Repeat("很长", 20)}}},
			{Divider: true},
			{Note: "第 1 步，共 2 步"},
			{Form: &bots.Form{
				Name: "act", Inputs: []bots.Input{
					{Name: "day", Label: "日期", Kind: bots.InputDate},
					{Name: "comment", Label: "意见", Kind: bots.InputLongText, Options: optionsOf("-", "材料不全"), Default: "材料不全"},
					{Name: "why", Label: "来源", Kind: bots.InputChoice, Options: optionsOf("x")},
				},
				Buttons: []bots.Button{
					{Text: "同意", Action: "approve", Value: value, Style: bots.ButtonPrimary},
					{Text: "拒绝", Action: "reject", Value: value, Style: bots.ButtonDanger, Confirm: "确认？"},
				},
			}},
			{Buttons: []bots.Button{{Text: "看附件", Action: "files"}}},
		},
	}
}

func todo() bots.Card {
	return bots.Card{
		Title: "2 个审批等你", Tone: bots.ToneWarn, Fallback: "回复 同意 1287", Blocks: []bots.Block{{Text: "每个都能单独处理"}, {Buttons: []bots.Button{{Text: "不画", Action: "hidden"}}}},
		Ask: &bots.Form{
			Name: "todo", Inputs: []bots.Input{{Name: "pick", Label: "选哪些", Kind: bots.InputChecks, Options: optionsOf("1287:2", "1288:1")}},
			Buttons: []bots.Button{{Text: "同意所选", Action: "all-approve", Value: map[string]string{"n": "x"}}},
		},
	}
}

func stage() bots.Card {
	return bots.Card{
		Title: "推进阶段", Tone: bots.ToneInfo, Blocks: []bots.Block{{Note: "商机 #1024"}},
		Ask: &bots.Form{
			Name: "move", Inputs: []bots.Input{
				{Name: "stage", Label: "目标阶段", Kind: bots.InputChoice, Options: optionsOf("2", "3"), Default: "3"},
				{Name: "level", Label: "把握", Kind: bots.InputText, Options: optionsOf("高", "低")},
			},
			Buttons: []bots.Button{{Text: "提交", Action: "move"}},
		},
	}
}

func decided() bots.Card {
	return bots.Card{Title: "已同意 · 华东智造", Tone: bots.ToneSuccess, Blocks: []bots.Block{{Text: "王芳 15:30"}, {Facts: []bots.Fact{{Name: "金额", Value: "¥1,280,000"}}}, {Note: "第 2 步"}}}
}

// TestGoldenCards holds each kind of card to what is checked in.
func TestGoldenCards(t *testing.T) {
	t.Parallel()
	b := &Bot{Options: Options{PublicURL: "https://hub.example"}}
	for name, c := range map[string]bots.Card{kindButtons: approval(), kindVote: todo(), kindMultiple: stage(), kindNotice: decided()} {
		drawn, err := b.replacement(c, "gj-1")
		if err != nil || drawn.Kind != name {
			t.Fatalf("%s: %+v %v", name, drawn, err)
		}
		text, err := encode(drawn)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, append(text, '\n'), "", "  "); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "cards", name+".json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(want, got.Bytes()) {
			t.Errorf("%s: %v\n%s", file, err, got.Bytes())
		}
	}
}

// TestWhatBreaksALimitIsNotDrawn: each is just over one of the platform's limits,
// and is drawn when it is just within.
func TestWhatBreaksALimitIsNotDrawn(t *testing.T) {
	t.Parallel()
	buttons := func(n int) []bots.Button {
		out := make([]bots.Button, n)
		for i := range out {
			out[i] = bots.Button{Text: "按", Action: strconv.Itoa(i)}
		}
		return out
	}
	some := func(n int) []bots.Option {
		out := make([]bots.Option, n)
		for i := range out {
			out[i] = bots.Option{Value: strconv.Itoa(i), Text: "x"}
		}
		return out
	}
	with := func(c bots.Card, change func(c *bots.Card)) bots.Card { change(&c); return c }
	form := func(in ...bots.Input) func(c *bots.Card) {
		return func(c *bots.Card) {
			c.Blocks = []bots.Block{{Form: &bots.Form{Name: "f", Inputs: in, Buttons: buttons(1)}}}
		}
	}
	ask := func(in ...bots.Input) func(c *bots.Card) {
		return func(c *bots.Card) { c.Ask = &bots.Form{Name: "f", Inputs: in, Buttons: buttons(1)} }
	}
	plain := bots.Card{Title: "题", Tone: bots.ToneInfo, Blocks: []bots.Block{{Buttons: buttons(1)}}}
	type change = func(c *bots.Card)
	inputs := func(n int) []bots.Input {
		out := make([]bots.Input, n)
		for i := range out {
			out[i] = bots.Input{Name: strconv.Itoa(i), Kind: bots.InputChoice, Options: some(2)}
		}
		return out
	}
	for name, c := range map[string]struct{ good, bad change }{
		"buttons": {func(c *bots.Card) { c.Blocks = []bots.Block{{Buttons: buttons(6)}} }, func(c *bots.Card) { c.Blocks = []bots.Block{{Buttons: buttons(7)}} }},
		"key": {
			func(c *bots.Card) {
				c.Blocks[0].Buttons = []bots.Button{{Text: "x", Action: strings.Repeat("a", 1024)}}
			},
			func(c *bots.Card) {
				c.Blocks[0].Buttons = []bots.Button{{Text: "x", Action: strings.Repeat("a", 1025)}}
			},
		},
		"options":   {form(bots.Input{Name: "a", Kind: bots.InputText, Options: some(10)}), form(bots.Input{Name: "a", Kind: bots.InputText, Options: some(11)})},
		"option id": {form(bots.Input{Name: "a", Kind: bots.InputText, Options: optionsOf(strings.Repeat("a", 128))}), form(bots.Input{Name: "a", Kind: bots.InputText, Options: optionsOf(strings.Repeat("a", 129))})},
		"no value":  {form(bots.Input{Name: "a", Kind: bots.InputText, Options: optionsOf("-")}), form(bots.Input{Name: "a", Kind: bots.InputText, Options: optionsOf("")})},
		"same twice": {
			form(bots.Input{Name: "a", Kind: bots.InputText, Options: optionsOf("a", "b")}), form(bots.Input{Name: "a", Kind: bots.InputText, Options: optionsOf("a", "a")}),
		},
		"same button": {func(c *bots.Card) { c.Blocks[0].Buttons = buttons(2) }, func(c *bots.Card) { c.Blocks = append(c.Blocks, bots.Block{Buttons: buttons(1)}) }},
		"title":       {func(c *bots.Card) { c.Title = strings.Repeat("题", 128) }, func(c *bots.Card) { c.Title = strings.Repeat("题", 129) }},
		"no title":    {func(c *bots.Card) { c.Title, c.Fallback = "", "x" }, func(c *bots.Card) { c.Title = "" }},
		"words":       {func(c *bots.Card) { c.Blocks[0].Text = strings.Repeat("字", 512) }, func(c *bots.Card) { c.Blocks[0].Text = strings.Repeat("字", 513) }},
		"link":        {func(c *bots.Card) { c.Link = "https://" + strings.Repeat("x", 1016) }, func(c *bots.Card) { c.Link = "https://" + strings.Repeat("x", 1017) }},
		"boxes":       {ask(bots.Input{Name: "a", Kind: bots.InputChecks, Options: some(20)}), ask(bots.Input{Name: "a", Kind: bots.InputChecks, Options: some(21)})},
		"no boxes":    {ask(bots.Input{Name: "a", Kind: bots.InputChecks, Options: some(1)}), ask(bots.Input{Name: "a", Kind: bots.InputChecks})},
		"selectors":   {ask(inputs(3)...), ask(inputs(4)...)},
		"same question": {
			ask(inputs(2)...), ask(append(inputs(1), inputs(1)...)...),
		},
		"not to choose": {ask(inputs(1)...), ask(bots.Input{Name: "a", Kind: bots.InputDate})},
		"two submits":   {ask(inputs(1)...), func(c *bots.Card) { ask(inputs(1)...)(c); c.Ask.Buttons = buttons(2) }},
		"no questions":  {ask(inputs(1)...), ask()},
	} {
		fresh := func() bots.Card { p := plain; p.Blocks = []bots.Block{{Buttons: buttons(1)}}; return p }
		if _, err := render(with(fresh(), c.good), "gj-1"); err != nil {
			t.Errorf("%s, just within: %v", name, err)
		}
		if _, err := render(with(fresh(), c.bad), "gj-1"); err == nil {
			t.Errorf("%s, over the limit, is drawn", name)
		}
	}
	for _, task := range []string{"", "a b", "任务", strings.Repeat("a", 129)} {
		if _, err := render(plain, task); err == nil {
			t.Errorf("task id %q is taken", task)
		}
	}
}

// TestNothingIsLeftOut: every word of a card stands on what is drawn, wherever
// the limits put it.
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	for i := range 40 {
		c := approval()
		c.Blocks[0].Text = strings.Repeat("段", 10*i)
		c.Blocks[3].Note = strings.Repeat("注", 5*i)
		for n := range i % 9 {
			c.Blocks = append(c.Blocks, bots.Block{Facts: []bots.Fact{{Name: "第" + strconv.Itoa(n), Value: "值" + strconv.Itoa(n)}}})
		}
		drawn, err := render(c, "gj-1")
		if err != nil {
			continue // said in words
		}
		text, err := encode(drawn)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range append([]string{c.Title}, linesOf(c).all()...) {
			w, _, _ = strings.Cut(w, "：") // a fact's value is looked for below
			if !strings.Contains(string(text), w) {
				t.Fatalf("%d: %q cannot be read in\n%s", i, w, text)
			}
		}
		for _, f := range linesOf(c).facts {
			if !strings.Contains(string(text), f.Value) {
				t.Fatalf("%d: %q cannot be read in\n%s", i, f.Value, text)
			}
		}
	}
}
