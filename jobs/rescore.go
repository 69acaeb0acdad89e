package jobs

import (
	"context"
	"fmt"
	"time"

	"genjin/store"
)

// rescoreBatch is how many leads one transaction scores again.
const rescoreBatch = 200

// rescore scores the open leads again that an older version of the rules
// scored, a batch at a time: a full batch asks for the next one, as a row of its
// own; the last one finds nothing and asks for no more.
func (e *Engine) rescore(ctx context.Context, tx *store.Tx, _ time.Time) error {
	n, err := e.rescoreBatch(ctx, tx)
	if err != nil || n < rescoreBatch {
		return err
	}
	_, err = tx.AddJob(ctx, store.NewJob{Kind: kindRescore, Key: "rescore:batch:" + tx.NewID(), Payload: periodPayload{Rules: e.Rules().Version}})
	return err
}

func (e *Engine) rescoreBatch(ctx context.Context, tx *store.Tx) (int, error) {
	rules := e.Rules()
	leads, err := tx.LeadsScoredBefore(ctx, rules.Version, rescoreBatch)
	if err != nil {
		return 0, err
	}
	for _, l := range leads {
		change, _, err := l.Rescore(rules)
		if err != nil {
			return 0, fmt.Errorf("rescore lead %d: %w", l.Number, err)
		}
		if err := tx.Save(ctx, change, store.Source{}); err != nil {
			return 0, err
		}
	}
	return len(leads), nil
}
