package jobs

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestWhatGoesOnFailingIsLoggedSeldom: at once, then every half minute, and at once
// again after it went well.
func TestWhatGoesOnFailingIsLoggedSeldom(t *testing.T) {
	t.Parallel()
	var log lines
	s := seldom{what: "relay", logger: slog.New(slog.NewTextHandler(&log, nil))}
	now, away := time.Now(), errors.New("the database is away")
	for range 4 * 60 { // a minute
		s.note(t.Context(), now, away)
		now = now.Add(250 * time.Millisecond)
	}
	s.note(t.Context(), now, nil)
	s.note(t.Context(), now, away)
	got := strings.Join(log.all, "")
	if n := strings.Count(got, "round failed"); n != 3 || !strings.Contains(got, "unsaid=119") || !strings.Contains(got, "loop=relay") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}
