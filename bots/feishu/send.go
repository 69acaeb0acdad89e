package feishu

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"genjin/bots"
)

// Send implements [bots.Bot]. The uuid is made of the message's key: the
// platform shows the same uuid once within an hour.
func (b *Bot) Send(ctx context.Context, m bots.Message) (bots.CardRef, error) {
	to, kind := m.User, "open_id"
	if m.Chat != "" {
		to, kind = m.Chat, "chat_id"
	}
	if to == "" {
		return "", &bots.SendError{Code: bots.CodeNoReach, Platform: "send", Err: fmt.Errorf("message %s has no receiver", m.Key)}
	}
	msgType, content, err := b.content(ctx, m)
	if err != nil {
		return "", err
	}
	var out struct {
		MessageID string `json:"message_id"`
		Sender    struct {
			Tenant string `json:"tenant_key"`
		} `json:"sender"`
	}
	err = b.call(ctx, request{
		api: "im.message.create", method: http.MethodPost, path: "/open-apis/im/v1/messages", query: map[string]string{"receive_id_type": kind},
		body: map[string]string{"receive_id": to, "msg_type": msgType, "content": content, "uuid": uuidOf(m.Key)},
		key:  m.Key, to: to, writes: true, into: &out,
	})
	switch {
	case err != nil:
		if m.File != nil && !mayRetry(err) {
			b.forgetUpload(content)
		}
		return "", err
	case out.MessageID == "":
		return "", &bots.SendError{Code: bots.CodeUnknown, Retry: true, Platform: "im.message.create", Err: errors.New("the answer names no message")}
	}
	b.belongsTo(out.Sender.Tenant)
	return bots.CardRef(out.MessageID), nil
}

func mayRetry(err error) bool {
	se, is := errors.AsType[*bots.SendError](err)
	return is && se.Retry
}

// Update implements [bots.Bot] with PATCH, one at a time per message: the last
// write wins, so the order of writes must be ours.
func (b *Bot) Update(ctx context.Context, ref bots.CardRef, m bots.Message) (bots.CardRef, error) {
	switch {
	case m.Card == nil:
		return "", &bots.SendError{Code: bots.CodeRefused, Platform: "update", Err: fmt.Errorf("message %s holds no card", m.Key)}
	case ref == "":
		return "", &bots.SendError{Code: bots.CodeStale, Platform: "update", Err: errors.New("nobody knows where the card stands")}
	}
	card, err := render(*m.Card)
	if err != nil {
		return "", err
	}
	unlock, err := b.cards.lock(ctx, string(ref))
	if err != nil {
		return "", &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: "waiting for another update", Err: err}
	}
	defer unlock()
	err = b.call(ctx, request{
		api: "im.message.patch", method: http.MethodPatch, path: "/open-apis/im/v1/messages/:message_id", params: map[string]string{"message_id": string(ref)},
		body: map[string]string{"content": string(card)},
		key:  m.Key, to: "card " + string(ref),
	})
	if err != nil {
		return "", err
	}
	return ref, nil
}

// content gives a message's type and content; a file is uploaded first.
func (b *Bot) content(ctx context.Context, m bots.Message) (kind, content string, err error) {
	switch {
	case m.File != nil:
		return b.upload(ctx, m)
	case m.Card != nil:
		card, err := render(*m.Card)
		if err != nil { // too large for a card: said in words, with the reply code
			return textContent(m.Card.Plain())
		}
		return "interactive", string(card), nil
	}
	return textContent(m.Text)
}

func textContent(s string) (kind, content string, err error) {
	text, err := json.Marshal(map[string]string{"text": escapeText(s)})
	return "text", string(text), err
}

// escapeText keeps words from being markup. In text messages the platform reads
// <at user_id="all"> as a mention of everybody, a few tags as styles, and
// [words](address) as a link that hides where it leads.
func escapeText(s string) string {
	s = strings.ReplaceAll(s, "](", "］(")
	var out strings.Builder
	for i, r := range s {
		if r == '<' && i+1 < len(s) && (s[i+1] == '/' || s[i+1]|0x20 >= 'a' && s[i+1]|0x20 <= 'z') {
			r = '＜'
		}
		out.WriteRune(r)
	}
	return out.String()
}

// uuidOf makes a message's key fit the platform's 50 characters.
func uuidOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:20])
}
