package wecomsim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

const (
	codeLife   = 72 * time.Hour
	recallLife = 24 * time.Hour
)

// updateBody is what message/update_template_card takes.
type updateBody struct {
	UserIDs      []string        `json:"userids"`
	PartyIDs     []int           `json:"partyids"`
	TagIDs       []int           `json:"tagids"`
	AtAll        int             `json:"atall"`
	AgentID      *int            `json:"agentid"`
	ResponseCode string          `json:"response_code"`
	Button       *replaceBody    `json:"button"`
	Card         json.RawMessage `json:"template_card"`
	IDTrans      int             `json:"enable_id_trans"`
}

type replaceBody struct {
	ReplaceName string `json:"replace_name"`
}

// updateCard changes a card for the people that are named. Each response_code
// is good for one change.
func (s *Server) updateCard(c *call) reply {
	var in updateBody
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	if e := s.updateFits(&in); e.code != 0 {
		return fail(e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code, known := s.codes[in.ResponseCode]
	if !known || code.used || c.now.Sub(code.at) > codeLife {
		return fail(errStaleCode)
	}
	next := &message{}
	if given(in.Card) {
		sh, rep, ok := s.cardLocked(next, in.Card, appRoad.update(), c)
		if !ok {
			return rep
		}
		if e := s.keepTaskLocked(code.send, sh); e.code != 0 {
			return fail(e)
		}
	} else {
		next.replaced = in.Button.ReplaceName
	}
	code.used = true
	return answer(map[string]any{"invaliduser": s.replaceForLocked(code.send, next, &in, c.now)})
}

// updateFits checks what needs no look at the card.
func (s *Server) updateFits(in *updateBody) apiError {
	e := s.ownAgent(in.AgentID)
	switch {
	case e.code == errOtherAgent.code:
		return errOtherApp
	case e.code != 0:
		return e
	case given(in.Card) == (in.Button != nil):
		return errParams.with("either button or template_card")
	case in.Button != nil && in.Button.ReplaceName == "":
		return errButtonText
	}
	return in.namesFit()
}

// namesFit checks for whom a card is to change.
func (in *updateBody) namesFit() apiError {
	named := len(in.UserIDs) + len(in.PartyIDs) + len(in.TagIDs)
	switch {
	case in.AtAll != 0 && in.AtAll != 1:
		return errParams.with("atall is 0 or 1")
	case named == 0 && in.AtAll == 0:
		return errNobody
	case len(in.UserIDs) > maxReceivers:
		return errTooManyUsers
	case len(in.PartyIDs) > maxParties:
		return errTooManyParties
	case len(in.TagIDs) > maxParties:
		return errTooManyTags
	}
	return apiError{}
}

// keepTaskLocked checks that a card keeps its task id, or takes a free one.
func (s *Server) keepTaskLocked(send *sending, sh *sheet) apiError {
	if sh.taskID == "" || sh.taskID == send.taskID {
		return apiError{}
	}
	if owner, taken := s.taskIDs[sh.taskID]; taken && owner != send.msgid {
		return errTaskID.with("task_id exists")
	}
	s.taskIDs[sh.taskID] = send.msgid
	return apiError{}
}

// replaceForLocked changes the card of those named, and gives the names of those
// who have none.
func (s *Server) replaceForLocked(send *sending, next *message, in *updateBody, now time.Time) []string {
	without := slices.Clone(in.UserIDs)
	for _, m := range send.messages {
		same := func(id string) bool { return strings.EqualFold(id, m.chatID) }
		named := slices.ContainsFunc(in.UserIDs, same) || s.inPartiesLocked(m.chatID, in.PartyIDs)
		without = slices.DeleteFunc(without, same)
		if m.recalled || (!named && in.AtAll == 0) {
			continue
		}
		s.showInsteadLocked(m, next.card, next.replaced, now)
	}
	for i, id := range without {
		without[i] = strings.ToLower(id)
	}
	return without
}

// showInsteadLocked puts another card in the place of a message's, or turns its
// buttons off.
func (s *Server) showInsteadLocked(m *message, card json.RawMessage, replaced string, now time.Time) {
	if card != nil {
		m.card, m.replaced = card, ""
	} else {
		m.replaced = replaced
	}
	s.changedLocked(m, now)
}

func (s *Server) inPartiesLocked(userID string, parties []int) bool {
	u, ok := s.userLocked(userID)
	return ok && slices.ContainsFunc(parties, func(party int) bool {
		return slices.ContainsFunc(u.Departments, func(d int) bool { return s.underLocked(d, party) })
	})
}

// update is the same way, where a card's task id may be left out.
func (r road) update() road {
	r.replacing = true
	return r
}

// recall takes a message back from everybody.
func (s *Server) recall(c *call) reply {
	var in struct {
		MsgID string `json:"msgid"`
	}
	if rep, ok := decode(c.body, &in); !ok {
		return rep
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	send, known := s.sends[in.MsgID]
	switch {
	case !known:
		return fail(errParams.with("msgid"))
	case c.now.Sub(send.at) > recallLife:
		return fail(errRecallLate)
	}
	for _, m := range send.messages {
		m.recalled, m.updated, m.view = true, c.now, nil
	}
	s.Touch()
	return answer(nil)
}
