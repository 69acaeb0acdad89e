package jobs

import (
	"context"
	"log/slog"
	"time"
)

// seldomEvery is how often a failure is logged that goes on: a database that is
// away for a day must not fill the disk with the news of it.
const seldomEvery = 30 * time.Second

// seldom logs how a loop fails: at once, then now and then, with how often it
// failed in between. It belongs to one goroutine.
type seldom struct {
	what   string
	logger *slog.Logger
	next   time.Time
	held   int
}

// note takes how a round ended.
func (s *seldom) note(ctx context.Context, now time.Time, err error) {
	switch {
	case ctx.Err() != nil:
	case err == nil:
		s.next, s.held = time.Time{}, 0
	case now.Before(s.next):
		s.held++
	default:
		s.logger.LogAttrs(ctx, slog.LevelWarn, "round failed", slog.String("loop", s.what), slog.Any("error", err), slog.Int("unsaid", s.held))
		s.next, s.held = now.Add(seldomEvery), 0
	}
}
