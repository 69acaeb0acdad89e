package feishu

import (
	"context"
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
	body := map[string]any{}
	if e.Kind == bots.EventClick {
		if a.Text != "" {
			body["toast"] = map[string]string{"type": toastType(a.Tone), "content": a.Text}
		}
		if a.Card != nil {
			card, err := render(*a.Card)
			if err == nil {
				body["card"] = map[string]any{"type": "raw", "data": json.RawMessage(card)}
			} else { // the words must do
				b.Logger.LogAttrs(context.Background(), slog.LevelWarn, "card in an answer left out", slog.Any("error", err))
			}
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		text = []byte("{}")
	}
	return bots.Response{Status: http.StatusOK, Type: jsonType, Body: text}
}
