package wecomsim

import (
	"regexp"
	"slices"
	"strings"
)

const maxMembers = 2000

var chatIDForm = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)

// chatBody is what appchat/create and appchat/update take.
type chatBody struct {
	ChatID   string   `json:"chatid"`
	Name     string   `json:"name"`
	Owner    string   `json:"owner"`
	UserList []string `json:"userlist"`
	AddUsers []string `json:"add_user_list"`
	DelUsers []string `json:"del_user_list"`
}

// createChat makes a group of the app.
func (s *Server) createChat(c *call) reply {
	var in chatBody
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.ChatID == "" {
		in.ChatID = newID("")
	}
	if e := s.newChatFitsLocked(&in); e.code != 0 {
		return fail(e)
	}
	if in.Owner == "" {
		in.Owner = in.UserList[0]
	}
	chat := Chat{ID: in.ChatID, Name: cutName(in.Name), Owner: s.spelledLocked(in.Owner), App: true}
	for _, id := range in.UserList {
		chat.Members = append(chat.Members, s.spelledLocked(id))
	}
	s.addChatLocked(chat)
	return answer(map[string]any{"chatid": in.ChatID})
}

func (s *Server) newChatFitsLocked(in *chatBody) apiError {
	_, taken := s.chats[in.ChatID]
	switch {
	case s.o.NotRoot:
		return errNotYours
	case !chatIDForm.MatchString(in.ChatID):
		return errChatID
	case taken:
		return errChatExists
	case len(in.UserList) < 2, len(in.UserList) > maxMembers:
		return errMembers
	case in.Owner != "" && !slices.ContainsFunc(in.UserList, func(id string) bool { return strings.EqualFold(id, in.Owner) }):
		return errOwner
	}
	return s.membersKnownLocked(in.UserList)
}

func (s *Server) membersKnownLocked(ids []string) apiError {
	for _, id := range ids {
		if _, ok := s.visibleLocked(id); !ok {
			return errBadMember.with(id)
		}
	}
	return apiError{}
}

// cutName cuts a group's name at 50 characters, as the platform does.
func cutName(name string) string {
	if r := []rune(name); len(r) > 50 {
		return string(r[:50])
	}
	return name
}

// updateChat changes a group of the app.
func (s *Server) updateChat(c *call) reply {
	var in chatBody
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, e := s.appChatLocked(in.ChatID)
	if e.code == 0 {
		e = s.membersKnownLocked(in.AddUsers)
	}
	if e.code != 0 {
		return fail(e)
	}
	next := *old
	next.Members = slices.DeleteFunc(slices.Clone(old.Members), func(m string) bool {
		return slices.ContainsFunc(in.DelUsers, func(id string) bool { return strings.EqualFold(id, m) })
	})
	for _, id := range in.AddUsers {
		if !next.hasMember(id) {
			next.Members = append(next.Members, s.spelledLocked(id))
		}
	}
	if in.Name != "" {
		next.Name = cutName(in.Name)
	}
	if in.Owner != "" {
		next.Owner = s.spelledLocked(in.Owner)
	}
	switch {
	case len(next.Members) < 2, len(next.Members) > maxMembers:
		return fail(errMembers)
	case !next.hasMember(next.Owner):
		return fail(errOwner)
	}
	s.addChatLocked(next)
	return answer(nil)
}

// getChat shows a group of the app.
func (s *Server) getChat(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, e := s.appChatLocked(c.q("chatid"))
	if e.code != 0 {
		return fail(e)
	}
	return answer(map[string]any{"chat_info": map[string]any{
		"chatid": chat.ID, "name": chat.Name, "owner": chat.Owner, "userlist": append([]string{}, chat.Members...), "chat_type": 0,
	}})
}

// sendToChat says something in a group of the app. Cards that ask are not among
// what can be said there.
func (s *Server) sendToChat(c *call) reply {
	var in struct {
		outBody

		ChatID string `json:"chatid"`
		Safe   int    `json:"safe"`
	}
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, e := s.appChatLocked(in.ChatID)
	if e.code != 0 {
		return fail(e)
	}
	m := &message{chatID: chat.ID, sender: senderIsBot, created: c.now}
	if _, rep, ok := s.contentLocked(m, &in.outBody, groupRoad, c); !ok {
		return rep
	}
	s.showGroupLocked(m, chat, c)
	return answer(nil)
}

// showGroupLocked shows a message in a group unless its members had too much.
func (s *Server) showGroupLocked(m *message, chat *Chat, c *call) {
	shown := len(chat.Members) == 0 || s.o.NoLimits
	lost := false
	for _, id := range chat.Members {
		if s.o.NoLimits || s.limits.take("group member "+strings.ToLower(id), c.now, groupMinute) {
			shown = true
		} else {
			lost = true
		}
	}
	if lost {
		missed := *m
		missed.id, missed.updated = newID("msg"), m.created
		s.lost = append(s.lost, &missed)
	}
	if shown {
		s.addLocked(m)
	}
}

// appChatLocked finds a group that the app has made.
func (s *Server) appChatLocked(id string) (*Chat, apiError) {
	chat, known := s.chats[id]
	switch {
	case s.o.NotRoot:
		return nil, errNotYours
	case !chatIDForm.MatchString(id):
		return nil, errChatID
	case !known:
		return nil, errNoChat
	case !chat.App:
		return nil, errNotOwnChat
	}
	return chat, apiError{}
}
