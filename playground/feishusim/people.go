package feishusim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// User is a person of the simulated company. Ids that are left empty are made
// from OpenID.
type User struct {
	OpenID, UserID, UnionID string
	Name, Mobile, Email     string
	DepartmentID            string
	MoreDepartments         []string // beside the first
	LeaderOpenID            string
	NoReach                 bool // outside the app's availability: sends fail with 230013
	Muted                   bool // has muted the bot: sends fail with 230053
	Frozen                  bool // suspended by an administrator
	Left                    bool // was deleted

	before map[string]any // what changed and was not told yet, as it was
}

// Department is a part of the simulated company; "0" is the root.
type Department struct {
	ID, Name, ParentID string
	LeaderOpenID       string
}

// Chat is a group, or the private chat of a person with the hub.
type Chat struct {
	ID, Name string
	Members  []string // open ids
	BotIn    bool
	Private  bool
}

// AddUser makes a person known, or changes one. The department is made when
// it is not known yet.
func (s *Server) AddUser(u User) {
	tail := strings.TrimPrefix(u.OpenID, "ou_")
	if u.UserID == "" {
		u.UserID = tail
	}
	if u.UnionID == "" {
		u.UnionID = "on_" + tail
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, known := s.users[u.OpenID]; !known {
		s.userOrder = append(s.userOrder, u.OpenID)
	} else if old.Frozen != u.Frozen {
		u.before = map[string]any{"status": statusOf(old)}
	}
	s.users[u.OpenID] = &u
	if _, known := s.depts[u.DepartmentID]; !known && u.DepartmentID != "" && u.DepartmentID != rootDepartment {
		s.addDepartmentLocked(Department{ID: u.DepartmentID, Name: u.DepartmentID})
	}
	s.p2pLocked(u.OpenID)
	s.Touch()
}

// AddDepartment makes a department known, or changes one.
func (s *Server) AddDepartment(d Department) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addDepartmentLocked(d)
}

func (s *Server) addDepartmentLocked(d Department) {
	if d.ParentID == "" {
		d.ParentID = rootDepartment
	}
	if _, known := s.depts[d.ID]; !known {
		s.deptOrder = append(s.deptOrder, d.ID)
	}
	s.depts[d.ID] = d
}

// AddChat makes a group known, or changes one.
func (s *Server) AddChat(c Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.Clone(c.Members)
	s.addChatLocked(&c)
	s.Touch()
}

func (s *Server) addChatLocked(c *Chat) {
	if _, known := s.chats[c.ID]; !known {
		s.chatOrder = append(s.chatOrder, c.ID)
	}
	s.chats[c.ID] = c
}

// P2PChat is the id of the private chat of a person with the hub.
func (s *Server) P2PChat(openID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p2pLocked(openID)
}

func (s *Server) p2pLocked(openID string) string {
	sum := sha256.Sum256([]byte("p2p " + s.o.TenantKey + " " + openID))
	id := "oc_" + hex.EncodeToString(sum[:16])
	if _, known := s.chats[id]; !known {
		s.addChatLocked(&Chat{ID: id, Members: []string{openID}, BotIn: true, Private: true})
	}
	return id
}

// roomLocked gives the chat that a test or the page means: "" and the person's
// own id are the private chat with openID, another person's id is theirs.
func (s *Server) roomLocked(openID, chatID string) string {
	switch {
	case chatID == "":
		return s.p2pLocked(openID)
	case strings.HasPrefix(chatID, "ou_"):
		return s.p2pLocked(chatID)
	default:
		return chatID
	}
}

// Users lists the people in the order in which they were added.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]User, 0, len(s.userOrder))
	for _, id := range s.userOrder {
		all = append(all, *s.users[id])
	}
	return all
}

// Chats lists the chats in the order in which they came to be.
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

// userBy finds a person by an id of the given type.
func (s *Server) userByLocked(kind, id string) (*User, bool) {
	if kind == "" || kind == "open_id" {
		u, ok := s.users[id]
		return u, ok
	}
	for _, key := range s.userOrder {
		if u := s.users[key]; u.id(kind) == id {
			return u, true
		}
	}
	return nil, false
}

// id gives the person's id of the given type.
func (u *User) id(kind string) string {
	switch kind {
	case "user_id":
		return u.UserID
	case "union_id":
		return u.UnionID
	case "email":
		return u.Email
	default:
		return u.OpenID
	}
}

// ids is how events name a person.
func (u *User) ids() map[string]any {
	return map[string]any{"open_id": u.OpenID, "user_id": u.UserID, "union_id": u.UnionID}
}

// newID makes an id as the platform does: a prefix and 32 hexadecimal digits.
func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return prefix + hex.EncodeToString(b[:])
}
