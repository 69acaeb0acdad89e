package jobs

import (
	"context"
	"log/slog"
	"time"
)

const (
	skewEvery = time.Minute
	skewWarns = 2 * time.Second
	skewStops = 10 * time.Second
)

// clockRight compares our clock with the database's once a minute. Leases and
// due times are compared between replicas: one whose clock is far off must not
// touch jobs. Webhooks go on. The relay alone calls it.
func (e *Engine) clockRight(ctx context.Context) bool {
	now := e.Now()
	if now.Sub(e.compared).Abs() < skewEvery {
		return !e.skewed.Load()
	}
	theirs, err := e.Store.DatabaseTime(ctx)
	if err != nil {
		return !e.skewed.Load() // a database that is away is told elsewhere
	}
	now = e.Now()
	e.compared = now
	e.noteSkew(ctx, now.Sub(theirs))
	return !e.skewed.Load()
}

// noteSkew says how far off our clock is, and stops or resumes work on jobs.
func (e *Engine) noteSkew(ctx context.Context, skew time.Duration) {
	off := skew.Abs() > skewStops
	was := e.skewed.Swap(off)
	attrs := []slog.Attr{slog.Duration("ahead", skew)}
	switch {
	case off:
		e.Logger.LogAttrs(ctx, slog.LevelError, "clock differs too much from the database: jobs rest until it is set right", attrs...)
	case skew.Abs() > skewWarns:
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "clock differs from the database", attrs...)
	case was:
		e.Logger.LogAttrs(ctx, slog.LevelInfo, "clock agrees with the database again", attrs...)
	}
}
