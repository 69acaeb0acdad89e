package wecomsim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	errLost = errors.New("the platform has lost the click")
	errHeld = errors.New("the platform holds the click back")
)

// Click has a person press a button of the card as it stands now, by its text,
// its key or its place. The form gives the options that are chosen, by the name
// of the question; the others stay as the card has them. Every click carries a
// new response code. What the hub does not take is pushed again, as all
// callbacks are.
func (s *Server) Click(ctx context.Context, userID, messageID, button string, form map[string]any) ClickResult {
	p, blocked := s.press(userID, messageID, button, form)
	if blocked != "" {
		return ClickResult{Blocked: blocked}
	}
	return s.click(ctx, p)
}

// ClickTwice has a person press so fast that two clicks, each with its own
// response code, go out at the same time.
func (s *Server) ClickTwice(ctx context.Context, userID, messageID, button string, form map[string]any) [2]ClickResult {
	var out [2]ClickResult
	var both [2]*press
	for i := range both {
		p, blocked := s.press(userID, messageID, button, form)
		if blocked != "" {
			return [2]ClickResult{{Blocked: blocked}, {Blocked: blocked}}
		}
		both[i] = p
	}
	var wg sync.WaitGroup
	for i, p := range both {
		wg.Go(func() { out[i] = s.click(ctx, p) })
	}
	wg.Wait()
	return out
}

// ClickPush gives the callback of a click, sealed and not pushed.
func (s *Server) ClickPush(userID, messageID, button string, form map[string]any) (query url.Values, body []byte, err error) {
	p, blocked := s.press(userID, messageID, button, form)
	if blocked != "" {
		return nil, nil, fmt.Errorf("click %s on %s: %s", button, messageID, blocked)
	}
	if p.err != nil {
		return nil, nil, fmt.Errorf("click %s on %s: %w", button, messageID, p.err)
	}
	return s.sealed(p.d.to, p.d.plain)
}

// ClickMenu has a person choose an entry of the ⋯ menu of a card of the app.
func (s *Server) ClickMenu(ctx context.Context, userID, messageID, entry string) ClickResult {
	s.mu.Lock()
	p, blocked := s.menuLocked(userID, messageID, entry)
	s.mu.Unlock()
	if blocked != "" {
		return ClickResult{Blocked: blocked}
	}
	return s.click(ctx, p)
}

// press is a click that has been made and not yet told.
type press struct {
	d    *delivery
	code string
	key  string
	err  error
}

// click pushes a click and shows what comes of it.
func (s *Server) click(ctx context.Context, p *press) ClickResult {
	res := ClickResult{ResponseCode: p.code, EventKey: p.key, Err: p.err}
	if p.err != nil {
		return res
	}
	got := s.push(ctx, p.d)
	res.HTTPStatus, res.Body, res.Err, res.CardReplaced = got.Status, got.Body, got.Err, got.replaced
	switch {
	case got.Dropped:
		res.Err = errLost
	case got.Held:
		res.Err = errHeld
	}
	return res
}

// press makes the event that a click would push, or says what the client would
// not let through.
func (s *Server) press(userID, messageID, button string, form map[string]any) (*press, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, u, blocked := s.touchableLocked(userID, messageID)
	if blocked != "" {
		return nil, blocked
	}
	sh := readCard(m.card, m.replaced)
	if !sh.callback() {
		return nil, "the card has nothing to press: it is a " + sh.kind
	}
	b, found := sh.find(button)
	switch {
	case !found:
		return nil, fmt.Sprintf("no button %q on the card", button)
	case b.Disabled:
		return nil, fmt.Sprintf("the button %q is disabled", button)
	case b.URL != "":
		return nil, fmt.Sprintf("the button %q opens a page", button)
	}
	chosen, why := choose(sh.inputs, form)
	if why != "" {
		return nil, why
	}
	p := s.eventLocked(m, u, eventClick{
		event: "template_card_event", key: b.Name, taskID: sh.taskID, cardType: sh.kind, inputs: sh.inputs, chosen: chosen,
	})
	if p.err == nil {
		s.notePressLocked(b.Text, p.d)
	}
	return p, ""
}

// touchableLocked finds a card that a person sees.
func (s *Server) touchableLocked(userID, messageID string) (m *message, u *User, blocked string) {
	m, u = s.messages[messageID], s.users[strings.ToLower(userID)]
	switch {
	case u == nil || u.Left:
		return nil, nil, "no such person"
	case m == nil || m.recalled:
		return nil, nil, "no such message"
	case m.kind != typeCard:
		return nil, nil, "not a card"
	}
	c := s.chats[m.chatID]
	if m.chatID == s.roomLocked(u.UserID, "") || m.chatID == s.roomLocked(u.UserID, WithBot) || c != nil && c.hasMember(u.UserID) {
		return m, u, ""
	}
	return nil, nil, "the person does not see the message"
}

