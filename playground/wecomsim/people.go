package wecomsim

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
)

// WithBot given as the chat is the private chat with the 智能机器人; before a
// user id (WithBot + ":" + id) it is that person's.
const WithBot = "bot"

// rootDepartment is the company itself.
const rootDepartment = 1

// User is a person of the simulated company.
type User struct {
	UserID        string // the platform ignores its case
	Name          string
	Departments   []int
	Leaders       []string // direct leaders
	Leader        bool     // leads every department they are in
	Mobile, Email string   // not given by the API unless [Options].TellsMobiles
	NoReach       bool     // outside the app's visible range
	Disabled      bool     // an administrator closed the account
	Left          bool     // was deleted
}

// Department is a part of the simulated company; 1 is the root.
type Department struct {
	ID       int
	Name     string
	ParentID int
	Leaders  []string
}

// Chat is a group.
type Chat struct {
	ID, Name string
	Owner    string
	Members  []string // user ids
	App      bool     // made by the app, which can write into it
	Aibot    bool     // the 智能机器人 is a member: what mentions it reaches the hub
	RobotKey string   // a group robot's key; empty: there is none
}

// AddUser makes a person known, or changes one. Departments that are not known
// yet are made.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.Departments, u.Leaders = slices.Clone(u.Departments), slices.Clone(u.Leaders)
	if len(u.Departments) == 0 {
		u.Departments = []int{rootDepartment}
	}
	for _, id := range u.Departments {
		if _, known := s.depts[id]; !known {
			s.addDepartmentLocked(Department{ID: id, ParentID: rootDepartment})
		}
	}
	key := strings.ToLower(u.UserID)
	if _, known := s.users[key]; !known {
		s.userOrder = append(s.userOrder, key)
	}
	s.users[key] = &u
	s.Touch()
}

// AddDepartment makes a department known, or changes one.
func (s *Server) AddDepartment(d Department) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addDepartmentLocked(d)
}

func (s *Server) addDepartmentLocked(d Department) {
	if d.ParentID == 0 && d.ID != rootDepartment {
		d.ParentID = rootDepartment
	}
	if _, known := s.depts[d.ID]; !known {
		s.deptOrder = append(s.deptOrder, d.ID)
	}
	d.Leaders = slices.Clone(d.Leaders)
	s.depts[d.ID] = d
}

// AddChat makes a group known, or changes one.
func (s *Server) AddChat(c Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addChatLocked(c)
}

func (s *Server) addChatLocked(c Chat) {
	if _, known := s.chats[c.ID]; !known {
		s.chatOrder = append(s.chatOrder, c.ID)
	}
	c.Members = slices.Clone(c.Members)
	s.chats[c.ID] = &c
	s.Touch()
}

// Users lists the people in the order in which they were added.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]User, 0, len(s.userOrder))
	for _, key := range s.userOrder {
		all = append(all, *s.users[key])
	}
	return all
}

// Chats lists the groups in the order in which they came to be.
func (s *Server) Chats() []Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Chat, 0, len(s.chatOrder))
	for _, id := range s.chatOrder {
		c := *s.chats[id]
		c.Members = slices.Clone(c.Members)
		all = append(all, c)
	}
	return all
}

// userLocked finds a person who has not left.
func (s *Server) userLocked(id string) (*User, bool) {
	u, known := s.users[strings.ToLower(id)]
	if !known || u.Left {
		return nil, false
	}
	return u, true
}

// visibleLocked finds a person the app can see.
func (s *Server) visibleLocked(id string) (*User, bool) {
	u, known := s.userLocked(id)
	if !known || !s.seesUserLocked(u) {
		return nil, false
	}
	return u, true
}

// roomLocked gives the key under which the messages of a chat stand: a group's
// id, a person's user id for their chat with the app, "bot:" and the user id for
// the one with the 智能机器人. chat "" and WithBot are those of userID.
func (s *Server) roomLocked(userID, chat string) string {
	if chat == WithBot {
		return WithBot + ":" + s.spelledLocked(userID)
	}
	if id, ok := strings.CutPrefix(chat, WithBot+":"); ok {
		return WithBot + ":" + s.spelledLocked(id)
	}
	if chat == "" {
		return s.spelledLocked(userID)
	}
	return s.spelledLocked(chat)
}

// spelledLocked gives a user id the way the person was added; other words stay
// as they are.
func (s *Server) spelledLocked(id string) string {
	if u, known := s.users[strings.ToLower(id)]; known {
		return u.UserID
	}
	return id
}

// chatByKeyLocked finds the group with that robot.
func (s *Server) chatByKeyLocked(key string) (*Chat, bool) {
	for _, id := range s.chatOrder {
		if c := s.chats[id]; key != "" && c.RobotKey == key {
			return c, true
		}
	}
	return nil, false
}

// hasMember tells whether a person is in the group.
func (c *Chat) hasMember(userID string) bool {
	return slices.ContainsFunc(c.Members, func(m string) bool { return strings.EqualFold(m, userID) })
}

// newID makes an id: a prefix and 32 hexadecimal digits.
func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return prefix + hex.EncodeToString(b[:])
}
