package jobs

import (
	"context"
	"time"

	"genjin/store"
)

const (
	sequenceBatch   = 1000
	checkpointEvery = 60 * time.Second
	checkpointRows  = 1000
	auditLane       = "audit"
)

// auditTick gives audit leaves their place and signs a checkpoint every minute
// or thousand rows. Of several replicas the one with the lease does it.
func (e *Engine) auditTick(ctx context.Context, now time.Time) error {
	mine, err := e.Store.HoldLane(ctx, auditLane, e.owner, 5*time.Second)
	if err != nil || !mine {
		return err
	}
	for {
		n, err := e.Store.SequenceAudit(ctx, sequenceBatch)
		if err != nil {
			return err
		}
		e.sequenced += n
		if n < sequenceBatch {
			break
		}
	}
	if e.sequenced < checkpointRows && now.Sub(e.checkpointed).Abs() < checkpointEvery {
		return nil
	}
	return e.Checkpoint(ctx, now)
}

// Checkpoint signs the audit log as it stands, if it grew. A clean stop calls
// it once more.
func (e *Engine) Checkpoint(ctx context.Context, now time.Time) error {
	if _, _, err := e.Store.Checkpoint(ctx); err != nil {
		return err
	}
	e.sequenced, e.checkpointed = 0, now
	return nil
}

// cleanup lets go of what nobody needs any more: expired drafts and files that
// were refused or never used.
func (e *Engine) cleanup(ctx context.Context, tx *store.Tx, at time.Time) error {
	return tx.Sweep(ctx, at)
}
