package wecomsim

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	errNotReply   = errors.New("the answer is neither empty nor a sealed reply")
	errNoReplyYet = errors.New("the simulated platform does not take this reply")
	errNoClick    = errors.New("the reply changes a card, but nobody pressed one")
)

// sealedReply is the envelope of an answer, in XML from the app and in JSON
// from the 智能机器人.
type sealedReply struct {
	Encrypt   string `json:"encrypt"      xml:"Encrypt"`
	Signature string `json:"msgsignature" xml:"MsgSignature"`
	Timestamp string `json:"timestamp"    xml:"TimeStamp"`
	Nonce     string `json:"nonce"        xml:"Nonce"`
}

// passive reads what the hub has put into its answer, and does it. A card is
// changed for the person who pressed, and for nobody else.
func (s *Server) passive(d *delivery, body []byte) (replaced bool, err error) {
	var env sealedReply
	if d.to == inletBot {
		err = json.Unmarshal(body, &env)
	} else {
		err = xml.Unmarshal(body, &env)
	}
	if err != nil || env.Encrypt == "" {
		return false, fmt.Errorf("read %.80q: %w", body, errNotReply)
	}
	k, err := s.sealer(d.to)
	if err != nil {
		return false, err
	}
	plain, err := k.open(env.Signature, env.Timestamp, env.Nonce, env.Encrypt)
	if err != nil {
		return false, fmt.Errorf("open the hub's reply: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.to == inletBot {
		return s.robotReplyLocked(d, plain)
	}
	return s.appReplyLocked(d, plain)
}

// appReply is the inner XML of a reply.
type appReply struct {
	ToUserName, FromUserName string
	MsgType, Content         string
	Button                   struct{ ReplaceName string }
	TemplateCard             *cardNode
}

func (s *Server) appReplyLocked(d *delivery, plain []byte) (replaced bool, err error) {
	var r appReply
	if err := xml.Unmarshal(plain, &r); err != nil {
		return false, fmt.Errorf("read the hub's reply: %w", err)
	}
	if r.FromUserName != s.o.CorpID || !strings.EqualFold(r.ToUserName, d.userID) {
		return false, fmt.Errorf("reply from %q to %q: %w", r.FromUserName, r.ToUserName, errReceiver)
	}
	switch {
	case r.MsgType == typeText && r.Content != "":
		s.addLocked(&message{kind: typeText, chatID: d.chatID, sender: senderIsBot, text: r.Content, created: s.o.Now()})
		return false, nil
	case r.MsgType == "update_button" && r.Button.ReplaceName != "":
		return s.replaceLocked(d, r.Button.ReplaceName, nil)
	case r.MsgType == "update_template_card" && r.TemplateCard != nil:
		card, err := json.Marshal(r.TemplateCard.value())
		if err != nil {
			return false, fmt.Errorf("read the card of the reply: %w", err)
		}
		return s.replaceLocked(d, "", card)
	}
	return false, fmt.Errorf("%q: %w", r.MsgType, errNoReplyYet)
}

// robotReply is the inner JSON of a reply.
type robotReply struct {
	MsgType      string          `json:"msgtype"`
	ResponseType string          `json:"response_type"`
	UserIDs      []string        `json:"userids"`
	Card         json.RawMessage `json:"template_card"`
	Text         struct {
		Content string `json:"content"`
	} `json:"text"`
	Stream struct {
		Finish  bool   `json:"finish"`
		Content string `json:"content"`
	} `json:"stream"`
}

func (s *Server) robotReplyLocked(d *delivery, plain []byte) (replaced bool, err error) {
	var r robotReply
	if err := json.Unmarshal(plain, &r); err != nil {
		return false, fmt.Errorf("read the hub's reply: %w", err)
	}
	said := ""
	switch {
	case r.ResponseType == "update_template_card" && len(r.Card) > 0:
		if len(r.UserIDs) > 0 && !slices.ContainsFunc(r.UserIDs, func(id string) bool { return strings.EqualFold(id, d.userID) }) {
			return false, nil // for others only, and their card is not the one that was pressed
		}
		return s.replaceLocked(d, "", r.Card)
	case r.MsgType == typeText:
		said = r.Text.Content
	case r.MsgType == "stream" && r.Stream.Finish:
		said = r.Stream.Content
	}
	if said == "" {
		return false, fmt.Errorf("%q %q: %w", r.MsgType, r.ResponseType, errNoReplyYet)
	}
	s.addLocked(&message{kind: typeMarkdown, chatID: d.chatID, sender: senderIsBot, text: said, aibot: true, created: s.o.Now()})
	return false, nil
}

// replaceLocked changes the card that was pressed: other words on its buttons,
// or another card.
func (s *Server) replaceLocked(d *delivery, name string, card json.RawMessage) (bool, error) {
	m := s.messages[d.clicked]
	if m == nil {
		return false, errNoClick
	}
	next := &message{}
	if card != nil {
		sh, rep, ok := s.cardLocked(next, card, roadOf(d.to).update(), &call{now: s.o.Now()})
		if ok && m.send != nil {
			rep.err = s.keepTaskLocked(m.send, sh)
		}
		if rep.err.code != 0 {
			return false, fmt.Errorf("the card of the reply is refused: %d %s", rep.err.code, rep.err.msg)
		}
	}
	s.showInsteadLocked(m, next.card, name, s.o.Now())
	return true, nil
}

// roadOf gives the rules for cards of a callback.
func roadOf(to inlet) road {
	if to == inletBot {
		return aibotRoad
	}
	return appRoad
}
