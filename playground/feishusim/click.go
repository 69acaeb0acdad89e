package feishusim

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What clients show when a card callback goes wrong.
const (
	ClientTimeout    = 200341
	ClientConnection = 200342
	ClientStatus     = 200671 // the answer was not HTTP 200
	ClientBody       = 200672 // the answer was not what a callback answers
	ClientCard       = 200673 // the card in the answer is refused
	ClientVersion    = 200830 // the card in the answer is not 2.0
)

const (
	kindClick     = "card.action.trigger"
	cardTokenLife = 30 * time.Minute
	cardTokenUses = 2
)

// ClickResult is what the person who pressed sees.
type ClickResult struct {
	HTTPStatus   int
	ToastType    string
	Toast        string
	ClientCode   int    // 0, or the error that the client shows
	CardReplaced bool   // the answer held a card, and it stands in the chat now
	Blocked      string // the client itself refused, nothing was sent: why
	EventID      string
	Token        string // c-…, for delayed updates
	Body         []byte
}

// Done tells whether the click reached the hub and was answered properly.
func (r ClickResult) Done() bool { return r.Blocked == "" && r.ClientCode == 0 }

// cardToken is a right to update the clicked card.
type cardToken struct {
	messageID string
	end       time.Time
	left      int
	answered  bool   // the callback has been answered
	before    string // the card as it was clicked
	early     bool   // was updated before the answer: such updates are undone
	button    string // what stands on the button
	eventID   string // of the push
}

// callbackAnswer is what the hub answers to a click.
type callbackAnswer struct {
	Toast *struct {
		Type    string            `json:"type"`
		Content string            `json:"content"`
		I18n    map[string]string `json:"i18n"`
	} `json:"toast"`
	Card *struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	} `json:"card"`
}

// Click has a person press a button of the card as it stands now, by its name
// or its text, with the given values in the form around it. The client checks
// what real clients check: disabled buttons, required fields, lengths, choices.
func (s *Server) Click(ctx context.Context, openID, messageID, buttonName string, form map[string]any) ClickResult {
	event, token, blocked := s.clickEvent(openID, messageID, buttonName, form)
	if blocked != "" {
		return ClickResult{Blocked: blocked}
	}
	return s.callback(ctx, event, token)
}

// ClickEvent gives the event that a click would push, for tests that bend it;
// push it with [Server.PushClick].
func (s *Server) ClickEvent(openID, messageID, buttonName string, form map[string]any) (map[string]any, error) {
	event, _, blocked := s.clickEvent(openID, messageID, buttonName, form)
	if blocked != "" {
		return nil, fmt.Errorf("click %s on %s: %s", buttonName, messageID, blocked)
	}
	return event, nil
}

// PushClick pushes a click event as it is.
func (s *Server) PushClick(ctx context.Context, event map[string]any) ClickResult {
	token, _ := event["token"].(string)
	return s.callback(ctx, event, token)
}

func (s *Server) clickEvent(openID, messageID, buttonName string, form map[string]any) (event map[string]any, token, blocked string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, known := s.messages[messageID]
	now := s.o.Now()
	switch {
	case !known || m.recalled:
		return nil, "", "no such message"
	case m.kind != typeCard:
		return nil, "", "not a card"
	case now.Sub(m.created) > cardLife:
		return nil, "", "the card is older than 14 days"
	}
	sh := readCard(m.content)
	p, found := sh.find(buttonName)
	if !found {
		return nil, "", fmt.Sprintf("no button %q on the card", buttonName)
	}
	if p.el["disabled"] == true {
		return nil, "", fmt.Sprintf("the button %q is disabled", buttonName)
	}
	action := map[string]any{"tag": word(p.el, "tag"), "name": word(p.el, "name"), "timezone": "Asia/Shanghai"}
	if value := callbackValue(p.el); value != nil {
		action["value"] = value
	}
	if p.form != nil {
		values, why := fill(sh.fields(p.form), form)
		if why != "" && word(p.el, "form_action_type") == "submit" {
			return nil, "", why
		}
		action["form_value"] = values
	}
	token = newID("c-")
	s.cards[token] = &cardToken{messageID: m.id, end: now.Add(cardTokenLife), left: cardTokenUses, before: m.content, button: plain(p.el["text"])}
	operator := s.idsLocked(openID)
	operator["tenant_key"] = s.o.TenantKey
	return map[string]any{
		"operator": operator, "token": token, "action": action, "host": "im_message",
		"context": map[string]any{"open_message_id": m.id, "open_chat_id": m.chatID},
	}, token, ""
}

// callbackValue is the value that a button sends back.
func callbackValue(el map[string]any) any {
	list, _ := el["behaviors"].([]any)
	for _, item := range list {
		if b, ok := item.(map[string]any); ok && word(b, "type") == "callback" {
			return b["value"]
		}
	}
	return nil
}

