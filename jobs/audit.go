package jobs

import (
	"context"
	"log/slog"
	"time"

	"genjin/sales"
	"genjin/store"
)

const (
	sequenceBatch   = 1000
	checkpointEvery = 60 * time.Second
	checkpointRows  = 1000
	auditLane       = "audit"
	auditLease      = 6 * time.Second
)

// auditTick gives audit leaves their place and signs a checkpoint every minute
// or thousand rows. Of several replicas the one with the lease does it.
func (e *Engine) auditTick(ctx context.Context, now time.Time) error {
	mine, err := e.sequence(ctx, now)
	if err != nil || !mine || now.Sub(e.checkpointed).Abs() < checkpointEvery {
		return err
	}
	return e.sign(ctx, now)
}

// sequence gives every leaf its place, with a signature per thousand. The bool
// is false when another process does it.
func (e *Engine) sequence(ctx context.Context, now time.Time) (mine bool, err error) {
	if now.Sub(e.auditHeld).Abs() >= auditLease/3 {
		mine, err = e.Store.HoldLane(ctx, auditLane, e.owner, auditLease)
		if err != nil || !mine {
			return false, err
		}
		e.auditHeld = now
	}
	for n := sequenceBatch; n == sequenceBatch; {
		if n, err = e.Store.SequenceAudit(ctx, sequenceBatch); err != nil {
			return true, err
		}
		if e.sequenced += n; e.sequenced >= checkpointRows {
			if err := e.sign(ctx, now); err != nil {
				return true, err
			}
		}
	}
	return true, nil
}

// Checkpoint gives the last audit rows their place and signs the log as it
// stands, if it grew: a clean stop calls it.
func (e *Engine) Checkpoint(ctx context.Context, now time.Time) error {
	if _, err := e.sequence(ctx, now); err != nil {
		return err
	}
	return e.sign(ctx, now)
}

// sign makes a checkpoint. The first one of a day goes to the admins too: a copy
// outside the database proves later that nothing before it was changed.
func (e *Engine) sign(ctx context.Context, now time.Time) error {
	text, made, err := e.Store.Checkpoint(ctx)
	if err != nil {
		return err
	}
	e.sequenced, e.checkpointed = 0, now
	if !made || e.Calendar().Quiet(e.Rules().Quiet, now) {
		return nil
	}
	day := now.In(e.Location).Format(time.DateOnly)
	if e.copied == day {
		return nil
	}
	err = e.Store.Do(ctx, func(tx *store.Tx) error {
		first, err := tx.Once(ctx, "checkpoint:"+day)
		if err != nil || !first {
			return err
		}
		for _, p := range e.Org().WithRole(sales.RoleAdmin) {
			n := note{Kind: "checkpoint", Subject: "checkpoint:" + day, Text: e.words().Say("checkpoint", string(text))}
			if _, _, err := e.tell(ctx, tx, p, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		e.copied = day
	}
	return err
}

// cleanup lets go of what nobody needs any more: expired drafts, and marks of
// what was said and done long ago.
func (e *Engine) cleanup(ctx context.Context, tx *store.Tx, at time.Time) error {
	return tx.Sweep(ctx, at)
}

// sweepEvidence removes evidence files that no row names.
func (e *Engine) sweepEvidence(ctx context.Context) {
	if e.Evidence == nil { // an engine that fetches nothing
		return
	}
	n, err := e.Store.SweepEvidence(ctx, e.Evidence)
	switch {
	case err != nil:
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "evidence not swept", slog.Any("error", err))
	case n > 0:
		e.Logger.LogAttrs(ctx, slog.LevelInfo, "evidence swept", slog.Int("files", n))
	}
}
