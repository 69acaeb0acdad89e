package feishusim

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"
)

const (
	connectLimit  = 2 * time.Second
	pushLimit     = 3 * time.Second
	urlCheckLimit = time.Second
)

// errNoURL means that nobody has said where events go.
var errNoURL = errors.New("the platform has no event URL")

// PushResult is what became of an event.
type PushResult struct {
	EventID   string
	MessageID string
	ChatID    string
	Status    int // HTTP, or the code of the long connection's answer
	Body      []byte
	Err       error
	Dropped   bool // it never left: a fault, a missing scope, the bot is not in the group
	Held      bool // it will be overtaken by the next event, see [FaultReorder]
	Again     int  // status of the duplicate, see [FaultDuplicatePush]
}

// OK tells whether the hub has taken the event.
func (r PushResult) OK() bool { return r.Err == nil && r.Status == http.StatusOK }

// PushOption changes how an event is pushed.
type PushOption func(*delivery)

// WithEventID pushes under a given event id.
func WithEventID(id string) PushOption { return func(d *delivery) { d.header.EventID = id } }

// WithMessageID makes the message under a given id; a known one is pushed again.
func WithMessageID(id string) PushOption { return func(d *delivery) { d.messageID = id } }

// ReplyTo makes the message an answer to another one.
func ReplyTo(messageID string) PushOption { return func(d *delivery) { d.parentID = messageID } }

// CreatedAt gives the event another time of creation.
func CreatedAt(t time.Time) PushOption { return func(d *delivery) { d.header.CreateAt = t } }

// NoRetry has the event pushed once only, whatever comes back.
func NoRetry() PushOption { return func(d *delivery) { d.once = true } }

// FromAnotherBot has the message sent by a program instead of a person.
func FromAnotherBot() PushOption { return func(d *delivery) { d.byBot = true } }

// delivery is one event on its way.
type delivery struct {
	header    Header
	kind      string
	event     any
	messageID string
	parentID  string
	once      bool
	byBot     bool
}

func newDelivery(kind string, opts []PushOption) *delivery {
	d := &delivery{kind: kind}
	for _, o := range opts {
		o(d)
	}
	return d
}

// push sends an event to the hub; what fails is pushed again later.
func (s *Server) push(ctx context.Context, d *delivery) PushResult {
	d.header = s.filled(d.header)
	if _, on := s.Strikes(FaultDropEvents, ""); on {
		return PushResult{EventID: d.header.EventID, Dropped: true}
	}
	if s.hold(d) {
		return PushResult{EventID: d.header.EventID, Held: true}
	}
	res := s.attempt(ctx, d)
	s.afterFirst(ctx, d, &res)
	if late := s.release(nil); late != nil {
		again := s.attempt(ctx, late)
		s.afterFirst(ctx, late, &again)
	}
	return res
}

// afterFirst makes the duplicate or the retries that follow a first attempt.
func (s *Server) afterFirst(ctx context.Context, d *delivery, res *PushResult) {
	if res.OK() {
		if _, on := s.Strikes(FaultDuplicatePush, ""); on {
			twin := *d
			twin.header.EventID = newID("")
			res.Again = s.attempt(ctx, &twin).Status
		}
		return
	}
	s.log.InfoContext(ctx, "event not taken", slog.String("event_id", d.header.EventID), slog.Int("status", res.Status), slog.Any("error", res.Err))
	if !d.once {
		failed := s.o.Now()
		s.Background(func() { s.retry(d, failed) })
	}
}

// retry pushes an event again after the documented waits, with the same event
// id. A wait is over when it has passed on the platform's clock or in real time.
func (s *Server) retry(d *delivery, failed time.Time) {
	for _, delay := range s.o.RetryDelays {
		if !s.Passed(failed, delay) || s.attempt(s.Context(), d).OK() {
			return
		}
		failed = s.o.Now()
	}
	s.log.WarnContext(s.Context(), "event given up", slog.String("event_id", d.header.EventID))
}

