package wecomsim

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

const (
	maxReceivers     = 1000
	maxParties       = 100
	defaultDuplicate = 30 * time.Minute
	maxDuplicate     = 4 * time.Hour
)

// sendBody is what message/send takes.
type sendBody struct {
	outBody

	ToUser         string `json:"touser"`
	ToParty        string `json:"toparty"`
	ToTag          string `json:"totag"`
	AgentID        *int   `json:"agentid"`
	Safe           int    `json:"safe"`
	EnableIDTrans  int    `json:"enable_id_trans"`
	DuplicateCheck int    `json:"enable_duplicate_check"`
	DuplicateSpan  *int   `json:"duplicate_check_interval"`
}

// sendMessage says something to members, from the app.
func (s *Server) sendMessage(c *call) reply {
	var in sendBody
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	span, e := in.duplicateSpan()
	if e.code != 0 {
		return fail(e)
	}
	if e := s.ownAgent(in.AgentID); e.code != 0 {
		return fail(e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sendLocked(c, &in, span)
}

// sendLocked says something unless the same was said already, within span.
func (s *Server) sendLocked(c *call, in *sendBody, span time.Duration) reply {
	to, e := s.receiversLocked(in)
	if e.code != 0 {
		return fail(e)
	}
	hash := sha256.Sum256(c.body)
	if said, ok := s.bodies[hash]; ok && span > 0 && c.now.Before(said.until) {
		return answer(to.answer(said.msgid))
	}
	first := &message{created: c.now, sender: senderIsBot}
	sh, rep, ok := s.contentLocked(first, &in.outBody, appRoad, c)
	if !ok {
		return rep
	}
	send := &sending{msgid: newID("msg"), at: c.now}
	if sh != nil {
		if e := s.claimTaskLocked(send, sh); e.code != 0 {
			return fail(e)
		}
	}
	if span > 0 {
		s.bodies[hash] = sentBody{msgid: send.msgid, until: c.now.Add(span)}
	}
	s.sends[send.msgid] = send
	s.handOutLocked(send, first, to.users, c.now)
	out := to.answer(send.msgid)
	if sh != nil && sh.callback() {
		send.code = s.mintCodeLocked(send, c.now)
		out["response_code"] = send.code
	}
	return answer(out)
}

// duplicateSpan is how long the same body is not said again; 0: it is.
func (in *sendBody) duplicateSpan() (time.Duration, apiError) {
	span := defaultDuplicate
	if in.DuplicateSpan != nil {
		span = time.Duration(*in.DuplicateSpan) * time.Second
	}
	switch {
	case in.DuplicateCheck == 0:
		return 0, apiError{}
	case in.DuplicateCheck != 1:
		return 0, errParams.with("enable_duplicate_check is 0 or 1")
	case span <= 0 || span > maxDuplicate:
		return 0, errParams.with("duplicate_check_interval is over 4 hours")
	}
	return span, apiError{}
}

// ownAgent checks that a call is about the app whose token it carries.
func (s *Server) ownAgent(id *int) apiError {
	switch {
	case id == nil:
		return errNoAgent
	case *id <= 0:
		return errAgent
	case *id != s.o.AgentID:
		return errOtherAgent
	}
	return apiError{}
}

// receivers are the people of a send, and the names that led to nobody.
type receivers struct {
	users                []*User
	badUsers, badParties []string
	badTags              string
}

func (r *receivers) add(u *User) {
	if !slices.Contains(r.users, u) {
		r.users = append(r.users, u)
	}
}

func (r *receivers) answer(msgid string) map[string]any {
	out := map[string]any{"msgid": msgid}
	if len(r.badUsers) > 0 {
		out["invaliduser"] = strings.ToLower(strings.Join(r.badUsers, "|"))
	}
	if len(r.badParties) > 0 {
		out["invalidparty"] = strings.Join(r.badParties, "|")
	}
	if r.badTags != "" {
		out["invalidtag"] = r.badTags
	}
	return out
}

// receiversLocked finds who a send is for.
func (s *Server) receiversLocked(in *sendBody) (*receivers, apiError) {
	users, parties, tags := split(in.ToUser), split(in.ToParty), split(in.ToTag)
	switch {
	case len(users)+len(parties)+len(tags) == 0:
		return nil, errNobody
	case len(users) > maxReceivers:
		return nil, errTooManyUsers
	case len(parties) > maxParties:
		return nil, errTooManyParties
	case len(tags) > maxParties:
		return nil, errTooManyTags
	}
	to := &receivers{badTags: strings.Join(tags, "|")} // the simulated company has no tags
	for _, id := range users {
		if u, ok := s.visibleLocked(id); ok {
			to.add(u)
		} else if id == "@all" {
			s.everybodyLocked(to)
		} else {
			to.badUsers = append(to.badUsers, id)
		}
	}
	for _, id := range parties {
		s.partyLocked(to, id)
	}
	if len(to.users) == 0 {
		return nil, errReceivers
	}
	return to, apiError{}
}

func (s *Server) everybodyLocked(to *receivers) {
	for _, key := range s.userOrder {
		if u, ok := s.visibleLocked(key); ok {
			to.add(u)
		}
	}
}

func (s *Server) partyLocked(to *receivers, party string) {
	id, ok := s.departmentLocked(party)
	if !ok {
		to.badParties = append(to.badParties, party)
		return
	}
	for _, key := range s.userOrder {
		if u, ok := s.visibleLocked(key); ok && slices.ContainsFunc(u.Departments, func(d int) bool { return s.underLocked(d, id) }) {
			to.add(u)
		}
	}
}

// split reads a list of ids.
func split(list string) []string {
	return slices.DeleteFunc(strings.Split(list, "|"), func(id string) bool { return id == "" })
}

// handOutLocked shows a message to each receiver, but to those who had too much.
func (s *Server) handOutLocked(send *sending, first *message, users []*User, now time.Time) {
	for i, u := range users {
		m := *first
		m.send, m.chatID, m.id = send, u.UserID, send.msgid
		if i > 0 {
			m.id = send.msgid + ":" + u.UserID
		}
		send.messages = append(send.messages, &m)
		if s.o.NoLimits || s.limits.take("member "+strings.ToLower(u.UserID), now, memberMinute, memberHour) {
			s.addLocked(&m)
			continue
		}
		m.updated = m.created
		s.lost = append(s.lost, &m)
	}
}
