package feishu

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

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
func (b *Bot) message(ctx context.Context, ev bots.Event, in *messageBody) (bots.Event, error) {
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
	ev.Text, ev.Mentioned = b.unmention(ctx, text, m.Mentions)
	ev.Mentioned = ev.Mentioned || ev.Private
	for i := range files {
		files[i].Bot, files[i].MessageID = Name, m.ID
	}
	ev.Files = files
	return ev, nil
}

// unmention takes the mention of the hub out of a text and puts names in the
// place of the others' keys. It goes through the text once: @_user_1 begins
// @_user_12, and a name may look like a key.
func (b *Bot) unmention(ctx context.Context, text string, mentions []mention) (string, bool) {
	if len(mentions) == 0 {
		return strings.TrimSpace(text), false
	}
	addressed := false
	longest := slices.SortedStableFunc(slices.Values(mentions), func(a, b mention) int { return cmp.Compare(len(b.Key), len(a.Key)) })
	swap := make([]string, 0, 2*len(longest))
	for _, m := range longest {
		if m.Key == "" {
			continue
		}
		name := "@" + m.Name
		if b.isMe(ctx, m) {
			addressed, name = true, ""
		}
		swap = append(swap, m.Key, name)
	}
	return strings.TrimSpace(strings.NewReplacer(swap...).Replace(text)), addressed
}
