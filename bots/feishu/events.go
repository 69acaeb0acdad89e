package feishu

import (
	"encoding/json"
	"slices"

	"genjin/bots"
)

// reader fills an event from its body.
type reader func(ev bots.Event, body []byte) (bots.Event, error)

// readers are the events that mean something to the hub, by the platform's
// type. A message is read with its envelope; one that comes here has no shape.
func readers() map[string]reader {
	return map[string]reader{
		messageType:                                    func(ev bots.Event, _ []byte) (bots.Event, error) { return ev, errShape },
		"card.action.trigger":                          click,
		"im.chat.member.bot.added_v1":                  botAdded,
		"im.chat.access_event.bot_p2p_chat_entered_v1": entered,
		"application.bot.menu_v6":                      menu,
		"contact.user.deleted_v3":                      userLeft,
		"contact.user.updated_v3":                      userChanged,
		"im.message.recalled_v1":                       recalled,
	}
}

// Subscribed lists the types of events that the app must be subscribed to.
func Subscribed() []string {
	types := make([]string, 0, 8)
	for t := range readers() {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

type userID struct {
	OpenID string `json:"open_id"`
	UserID string `json:"user_id"`
}

// inChat is the body of events that tell of a person and a chat.
type inChat struct {
	ChatID    string `json:"chat_id"`
	MessageID string `json:"message_id"`
	Operator  userID `json:"operator_id"`
}

func botAdded(ev bots.Event, body []byte) (bots.Event, error) {
	var in inChat
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.Chat, ev.User = bots.EventBotAdded, in.ChatID, in.Operator.OpenID
	return ev, err
}

func entered(ev bots.Event, body []byte) (bots.Event, error) {
	var in inChat
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.Chat, ev.User, ev.Private, ev.Mentioned = bots.EventEntered, in.ChatID, in.Operator.OpenID, true, true
	return ev, err
}

func recalled(ev bots.Event, body []byte) (bots.Event, error) {
	var in inChat
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.MessageID, ev.Chat = bots.EventRecalled, in.MessageID, in.ChatID
	return ev, err
}

// menu reads a press of the bot's menu. It comes without a chat.
func menu(ev bots.Event, body []byte) (bots.Event, error) {
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
	Object contactEntry `json:"object"`
	Before contactEntry `json:"old_object"` // only what changed
}

type contactEntry struct {
	userID

	Status contactStatus `json:"status"`
}

func userLeft(ev bots.Event, body []byte) (bots.Event, error) {
	var in contactEvent
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.User = bots.EventUserLeft, in.Object.OpenID
	return ev, err
}

// userChanged reads a change of a person's entry. Whoever resigned or was frozen
// has left, even though the entry is not deleted yet.
func userChanged(ev bots.Event, body []byte) (bots.Event, error) {
	var in contactEvent
	err := json.Unmarshal(body, &in)
	ev.Kind, ev.User = bots.EventUserChanged, in.Object.OpenID
	switch {
	case in.Object.Status.gone():
		ev.Kind = bots.EventUserLeft
	case in.Before.Status.gone():
		ev.Kind = bots.EventUserBack
	}
	return ev, err
}
