package jobs

import (
	"context"
	"time"

	"genjin/store"
)

// kinds maps each kind of job to how it is done.
func (e *Engine) kinds() map[string]work {
	m := map[string]work{
		kindEffect: {tx: e.effect},
		kindSend:   {long: e.send, timeout: time.Minute},
		kindFetch:  {long: e.fetch, timeout: 5 * time.Minute},
	}
	for _, p := range periodics() {
		m[p.kind] = work{tx: func(ctx context.Context, tx *store.Tx, _ store.Job) error {
			return p.run(e, ctx, tx, tx.Now())
		}}
	}
	m[kindRescore] = work{tx: e.rescore}
	return m
}