// fill puts the given values over the form's own, and says what a client
// would not let through.
func fill(fields []Input, given map[string]any) (values map[string]any, why string) {
	values = map[string]any{}
	for _, in := range fields {
		v, ok := given[in.Name]
		switch {
		case ok:
			values[in.Name] = zoned(in.Kind, v)
		case in.Default != "", in.Kind == "input":
			values[in.Name] = in.Default
		}
		if wrong := in.refuses(values[in.Name]); wrong != "" {
			why = wrong + ": " + in.Name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(fields, func(in Input) bool { return in.Name == name }) {
			why = "no such field: " + name
		}
	}
	return values, why
}

// refuses says why a client would not submit a value, or "".
func (in Input) refuses(v any) string {
	text, isText := v.(string)
	switch {
	case in.Required && (v == nil || isText && text == ""):
		return "required"
	case in.MaxLength > 0 && utf8.RuneCountInString(text) > in.MaxLength:
		return "too long"
	case in.Kind == "select_static" && text != "" && !slices.ContainsFunc(in.Options, func(o Option) bool { return o.Value == text }):
		return "no such choice"
	}
	return ""
}

// zoned writes dates and times as clients do: with their zone behind them.
func zoned(kind string, v any) any {
	text, ok := v.(string)
	if !ok || text == "" || strings.Contains(text, " +") || !slices.Contains(timeTags, kind) {
		return v
	}
	return strings.Replace(text, "T", " ", 1) + " +0800"
}

// callback pushes a click once and shows what comes of it.
func (s *Server) callback(ctx context.Context, event map[string]any, token string) ClickResult {
	d := &delivery{kind: kindClick, event: event, header: s.filled(Header{Micros: true})}
	res := ClickResult{EventID: d.header.EventID, Token: token}
	s.pushed(token, res.EventID)
	if _, on := s.Strikes(FaultDropEvents, ""); on {
		res.ClientCode = ClientTimeout
		s.settle(token, "", "")
		return res
	}
	got := s.attempt(ctx, d)
	res.HTTPStatus, res.Body = got.Status, got.Body
	var out callbackAnswer
	res.ClientCode = outcome(got, &out)
	card := ""
	if out.Card != nil && res.ClientCode == 0 {
		card, res.ClientCode = s.checkAnswerCard(out.Card.Type, out.Card.Data)
	}
	if out.Toast != nil && res.ClientCode == 0 {
		res.ToastType, res.Toast = out.Toast.Type, out.Toast.Content
		if res.Toast == "" {
			res.Toast = out.Toast.I18n["zh_cn"]
		}
	}
	messageID := ""
	if where, ok := event["context"].(map[string]any); ok {
		messageID = word(where, "open_message_id")
	}
	res.CardReplaced = s.settle(token, messageID, card)
	return res
}

// pushed remembers which event told of a click.
func (s *Server) pushed(token, eventID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.cards[token]; t != nil {
		t.eventID = eventID
	}
}

// Pressed gives what stood on the button whose click an event told of.
func (s *Server) Pressed(eventID string) (button string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.cards {
		if t.eventID == eventID && eventID != "" {
			return t.button, true
		}
	}
	return "", false
}

// outcome reads the hub's answer; the code is what the client would show.
func outcome(got PushResult, out *callbackAnswer) int {
	var timeout net.Error
	switch {
	case got.Err != nil && asTimeout(got.Err, &timeout):
		return ClientTimeout
	case got.Err != nil:
		return ClientConnection
	case got.Status != http.StatusOK:
		return ClientStatus
	case !strings.HasPrefix(strings.TrimSpace(string(got.Body)), "{"), json.Unmarshal(got.Body, out) != nil:
		return ClientBody
	case out.Toast != nil && !slices.Contains([]string{"", "info", "success", "error", "warning"}, out.Toast.Type):
		return ClientBody
	}
	return 0
}

// checkAnswerCard checks the card in an answer.
func (s *Server) checkAnswerCard(kind string, data json.RawMessage) (card string, clientCode int) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil || kind != "raw" {
		return "", ClientCard
	}
	if head.Schema != "2.0" {
		return "", ClientVersion
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(data) > maxRich || s.cardLocked(string(data)).code != 0 {
		return "", ClientCard
	}
	return string(data), 0
}

// settle ends a click: the answer's card replaces the clicked one, and updates
// that came before the answer are undone, as real clients do.
func (s *Server) settle(token, messageID, card string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, t := s.messages[messageID], s.cards[token]
	if t != nil {
		t.answered = true
	}
	switch {
	case m == nil:
		return false
	case card != "":
		s.changeLocked(m, card, s.o.Now())
		return true
	case t != nil && t.early:
		s.changeLocked(m, t.before, s.o.Now())
	}
	return false
}
