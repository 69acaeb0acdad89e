package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"genjin/bots"
)

// errShape is a body that lacks what its type promises.
var errShape = errors.New("unexpected shape")

type mention struct {
	Key  string `json:"key"`
	ID   userID `json:"id"`
	Type string `json:"mentioned_type"`
	Name string `json:"name"`
}

// messageBody is the body of im.message.receive_v1.
type messageBody struct {
	Sender struct {
		ID   userID `json:"sender_id"`
		Type string `json:"sender_type"`
	} `json:"sender"`
	Message struct {
		ID       string    `json:"message_id"`
		ChatID   string    `json:"chat_id"`
		ChatType string    `json:"chat_type"`
		Type     string    `json:"message_type"`
		Created  string    `json:"create_time"`
		Content  string    `json:"content"`
		Mentions []mention `json:"mentions"`
	} `json:"message"`
}

// message reads im.message.receive_v1 (im-v1/message/events/receive). Its dedup
// key is the message's id, as the platform asks: the same message may come again
// under another event id.
func (b *Bot) message(ev bots.Event, in *messageBody) (bots.Event, error) {
	m := in.Message
	if m.ID == "" || in.Sender.ID.OpenID == "" && in.Sender.Type == "user" {
		return ev, errShape
	}
	ev.Kind, ev.Key, ev.MessageID, ev.Chat, ev.User = bots.EventMessage, "m:"+m.ID, m.ID, m.ChatID, in.Sender.ID.OpenID
	ev.FromBot = in.Sender.Type != "user"
	ev.Private = m.ChatType == "p2p"
	if at := instant(m.Created); !at.IsZero() {
		ev.At = at
	}
	text, files := content(m.Type, m.Content)
	ev.Text, ev.Mentioned = b.unmention(text, m.Mentions)
	ev.Mentioned = ev.Mentioned || ev.Private
	for i := range files {
		files[i].Bot, files[i].MessageID = Name, m.ID
	}
	ev.Files = files
	return ev, nil
}

// unmention takes the mention of the hub out of a text and puts names in the
// place of the others' keys.
func (b *Bot) unmention(text string, mentions []mention) (string, bool) {
	addressed := false
	for _, m := range mentions {
		if b.isMe(m) {
			addressed = true
			text = strings.ReplaceAll(text, m.Key, "")
			continue
		}
		text = strings.ReplaceAll(text, m.Key, "@"+m.Name)
	}
	return strings.TrimSpace(text), addressed
}

// isMe tells whether a mention means this app. Its own id is asked once; while
// the platform does not tell it, a mention of any bot counts.
func (b *Bot) isMe(m mention) bool {
	me := b.me.Load()
	if me == nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if id, err := b.whoAmI(ctx); err == nil {
			b.me.Store(&id)
			me = &id
		}
	}
	if me != nil {
		return m.ID.OpenID == *me
	}
	return m.Type == "bot"
}

// content reads a message's content by its type (im-v1/message/message_content).
func content(kind, raw string) (string, []bots.File) {
	if kind == "text" {
		var in struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal([]byte(raw), &in); err != nil {
			return "", nil
		}
		return in.Text, nil
	}
	var in struct {
		ImageKey string          `json:"image_key"`
		FileKey  string          `json:"file_key"`
		FileName string          `json:"file_name"`
		Title    string          `json:"title"`
		Content  json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		return "", nil
	}
	switch kind {
	case "image":
		return "", []bots.File{{Key: in.ImageKey, Name: "图片", Image: true}}
	case "file", "media", "audio":
		return "", []bots.File{{Key: in.FileKey, Name: in.FileName}}
	case "post":
		return post(in.Title, in.Content, raw)
	}
	return "", nil
}

type postPart struct {
	Tag      string `json:"tag"`
	Text     string `json:"text"`
	Href     string `json:"href"`
	UserID   string `json:"user_id"`
	ImageKey string `json:"image_key"`
	FileKey  string `json:"file_key"`
}

// post reads a rich message; it comes without a locale, but one is tolerated.
func post(title string, lines json.RawMessage, raw string) (string, []bots.File) {
	var rows [][]postPart
	if json.Unmarshal(lines, &rows) != nil {
		var locales map[string]struct {
			Title   string       `json:"title"`
			Content [][]postPart `json:"content"`
		}
		if json.Unmarshal([]byte(raw), &locales) != nil {
			return title, nil
		}
		for _, l := range locales {
			title, rows = l.Title, l.Content
		}
	}
	text := []string{}
	if title != "" {
		text = append(text, title)
	}
	var files []bots.File
	for _, row := range rows {
		var line strings.Builder
		for _, p := range row {
			switch p.Tag {
			case "text", "a":
				line.WriteString(p.Text)
			case "at":
				line.WriteString(p.UserID)
			case "img":
				files = append(files, bots.File{Key: p.ImageKey, Name: "图片", Image: true})
			case "media":
				files = append(files, bots.File{Key: p.FileKey, Name: "视频"})
			}
		}
		text = append(text, line.String())
	}
	return strings.Join(text, "\n"), files
}
