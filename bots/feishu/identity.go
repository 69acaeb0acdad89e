package feishu

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// askWithin bounds the question who the hub is, while an event waits to be
	// answered within 3 s.
	askWithin = 800 * time.Millisecond
	// askAgain is how long a failed question is not asked again.
	askAgain = 30 * time.Second
)

// identity is who the app is on the platform, as far as it is known.
type identity struct {
	openID atomic.Pointer[string] // its own, as others mention it
	asking shared[string]
	mu     sync.Mutex
	failed time.Time // when asking failed last

	tenant atomic.Pointer[tenant]
}

// tenant is the company. A self-built app has one; the API says which, and until
// then the first event does.
type tenant struct {
	key  string
	sure bool
}

// isMe tells whether a mention means this app. Its own id is asked once; while
// the platform does not tell it, a mention of any program counts.
func (b *Bot) isMe(ctx context.Context, m mention) bool {
	if me := b.whoAmI(ctx); me != "" {
		return m.ID.OpenID == me
	}
	return m.Type == "bot" || m.Type == "" && m.ID.UserID == ""
}

// whoAmI gives the bot's own open id, or nothing while it cannot be learnt.
func (b *Bot) whoAmI(ctx context.Context) string {
	if id := b.me.openID.Load(); id != nil {
		return *id
	}
	b.me.mu.Lock()
	failed := b.me.failed
	b.me.mu.Unlock()
	if !failed.IsZero() && b.wall().Sub(failed) < askAgain {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	id, err := b.me.asking.do(ctx, callTimeout, b.askWho)
	if err != nil {
		b.me.mu.Lock()
		defer b.me.mu.Unlock()
		b.me.failed = b.wall()
		return ""
	}
	return id
}

// askWho asks the platform for the bot's own open id (bot-v3/info).
func (b *Bot) askWho(ctx context.Context) (string, error) {
	var out struct {
		Bot struct {
			OpenID string `json:"open_id"`
		} `json:"bot"`
	}
	err := b.call(ctx, request{api: "bot.info", method: http.MethodGet, path: "/open-apis/bot/v3/info", into: &out, whole: true})
	if err != nil {
		return "", err
	}
	if out.Bot.OpenID != "" {
		b.me.openID.Store(&out.Bot.OpenID)
	}
	return out.Bot.OpenID, nil
}

// foreign tells whether an event is of another company.
func (b *Bot) foreign(key string) bool {
	if key == "" {
		return false
	}
	b.me.tenant.CompareAndSwap(nil, &tenant{key: key})
	return b.me.tenant.Load().key != key
}

// belongsTo notes the company that the API names in its answers to the app.
func (b *Bot) belongsTo(key string) {
	if t := b.me.tenant.Load(); key != "" && (t == nil || !t.sure || t.key != key) {
		b.me.tenant.Store(&tenant{key: key, sure: true})
	}
}

// shared makes one call for all who wait for it. A caller who gives up does not
// end it for the others.
type shared[T any] struct {
	mu   sync.Mutex
	call *sharedCall[T]
}

type sharedCall[T any] struct {
	done  chan struct{}
	value T
	err   error
}

func (s *shared[T]) do(ctx context.Context, within time.Duration, f func(context.Context) (T, error)) (T, error) {
	s.mu.Lock()
	c := s.call
	if c == nil {
		c = &sharedCall[T]{done: make(chan struct{})}
		s.call = c
		go func() {
			fctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
			defer cancel()
			c.value, c.err = f(fctx)
			s.mu.Lock()
			s.call = nil
			s.mu.Unlock()
			close(c.done)
		}()
	}
	s.mu.Unlock()
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
