package feishu

import (
	"encoding/json"
	"fmt"
	"strings"

	"genjin/bots"
)

// reader fills an event from its body.
type reader func(b *Bot, ev bots.Event, body []byte) (bots.Event, error)

// readers are the events that mean something to the hub, by the platform's
// type.
func readers() map[string]reader {
	return map[string]reader{
		messageType:                                    func(_ *Bot, ev bots.Event, _ []byte) (bots.Event, error) { return ev, errShape },
		"card.action.trigger":                          (*Bot).click,
		"im.chat.member.bot.added_v1":                  (*Bot).botAdded,
		"im.chat.access_event.bot_p2p_chat_entered_v1": (*Bot).entered,
		"application.bot.menu_v6":                      (*Bot).menu,
		"contact.user.deleted_v3":                      (*Bot).userLeft,
		"contact.user.updated_v3":                      (*Bot).userChanged,
		"im.message.recalled_v1":                       (*Bot).recalled,
	}
}

// Subscribed lists the types of events that the app must be subscribed to.
func Subscribed() []string {
	types := make([]string, 0, 8)
	for t := range readers() {
		types = append(types, t)
	}
	return types
}

type userID struct {
	OpenID string `json:"open_id"`
}

// click reads card.action.trigger (cardkit-v1/card-callback-communication).
func (*Bot) click(ev bots.Event, body []byte) (bots.Event, error) {
	var in struct {
		Operator userID `json:"operator"`
		Action   struct {
			Value     json.RawMessage            `json:"value"`
			Name      string                     `json:"name"`
			FormValue map[string]json.RawMessage `json:"form_value"`
		} `json:"action"`
		Context struct {
			MessageID string `json:"open_message_id"`
			ChatID    string `json:"open_chat_id"`
		} `json:"context"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return ev, fmt.Errorf("card action: %w", err)
	}
	if in.Operator.OpenID == "" {
		return ev, errShape
	}
	c := &bots.Click{Value: words(in.Action.Value), Form: map[string]string{}, Card: bots.CardRef(in.Context.MessageID)}
	c.Action = c.Value[actionKey]
	delete(c.Value, actionKey)
	for name, raw := range in.Action.FormValue {
		c.Form[name] = word(raw)
	}
	ev.Kind, ev.User, ev.Chat, ev.MessageID, ev.Click = bots.EventClick, in.Operator.OpenID, in.Context.ChatID, in.Context.MessageID, c
	return ev, nil
}

// words reads a button's value: an object, or a string that holds one.
func words(raw json.RawMessage) map[string]string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var object map[string]json.RawMessage
	out := map[string]string{}
	if json.Unmarshal(raw, &object) == nil {
		for k, v := range object {
			out[k] = word(v)
		}
	}
	return out
}

// word is a JSON value as text: several choices are joined by commas.
func word(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return strings.Join(many, ",")
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

func (*Bot) botAdded(ev bots.Event, body []byte) (bots.Event, error) {
	var in struct {
		ChatID   string `json:"chat_id"`
		Operator userID `json:"operator_id"`
	}
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.Chat, ev.User = bots.EventBotAdded, in.ChatID, in.Operator.OpenID
	return ev, err
}

func (*Bot) entered(ev bots.Event, body []byte) (bots.Event, error) {
	var in struct {
		ChatID   string `json:"chat_id"`
		Operator userID `json:"operator_id"`
	}
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.Chat, ev.User, ev.Private, ev.Mentioned = bots.EventEntered, in.ChatID, in.Operator.OpenID, true, true
	return ev, err
}

func (*Bot) menu(ev bots.Event, body []byte) (bots.Event, error) {
	var in struct {
		Operator struct {
			ID userID `json:"operator_id"`
		} `json:"operator"`
		Key string `json:"event_key"`
	}
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.User, ev.Text, ev.Private, ev.Mentioned = bots.EventMenu, in.Operator.ID.OpenID, in.Key, true, true
	return ev, err
}

type contactEvent struct {
	Object userID `json:"object"`
}

func (*Bot) userLeft(ev bots.Event, body []byte) (bots.Event, error) {
	var in contactEvent
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.User = bots.EventUserLeft, in.Object.OpenID
	return ev, err
}

func (*Bot) userChanged(ev bots.Event, body []byte) (bots.Event, error) {
	var in contactEvent
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.User = bots.EventUserChanged, in.Object.OpenID
	return ev, err
}

func (*Bot) recalled(ev bots.Event, body []byte) (bots.Event, error) {
	var in struct {
		MessageID string `json:"message_id"`
		ChatID    string `json:"chat_id"`
	}
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.MessageID, ev.Chat = bots.EventRecalled, in.MessageID, in.ChatID
	return ev, err
}
