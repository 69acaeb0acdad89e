package wecom

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"genjin/bots"
)

// The kinds of cards that the hub uses.
const (
	kindNotice   = "text_notice"
	kindButtons  = "button_interaction"
	kindVote     = "vote_interaction"
	kindMultiple = "multiple_interaction"
)

// card is a template card (path/90236). All its words are shown as they are.
type card struct {
	Kind      string      `json:"card_type"`
	Title     cardTitle   `json:"main_title"`
	Quote     *cardQuote  `json:"quote_area,omitempty"`
	Sub       string      `json:"sub_title_text,omitempty"`
	Facts     []cardFact  `json:"horizontal_content_list,omitempty"`
	Action    *cardAction `json:"card_action,omitempty"`
	TaskID    string      `json:"task_id,omitempty"`
	Selection *cardSelect `json:"button_selection,omitempty"`
	Buttons   []cardKey   `json:"button_list,omitempty"`
	Checkbox  *cardChecks `json:"checkbox,omitempty"`
	Selects   []cardPick  `json:"select_list,omitempty"`
	Submit    *cardSubmit `json:"submit_button,omitempty"`
}

type cardTitle struct {
	Title string `json:"title,omitempty"`
	Desc  string `json:"desc,omitempty"`
}

type cardQuote struct {
	Kind int    `json:"type"`
	Text string `json:"quote_text"`
}

type cardFact struct {
	Name  string `json:"keyname"`
	Value string `json:"value"`
}

// cardAction is what a tap on the card opens.
type cardAction struct {
	Kind int    `json:"type"`
	URL  string `json:"url"`
}

type cardKey struct {
	Kind  int    `json:"type"`
	Text  string `json:"text"`
	Style int    `json:"style"`
	Key   string `json:"key"`
}

type cardOption struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type cardPick struct {
	Question string       `json:"question_key"`
	Title    string       `json:"title,omitempty"`
	Chosen   string       `json:"selected_id,omitempty"`
	Options  []cardOption `json:"option_list"`
}

// cardSelect is the one selector of a card with buttons.
type cardSelect = cardPick

type cardCheck struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Checked bool   `json:"is_checked"`
}

type cardChecks struct {
	Question string      `json:"question_key"`
	Mode     int         `json:"mode"`
	Options  []cardCheck `json:"option_list"`
}

type cardSubmit struct {
	Text string `json:"text"`
	Key  string `json:"key"`
}

// asks tells whether there is something to press on a card.
func asks(c bots.Card) bool { return c.Ask != nil || len(buttonsOf(c)) > 0 }

// render draws a neutral card that asks for something. What the platform cannot
// show is an error with [bots.CodeRefused], and is said in words instead.
func render(c bots.Card, task string) (*card, error) {
	draw := withButtons
	if c.Ask != nil {
		draw = question
	}
	out, err := draw(c)
	if err == nil {
		out.TaskID = task
		err = out.validate()
	}
	if err != nil {
		return nil, &bots.SendError{Code: bots.CodeRefused, Platform: "render", Err: err}
	}
	return out, nil
}

// withButtons draws the words with all the buttons below, and above them one
// selector: the first field that has choices. Other fields are left out; what
// belongs in them is asked by chat.
func withButtons(c bots.Card) (*card, error) {
	out := &card{Kind: kindButtons}
	if err := out.write(c); err != nil {
		return nil, err
	}
	if c.Link != "" {
		out.Action = &cardAction{Kind: 1, URL: c.Link}
	}
	if in := selectable(c); in != nil {
		pick := picker(*in)
		out.Selection = &pick
	}
	for _, b := range buttonsOf(c) {
		out.Buttons = append(out.Buttons, cardKey{Text: b.Text, Style: style(b.Style), Key: keyOf(b)})
	}
	return out, nil
}

// buttonsOf are a card's buttons in the order they stand in.
func buttonsOf(c bots.Card) []bots.Button {
	var all []bots.Button
	for _, b := range c.Blocks {
		if b.Form != nil {
			all = append(all, b.Form.Buttons...)
		}
		all = append(all, b.Buttons...)
	}
	return all
}

