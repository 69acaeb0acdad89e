package feishu

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"genjin/bots"
)

// toastType is the platform's word for a tone.
func toastType(t bots.Tone) string {
	switch t {
	case bots.ToneSuccess:
		return "success"
	case bots.ToneError:
		return "error"
	case bots.ToneWarn:
		return "warning"
	case bots.ToneInfo, bots.ToneAct, bots.ToneClosed:
	}
	return "info"
}

// Answer implements [bots.Bot]: an empty object, or a toast and the card that
// takes the clicked one's place.
func (b *Bot) Answer(e bots.Event, a bots.Answer) bots.Response {
	body := object{}
	if e.Kind == bots.EventClick {
		body = b.toClick(a)
	}
	text, err := json.Marshal(body)
	if err != nil {
		text = []byte("{}")
	}
	return bots.Response{Status: http.StatusOK, Type: jsonType, Body: text}
}

func (b *Bot) toClick(a bots.Answer) object {
	body := object{}
	if a.Text != "" {
		body["toast"] = object{"type": toastType(a.Tone), "content": a.Text}
	}
	if a.Card == nil {
		return body
	}
	card, err := render(*a.Card)
	if err != nil { // the words must do
		b.Logger.Warn("card in an answer left out", slog.Any("error", err))
		return body
	}
	body["card"] = object{"type": "raw", "data": json.RawMessage(card)}
	return body
}
