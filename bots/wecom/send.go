package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"genjin/bots"
)

// Send implements [bots.Bot]. The same key said twice by one process goes out
// once; the platform looks for duplicates of what the app says to a member.
func (b *Bot) Send(ctx context.Context, m bots.Message) (bots.CardRef, error) {
	if m.User == "" && m.Chat == "" {
		return "", nowhere(m)
	}
	if ref, ok := b.said.get(m.Key); ok {
		return bots.CardRef(ref), nil
	}
	ref, err := b.say(ctx, m, roadOf(m))
	if err != nil {
		return "", err
	}
	b.said.put(m.Key, string(ref))
	return ref, nil
}

func nowhere(m bots.Message) error {
	return &bots.SendError{Code: bots.CodeNoReach, Platform: "send", Err: fmt.Errorf("message %s has no receiver", m.Key)}
}

func (b *Bot) say(ctx context.Context, m bots.Message, r road) (bots.CardRef, error) {
	switch r.kind {
	case roadApp:
		return b.toMember(ctx, m, r.to)
	case roadGroup:
		return b.toGroup(ctx, m, r.to)
	case roadRobot:
		return b.byRobot(ctx, m, r.to)
	case roadReply:
		return b.reply(ctx, m, r)
	case roadNowhere:
	}
	return "", nowhere(m)
}

// sending is the body of message/send. It is the same bytes for the same
// message, always: that is what the platform's duplicate check looks at.
type sending struct {
	To       string     `json:"touser"`
	Kind     string     `json:"msgtype"`
	Agent    int        `json:"agentid"`
	Text     *saidText  `json:"text,omitempty"`
	Image    *saidMedia `json:"image,omitempty"`
	File     *saidMedia `json:"file,omitempty"`
	Card     *card      `json:"template_card,omitempty"`
	Check    int        `json:"enable_duplicate_check"`
	Interval int        `json:"duplicate_check_interval"`
}

type saidText struct {
	Content string `json:"content"`
}

type saidMedia struct {
	ID string `json:"media_id"`
}

// aMember is what the platform takes for the id of one member.
var aMember = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.@-]{0,63}$`)

// toMember has the app say m to a member: a card to press, a file, or words.
func (b *Bot) toMember(ctx context.Context, m bots.Message, user string) (bots.CardRef, error) {
	if !aMember.MatchString(user) { // "a|b" and "@all" are many
		return "", &bots.SendError{Code: bots.CodeNoReach, Platform: "message/send", Err: fmt.Errorf("message %s is not for one member", m.Key)}
	}
	if m.File != nil {
		return b.fileToMember(ctx, m, user)
	}
	if m.Card != nil && asks(*m.Card) {
		task := taskOf(m.Key)
		if c, err := render(*m.Card, task); err == nil { // else in words, with what to reply
			return b.cardToMember(ctx, m, user, c)
		}
	}
	first := ""
	for i, part := range textOf(m) {
		id, err := b.part(m.Key, i, func(key string) (string, error) {
			var out sent
			s := sending{To: user, Kind: "text", Text: &saidText{part}}
			err := b.message(ctx, key, s, &out)
			return out.MsgID, err
		})
		if err != nil {
			return "", err
		}
		if first == "" {
			first = id
		}
	}
	return messageRef(m.Key, first), nil
}

// part says one part of a message, unless this process said it already.
func (b *Bot) part(key string, i int, say func(key string) (string, error)) (string, error) {
	if i > 0 {
		key += "/" + strconv.Itoa(i)
	}
	name := "part " + key
	if id, ok := b.said.get(name); ok {
		return id, nil
	}
	id, err := say(key)
	if err == nil {
		b.said.put(name, id)
	}
	return id, err
}

// sent is the answer of message/send.
type sent struct {
	MsgID      string `json:"msgid"`
	Code       string `json:"response_code"`
	Invalid    string `json:"invaliduser"`
	Unlicensed string `json:"unlicenseduser"`
}

// message calls message/send (path/90236).
func (b *Bot) message(ctx context.Context, key string, s sending, out *sent) error {
	s.Agent, s.Check, s.Interval = b.AgentID, 1, checkInterval(key)
	body, err := encode(s)
	if err != nil {
		return err
	}
	err = b.call(ctx, request{
		api: "message/send", path: "/cgi-bin/message/send", body: body,
		key: key, to: memberOf(s.To), paces: memberPaces(),
		acts: true, twice: s.Image == nil && s.File == nil, into: out,
	})
	if err != nil {
		return err
	}
	if out.Invalid != "" || out.Unlicensed != "" { // the one receiver
		return &bots.SendError{Code: bots.CodeNoReach, Platform: "message/send errcode 0", Err: errors.New("the platform does not reach this member")}
	}
	return nil
}

// cardToMember sends a card. A second try whose first one arrived is answered
// without a code, or told that the task_id is taken: the first click teaches one.
func (b *Bot) cardToMember(ctx context.Context, m bots.Message, user string, c *card) (bots.CardRef, error) {
	var out sent
	err := b.message(ctx, m.Key, sending{To: user, Kind: "template_card", Card: c}, &out)
	if err != nil && !taken(err) {
		return "", err
	}
	return cardRef(c.TaskID, out.Code, b.Now().Add(cardLife)), nil
}

func taken(err error) bool {
	se, is := errors.AsType[*bots.SendError](err)
	return is && se.Platform == classify("message/send", codeTaskTaken, "").Platform
}

// taskOf is the task_id of a message: the same for the same key, always.
func taskOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "gj-" + hex.EncodeToString(sum[:16])
}

// messageRef names a message that cannot be changed.
func messageRef(key, id string) bots.CardRef {
	if id == "" || strings.ContainsAny(id, " \t\r\n") {
		return bots.CardRef("m:" + taskOf(key))
	}
	return bots.CardRef("m:" + id)
}

// The duplicate check looks at the whole body for as long as the body says. So
// the same words under another key ask for another span, and are seen again.
const (
	intervalLeast = 3600
	intervalMost  = 4 * 3600
)

func checkInterval(key string) int {
	sum := sha256.Sum256([]byte(key))
	return intervalLeast + int(binary.BigEndian.Uint32(sum[:])%(intervalMost-intervalLeast+1))
}
