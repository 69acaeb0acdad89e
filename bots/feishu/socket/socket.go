package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"

	"genjin/bots"
	"genjin/bots/feishu"
)

// Bot is a Feishu app whose events come over a long connection. Everything else
// is the app's.
type Bot struct {
	*feishu.Bot

	up     atomic.Bool
	reason atomic.Pointer[string]
}

var _ bots.Listener = (*Bot)(nil)

// New makes the long-connection form of an app.
func New(b *feishu.Bot) *Bot {
	s := &Bot{Bot: b}
	s.down("not connected yet")
	return s
}

func (s *Bot) down(reason string) {
	s.up.Store(false)
	s.reason.Store(&reason)
}

// Healthy implements [bots.Listener].
func (s *Bot) Healthy() (bool, string) { return s.up.Load(), *s.reason.Load() }

// cardType is the one event that is answered with more than an acknowledgement.
const cardType = "card.action.trigger"

// closeTimeout bounds the goodbye.
const closeTimeout = 3 * time.Second

// Listen implements [bots.Listener]. The SDK acknowledges an event when its
// handler returns without error, which here is after the commit; otherwise the
// platform pushes it again. The client that a refused start leaves behind is
// replaced after a wait, so that a wrong network at the start heals by itself.
func (s *Bot) Listen(ctx context.Context, handle func(context.Context, bots.Event) (bots.Answer, error)) error {
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, 30*time.Second) {
		err := s.run(ctx, handle)
		if ctx.Err() != nil {
			break
		}
		s.down("connection failed")
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "feishu long connection", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	s.down("stopped")
	return nil //nolint:nilerr // told to stop: what the connection says then is no error
}

// run keeps one client until it ends.
func (s *Bot) run(ctx context.Context, handle func(context.Context, bots.Event) (bots.Answer, error)) error {
	client := larkws.NewClient(s.AppID, s.AppSecret,
		larkws.WithDomain(s.APIBase), larkws.WithEventHandler(s.dispatcher(handle)), larkws.WithLogger(silent{}), larkws.WithLogLevel(larkcore.LogLevelError),
		larkws.WithOnReady(func() { s.up.Store(true) }), larkws.WithOnReconnected(func() { s.up.Store(true) }),
		larkws.WithOnReconnecting(func() { s.down("reconnecting") }), larkws.WithOnDisconnected(func() { s.down("disconnected") }),
	)
	done := make(chan error, 1)
	go func() { done <- client.Start(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	cctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return errors.Join(client.CloseAndWait(cctx), <-done)
}

// dispatcher registers every event of the app: one that is not registered would
// be refused, and pushed again for hours.
func (s *Bot) dispatcher(handle func(context.Context, bots.Event) (bots.Answer, error)) *dispatcher.EventDispatcher {
	d := dispatcher.NewEventDispatcher(s.VerificationToken, "")
	d.InitConfig(larkevent.WithLogger(silent{}), larkevent.WithLogLevel(larkcore.LogLevelError))
	for _, kind := range feishu.Subscribed() {
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

// take reads one event and has it handled.
func (s *Bot) take(ctx context.Context, body []byte, handle func(context.Context, bots.Event) (bots.Answer, error)) (bots.Response, error) {
	e, err := s.Bot.Read(ctx, body)
	if err != nil {
		return bots.Response{}, err
	}
	a, err := handle(ctx, e)
	if err != nil {
		return bots.Response{}, err
	}
	return s.Answer(e, a), nil
}

// silent drops the SDK's words: they may hold addresses with tickets in them.
type silent struct{}

func (silent) Debug(context.Context, ...any) {}
func (silent) Info(context.Context, ...any)  {}
func (silent) Warn(context.Context, ...any)  {}
func (silent) Error(context.Context, ...any) {}
