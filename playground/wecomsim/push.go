package wecomsim

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// maxRetries is how often an event comes again, however many waits are given.
const maxRetries = 3

// inlet is one of the hub's two callbacks.
type inlet int

const (
	inletApp inlet = iota + 1 // the self-built app: XML
	inletBot                  // the 智能机器人: JSON
)

// delivery is one event on its way. The plaintext stays the same however often
// it is pushed; only the encryption around it is fresh.
type delivery struct {
	to        inlet
	plain     []byte
	messageID string
	chatID    string
	once      bool
	clicked   string // the id of the card that was pressed; empty: no click
	userID    string // who did it
}

// pushState is what the server keeps of its callbacks, under its lock.
type pushState struct {
	held  *delivery // waits to be overtaken, see [FaultReorder]
	files map[string]*robotFile
}

// push sends an event to the hub; what fails is pushed again later.
func (s *Server) push(ctx context.Context, d *delivery) PushResult {
	res := PushResult{MessageID: d.messageID, ChatID: d.chatID}
	if _, on := s.Strikes(FaultDropEvents, ""); on {
		res.Dropped = true
		return res
	}
	if s.hold(d) {
		res.Held = true
		return res
	}
	res = s.attempt(ctx, d)
	s.afterFirst(ctx, d, &res)
	if late := s.release(nil); late != nil {
		again := s.attempt(ctx, late)
		s.afterFirst(ctx, late, &again)
	}
	return res
}

// afterFirst makes the duplicate or the retries that follow a first attempt.
func (s *Server) afterFirst(ctx context.Context, d *delivery, res *PushResult) {
	if res.Status == http.StatusOK {
		if _, on := s.Strikes(FaultDuplicatePush, ""); on {
			res.Again = s.attempt(ctx, d).Status
		}
		return
	}
	s.log.InfoContext(ctx, "event not taken", slog.String("message_id", d.messageID), slog.Int("status", res.Status), slog.Any("error", res.Err))
	if !d.once {
		failed := s.o.Now()
		s.Background(func() { s.retry(d, failed) })
	}
}

// retry pushes an event again after the waits. A wait is over when it has
// passed on the platform's clock or in real time.
func (s *Server) retry(d *delivery, failed time.Time) {
	for _, delay := range s.o.RetryDelays[:min(maxRetries, len(s.o.RetryDelays))] {
		if !s.Passed(failed, delay) || s.attempt(s.Context(), d).Status == http.StatusOK {
			return
		}
		failed = s.o.Now()
	}
	s.log.WarnContext(s.Context(), "event given up", slog.String("message_id", d.messageID))
}

// hold keeps every second event back while reordering is on.
func (s *Server) hold(d *delivery) bool {
	s.mu.Lock()
	waiting := s.pushes.held != nil
	s.mu.Unlock()
	if waiting {
		return false
	}
	f, ok := s.Strikes(FaultReorder, "")
	if !ok {
		return false
	}
	s.mu.Lock()
	s.pushes.held = d
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
	if d != nil && s.pushes.held != d {
		return nil
	}
	late := s.pushes.held
	s.pushes.held = nil
	return late
}

// attempt pushes an event once and reads the answer.
func (s *Server) attempt(ctx context.Context, d *delivery) PushResult {
	res := PushResult{MessageID: d.messageID, ChatID: d.chatID}
	query, body, err := s.sealed(d.to, d.plain)
	if err != nil {
		res.Err = err
		return res
	}
	res.Status, res.Body, res.Err = s.call(ctx, d.to, http.MethodPost, query, body)
	if res.Status == http.StatusOK && len(res.Body) > 0 {
		res.replaced, res.Err = s.passive(d, res.Body)
	}
	return res
}
