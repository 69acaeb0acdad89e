package feishusim

import (
	"slices"
	"strings"
)

// sendBody is what a send or a reply carries.
type sendBody struct {
	ReceiveID string `json:"receive_id"`
	MsgType   string `json:"msg_type"`
	Content   any    `json:"content"` // must be a string, and people forget
	UUID      string `json:"uuid"`
	InThread  bool   `json:"reply_in_thread"`
}

// sendMessage says something to a person or to a chat.
func (s *Server) sendMessage(c *call) reply {
	kind := c.q("receive_id_type")
	var in sendBody
	switch {
	case !slices.Contains(receiveTypes, kind):
		return fail(errFields.with("receive_id_type is required and must be one of " + strings.Join(receiveTypes, ", ")))
	case !c.decode(&in) || in.ReceiveID == "" || in.MsgType == "":
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, e := s.receiverLocked(kind, in.ReceiveID)
	if e.code != 0 {
		return fail(e)
	}
	return s.deliverLocked(c, in, &message{chatID: chat})
}

// replyMessage says something in answer to a message.
func (s *Server) replyMessage(c *call) reply {
	var in sendBody
	if !c.decode(&in) || in.MsgType == "" {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	to, e := s.messageLocked(c.r.PathValue("id"))
	if e.code != 0 {
		return fail(e)
	}
	if e := s.mayWriteLocked(to.chatID); e.code != 0 {
		return fail(e)
	}
	root := to.rootID
	if root == "" {
		root = to.id
	}
	return s.deliverLocked(c, in, &message{chatID: to.chatID, rootID: root, parentID: to.id})
}

// deliverLocked checks a message to a chat that may be written to, and stores it.
func (s *Server) deliverLocked(c *call, in sendBody, m *message) reply {
	if len(in.UUID) > maxUUID {
		return fail(errFields.with("uuid is longer than 50"))
	}
	if rec, ok := s.sentUUID[in.UUID]; ok && in.UUID != "" && c.now.Sub(rec.at) < uuidWindow {
		if s.o.DuplicateUUIDFails {
			return fail(errParam.with("uuid has been used"))
		}
		return answer(s.objectLocked(s.messages[rec.id]))
	}
	if e := s.contentLocked(m, in.MsgType, in.Content); e.code != 0 {
		return fail(e)
	}
	if !s.o.NoLimits && !s.limits.room(m.chatID) {
		return fail(errChatFast)
	}
	m.kind, m.sender, m.uuid, m.created = in.MsgType, senderIsBot, in.UUID, c.now
	s.addLocked(m)
	if in.UUID != "" {
		s.sentUUID[in.UUID] = sentRecord{id: m.id, at: c.now}
	}
	return answer(s.objectLocked(m))
}

// receiverLocked finds the chat that an id of the given type leads to.
func (s *Server) receiverLocked(kind, id string) (chatID string, e apiError) {
	if kind == "chat_id" {
		if !strings.HasPrefix(id, "oc_") {
			return "", errParam.with("invalid receive_id")
		}
		return id, s.mayWriteLocked(id)
	}
	if prefix := idPrefixes[kind]; !strings.HasPrefix(id, prefix) {
		return "", errParam.with("invalid receive_id")
	}
	u, known := s.userByLocked(kind, id)
	switch {
	case !known && kind == "open_id":
		return "", errCrossApp
	case !known:
		return "", errParam.with("invalid receive_id")
	}
	return s.p2pLocked(u.OpenID), reachable(u)
}

// mayWriteLocked tells whether the bot may write into a chat.
func (s *Server) mayWriteLocked(chatID string) apiError {
	chat, known := s.chats[chatID]
	switch {
	case !known, !chat.BotIn:
		return errNotInChat
	case !chat.Private:
		return apiError{}
	}
	if u := s.users[chat.Members[0]]; u != nil {
		return reachable(u)
	}
	return errNoReach
}

func reachable(u *User) apiError {
	switch {
	case u.Left, u.NoReach:
		return errNoReach
	case u.Muted:
		return errMuted
	default:
		return apiError{}
	}
}

// messageLocked finds a message that can still be referred to.
func (s *Server) messageLocked(id string) (*message, apiError) {
	if !strings.HasPrefix(id, "om_") {
		return nil, errMessageID
	}
	m, known := s.messages[id]
	switch {
	case !known:
		return nil, errNoMessage
	case m.recalled:
		return nil, errDeleted
	}
	return m, apiError{}
}
