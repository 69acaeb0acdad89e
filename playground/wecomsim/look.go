package wecomsim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// FromBot matches what the hub said that holds all the given words.
func FromBot(words ...string) func(Message) bool {
	return func(m Message) bool {
		return m.SenderID == senderIsBot && !m.Recalled &&
			!slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(m.Text, w) })
	}
}

// Messages gives what stands in a chat, oldest first. A user id is the person's
// chat with the app, WithBot + ":" + user id the one with the 智能机器人.
func (s *Server) Messages(chat string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messagesLocked(chat)
}

func (s *Server) messagesLocked(chat string) []Message {
	return s.viewsLocked(s.byChat[s.roomLocked("", chat)])
}

func (s *Server) viewsLocked(list []*message) []Message {
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

// Lost gives what the platform has accepted and then dropped without a word,
// because the member had got too much.
func (s *Server) Lost() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.viewsLocked(s.lost)
}

// WaitMessage waits until a message of the chat matches, and gives the newest
// that does.
func (s *Server) WaitMessage(ctx context.Context, chat string, match func(Message) bool) (Message, error) {
	for {
		s.mu.Lock()
		all, changed := s.messagesLocked(chat), s.Changed()
		s.mu.Unlock()
		for _, m := range slices.Backward(all) {
			if match(m) {
				return m, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("no such message in chat %s among %d, last: %q: %w", chat, len(all), lastText(all), ctx.Err())
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
		v := drawn(m)
		m.view = &v
	}
	return *m.view
}

// drawn is a message as it is shown.
func drawn(m *message) Message {
	v := Message{
		ID: m.id, ChatID: m.chatID, SenderID: m.sender, Type: m.kind, Text: m.text, Link: m.link,
		FileName: m.fileName, FileData: m.fileData, Updates: m.updates,
		CreatedAt: m.created, UpdatedAt: m.updated, Recalled: m.recalled,
	}
	switch {
	case m.recalled:
		v.Text, v.FileName, v.FileData = "（消息已撤回）", "", nil
	case m.kind == typeCard:
		sh := readCard(m.card, m.replaced)
		v.Card, v.CardType, v.TaskID, v.Title, v.Link = m.card, sh.kind, taskOf(m, &sh), sh.title, sh.link
		v.Buttons, v.Inputs, v.Text = sh.buttons, sh.inputs, strings.Join(sh.lines, "\n")
	case m.text == "" && m.fileName != "":
		v.Text = "[" + m.fileName + "]"
	}
	return v
}

// taskOf is the task id that a click on a card names: its own, or that of the
// card it has replaced.
func taskOf(m *message, sh *sheet) string {
	if sh.taskID == "" && m.send != nil {
		return m.send.taskID
	}
	return sh.taskID
}
