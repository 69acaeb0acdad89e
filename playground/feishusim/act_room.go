package feishusim

import (
	"context"
	"strconv"
)

// EnterP2P has a person open the private chat with the hub.
func (s *Server) EnterP2P(ctx context.Context, openID string, o ...PushOption) PushResult {
	return s.happen(ctx, "im.chat.access_event.bot_p2p_chat_entered_v1", func() map[string]any {
		chat := s.p2pLocked(openID)
		event := map[string]any{"chat_id": chat, "operator_id": s.idsLocked(openID)}
		if list := s.byChat[chat]; len(list) > 0 {
			last := list[len(list)-1]
			event["last_message_id"], event["last_message_create_time"] = last.id, millis(last.created)
		}
		return event
	}, o)
}

// AddBotToChat has a person add the hub to a group.
func (s *Server) AddBotToChat(ctx context.Context, operator, chatID string, o ...PushOption) PushResult {
	return s.happen(ctx, "im.chat.member.bot.added_v1", func() map[string]any {
		name := ""
		if c := s.chats[chatID]; c != nil {
			c.BotIn, name = true, c.Name
			s.Touch()
		}
		return map[string]any{
			"chat_id": chatID, "operator_id": s.idsLocked(operator), "external": false,
			"operator_tenant_key": s.o.TenantKey, "name": name, "i18n_names": map[string]any{"zh_cn": name},
		}
	}, o)
}

// RemoveBotFromChat takes the hub out of a group.
func (s *Server) RemoveBotFromChat(ctx context.Context, operator, chatID string, o ...PushOption) PushResult {
	return s.happen(ctx, "im.chat.member.bot.deleted_v1", func() map[string]any {
		if c := s.chats[chatID]; c != nil {
			c.BotIn = false
			s.Touch()
		}
		return map[string]any{"chat_id": chatID, "operator_id": s.idsLocked(operator), "operator_tenant_key": s.o.TenantKey}
	}, o)
}

// Menu has a person press an entry of the bot's menu.
func (s *Server) Menu(ctx context.Context, openID, key string, o ...PushOption) PushResult {
	return s.happen(ctx, "application.bot.menu_v6", func() map[string]any {
		name := ""
		if u := s.users[openID]; u != nil {
			name = u.Name
		}
		return map[string]any{
			"operator":  map[string]any{"operator_name": name, "operator_id": s.idsLocked(openID)},
			"event_key": key, "timestamp": s.o.Now().Unix(),
		}
	}, o)
}

// Recall has the sender take a message back.
func (s *Server) Recall(ctx context.Context, messageID string, o ...PushOption) PushResult {
	return s.happen(ctx, "im.message.recalled_v1", func() map[string]any {
		event := map[string]any{
			"message_id": messageID, "recall_time": strconv.FormatInt(s.o.Now().UnixMilli(), 10), "recall_type": "message_owner",
		}
		if m := s.messages[messageID]; m != nil {
			m.recalled, m.updated, m.view = true, s.o.Now(), nil
			event["chat_id"] = m.chatID
			s.Touch()
		}
		return event
	}, o)
}

// DeleteUser has an administrator delete a person who has left.
func (s *Server) DeleteUser(ctx context.Context, openID string, o ...PushOption) PushResult {
	return s.happen(ctx, "contact.user.deleted_v3", func() map[string]any {
		object := s.profileLocked(openID)
		if u := s.users[openID]; u != nil {
			u.Left = true
			s.Touch()
		}
		return map[string]any{"object": object, "old_object": map[string]any{"department_ids": object["department_ids"], "open_id": openID}}
	}, o)
}

// UpdateUser tells the hub that a person's entry has changed; change it with
// [Server.AddUser] first.
func (s *Server) UpdateUser(ctx context.Context, openID string, o ...PushOption) PushResult {
	return s.happen(ctx, "contact.user.updated_v3", func() map[string]any {
		before := map[string]any{}
		if u := s.users[openID]; u != nil && u.before != nil {
			before, u.before = u.before, nil
		}
		return map[string]any{"object": s.profileLocked(openID), "old_object": before}
	}, o)
}

// happen pushes an event that is made under the platform's lock.
func (s *Server) happen(ctx context.Context, kind string, event func() map[string]any, opts []PushOption) PushResult {
	d := newDelivery(kind, opts)
	s.mu.Lock()
	d.event = event()
	s.mu.Unlock()
	return s.push(ctx, d)
}

func (s *Server) idsLocked(openID string) map[string]any {
	if u := s.users[openID]; u != nil {
		return u.ids()
	}
	return map[string]any{"open_id": openID, "user_id": "", "union_id": ""}
}

// profileLocked is a person in contact events.
func (s *Server) profileLocked(openID string) map[string]any {
	u := s.users[openID]
	if u == nil {
		return map[string]any{"open_id": openID}
	}
	return s.contactLocked(u, "open_id")
}