// selectable is the first field of a card that can be a selector.
func selectable(c bots.Card) *bots.Input {
	for _, b := range c.Blocks {
		if b.Form == nil {
			continue
		}
		for i, in := range b.Form.Inputs {
			if choosable(in) {
				return &b.Form.Inputs[i]
			}
		}
	}
	return nil
}

func choosable(in bots.Input) bool {
	switch in.Kind {
	case bots.InputText, bots.InputLongText, bots.InputChoice:
		return len(in.Options) > 0
	case bots.InputDate, bots.InputPerson, bots.InputChecks:
	}
	return false
}

func picker(in bots.Input) cardPick {
	out := cardPick{Question: in.Name, Title: in.Label}
	for _, o := range in.Options {
		out.Options = append(out.Options, cardOption{ID: o.Value, Text: o.Text})
		if o.Value == in.Default {
			out.Chosen = o.Value
		}
	}
	if out.Chosen == "" {
		out.Chosen = in.Options[0].Value
	}
	return out
}

// question draws a card's one question: boxes to tick, or selectors.
func question(c bots.Card) (*card, error) {
	f := *c.Ask
	if len(f.Buttons) != 1 || len(f.Inputs) == 0 {
		return nil, fmt.Errorf("a question with %d fields and %d buttons", len(f.Inputs), len(f.Buttons))
	}
	out := &card{Kind: kindMultiple, Submit: &cardSubmit{Text: f.Buttons[0].Text, Key: keyOf(f.Buttons[0])}}
	out.Title = cardTitle{Title: headline(c), Desc: oneLine(linesOf(c).all())}
	if hint := f.Inputs[0].Hint; hint != "" { // the question's own words stand for the card's
		out.Title.Desc = hint
	}
	if len(f.Inputs) == 1 && f.Inputs[0].Kind == bots.InputChecks {
		out.Kind, out.Checkbox = kindVote, &cardChecks{Question: f.Inputs[0].Name, Mode: 1}
		for _, o := range f.Inputs[0].Options {
			out.Checkbox.Options = append(out.Checkbox.Options, cardCheck{ID: o.Value, Text: o.Text, Checked: true})
		}
		return out, nil
	}
	for _, in := range f.Inputs {
		if !choosable(in) {
			return nil, fmt.Errorf("field %s cannot be chosen", in.Name)
		}
		out.Selects = append(out.Selects, picker(in))
	}
	return out, nil
}

// notice draws a card that asks for nothing, in the place of one that did. The
// platform wants it to lead somewhere; what does not fit is cut, and stands on
// the page or in the chat.
func (b *Bot) notice(c bots.Card, task string) *card {
	out := &card{Kind: kindNotice, TaskID: task, Action: &cardAction{Kind: 1, URL: c.Link}}
	if out.Action.URL == "" {
		out.Action.URL = b.PublicURL
	}
	if out.Action.URL == "" {
		out.Action.URL = "https://work.weixin.qq.com"
	}
	if out.write(c) == nil && out.validate() == nil {
		return out
	}
	return &card{Kind: kindNotice, TaskID: task, Action: out.Action, Title: cardTitle{Title: cut(headline(c), titleMax)}, Sub: cut(strings.Join(linesOf(c).all(), "\n"), subMax)}
}

// keyOf is what comes back when a button is pressed: its action and its value.
func keyOf(b bots.Button) string {
	if len(b.Value) == 0 {
		return b.Action
	}
	q := url.Values{}
	for name, value := range b.Value {
		q.Set(name, value)
	}
	return b.Action + "?" + q.Encode()
}

// style is the platform's number of a button's weight.
func style(s bots.ButtonStyle) int {
	switch s {
	case bots.ButtonPrimary:
		return 1
	case bots.ButtonDanger:
		return 2
	case bots.ButtonPlain:
	}
	return 4
}

// headline is the title with a mark that says what its colour would.
func headline(c bots.Card) string { return mark(c.Tone) + c.Title }

func mark(t bots.Tone) string {
	switch t {
	case bots.ToneSuccess:
		return "✓ "
	case bots.ToneWarn:
		return "！"
	case bots.ToneError:
		return "✗ "
	case bots.ToneInfo, bots.ToneAct, bots.ToneClosed:
	}
	return ""
}

// cut bounds a text in characters.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
