package feishusim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is a message as people see it.
type Message struct {
	ID, ChatID string
	SenderID   string // open id, or "bot"
	Type       string // text, post, image, file, interactive
	Text       string // all that can be read: the text, or a card's title, texts, labels and buttons
	Title      string // of a card or post
	Card       json.RawMessage
	Buttons    []Button
	Inputs     []Input
	FileName   string
	FileData   []byte
	FileKey    string
	Updates    int // how often it was replaced
	UUID       string
	ParentID   string // the message it answers
	VisibleTo  string // an ephemeral card is for this person alone
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Recalled   bool
}

// Button is a button of a card.
type Button struct {
	Ref        string // "#0", "#1" …: its place on the card; works as a name in [Server.Click]
	Name, Text string
	Disabled   bool
}

// Input is a field of a card.
type Input struct {
	Name, Label string
	Kind        string // the element's tag: input, select_static, date_picker …
	Options     []Option
	Required    bool
	Default     string
	MaxLength   int
}

// Option is a choice of an [Input].
type Option struct{ Value, Text string }

// FromBot matches what the hub said that holds all the given words.
func FromBot(words ...string) func(Message) bool {
	return func(m Message) bool {
		return m.SenderID == senderIsBot && !m.Recalled &&
			!slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(m.Text, w) })
	}
}

// Messages gives what stands in a chat, oldest first. A person's open id means
// their private chat with the hub.
func (s *Server) Messages(chatID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messagesLocked(chatID)
}

func (s *Server) messagesLocked(chatID string) []Message {
	list := s.byChat[s.roomLocked("", chatID)]
	all := make([]Message, 0, len(list))
	for _, m := range list {
		all = append(all, s.viewLocked(m))
	}
	return all
}

// Message gives one message.
func (s *Server) Message(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.messages[id]
	if !ok {
		return Message{}, false
	}
	return s.viewLocked(m), true
}

// WaitMessage waits until a message of the chat matches, and gives the newest
// that does.
func (s *Server) WaitMessage(ctx context.Context, chatID string, match func(Message) bool) (Message, error) {
	for {
		s.mu.Lock()
		all, changed := s.messagesLocked(chatID), s.Changed()
		s.mu.Unlock()
		for _, m := range slices.Backward(all) {
			if match(m) {
				return m, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("no such message in chat %s among %d, last: %q: %w", chatID, len(all), lastText(all), ctx.Err())
		}
	}
}

func lastText(all []Message) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].Text
}

// viewLocked draws a message, once per content.
func (s *Server) viewLocked(m *message) Message {
	if m.view == nil {
		v := s.drawLocked(m)
		m.view = &v
	}
	return *m.view
}

func (s *Server) drawLocked(m *message) Message {
	v := Message{
		ID: m.id, ChatID: m.chatID, SenderID: m.sender, Type: m.kind, Text: m.text, FileKey: m.fileKey, FileName: m.fileName,
		Updates: m.updates, UUID: m.uuid, ParentID: m.parentID, VisibleTo: m.visibleTo,
		CreatedAt: m.created, UpdatedAt: m.updated, Recalled: m.recalled,
	}
	if m.recalled {
		v.Text = "（消息已撤回）"
		return v
	}
	if b := s.blobs[m.fileKey]; b != nil {
		v.FileData = b.data
		v.Text = "[" + b.name + "]"
	}
	if m.sender != senderIsBot {
		return v
	}
	switch m.kind {
	case typeText:
		var c struct {
			Text string `json:"text"`
		}
		_ = json.Unmarshal([]byte(m.content), &c) // was checked when it was sent
		v.Text = s.namedLocked(c.Text)
	case typePost:
		v.Title, v.Text = postText(m.content)
	case typeCard:
		v.Card = json.RawMessage(m.content)
		sheet := readCard(m.content)
		v.Title, v.Buttons, v.Inputs = sheet.title, sheet.buttons, sheet.inputs
		v.Text = s.namedLocked(strings.Join(sheet.lines, "\n"))
	}
	return v
}

// namedLocked replaces mentions by names, as clients do.
func (s *Server) namedLocked(text string) string {
	text = mentionIn.ReplaceAllStringFunc(text, func(tag string) string {
		id := mentionIn.FindStringSubmatch(tag)[1]
		if u := s.users[id]; u != nil {
			return "@" + u.Name
		}
		return "@" + id
	})
	return strings.ReplaceAll(text, "</at>", "")
}

// postText is the visible text of a post that the hub has sent.
func postText(content string) (title, text string) {
	var post map[string]struct {
		Title   string `json:"title"`
		Content [][]struct {
			Text string `json:"text"`
			Href string `json:"href"`
		} `json:"content"`
	}
	_ = json.Unmarshal([]byte(content), &post) // was checked when it was sent
	for _, p := range post {
		lines := []string{}
		if p.Title != "" {
			lines = append(lines, p.Title)
		}
		for _, nodes := range p.Content {
			var line strings.Builder
			for _, n := range nodes {
				line.WriteString(n.Text)
			}
			lines = append(lines, line.String())
		}
		return p.Title, strings.Join(lines, "\n")
	}
	return "", ""
}
