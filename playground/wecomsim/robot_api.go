package wecomsim

import (
	"time"
)

const replyLife = time.Hour

// sendByRobot says something in the group of a group robot; who knows the key
// may speak.
func (s *Server) sendByRobot(c *call) reply {
	key := c.q("key")
	s.mu.Lock()
	chat, known := s.chatByKeyLocked(key)
	s.mu.Unlock()
	if !known {
		return fail(errRobotKey)
	}
	if !s.o.NoLimits && !s.limits.take("robot "+key, c.now, robotMinute) {
		return fail(errTooFast)
	}
	var in outBody
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &message{chatID: chat.ID, sender: senderIsBot, created: c.now}
	if _, rep, ok := s.contentLocked(m, &in, robotRoad, c); !ok {
		return rep
	}
	s.addLocked(m)
	return answer(nil)
}

// answerByBot answers a message to the 智能机器人 at its response_url: once,
// within an hour, in clear.
func (s *Server) answerByBot(c *call) reply {
	var in outBody
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code, known := s.replies[c.q("response_code")]
	if !known || code.used || c.now.Sub(code.at) > replyLife {
		return fail(errStaleCode)
	}
	m := &message{chatID: code.room, sender: senderIsBot, created: c.now, aibot: true}
	sh, rep, ok := s.contentLocked(m, &in, aibotRoad, c)
	if !ok {
		return rep
	}
	m.send = &sending{msgid: newID("msg"), at: c.now, messages: []*message{m}, aibot: true}
	m.id = m.send.msgid
	if sh != nil {
		m.send.taskID = sh.taskID
	}
	code.used = true
	s.addLocked(m)
	return answer(nil)
}
