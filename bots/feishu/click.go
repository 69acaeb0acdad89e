package feishu

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"genjin/bots"
)

// click reads card.action.trigger (cardkit-v1/card-callback-communication).
func click(ev bots.Event, body []byte) (bots.Event, error) {
	var in struct {
		Operator userID `json:"operator"`
		Action   struct {
			Value     json.RawMessage            `json:"value"`
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
		c.Form[ownName(name)] = withoutZone(word(raw))
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
	if json.Unmarshal(raw, &s) == nil { // also null, which is empty
		return s
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return strings.Join(many, ",")
	}
	return string(raw)
}

// dated is what a date picker gives: a day with the zone of the person's device.
var dated = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}) [+-]\d{4}$`)

// withoutZone takes the zone off a day.
func withoutZone(s string) string {
	if day := dated.FindStringSubmatch(s); day != nil {
		return day[1]
	}
	return s
}
