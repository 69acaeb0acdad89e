package wecomsim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// templateCard is a card as the platform reads it, of whichever type.
type templateCard struct {
	CardType string `json:"card_type"`
	TaskID   string `json:"task_id"`
	Source   *struct {
		IconURL   string `json:"icon_url"`
		Desc      string `json:"desc"`
		DescColor int    `json:"desc_color"`
	} `json:"source"`
	ActionMenu *struct {
		Desc       string `json:"desc"`
		ActionList []struct {
			Text string `json:"text"`
			Key  string `json:"key"`
		} `json:"action_list"`
	} `json:"action_menu"`
	MainTitle *titled    `json:"main_title"`
	Emphasis  *titled    `json:"emphasis_content"`
	Quote     *quoteArea `json:"quote_area"`
	SubTitle  string     `json:"sub_title_text"`
	Rows      []cardRow  `json:"horizontal_content_list"`
	Vertical  []titled   `json:"vertical_content_list"`
	Jumps     []cardJump `json:"jump_list"`
	Action    *cardJump  `json:"card_action"`
	Image     *struct {
		URL         string  `json:"url"`
		AspectRatio float64 `json:"aspect_ratio"`
	} `json:"card_image"`
	ImageText *struct {
		Type     int    `json:"type"`
		URL      string `json:"url"`
		Title    string `json:"title"`
		Desc     string `json:"desc"`
		ImageURL string `json:"image_url"`
		AppID    string `json:"appid"`
		PagePath string `json:"pagepath"`
	} `json:"image_text_area"`
	Selection   *choice      `json:"button_selection"`
	Buttons     []cardButton `json:"button_list"`
	Checkbox    *choice      `json:"checkbox"`
	Selects     []choice     `json:"select_list"`
	Submit      *cardButton  `json:"submit_button"`
	ReplaceText string       `json:"replace_text"`
}

type titled struct {
	Title string `json:"title"`
	Desc  string `json:"desc"`
}

type quoteArea struct {
	Type      int    `json:"type"`
	URL       string `json:"url"`
	AppID     string `json:"appid"`
	PagePath  string `json:"pagepath"`
	Title     string `json:"title"`
	QuoteText string `json:"quote_text"`
}

type cardRow struct {
	Type    int    `json:"type"`
	KeyName string `json:"keyname"`
	Value   string `json:"value"`
	URL     string `json:"url"`
	MediaID string `json:"media_id"`
	UserID  string `json:"userid"`
}

