package wecomsim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sysUser is who events that no person makes come from.
const sysUser = "sys"

const (
	typeVoice    = "voice"
	typeMixed    = "mixed"
	typeLocation = "location"
	typeLink     = "link"
)

var (
	// errNotHeard means that the platform tells the hub nothing of a message.
	errNotHeard = errors.New("the platform does not tell the hub")
	errOutside  = errors.New("no such group, or the person is not in it")
)

// SendText has a person write: to the app (chat ""), to the 智能机器人
// ([WithBot]) or into a group, where the hub hears it only when it mentions the
// 智能机器人, by its name or as @hub, and that is a member.
func (s *Server) SendText(ctx context.Context, userID, chat, text string, o ...PushOption) PushResult {
	return s.speak(ctx, userID, chat, &message{kind: typeText, text: text}, o)
}

// SendImage has a person send a picture. In groups the hub never sees it.
func (s *Server) SendImage(ctx context.Context, userID, chat string, data []byte, o ...PushOption) PushResult {
	return s.speak(ctx, userID, chat, &message{
		kind: typeImage, text: "[图片]", fileName: "image.png", fileData: slices.Clone(data),
	}, o)
}

// SendFile has a person send a file. The 智能机器人 is told of it in private;
// the app only with [Options].FileMessages; in groups the hub never sees it.
func (s *Server) SendFile(ctx context.Context, userID, chat, name string, data []byte, o ...PushOption) PushResult { //nolint:revive // as its sisters
	return s.speak(ctx, userID, chat, &message{
		kind: typeFile, text: "[" + name + "]", fileName: name, fileData: slices.Clone(data),
	}, o)
}

// SendVoice has a person say something. The 智能机器人 is told the words, the
// app gets a recording.
func (s *Server) SendVoice(ctx context.Context, userID, chat, said string, o ...PushOption) PushResult {
	return s.speak(ctx, userID, chat, &message{
		kind: typeVoice, text: "[语音]", fileName: "voice.amr", fileData: []byte(said),
	}, o)
}

// SendLocation has a person send where they are, to the app.
func (s *Server) SendLocation(ctx context.Context, userID, label string, o ...PushOption) PushResult {
	return s.speak(ctx, userID, "", &message{kind: typeLocation, text: label}, o)
}

// SendLink has a person send a link, to the app; title and address are parted
// by a space.
func (s *Server) SendLink(ctx context.Context, userID, title, address string, o ...PushOption) PushResult {
	return s.speak(ctx, userID, "", &message{kind: typeLink, text: title + " " + address}, o)
}

// speak shows a message in a chat and pushes it to the hub where it may hear it.
func (s *Server) speak(ctx context.Context, userID, chat string, m *message, opts []PushOption) PushResult {
	o := wishes(opts)
	s.mu.Lock()
	d, err := s.spokenLocked(userID, chat, m, o)
	s.mu.Unlock()
	switch {
	case errors.Is(err, errNotHeard):
		return PushResult{MessageID: m.id, ChatID: m.chatID, Dropped: true}
	case err != nil:
		return PushResult{Dropped: true, Err: err}
	}
	return s.push(ctx, d)
}

// spokenLocked stores a message and makes the callback that tells of it.
func (s *Server) spokenLocked(userID, chat string, m *message, o pushOptions) (*delivery, error) {
	u, c, err := s.speakerLocked(userID, chat)
	if err != nil {
		return nil, err
	}
	room := s.roomLocked(u.UserID, chat)
	m.id, m.chatID, m.sender, m.aibot = o.messageID, room, u.UserID, chat != ""
	if m.created = o.createdAt; m.created.IsZero() {
		m.created = s.o.Now()
	}
	if m.id == "" {
		m.id = s.freshIDLocked(chat)
	}
	if old := s.messages[m.id]; old == nil {
		s.addLocked(m)
	} else {
		m = old
	}
	d := &delivery{messageID: m.id, chatID: room, userID: u.UserID, once: o.once, to: inletApp}
	if chat == "" {
		d.plain, err = s.appMessageLocked(m)
		return d, err
	}
	d.to = inletBot
	d.plain, err = s.botMessageLocked(m, c, o)
	return d, err
}

// speakerLocked finds who speaks, and the group they speak in; nil: in private.
func (s *Server) speakerLocked(userID, chat string) (*User, *Chat, error) {
	u, known := s.userLocked(userID)
	if !known {
		return nil, nil, fmt.Errorf("no such person: %s", userID)
	}
	c := s.chats[chat]
	_, sees := s.visibleLocked(userID)
	switch {
	case chat != "" && chat != WithBot && c == nil:
		return nil, nil, fmt.Errorf("no such chat: %s", chat)
	case c != nil && !c.hasMember(u.UserID):
		return nil, nil, fmt.Errorf("%s is not in the chat %s", u.UserID, chat)
	case chat == "" && !sees:
		return nil, nil, fmt.Errorf("%s cannot see the app", u.UserID)
	}
	return u, c, nil
}

// freshIDLocked makes the id of a person's message: a number in the app, a word
// for the 智能机器人.
func (s *Server) freshIDLocked(chat string) string {
	if chat != "" {
		return newID("CAIQ")
	}
	return strconv.FormatInt(1<<60|rand.Int64N(1<<60), 10) //nolint:gosec // only has to be new
}

// appMessageLocked is the XML of a message to the app.
func (s *Server) appMessageLocked(m *message) ([]byte, error) {
	parts := make([]element, 0, 8)
	switch m.kind {
	case typeText:
		parts = append(parts, words("Content", m.text))
	case typeImage:
		parts = append(parts, words("PicUrl", s.lentLocked(picturePath, m.fileName, m.fileData, pictureLife)), words("MediaId", s.uploadLocked(m)))
	case typeVoice:
		parts = append(parts, words("MediaId", s.uploadLocked(m)), words("Format", "amr"))
	case typeLocation:
		parts = append(parts, bare("Location_X", "31.230416"), bare("Location_Y", "121.473701"),
			number("Scale", 15), words("Label", m.text), words("AppType", "wxwork"))
	case typeLink:
		title, address, _ := strings.Cut(m.text, " ")
		parts = append(parts, words("Title", title), words("Description", title), words("Url", address), words("PicUrl", ""))
	case typeFile:
		if !s.o.FileMessages {
			return nil, errNotHeard
		}
		parts = append(parts, words("MediaId", s.uploadLocked(m)), words("FileName", m.fileName))
	default:
		return nil, errNotHeard
	}
	parts = append(parts, bare("MsgId", m.id), number("AgentID", int64(s.o.AgentID)))
	return s.appXML(m.sender, m.created, m.kind, parts...), nil
}

// appXML is a callback of the app.
func (s *Server) appXML(from string, at time.Time, kind string, parts ...element) []byte {
	return xmlDoc(slices.Concat([]element{
		words("ToUserName", s.o.CorpID), words("FromUserName", from), number("CreateTime", at.Unix()), words("MsgType", kind),
	}, parts)...)
}

// uploadLocked uploads what a person sends and gives its media_id.
func (s *Server) uploadLocked(m *message) string {
	if m.mediaID == "" {
		m.mediaID = s.keepLocked(&blob{kind: m.kind, name: m.fileName, data: m.fileData, at: m.created})
	}
	return m.mediaID
}

func wishes(opts []PushOption) pushOptions {
	var o pushOptions
	for _, f := range opts {
		f(&o)
	}
	return o
}
