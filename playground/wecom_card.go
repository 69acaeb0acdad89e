package playground

import (
	"cmp"
	"encoding/json"
	"slices"

	"genjin/playground/wecomsim"
)

// weComCard is what a WeCom card may hold; the simulator has checked it.
type weComCard struct {
	CardType string `json:"card_type"`
	Source   struct {
		Desc string `json:"desc"`
	} `json:"source"`
	MainTitle titled `json:"main_title"`
	Emphasis  titled `json:"emphasis_content"`
	Quote     struct {
		Title string `json:"title"`
		Text  string `json:"quote_text"`
		URL   string `json:"url"`
	} `json:"quote_area"`
	SubTitle string `json:"sub_title_text"`
	Facts    []struct {
		Name  string `json:"keyname"`
		Value string `json:"value"`
		URL   string `json:"url"`
	} `json:"horizontal_content_list"`
	Jumps []struct {
		Title string `json:"title"`
		URL   string `json:"url"`
	} `json:"jump_list"`
	Action struct {
		URL string `json:"url"`
	} `json:"card_action"`
	Selection weComField   `json:"button_selection"`
	Checkbox  weComField   `json:"checkbox"`
	Selects   []weComField `json:"select_list"`
	Buttons   []styled     `json:"button_list"`
	Submit    *styled      `json:"submit_button"`
}

type titled struct {
	Title string `json:"title"`
	Desc  string `json:"desc"`
}

type styled struct {
	Style int `json:"style"`
}

// weComField is any of the fields that a card may ask with.
type weComField struct {
	Key      string `json:"question_key"`
	Title    string `json:"title"`
	Mode     int    `json:"mode"` // of checkboxes: 1 = several
	Disable  bool   `json:"disable"`
	Selected string `json:"selected_id"`
	Options  []struct {
		ID      string `json:"id"`
		Text    string `json:"text"`
		Checked bool   `json:"is_checked"`
	} `json:"option_list"`
}

// readWeComCard draws a WeCom card: small print, title, quote, facts, then all
// that can be filled in and pressed together.
func readWeComCard(raw json.RawMessage, buttons []wecomsim.Button, where *place) *card {
	var in weComCard
	if err := json.Unmarshal(raw, &in); err != nil {
		return &card{WeCom: true, Title: words["card-broken"]}
	}
	c := &card{WeCom: true, Source: in.Source.Desc, Title: in.MainTitle.Title, Subtitle: in.MainTitle.Desc}
	add := func(n *node) {
		n.Where = where
		c.Nodes = append(c.Nodes, n)
	}
	if t := in.Emphasis; t.Title+t.Desc != "" {
		add(&node{Kind: "md", Spans: []span{{Text: t.Title, Bold: true}, {Text: "\n" + t.Desc, Muted: true}}})
	}
	if in.SubTitle != "" {
		add(&node{Kind: "md", Spans: linked(in.SubTitle)})
	}
	if in.Quote.Title != "" || in.Quote.Text != "" {
		add(&node{Kind: "quote", Title: in.Quote.Title, Spans: linked(in.Quote.Text), Href: in.Quote.URL})
	}
	if len(in.Facts) > 0 {
		n := &node{Kind: "facts"}
		for _, f := range in.Facts {
			n.Facts = append(n.Facts, fact{f.Name, f.Value, f.URL})
		}
		add(n)
	}
	if form := in.form(buttons, where); len(form.Nodes) > 0 {
		add(form)
	}
	for _, j := range in.Jumps {
		add(&node{Kind: "jump", Title: j.Title, Href: j.URL})
	}
	if in.Action.URL != "" {
		add(&node{Kind: "jump", Title: words["wecom-open"], Href: in.Action.URL})
	}
	return c
}

// form is what of the card goes to the hub with a press.
func (in *weComCard) form(buttons []wecomsim.Button, where *place) *node {
	form := &node{Kind: "form", Where: where}
	over := len(buttons) > 0 && !slices.ContainsFunc(buttons, func(b wecomsim.Button) bool { return !b.Disabled })
	fields := append([]weComField{in.Selection, in.Checkbox}, in.Selects...)
	for _, f := range fields {
		if f.Key == "" || over {
			continue // what is over asks nothing any more
		}
		form.Nodes = append(form.Nodes, &node{Kind: "input", Where: where, InForm: true, Input: f.input(where)})
	}
	row := &node{Kind: "cols", Where: where}
	for i, b := range buttons {
		if b.URL != "" {
			row.Nodes = append(row.Nodes, &node{Kind: "jump", Title: b.Text, Href: b.URL})
			continue
		}
		row.Nodes = append(row.Nodes, &node{
			Kind: "button", Where: where, InForm: true,
			Button: button{Ref: b.Ref, Text: b.Text, Disabled: b.Disabled, Style: in.style(i)},
		})
	}
	if len(row.Nodes) > 0 {
		form.Nodes = append(form.Nodes, row)
	}
	return form
}

// style of a button: WeCom fills the first kind in its blue; submit buttons
// have no other.
func (in *weComCard) style(i int) string {
	style := 1
	if i < len(in.Buttons) {
		style = in.Buttons[i].Style
	}
	switch style {
	case 0, 1:
		return "primary"
	case 2, 3:
		return "danger"
	}
	return ""
}

// input draws a field: boxes where several may be chosen, else a list.
func (f weComField) input(where *place) input {
	in := input{
		ID: where.Message + "-" + f.Key, Name: f.Key, Label: cmp.Or(f.Title, words["wecom-choose"]), Kind: "choice",
		Several: f.Mode == 1, Disabled: f.Disable, Value: f.Selected,
	}
	for _, o := range f.Options {
		in.Choices = append(in.Choices, choice{Value: o.ID, Text: o.Text, Selected: o.Checked || (f.Selected != "" && o.ID == f.Selected)})
	}
	return in
}