type cardJump struct {
	Type     int    `json:"type"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

type cardButton struct {
	Type  int    `json:"type"`
	Text  string `json:"text"`
	Style int    `json:"style"`
	Key   string `json:"key"`
	URL   string `json:"url"`
}

type choice struct {
	QuestionKey string `json:"question_key"`
	Title       string `json:"title"`
	Mode        int    `json:"mode"`
	Disable     bool   `json:"disable"`
	SelectedID  string `json:"selected_id"`
	OptionList  []struct {
		ID        string `json:"id"`
		Text      string `json:"text"`
		IsChecked bool   `json:"is_checked"`
	} `json:"option_list"`
}

// sheet is a card as a person reads it.
type sheet struct {
	kind, taskID, title, link string
	menu                      bool // it has a ⋯ menu
	lines                     []string
	buttons                   []Button
	inputs                    []Input
}

// readCard reads a card from top to bottom; replaced stands on the buttons
// instead, when they have been turned off.
func readCard(raw json.RawMessage, replaced string) sheet {
	var card templateCard
	if err := json.Unmarshal(raw, &card); err != nil {
		return sheet{} // was checked when it was sent
	}
	sh := sheet{kind: card.CardType, taskID: card.TaskID}
	sh.head(&card)
	sh.middle(&card)
	sh.fields(&card)
	sh.press(&card, cmp.Or(replaced, card.ReplaceText))
	return sh
}

func (sh *sheet) say(words ...string) {
	line := strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "：")
	if line != "" {
		sh.lines = append(sh.lines, line)
	}
}

func (sh *sheet) head(card *templateCard) {
	if card.Source != nil {
		sh.say(card.Source.Desc)
	}
	if t := card.MainTitle; t != nil {
		sh.title = t.Title
		sh.say(t.Title)
		sh.say(t.Desc)
	}
	if card.Action != nil {
		sh.link = card.Action.URL
	}
	if card.ActionMenu != nil {
		sh.menu = true
		sh.say(card.ActionMenu.Desc)
		for _, a := range card.ActionMenu.ActionList {
			sh.say(a.Text)
		}
	}
}

func (sh *sheet) middle(card *templateCard) {
	if e := card.Emphasis; e != nil {
		sh.say(e.Title)
		sh.say(e.Desc)
	}
	if q := card.Quote; q != nil {
		sh.say(q.Title)
		sh.say(q.QuoteText)
	}
	if i := card.ImageText; i != nil {
		sh.say(i.Title)
		sh.say(i.Desc)
	}
	sh.say(card.SubTitle)
	for _, v := range card.Vertical {
		sh.say(v.Title)
		sh.say(v.Desc)
	}
	for _, r := range card.Rows {
		sh.say(r.KeyName, r.Value)
	}
	for _, j := range card.Jumps {
		sh.say(j.Title)
	}
}

func (sh *sheet) fields(card *templateCard) {
	if card.Selection != nil {
		sh.field("selection", card.Selection)
	}
	if card.Checkbox != nil {
		sh.field("checkbox", card.Checkbox)
	}
	for i := range card.Selects {
		sh.field("select", &card.Selects[i])
	}
}

func (sh *sheet) field(kind string, c *choice) {
	in := Input{Name: c.QuestionKey, Label: c.Title, Kind: kind, Default: c.SelectedID, Multiple: kind == "checkbox" && c.Mode == 1}
	var checked []string
	known := false
	words := make([]string, 0, len(c.OptionList))
	for _, o := range c.OptionList {
		in.Options = append(in.Options, Option{Value: o.ID, Text: o.Text})
		words = append(words, o.Text)
		known = known || o.ID == c.SelectedID
		if o.IsChecked {
			checked = append(checked, o.ID)
		}
	}
	switch {
	case kind == "checkbox":
		in.Default = strings.Join(checked, ",")
	case !known && len(in.Options) > 0: // what is left out or wrong means the first
		in.Default = in.Options[0].Value
	}
	sh.inputs = append(sh.inputs, in)
	sh.say(c.Title, strings.Join(words, " / "))
}

func (sh *sheet) press(card *templateCard, replaced string) {
	all := card.Buttons
	if card.Submit != nil {
		all = append(slices.Clone(all), *card.Submit)
	}
	if replaced != "" && len(all) > 0 {
		sh.say(replaced)
		sh.buttons = append(sh.buttons, Button{Ref: "#0", Text: replaced, Disabled: true})
		return
	}
	for i, b := range all {
		sh.buttons = append(sh.buttons, Button{Ref: "#" + strconv.Itoa(i), Name: b.Key, Text: b.Text, URL: b.URL})
		sh.say(b.Text)
	}
}

// callback tells whether a card can tell the hub anything.
func (sh *sheet) callback() bool {
	return sh.menu || sh.kind == cardButtons || sh.kind == cardVote || sh.kind == cardMultiple
}

// find gives the button with that place (#0 is the first), or else with that
// key, or else with that text.
func (sh *sheet) find(name string) (Button, bool) {
	for _, same := range []func(Button) bool{
		func(b Button) bool { return b.Ref == name },
		func(b Button) bool { return b.Name == name && name != "" },
		func(b Button) bool { return b.Text == name },
	} {
		if i := slices.IndexFunc(sh.buttons, same); i >= 0 {
			return sh.buttons[i], true
		}
	}
	return Button{}, false
}
