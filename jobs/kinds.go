package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"genjin/store"
)

// sendFor bounds one try of a message. It is more than what a bot may take for
// the largest file over a slow line: two minutes to bring it, and as much again
// where the platform refuses the token, or has forgotten the file.
const sendFor = 5 * time.Minute

// kinds maps each kind of job to how it is done.
func (e *Engine) kinds() map[string]work {
	m := map[string]work{
		store.KindEffect: {tx: e.effect},
		store.KindSend:   {long: e.send, timeout: sendFor},
		kindFetch:        {long: e.fetch, timeout: 5 * time.Minute},
		kindTeamGroups:   {long: e.teamGroups, timeout: 5 * time.Minute},
	}
	for _, p := range periodics() {
		do := e.periodically(p)
		m[p.kind] = work{tx: do}
		if p.before != nil {
			m[p.kind] = work{timeout: 5 * time.Minute, long: func(ctx context.Context, j store.Job) (finish, error) {
				p.before(e, ctx)
				return func(ctx context.Context, tx *store.Tx) error { return do(ctx, tx, j) }, nil
			}}
		}
	}
	return m
}

// periodically does what the clock put into the ledger. A period that waited
// too long is let go, and nobody is spoken to in quiet hours.
func (e *Engine) periodically(p periodic) func(context.Context, *store.Tx, store.Job) error {
	return func(ctx context.Context, tx *store.Tx, j store.Job) error {
		now, due := tx.Now(), j.CreatedAt
		var at periodPayload
		if err := json.Unmarshal(j.Payload, &at); err == nil && at.At > 0 {
			due = time.UnixMilli(at.At)
		}
		if at.Rules > e.Rules().Version {
			return later{now.Add(versionWait)}
		}
		if p.loud && now.Sub(due) > lateness {
			e.Logger.LogAttrs(ctx, slog.LevelWarn, "period missed", slog.String("kind", p.kind), slog.Time("due", due))
			return nil
		}
		if quiet := e.Rules().Quiet; p.loud && e.Calendar().Quiet(quiet, now) {
			return later{e.Calendar().NextLoud(quiet, now)}
		}
		return p.run(e, ctx, tx, now)
	}
}
