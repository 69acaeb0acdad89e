package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	// Waits between tries: a second at first, half a minute at most.
	waitMin = time.Second
	waitMax = 30 * time.Second
	// calmMax bounds what the platform may ask for between connections, in
	// seconds: it says up to 30 and then 120, and pushes what was missed after
	// 15 s and then 5 min.
	calmMax = 5
	// answerMax is the longest answer that is read.
	answerMax = 64 << 10
)

// backoff doubles waits, each drawn from its upper half: replicas must not come
// all at once.
type backoff struct{ last time.Duration }

func (b *backoff) next() time.Duration {
	b.last = min(max(2*b.last, waitMin), waitMax)
	return b.last/2 + rand.N(b.last/2) //nolint:gosec // chance, not a secret
}

// endpoint asks where to connect to, until it is told: the SDK by itself would
// ask again only after two minutes.
type endpoint struct {
	bot    *Bot
	client *http.Client
}

// newEndpoint makes one that follows no redirect: the question carries the
// app's secret.
func newEndpoint(b *Bot) *endpoint {
	return &endpoint{bot: b, client: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do asks. It gives up only when the request's context ends.
func (e *endpoint) Do(req *http.Request) (*http.Response, error) {
	var waits backoff
	for {
		resp, err := e.ask(req)
		if err == nil {
			return resp, nil
		}
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return nil, ctxErr
		}
		wait := waits.next()
		e.bot.failed(req.Context(), err, wait)
		select {
		case <-req.Context().Done():
			return nil, req.Context().Err()
		case <-time.After(wait):
		}
	}
}

// ask makes one try. An answer that is not the platform's own counts as none.
func (e *endpoint) ask(req *http.Request) (*http.Response, error) {
	body, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("endpoint question: %w", err)
	}
	again := req.Clone(req.Context())
	again.Body = body
	resp, err := e.client.Do(again) //nolint:gosec // the address is the operator's
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("endpoint: http status %d", resp.StatusCode)
	}
	calm(answer)
	if text, err = json.Marshal(answer); err != nil {
		return nil, fmt.Errorf("endpoint answer: %w", err)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return resp, nil
}

// calm shortens the waits that the platform asks for.
func calm(answer map[string]any) {
	data, _ := answer["data"].(map[string]any)
	config, _ := data["ClientConfig"].(map[string]any)
	for _, name := range []string{"ReconnectInterval", "ReconnectNonce"} {
		if n, is := config[name].(float64); is && n > calmMax {
			config[name] = calmMax
		}
	}
}
