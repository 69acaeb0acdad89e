package wecomsim

import (
	"context"
	"slices"
	"strings"
)

// Enter has a person open the app.
func (s *Server) Enter(ctx context.Context, userID string, o ...PushOption) PushResult {
	return s.happen(ctx, userID, o, words("Event", "enter_agent"), words("EventKey", ""), number("AgentID", int64(s.o.AgentID)))
}

// Menu has a person press an entry of the app's menu.
func (s *Server) Menu(ctx context.Context, userID, key string, o ...PushOption) PushResult {
	return s.happen(ctx, userID, o, words("Event", "click"), words("EventKey", key), number("AgentID", int64(s.o.AgentID)))
}

// DeleteUser has an administrator delete a person who has left.
func (s *Server) DeleteUser(ctx context.Context, userID string, o ...PushOption) PushResult {
	s.mu.Lock()
	userID = s.spelledLocked(userID)
	if u := s.users[strings.ToLower(userID)]; u != nil {
		u.Left = true
		s.Touch()
	}
	s.mu.Unlock()
	return s.happen(ctx, sysUser, o, words("Event", "change_contact"), words("ChangeType", "delete_user"), words("UserID", userID))
}

// UpdateUser tells the hub that a person's entry has changed; change it with
// [Server.AddUser] first.
func (s *Server) UpdateUser(ctx context.Context, userID string, o ...PushOption) PushResult {
	s.mu.Lock()
	userID = s.spelledLocked(userID)
	status := statusActive
	if u, known := s.userLocked(userID); known {
		status = u.status()
	}
	s.mu.Unlock()
	return s.happen(ctx, sysUser, o, words("Event", "change_contact"), words("ChangeType", "update_user"), words("UserID", userID), number("Status", int64(status)))
}

// AddBotToChat has a person add the 智能机器人 to a group. The platform tells
// the hub nothing of it; from then on mentions reach it.
func (s *Server) AddBotToChat(_ context.Context, who, chat string) PushResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chat]
	if c == nil || !c.hasMember(who) {
		return PushResult{ChatID: chat, Dropped: true, Err: errOutside}
	}
	c.Aibot = true
	s.Touch()
	return PushResult{ChatID: chat, Dropped: true}
}

// happen pushes an event of the app. Events have no MsgId.
func (s *Server) happen(ctx context.Context, from string, opts []PushOption, parts ...element) PushResult {
	o := wishes(opts)
	at := o.createdAt
	if at.IsZero() {
		at = s.o.Now()
	}
	room := ""
	if from != sysUser {
		s.mu.Lock()
		from = s.spelledLocked(from)
		room = s.roomLocked(from, "")
		s.mu.Unlock()
	}
	return s.push(ctx, &delivery{to: inletApp, chatID: room, userID: from, once: o.once, plain: s.appXML(from, at, "event", slices.Clone(parts)...)})
}
