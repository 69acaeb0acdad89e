package socket

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"

	"genjin/bots"
	"genjin/bots/feishu"
)

// Bot is a Feishu app whose events come over a long connection. Everything else
// is the app's.
type Bot struct {
	*feishu.Bot

	health atomic.Pointer[health]
	stood  atomic.Bool // the present client has been connected
}

// health is what the connection was last seen as.
type health struct {
	up     bool
	reason string
}

var (
	_ bots.Bot      = (*Bot)(nil)
	_ bots.Fetcher  = (*Bot)(nil)
	_ bots.Listener = (*Bot)(nil)
)

// Handler is what an event is handed to; see [bots.Listener].
type Handler = func(context.Context, bots.Event) (bots.Answer, error)

// closeTimeout bounds the goodbye.
const closeTimeout = 3 * time.Second

// New makes the long-connection form of an app.
func New(b *feishu.Bot) *Bot {
	s := &Bot{Bot: b}
	s.is(false, "not connected yet")
	return s
}

func (s *Bot) is(up bool, reason string) { s.health.Store(&health{up, reason}) }

// Healthy implements [bots.Listener].
func (s *Bot) Healthy() (ok bool, reason string) {
	h := s.health.Load()
	return h.up, h.reason
}

// Listen implements [bots.Listener]. The SDK's client connects again by itself.
// It ends when the platform will not have it (a wrong secret, too many
// connections); then it is started again after a wait, since a person may mend
// that while the hub runs.
func (s *Bot) Listen(ctx context.Context, handle Handler) error {
	var waits backoff
	for client := s.client(handle); ; {
		err := s.run(ctx, client)
		if ctx.Err() != nil {
			s.is(false, "stopped")
			return nil //nolint:nilerr // it was told to
		}
		if s.stood.Swap(false) { // the SDK does not start such a client again
			client, waits = s.client(handle), backoff{}
		}
		wait := waits.next()
		s.failed(ctx, err, wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// failed says why there is no connection, and when the next is tried.
func (s *Bot) failed(ctx context.Context, err error, wait time.Duration) {
	words := "ended"
	if err != nil {
		words = bots.Redact(err.Error())
	}
	s.is(false, "not connected: "+words)
	s.Logger.LogAttrs(ctx, slog.LevelWarn, "feishu long connection", slog.String("error", words), slog.Duration("again_in", wait))
}

// client makes the SDK's client. Each leaves a goroutine behind for good, so
// they are few.
func (s *Bot) client(handle Handler) *larkws.Client {
	up := func() { s.stood.Store(true); s.is(true, "") }
	return larkws.NewClient(s.AppID, s.AppSecret,
		larkws.WithDomain(s.APIBase), larkws.WithEventHandler(s.dispatcher(handle)),
		larkws.WithHttpClient(newEndpoint(s)), larkws.WithWebSocketDialer(dialer()),
		larkws.WithLogger(silent{}), larkws.WithLogLevel(larkcore.LogLevelError),
		larkws.WithOnReady(up), larkws.WithOnReconnected(up),
		larkws.WithOnReconnecting(func() { s.is(false, "reconnecting") }), larkws.WithOnDisconnected(func() { s.is(false, "disconnected") }),
	)
}

// run keeps the connection until the platform or ctx ends it.
func (s *Bot) run(ctx context.Context, client *larkws.Client) error {
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

// dialer notices a dead line within half a minute; the protocol's own pings
// take four.
func dialer() *websocket.Dialer {
	d := net.Dialer{
		Timeout:         5 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	return &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second, NetDialContext: d.DialContext}
}

// silent drops the SDK's words: they may hold addresses with tickets in them,
// and whole events.
type silent struct{}

func (silent) Debug(context.Context, ...any) {}
func (silent) Info(context.Context, ...any)  {}
func (silent) Warn(context.Context, ...any)  {}
func (silent) Error(context.Context, ...any) {}