// menuLocked is press for the ⋯ menu.
func (s *Server) menuLocked(userID, messageID, entry string) (*press, string) {
	m, u, blocked := s.touchableLocked(userID, messageID)
	if blocked != "" {
		return nil, blocked
	}
	sh := readCard(m.card, m.replaced)
	for _, a := range menuOf(m.card) {
		if entry == a.Name || entry == a.Text {
			return s.eventLocked(m, u, eventClick{event: "template_card_menu_event", key: a.Name, taskID: sh.taskID, cardType: sh.kind}), ""
		}
	}
	return nil, fmt.Sprintf("no entry %q in the menu of the card", entry)
}

// menuOf gives the entries of a card's ⋯ menu.
func menuOf(card json.RawMessage) []Button {
	var c templateCard
	if err := json.Unmarshal(card, &c); err != nil || c.ActionMenu == nil {
		return nil
	}
	all := make([]Button, 0, len(c.ActionMenu.ActionList))
	for _, a := range c.ActionMenu.ActionList {
		all = append(all, Button{Name: a.Key, Text: a.Text})
	}
	return all
}

// eventClick is what an event tells of a click.
type eventClick struct {
	event, key, taskID, cardType string
	inputs                       []Input
	chosen                       map[string][]string
}

// eventLocked makes the callback of a click, with its own response code.
func (s *Server) eventLocked(m *message, u *User, e eventClick) *press {
	now := s.o.Now()
	if m.aibot {
		d, err := s.robotDelivery(m.chatID, u.UserID, e.event, e.json(), pushOptions{createdAt: now})
		d.clicked = m.id
		return &press{d: d, key: e.key, err: err}
	}
	code := s.mintCodeLocked(m.send, now)
	d := &delivery{to: inletApp, chatID: m.chatID, userID: u.UserID, clicked: m.id, plain: s.clickXML(u, now, code, e)}
	return &press{d: d, code: code, key: e.key}
}

func (s *Server) clickXML(u *User, at time.Time, code string, e eventClick) []byte {
	parts := []element{
		words("Event", e.event), words("EventKey", e.key), words("TaskId", e.taskID), words("CardType", e.cardType),
		words("ResponseCode", code), number("AgentID", int64(s.o.AgentID)),
	}
	items := make([]element, 0, len(e.inputs))
	for _, in := range e.inputs {
		ids := make([]element, 0, len(e.chosen[in.Name]))
		for _, id := range e.chosen[in.Name] {
			ids = append(ids, words("OptionId", id))
		}
		items = append(items, group("SelectedItem", words("QuestionKey", in.Name), group("OptionIds", ids...)))
	}
	if len(items) > 0 {
		parts = append(parts, group("SelectedItems", items...))
	}
	return s.appXML(u.UserID, at, "event", parts...)
}

// json is the event as the 智能机器人 is told of it.
func (e eventClick) json() map[string]any {
	out := map[string]any{"card_type": e.cardType, "event_key": e.key, "task_id": e.taskID}
	items := make([]any, 0, len(e.inputs))
	for _, in := range e.inputs {
		items = append(items, map[string]any{"question_key": in.Name, "option_ids": map[string]any{"option_id": e.chosen[in.Name]}})
	}
	if len(items) > 0 {
		out["selected_items"] = map[string]any{"selected_item": items}
	}
	return out
}

// choose puts the given options over the card's own, and says what a client
// would not let through.
func choose(inputs []Input, given map[string]any) (chosen map[string][]string, why string) {
	chosen = map[string][]string{}
	for _, in := range inputs {
		chosen[in.Name] = in.preset()
	}
	for name, value := range given {
		i := slices.IndexFunc(inputs, func(in Input) bool { return in.Name == name })
		if i < 0 {
			return nil, fmt.Sprintf("no question %q on the card", name)
		}
		ids, ok := idsOf(value)
		if !ok {
			return nil, fmt.Sprintf("%v is no choice", value)
		}
		if n := len(ids); n > 1 && !inputs[i].Multiple || n == 0 && inputs[i].Kind != "checkbox" {
			return nil, fmt.Sprintf("%q takes one choice", name)
		}
		for _, id := range ids {
			if !inputs[i].offers(id) {
				return nil, fmt.Sprintf("%q does not offer %q", name, id)
			}
		}
		chosen[name] = ids
	}
	return chosen, ""
}

// preset is what a client sends when nobody has touched the field: where one
// choice must be made, the first stands in for a default that is not offered.
func (in Input) preset() []string {
	if in.offers(in.Default) {
		return []string{in.Default}
	}
	if in.Kind != "checkbox" {
		if len(in.Options) == 0 {
			return []string{}
		}
		return []string{in.Options[0].Value}
	}
	return slices.DeleteFunc(strings.Split(in.Default, ","), func(id string) bool { return !in.offers(id) })
}

func (in Input) offers(id string) bool {
	return slices.ContainsFunc(in.Options, func(o Option) bool { return o.Value == id })
}

// idsOf reads one choice or several.
func idsOf(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return []string{}, true
		}
		return []string{v}, true
	case []string:
		return slices.Clone(v), true
	case []any:
		ids := make([]string, 0, len(v))
		for _, item := range v {
			id, ok := item.(string)
			if !ok {
				return nil, false
			}
			ids = append(ids, id)
		}
		return ids, true
	}
	return nil, false
}
