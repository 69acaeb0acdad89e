package wecom

import (
	"encoding/json"
	"errors"
	"strings"

	"genjin/bots"
)

// robotPart is one piece of a message: words, or a file to be fetched within
// minutes, encrypted with the key of our address.
type robotPart struct {
	Type string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	Voice struct {
		Content string `json:"content"` // what was recognised
	} `json:"voice"`
	Image robotFile `json:"image"`
	File  robotFile `json:"file"`
	Video robotFile `json:"video"`
	Mixed struct {
		Items []robotPart `json:"msg_item"`
	} `json:"mixed"`
}

type robotFile struct {
	URL  string `json:"url"`
	Name string `json:"filename"` // not promised
}

// robotPush is what the 智能机器人 is told (developer.work.weixin.qq.com,
// 智能机器人 接收消息 and 接收事件).
type robotPush struct {
	robotPart

	MsgID       string          `json:"msgid"`
	CreateTime  json.RawMessage `json:"create_time"`
	AibotID     string          `json:"aibotid"`
	ChatID      string          `json:"chatid"`
	ChatType    string          `json:"chattype"`
	ResponseURL string          `json:"response_url"`
	From        struct {
		CorpID string `json:"corpid"`
		UserID string `json:"userid"`
	} `json:"from"`
	Quote *robotPart  `json:"quote"`
	Event *robotEvent `json:"event"`
}

// robotEvent is what happened. The platform nests a card's click under the name
// of its type; its SDK believes it lies flat. Both are read.
type robotEvent struct {
	Type string `json:"eventtype"`
	robotClick
	Card *robotClick `json:"template_card_event"`
}

type robotClick struct {
	EventKey string          `json:"event_key"`
	TaskID   string          `json:"task_id"`
	Selected json.RawMessage `json:"selected_items"`
}

// event reads what happened; what is rightly signed and not understood is
// recorded.
func (r *Robot) event(plain []byte) (bots.Event, error) {
	var p robotPush
	err := json.Unmarshal(plain, &p)
	var shape *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &shape) {
		return bots.Event{}, jsonFault(err)
	}
	e := bots.Event{
		Bot: Name, Key: p.key(plain), Kind: bots.EventUnknown, Type: p.word(), At: instant(p.created(), r.now),
		Tenant: p.From.CorpID, User: p.From.UserID, Chat: p.ChatID, Private: p.ChatType != "group",
	}
	if e.Private {
		e.Chat = ""
	}
	if err == nil && e.User != "" {
		e.Mentioned = true // in a group it hears nothing else
		e = p.fill(e)
	}
	return tidy(e), nil
}

// word is the platform's own word for what was pushed.
func (p robotPush) word() string {
	switch {
	case p.Type == "event" && p.Event != nil && p.Event.Type != "":
		return p.Event.Type
	case p.Type != "":
		return p.Type
	}
	return "unknown"
}

// created is the platform's clock in seconds, as a number or in quotes.
func (p robotPush) created() string { return strings.Trim(string(p.CreateTime), `"`) }

// key is the push's id; an event that has none is told apart by all that does
// not change when it is pushed again.
func (p robotPush) key(plain []byte) string {
	switch {
	case p.MsgID != "":
		return "b:" + p.MsgID
	case p.Event == nil || p.created() == "":
		return "bh:" + digest(string(plain))
	}
	click := p.Event.click()
	return "be:" + digest(p.AibotID, p.From.UserID, p.ChatID, p.created(), p.Event.Type, click.EventKey, click.TaskID, string(click.Selected))
}

func (e robotEvent) click() robotClick {
	if e.Card != nil {
		return *e.Card
	}
	return e.robotClick
}

// fill reads what a person said or did.
func (p robotPush) fill(e bots.Event) bots.Event {
	e.MessageID = p.MsgID
	if p.ResponseURL != "" {
		e.Reply = replyPrefix + e.User + ":" + p.ResponseURL
		if !e.Private {
			e.Reply = amongPrefix + e.User + ":" + p.ResponseURL
		}
	}
	if p.Type == "event" {
		return p.deed(e)
	}
	lines, files, known := p.content()
	if !known {
		return e
	}
	if p.Quote != nil { // the words are somebody else's; a file is what this person points at
		_, quoted, _ := p.Quote.content()
		files = append(files, quoted...)
	}
	e.Kind, e.Text = bots.EventMessage, strings.TrimSpace(strings.Join(lines, "\n"))
	if !e.Private {
		e.Text = unmention(e.Text)
	}
	if e.MessageID == "" {
		e.MessageID = e.Key
	}
	for i := range files {
		files[i].Bot, files[i].MessageID = Name, e.MessageID
	}
	e.Files = files
	return e
}

// deed reads what a person did.
func (p robotPush) deed(e bots.Event) bots.Event {
	if p.Event == nil {
		return e
	}
	switch p.Event.Type {
	case "enter_chat":
		e.Kind = bots.EventEntered
	case "template_card_event":
		click := p.Event.click()
		e.Kind, e.Click = bots.EventClick, pressed(click.EventKey, choices(click.Selected))
		e.Click.Card = cardRef(click.TaskID, "", e.At) // no code comes with it
	}
	return e
}

// content gives a part's words and files; known: it is of a kind we know.
func (p robotPart) content() (lines []string, files []bots.File, known bool) {
	file := func(f robotFile, name string, image bool) {
		if f.Name != "" {
			name = f.Name
		}
		if f.URL != "" {
			files = []bots.File{{Key: f.URL, Name: name, Image: image}}
		}
	}
	switch p.Type {
	case "text":
		lines = []string{p.Text.Content}
	case "voice":
		lines = []string{p.Voice.Content}
	case "image":
		file(p.Image, wordImage, true)
	case "video":
		file(p.Video, wordVideo, false)
	case "file":
		file(p.File, "", false)
	case "mixed":
		for _, item := range p.Mixed.Items {
			words, more, _ := item.content()
			lines, files = append(lines, words...), append(files, more...)
		}
	default:
		return nil, nil, false
	}
	return lines, files, true
}

// choices reads what was chosen on a card, by question; several are joined by
// commas. The platform wraps each list in an object of one name.
func choices(raw json.RawMessage) map[string]string {
	form := map[string]string{}
	for _, item := range list(raw, "selected_item") {
		var in struct {
			Question string          `json:"question_key"`
			Options  json.RawMessage `json:"option_ids"`
		}
		if json.Unmarshal(item, &in) != nil {
			continue
		}
		ids := make([]string, 0, 4)
		for _, o := range list(in.Options, "option_id") {
			var id string
			if json.Unmarshal(o, &id) == nil {
				ids = append(ids, id)
			}
		}
		form[in.Question] = strings.Join(ids, ",")
	}
	return form
}

// list reads a list, bare or wrapped, or of one that stands alone.
func list(raw json.RawMessage, name string) []json.RawMessage {
	var wrapped map[string]json.RawMessage
	if json.Unmarshal(raw, &wrapped) == nil && wrapped[name] != nil {
		raw = wrapped[name]
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) == nil {
		return items
	}
	if len(raw) == 0 {
		return nil
	}
	return []json.RawMessage{raw}
}
