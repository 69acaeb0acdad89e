package feishusim

import (
	"encoding/json"
	"errors"
	"net"
	"strings"
)

// delayedUpdate replaces a clicked card with the click's token.
func (s *Server) delayedUpdate(c *call) reply {
	var in struct {
		Token string          `json:"token"`
		Card  json.RawMessage `json:"card"`
	}
	if !c.decode(&in) || !strings.HasPrefix(strings.TrimSpace(string(in.Card)), "{") {
		return fail(errFields.with("card must be an object"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.cards[in.Token]
	switch {
	case !known, c.now.After(t.end):
		return fail(errCardToken)
	case t.left == 0:
		return fail(errCardSpent)
	case len(in.Card) > maxRich:
		return fail(errTooLong)
	}
	if e := s.cardLocked(string(in.Card)); e.code != 0 {
		return fail(e)
	}
	m := s.messages[t.messageID]
	if m == nil || m.recalled {
		return fail(errDeleted)
	}
	t.left--
	t.early = t.early || !t.answered
	s.changeLocked(m, string(in.Card), c.now)
	return answer(map[string]any{})
}

// ephemeralCard shows a card in a group to one person alone.
func (s *Server) ephemeralCard(c *call) reply {
	var in struct {
		ChatID  string          `json:"chat_id"`
		OpenID  string          `json:"open_id"`
		MsgType string          `json:"msg_type"`
		Card    json.RawMessage `json:"card"`
	}
	if !c.decode(&in) || in.MsgType != typeCard || !strings.HasPrefix(strings.TrimSpace(string(in.Card)), "{") {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	chat := s.chats[in.ChatID]
	if chat == nil || !chat.BotIn || chat.Private {
		return fail(errNotInChat)
	}
	if s.users[in.OpenID] == nil {
		return fail(errCrossApp)
	}
	if e := s.cardLocked(string(in.Card)); e.code != 0 {
		return fail(e)
	}
	m := &message{chatID: in.ChatID, kind: typeCard, content: string(in.Card), sender: senderIsBot, visibleTo: in.OpenID, created: c.now}
	s.addLocked(m)
	return answer(map[string]any{"message_id": m.id})
}

// asTimeout tells whether an error is a deadline that has passed.
func asTimeout(err error, into *net.Error) bool {
	return errors.As(err, into) && (*into).Timeout()
}
