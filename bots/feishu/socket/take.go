package socket

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"

	"genjin/bots"
	"genjin/bots/feishu"
)

// cardType is the one event that is answered with more than an acknowledgement.
const cardType = "card.action.trigger"

// handleTimeout bounds the handling of one event. The platform waits 3 s, but
// what has begun is better ended: its second push finds it done.
const handleTimeout = 5 * time.Second

// dispatcher registers every event that may come: one that is not registered is
// refused by the SDK, and pushed again for hours. The SDK acknowledges an event
// when its handler returns without error, which here is after the commit.
func (s *Bot) dispatcher(handle Handler) *dispatcher.EventDispatcher {
	d := dispatcher.NewEventDispatcher(s.VerificationToken, "")
	d.InitConfig(larkevent.WithLogger(silent{}), larkevent.WithLogLevel(larkcore.LogLevelError))
	for _, kind := range append(feishu.Subscribed(), otherTypes...) {
		if kind == cardType {
			continue
		}
		d.OnCustomizedEvent(kind, func(ctx context.Context, req *larkevent.EventReq) error {
			_, err := s.take(ctx, req.Body, handle)
			return err
		})
	}
	return d.OnP2CardActionTrigger(func(ctx context.Context, e *callback.CardActionTriggerEvent) (*callback.CardActionTriggerResponse, error) {
		r, err := s.take(ctx, e.Body, handle)
		if err != nil {
			return nil, err
		}
		var out callback.CardActionTriggerResponse
		if err := json.Unmarshal(r.Body, &out); err != nil {
			return nil, fmt.Errorf("answer to a click: %w", err)
		}
		return &out, nil
	})
}

// take reads one event and has it handled. A connection that ends meanwhile does
// not end the handling.
func (s *Bot) take(ctx context.Context, body []byte, handle Handler) (bots.Response, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTimeout)
	defer cancel()
	e, err := s.Read(ctx, body)
	if err != nil {
		return bots.Response{}, err
	}
	a, err := handle(ctx, e)
	if err != nil {
		return bots.Response{}, err
	}
	return s.Answer(e, a), nil
}
