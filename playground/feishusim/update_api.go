package feishusim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// patchMessage replaces a card that the bot has sent.
func (s *Server) patchMessage(c *call) reply {
	var in struct {
		Content any `json:"content"`
	}
	if !c.decode(&in) {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, e := s.ownLocked(c.r.PathValue("id"))
	if e.code == 0 {
		e = s.patchableLocked(m, in.Content, c.now)
	}
	if e.code != 0 {
		return fail(e)
	}
	if !s.o.NoLimits && !s.limits.room(m.id) {
		return fail(errChatFast)
	}
	text, _ := in.Content.(string)
	s.changeLocked(m, text, c.now)
	return answer(map[string]any{})
}

// patchableLocked checks a message and the card that is to replace it.
func (s *Server) patchableLocked(m *message, content any, now time.Time) apiError {
	text, isString := content.(string)
	switch {
	case m.kind != typeCard || m.visibleTo != "":
		return errWrongType
	case now.Sub(m.created) > cardLife:
		return errTooOld
	case !isString || text == "":
		return errParam.with("content is not a string in json format")
	case !shared(m.content) || !shared(text):
		return errParam.with("update_multi must be true before and after")
	case len(text) > maxRich:
		return errTooLong
	}
	return s.cardLocked(text)
}

// shared tells whether a card is one for all who see it; that is the default.
func shared(content string) bool {
	var card struct {
		Config struct {
			UpdateMulti *bool `json:"update_multi"`
		} `json:"config"`
	}
	err := json.Unmarshal([]byte(content), &card)
	return err == nil && (card.Config.UpdateMulti == nil || *card.Config.UpdateMulti)
}

// editMessage replaces a text or post that the bot has sent.
func (s *Server) editMessage(c *call) reply {
	var in sendBody
	if !c.decode(&in) {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, e := s.ownLocked(c.r.PathValue("id"))
	switch {
	case e.code != 0:
		return fail(e)
	case m.kind != typeText && m.kind != typePost, in.MsgType != m.kind:
		return fail(errWrongType)
	case m.updates >= maxEdits:
		return fail(errEdits)
	}
	edited := message{}
	if e := s.contentLocked(&edited, in.MsgType, in.Content); e.code != 0 {
		return fail(e)
	}
	s.changeLocked(m, edited.content, c.now)
	return answer(s.objectLocked(m))
}

// deleteMessage takes back a message that the bot has sent.
func (s *Server) deleteMessage(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, e := s.ownLocked(c.r.PathValue("id"))
	if e.code != 0 {
		return fail(e)
	}
	m.recalled, m.updated, m.view = true, c.now, nil
	s.Touch()
	return answer(map[string]any{})
}

// ownLocked finds a message that the bot itself has sent.
func (s *Server) ownLocked(id string) (*message, apiError) {
	m, e := s.messageLocked(id)
	switch {
	case e.code != 0:
		return nil, e
	case m.sender != senderIsBot:
		return nil, errNotOwn
	}
	return m, s.botInLocked(m.chatID)
}

func (s *Server) botInLocked(chatID string) apiError {
	if chat, known := s.chats[chatID]; !known || !chat.BotIn {
		return errNotInChat
	}
	return apiError{}
}

// urgentApp marks a message of the bot as urgent for some people.
func (s *Server) urgentApp(c *call) reply {
	var in struct {
		IDs []string `json:"user_id_list"`
	}
	if !c.decode(&in) || len(in.IDs) == 0 || len(in.IDs) > 200 {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, e := s.ownLocked(c.r.PathValue("id")); e.code != 0 {
		return fail(e)
	}
	invalid := []string{}
	for _, id := range in.IDs {
		if _, known := s.userByLocked(c.q("user_id_type"), id); !known {
			invalid = append(invalid, id)
		}
	}
	return answer(map[string]any{"invalid_user_id_list": invalid})
}

// getMessage shows one message.
func (s *Server) getMessage(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, known := s.messages[c.r.PathValue("id")]
	if !known {
		return fail(errNoMessage)
	}
	if e := s.botInLocked(m.chatID); e.code != 0 {
		return fail(e)
	}
	return answer(map[string]any{"items": []any{s.objectLocked(m)}})
}

// listMessages shows a chat page by page.
func (s *Server) listMessages(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.q("container_id")
	if c.q("container_id_type") != "chat" || !strings.HasPrefix(id, "oc_") {
		return fail(errFields.with("container_id_type must be chat, container_id a chat id"))
	}
	if e := s.botInLocked(id); e.code != 0 {
		return fail(e)
	}
	items := make([]any, 0, len(s.byChat[id]))
	for _, m := range s.byChat[id] {
		if m.visibleTo == "" {
			items = append(items, s.objectLocked(m))
		}
	}
	return page(c, items, 50)
}

// page cuts a list as page_size and page_token ask.
func page(c *call, items []any, most int) reply {
	size, err := strconv.Atoi(c.q("page_size"))
	if c.q("page_size") == "" {
		size, err = min(20, most), nil
	}
	from := 0
	if t := c.q("page_token"); t != "" && err == nil {
		tail, ok := strings.CutPrefix(t, "pt_")
		from, err = strconv.Atoi(tail)
		if !ok || err != nil || from < 0 || from > len(items) {
			return fail(errPageToken)
		}
	}
	if err != nil || size < 1 || size > most {
		return fail(errFields.with("page_size is out of range"))
	}
	end := min(from+size, len(items))
	data := map[string]any{"items": items[from:end], "has_more": end < len(items)}
	if end < len(items) {
		data["page_token"] = "pt_" + strconv.Itoa(end)
	}
	return answer(data)
}
