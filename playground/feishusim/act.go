package feishusim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const kindMessage = "im.message.receive_v1"

// SendText has a person write into a chat; chatID "" is their private chat
// with the hub. In a group "@hub" (or @ and the bot's or a person's name)
// becomes a mention.
func (s *Server) SendText(ctx context.Context, openID, chatID, text string, o ...PushOption) PushResult {
	s.mu.Lock()
	sent, mentions := s.mentionedLocked(text)
	s.mu.Unlock()
	return s.speak(ctx, openID, chatID, &message{
		kind: typeText, text: text, mentions: mentions, content: jsonString(map[string]string{"text": sent}),
	}, o)
}

// Post is a rich message that a person writes.
type Post struct {
	Title  string
	Lines  []string
	Images [][]byte
}

// SendPost has a person send a post.
func (s *Server) SendPost(ctx context.Context, openID, chatID string, p Post, o ...PushOption) PushResult {
	m := &message{kind: typePost, text: strings.TrimSpace(p.Title + "\n" + strings.Join(p.Lines, "\n"))}
	content := make([][]map[string]string, 0, len(p.Lines)+len(p.Images))
	s.mu.Lock()
	for _, line := range p.Lines {
		sent, mentions := s.mentionedFromLocked(line, len(m.mentions))
		m.mentions = append(m.mentions, mentions...)
		content = append(content, postNodes(sent, mentions))
	}
	for i, data := range p.Images {
		key := s.keepLocked(&blob{name: "image" + strconv.Itoa(i+1) + ".png", data: data, image: true})
		content = append(content, []map[string]string{{"tag": "img", "image_key": key}})
		m.moreKeys = append(m.moreKeys, key)
	}
	s.mu.Unlock()
	m.content = jsonString(map[string]any{"title": p.Title, "content": content})
	return s.speak(ctx, openID, chatID, m, o)
}

// postNodes cuts a line at its mentions.
func postNodes(line string, mentions []mention) []map[string]string {
	nodes := []map[string]string{}
	for _, at := range mentions {
		before, after, found := strings.Cut(line, at.key)
		if !found {
			continue
		}
		if before != "" {
			nodes = append(nodes, map[string]string{"tag": "text", "text": before})
		}
		nodes = append(nodes, map[string]string{"tag": "at", "user_id": at.key, "user_name": at.name})
		line = after
	}
	if line != "" || len(nodes) == 0 {
		nodes = append(nodes, map[string]string{"tag": "text", "text": line})
	}
	return nodes
}

// SendFile has a person send a file.
func (s *Server) SendFile(ctx context.Context, openID, chatID, name string, data []byte, o ...PushOption) PushResult { //nolint:revive // six arguments read best in tests
	s.mu.Lock()
	key := s.keepLocked(&blob{name: name, data: data})
	s.mu.Unlock()
	return s.speak(ctx, openID, chatID, &message{
		kind: typeFile, text: "[" + name + "]", fileKey: key, fileName: name,
		content: jsonString(map[string]string{"file_key": key, "file_name": name}),
	}, o)
}

// SendImage has a person send a picture.
func (s *Server) SendImage(ctx context.Context, openID, chatID string, data []byte, o ...PushOption) PushResult {
	s.mu.Lock()
	key := s.keepLocked(&blob{name: "image.png", data: data, image: true})
	s.mu.Unlock()
	return s.speak(ctx, openID, chatID, &message{
		kind: typeImage, text: "[图片]", fileKey: key, content: jsonString(map[string]string{"image_key": key}),
	}, o)
}

// keepLocked stores a content under a new key.
func (s *Server) keepLocked(b *blob) string {
	prefix := "file_v3_"
	if b.image {
		prefix = "img_v3_"
	}
	b.key, b.messages = newID(prefix), map[string]bool{}
	s.blobs[b.key] = b
	return b.key
}

