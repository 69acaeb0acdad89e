package wecomsim

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

const (
	robotFilePath = "/aibot/file/"
	picturePath   = "/wwpic/"
	robotFileLife = 5 * time.Minute
	pictureLife   = 3 * 24 * time.Hour
)

// robotFile is a file that the hub may download for a while without a token.
type robotFile struct {
	blob blob
	end  time.Time
}

// SendMixed has a person send words and pictures in one message, to the
// 智能机器人 or to a group as [Server.SendText] does.
func (s *Server) SendMixed(ctx context.Context, userID, chat, text string, images ...[]byte) PushResult {
	m := &message{kind: typeMixed, text: text, pictures: slices.Clone(images)}
	return s.speak(ctx, userID, chat, m, nil)
}

// EnterBot has a person open the chat with the 智能机器人.
func (s *Server) EnterBot(ctx context.Context, userID string, o ...PushOption) PushResult {
	return s.robotEvent(ctx, userID, "enter_chat", map[string]any{}, o)
}

// botMessageLocked is the JSON of a message to the 智能机器人; c is the group it
// stands in, or nil.
func (s *Server) botMessageLocked(m *message, c *Chat, o pushOptions) ([]byte, error) {
	heard := m.kind == typeText || m.kind == typeMixed || c == nil && slices.Contains([]string{typeImage, typeFile, typeVoice}, m.kind)
	if !heard || c != nil && (!c.Aibot || !s.addressed(m.text)) {
		return nil, errNotHeard
	}
	body := map[string]any{
		"msgid": m.id, "aibotid": s.o.BotID, "chattype": "single", "from": map[string]any{"userid": m.sender},
		"response_url": s.mintReplyLocked(m.chatID, s.o.Now()), "msgtype": m.kind,
	}
	if c != nil {
		body["chattype"], body["chatid"] = "group", c.ID
	}
	if err := s.robotContentLocked(m, body); err != nil {
		return nil, err
	}
	if quoted := s.messages[o.quotedID]; quoted != nil {
		body["quote"] = map[string]any{"msgtype": typeText, "text": map[string]any{"content": drawn(quoted).Text}}
	}
	return json.Marshal(body)
}

// robotContentLocked fills in what a message says.
func (s *Server) robotContentLocked(m *message, body map[string]any) error {
	said := strings.ReplaceAll(m.text, "@hub", "@"+s.o.BotName)
	switch m.kind {
	case typeVoice: // the platform has already written it down
		body[typeVoice] = map[string]any{"content": string(m.fileData)}
	case typeImage, typeFile:
		address, err := s.lendLocked(m.fileName, m.fileData)
		body[m.kind] = map[string]any{"url": address}
		return err
	case typeMixed:
		items := []any{map[string]any{"msgtype": typeText, "text": map[string]any{"content": said}}}
		for _, data := range m.pictures {
			address, err := s.lendLocked("image.png", data)
			if err != nil {
				return err
			}
			items = append(items, map[string]any{"msgtype": typeImage, "image": map[string]any{"url": address}})
		}
		body[typeMixed] = map[string]any{"msg_item": items}
	default:
		body[typeText] = map[string]any{"content": said}
	}
	return nil
}

// addressed tells whether words mention the 智能机器人.
func (s *Server) addressed(text string) bool {
	return strings.Contains(text, "@hub") || strings.Contains(text, "@"+s.o.BotName)
}

// lendLocked gives the address of an encrypted file, good for five minutes.
func (s *Server) lendLocked(name string, data []byte) (string, error) {
	k, err := s.sealer(inletBot)
	if err != nil {
		return "", err
	}
	secret, err := k.encryptBytes(data)
	if err != nil {
		return "", err
	}
	return s.lentLocked(robotFilePath, name, secret, robotFileLife), nil
}

func (s *Server) lentLocked(under, name string, data []byte, life time.Duration) string {
	if s.pushes.files == nil {
		s.pushes.files = map[string]*robotFile{}
	}
	id := newID("")
	s.pushes.files[under+id] = &robotFile{blob: blob{id: id, name: name, data: data}, end: s.o.Now().Add(life)}
	return s.base + under + id
}

// lent is the API of such files.
func (s *Server) lent(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.pushes.files[path.Clean(c.r.URL.Path)]
	if f == nil || !c.now.Before(f.end) {
		return reply{err: errNoSuchAPI, status: http.StatusForbidden}
	}
	return reply{file: &f.blob}
}

// robotEvent pushes an event of the 智能机器人 in the person's private chat.
func (s *Server) robotEvent(ctx context.Context, userID, kind string, payload map[string]any, opts []PushOption) PushResult {
	o := wishes(opts)
	s.mu.Lock()
	userID = s.spelledLocked(userID)
	room := s.roomLocked(userID, WithBot)
	s.mu.Unlock()
	d, err := s.robotDelivery(room, userID, kind, payload, o)
	if err != nil {
		return PushResult{Err: err}
	}
	return s.push(ctx, d)
}

// robotDelivery is an event of the 智能机器人 in a room, which is a group's id
// or begins with WithBot.
func (s *Server) robotDelivery(room, userID, kind string, payload map[string]any, o pushOptions) (*delivery, error) {
	at, id := o.createdAt, o.messageID
	if at.IsZero() {
		at = s.o.Now()
	}
	if id == "" {
		id = newID("CAIQ")
	}
	body := map[string]any{
		"msgid": id, "create_time": at.Unix(), "aibotid": s.o.BotID, "chattype": "single",
		"from": map[string]any{"corpid": s.o.CorpID, "userid": userID}, "msgtype": "event",
		"event": map[string]any{"eventtype": kind, kind: payload},
	}
	if !strings.HasPrefix(room, WithBot+":") {
		body["chattype"], body["chatid"] = "group", room
	}
	plain, err := json.Marshal(body)
	return &delivery{to: inletBot, plain: plain, messageID: id, chatID: room, userID: userID, once: o.once}, err
}