// hold keeps every second event back while reordering is on.
func (s *Server) hold(d *delivery) bool {
	s.mu.Lock()
	waiting := s.held != nil
	s.mu.Unlock()
	if waiting {
		return false
	}
	f, ok := s.Strikes(FaultReorder, "")
	if !ok {
		return false
	}
	s.mu.Lock()
	s.held = d
	s.mu.Unlock()
	s.Background(func() { // nobody overtakes it: let it go
		s.Passed(s.o.Now(), f.Pause())
		if d := s.release(d); d != nil {
			res := s.attempt(s.Context(), d)
			s.afterFirst(s.Context(), d, &res)
		}
	})
	return true
}

// release gives the event that was held back; d != nil: only that one.
func (s *Server) release(d *delivery) *delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d != nil && s.held != d {
		return nil
	}
	late := s.held
	s.held = nil
	return late
}

// attempt pushes an event once, over the long connection when there is one.
func (s *Server) attempt(ctx context.Context, d *delivery) PushResult {
	res := PushResult{EventID: d.header.EventID, MessageID: d.messageID}
	plainBody := s.Envelope(d.event, d.kind, d.header)
	if s.sockets.count() > 0 {
		res.Status, res.Body, res.Err = s.sockets.push(ctx, s, plainBody)
		return res
	}
	body, head := s.sealed(plainBody)
	res.Status, res.Body, res.Err = s.post(ctx, body, head, pushLimit)
	return res
}

// sealed encrypts and signs a body when the app has an Encrypt Key.
func (s *Server) sealed(plainBody []byte) ([]byte, http.Header) {
	head := http.Header{}
	if s.o.EncryptKey == "" {
		return plainBody, head
	}
	body := s.Encrypt(plainBody)
	ts, nonce := strconv.FormatInt(s.o.Now().Unix(), 10), newID("")
	head.Set("X-Lark-Request-Timestamp", ts)
	head.Set("X-Lark-Request-Nonce", nonce)
	head.Set("X-Lark-Signature", s.Sign(ts, nonce, string(body)))
	return body, head
}

// post makes one POST to the hub.
func (s *Server) post(ctx context.Context, body []byte, head http.Header, limit time.Duration) (int, []byte, error) {
	s.mu.Lock()
	url := s.eventURL
	s.mu.Unlock()
	if url == "" {
		return 0, nil, errNoURL
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("push to %s: %w", url, err)
	}
	req.Header.Set("Content-Type", "application/json;charset=utf-8")
	req.Header.Set("User-Agent", "Go-http-client/1.1 feishu-open-event")
	maps.Copy(req.Header, head)
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("push to %s: %w", url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return resp.StatusCode, out, fmt.Errorf("read the answer of %s: %w", url, err)
	}
	return resp.StatusCode, out, nil
}

// PushRaw posts any body with any headers to the hub, for tests of bad input.
func (s *Server) PushRaw(ctx context.Context, body []byte, headers http.Header) (status int, respBody []byte) {
	status, respBody, err := s.post(ctx, body, headers, 15*time.Second)
	if err != nil {
		s.log.InfoContext(ctx, "raw push", slog.Any("error", err))
	}
	return status, respBody
}

// PushEvent pushes any event as the platform would, sealed, without retries.
func (s *Server) PushEvent(ctx context.Context, event any, kind string, h Header) PushResult {
	return s.attempt(ctx, &delivery{header: s.filled(h), kind: kind, event: event, once: true})
}

// Sealed encrypts and signs a plain body and gives the headers for [Server.PushRaw].
func (s *Server) Sealed(plainBody []byte) (body []byte, headers http.Header) {
	return s.sealed(plainBody)
}

// CheckURL asks the hub to echo a challenge within a second, as the platform
// does when the URL is saved.
func (s *Server) CheckURL(ctx context.Context) error {
	challenge := newID("")
	plainBody := jsonString(map[string]string{
		"challenge": challenge, "token": s.o.VerificationToken, "type": "url_verification",
	})
	body, head := s.sealed([]byte(plainBody))
	status, out, err := s.post(ctx, body, head, urlCheckLimit)
	if err != nil {
		return fmt.Errorf("check the event URL: %w", err)
	}
	var echo struct {
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal(out, &echo); err != nil || status != http.StatusOK ||
		subtle.ConstantTimeCompare([]byte(echo.Challenge), []byte(challenge)) != 1 {
		return fmt.Errorf("check the event URL: HTTP %d, %q is not the challenge", status, out)
	}
	return nil
}