// speak shows a message in a chat and pushes it to the hub where it may hear it.
func (s *Server) speak(ctx context.Context, openID, chatID string, m *message, opts []PushOption) PushResult {
	d := newDelivery(kindMessage, opts)
	s.mu.Lock()
	u, known := s.users[openID]
	if !known {
		s.mu.Unlock()
		return PushResult{Dropped: true, Err: fmt.Errorf("no such person: %s", openID)}
	}
	m.chatID = s.roomLocked(openID, chatID)
	chat, known := s.chats[m.chatID]
	if !known {
		s.mu.Unlock()
		return PushResult{Dropped: true, Err: fmt.Errorf("no such chat: %s", chatID)}
	}
	m.id, m.sender, m.parentID, m.created = d.messageID, openID, d.parentID, s.o.Now()
	if !d.header.CreateAt.IsZero() {
		m.created = d.header.CreateAt
	}
	if parent := s.messages[m.parentID]; parent != nil {
		if m.rootID = parent.rootID; m.rootID == "" {
			m.rootID = parent.id
		}
	}
	if old := s.messages[m.id]; old != nil {
		old.content, old.text = m.content, m.text
		m = old
	} else {
		s.addLocked(m)
	}
	d.messageID, d.event = m.id, s.messageEventLocked(m, u, chat, d.byBot)
	deaf := !chat.BotIn || (s.o.OnlyMentions && !chat.Private && !mentionsBot(m.mentions))
	s.mu.Unlock()
	res := PushResult{Dropped: true}
	if !deaf {
		res = s.push(ctx, d)
	}
	res.MessageID, res.ChatID = m.id, m.chatID
	return res
}

func mentionsBot(list []mention) bool {
	return slices.ContainsFunc(list, func(m mention) bool { return m.bot })
}

// messageEventLocked is the event im.message.receive_v1.
func (s *Server) messageEventLocked(m *message, u *User, chat *Chat, byBot bool) map[string]any {
	chatType, senderType := "group", "user"
	if chat.Private {
		chatType = "p2p"
	}
	if byBot {
		senderType = "app"
	}
	msg := map[string]any{
		"message_id": m.id, "root_id": m.rootID, "parent_id": m.parentID, "chat_id": m.chatID, "chat_type": chatType,
		"message_type": m.kind, "content": m.content, "create_time": millis(m.created), "update_time": millis(m.created),
		"user_agent": "Mozilla/5.0 Feishu/7.40",
	}
	if len(m.mentions) > 0 {
		list := make([]map[string]any, 0, len(m.mentions))
		for _, at := range m.mentions {
			entry := map[string]any{"key": at.key, "name": at.name, "tenant_key": s.o.TenantKey}
			switch target := s.users[at.openID]; {
			case at.bot:
				entry["id"] = map[string]any{"open_id": s.o.BotOpenID, "user_id": "", "union_id": "on_bot"}
				entry["mentioned_type"] = "bot"
			case target != nil:
				entry["id"], entry["mentioned_type"] = target.ids(), "user"
			}
			list = append(list, entry)
		}
		msg["mentions"] = list
	}
	return map[string]any{
		"sender":  map[string]any{"sender_id": u.ids(), "sender_type": senderType, "tenant_key": s.o.TenantKey},
		"message": msg,
	}
}

// mentionedLocked replaces "@hub" and @ with a known name by @_user_1 and so on.
func (s *Server) mentionedLocked(text string) (string, []mention) {
	return s.mentionedFromLocked(text, 0)
}

func (s *Server) mentionedFromLocked(text string, used int) (string, []mention) {
	names := make([]mention, 0, 2+len(s.userOrder))
	names = append(names, mention{name: "hub", bot: true, openID: s.o.BotOpenID}, mention{name: s.o.BotName, bot: true, openID: s.o.BotOpenID})
	for _, id := range s.userOrder {
		names = append(names, mention{name: s.users[id].Name, openID: id})
	}
	slices.SortStableFunc(names, func(a, b mention) int { return len(b.name) - len(a.name) }) // the longest name wins
	var out strings.Builder
	var found []mention
	for text != "" {
		i := slices.IndexFunc(names, func(m mention) bool { return m.name != "" && strings.HasPrefix(text, "@"+m.name) })
		if i < 0 {
			_, n := utf8.DecodeRuneInString(text)
			out.WriteString(text[:n])
			text = text[n:]
			continue
		}
		at := names[i]
		text = text[len(at.name)+1:]
		if at.bot {
			at.name = s.o.BotName
		}
		at.key = "@_user_" + strconv.Itoa(used+len(found)+1)
		found = append(found, at)
		out.WriteString(at.key)
	}
	return out.String(), found
}
