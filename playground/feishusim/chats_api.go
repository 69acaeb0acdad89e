package feishusim

import (
	"slices"
	"strconv"
	"time"
)

const chatUUIDWindow = 10 * time.Hour

// listChats gives the groups that the bot is in.
func (s *Server) listChats(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []any{}
	for _, id := range s.chatOrder {
		if chat := s.chats[id]; chat.BotIn && !chat.Private {
			items = append(items, map[string]any{
				"chat_id": id, "name": chat.Name, "tenant_key": s.o.TenantKey, "external": false, "chat_status": "normal",
			})
		}
	}
	return page(c, items, 100)
}

func (s *Server) getChat(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, known := s.chats[c.r.PathValue("id")]
	switch {
	case !known:
		return fail(errNoChat)
	case !chat.BotIn:
		return fail(errNotInChat)
	}
	mode := "group"
	if chat.Private {
		mode = "p2p"
	}
	return answer(map[string]any{
		"name": chat.Name, "chat_mode": mode, "chat_type": "private", "chat_status": "normal", "external": false,
		"tenant_key": s.o.TenantKey, "user_count": strconv.Itoa(len(chat.Members)), "bot_count": "1",
	})
}

func (s *Server) chatMembers(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, known := s.chats[c.r.PathValue("id")]
	switch {
	case !known:
		return fail(errNoChat)
	case !chat.BotIn:
		return fail(errNotInChat)
	}
	kind := c.q("member_id_type")
	if kind == "" {
		kind = "open_id"
	}
	items := []any{}
	for _, id := range chat.Members {
		if u := s.users[id]; u != nil && !u.Left {
			items = append(items, map[string]any{
				"member_id_type": kind, "member_id": u.id(kind), "name": u.Name, "tenant_key": s.o.TenantKey,
			})
		}
	}
	return page(c, items, 100)
}

// createChat makes a group; the same uuid within ten hours gives the same group.
func (s *Server) createChat(c *call) reply {
	var in struct {
		Name  string   `json:"name"`
		Owner string   `json:"owner_id"`
		Users []string `json:"user_id_list"`
	}
	if !c.decode(&in) || len(in.Users) > 50 {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	uuid := c.q("uuid")
	if rec, ok := s.chatUUID[uuid]; ok && uuid != "" && c.now.Sub(rec.at) < chatUUIDWindow {
		return answer(map[string]any{"chat_id": rec.id, "name": s.chats[rec.id].Name})
	}
	chat := &Chat{ID: newID("oc_"), Name: in.Name, BotIn: true}
	for _, id := range append([]string{in.Owner}, in.Users...) {
		if u, known := s.userByLocked(c.q("user_id_type"), id); known && !slices.Contains(chat.Members, u.OpenID) {
			chat.Members = append(chat.Members, u.OpenID)
		}
	}
	s.addChatLocked(chat)
	s.Touch()
	if uuid != "" {
		s.chatUUID[uuid] = sentRecord{id: chat.ID, at: c.now}
	}
	return answer(map[string]any{"chat_id": chat.ID, "name": chat.Name, "owner_id": in.Owner, "tenant_key": s.o.TenantKey})
}

// addMembers brings people into a group.
func (s *Server) addMembers(c *call) reply {
	var in struct {
		IDs []string `json:"id_list"`
	}
	if !c.decode(&in) || len(in.IDs) == 0 || len(in.IDs) > 50 {
		return fail(errFields)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, known := s.chats[c.r.PathValue("id")]
	if !known || !chat.BotIn {
		return fail(errNotInChat)
	}
	invalid := []string{}
	for _, id := range in.IDs {
		u, known := s.userByLocked(c.q("member_id_type"), id)
		switch {
		case !known:
			invalid = append(invalid, id)
		case !slices.Contains(chat.Members, u.OpenID):
			chat.Members = append(chat.Members, u.OpenID)
		}
	}
	s.Touch()
	return answer(map[string]any{"invalid_id_list": invalid, "not_existed_id_list": []string{}})
}
