package feishusim

import (
	"encoding/json"
	"strconv"
	"time"
)

const (
	uuidWindow  = time.Hour
	cardLife    = 14 * 24 * time.Hour
	maxEdits    = 20
	maxUUID     = 50
	typeText    = "text"
	typePost    = "post"
	typeImage   = "image"
	typeFile    = "file"
	typeCard    = "interactive"
	senderIsBot = "bot"
)

// message is what the platform keeps of one message.
type message struct {
	id, chatID, kind string
	content          string // the JSON string as it was sent
	sender           string // open id, or "bot"
	uuid             string
	rootID, parentID string
	visibleTo        string // an ephemeral card is seen by one person
	text             string // what a person typed, before mentions were replaced
	mentions         []mention
	created, updated time.Time
	updates          int
	recalled         bool
	fileName         string
	fileKey          string
	moreKeys         []string // further pictures of a post
	view             *Message // what people see, until it changes
}

// mention is an @ in a message.
type mention struct {
	key, name, openID string
	bot               bool
}

// sentRecord remembers what a uuid has led to.
type sentRecord struct {
	id string
	at time.Time
}

// blob is the content of a file or image.
type blob struct {
	key, name string
	data      []byte
	image     bool
	byBot     bool
	messages  map[string]bool // where it was sent
}

// addLocked stores a message and shows it.
func (s *Server) addLocked(m *message) {
	if m.id == "" {
		m.id = newID("om_")
	}
	if m.updated.IsZero() {
		m.updated = m.created
	}
	for _, key := range append([]string{m.fileKey}, m.moreKeys...) {
		if b := s.blobs[key]; b != nil {
			b.messages[m.id] = true
			m.fileName = b.name
		}
	}
	s.messages[m.id] = m
	s.byChat[m.chatID] = append(s.byChat[m.chatID], m)
	s.Touch()
}

// changeLocked replaces the content of a message.
func (s *Server) changeLocked(m *message, content string, now time.Time) {
	m.content, m.updated, m.view = content, now, nil
	m.updates++
	s.Touch()
}

// objectLocked is how the API shows a message.
func (s *Server) objectLocked(m *message) map[string]any {
	sender := map[string]any{"id": s.o.AppID, "id_type": "app_id", "sender_type": "app", "tenant_key": s.o.TenantKey}
	if m.sender != senderIsBot {
		sender = map[string]any{"id": m.sender, "id_type": "open_id", "sender_type": "user", "tenant_key": s.o.TenantKey}
	}
	o := map[string]any{
		"message_id": m.id, "root_id": m.rootID, "parent_id": m.parentID, "msg_type": m.kind,
		"create_time": millis(m.created), "update_time": millis(m.updated),
		"deleted": m.recalled, "updated": m.updates > 0, "chat_id": m.chatID, "sender": sender,
		"body": map[string]any{"content": m.content},
	}
	if m.recalled {
		o["body"] = map[string]any{"content": "This message was recalled"}
	}
	if len(m.mentions) > 0 {
		list := make([]map[string]any, 0, len(m.mentions))
		for _, at := range m.mentions {
			list = append(list, map[string]any{
				"key": at.key, "id": at.openID, "id_type": "open_id", "name": at.name, "tenant_key": s.o.TenantKey,
			})
		}
		o["mentions"] = list
	}
	return o
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// jsonString is v as the JSON text that contents consist of.
func jsonString(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
