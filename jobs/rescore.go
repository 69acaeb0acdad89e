package jobs

import (
	"context"
	"encoding/json"
	"fmt"

	"genjin/sales"
	"genjin/store"
)

// rescoreBatch is how many leads one transaction scores again.
const rescoreBatch = 200

// rescorePayload is the rules version that leads are brought to, and how many
// batches went before: the next batch is a row of its own.
type rescorePayload struct {
	Version int64 `json:"version"`
	Batch   int   `json:"batch"`
}

// rescore scores the open leads again that an older version of the rules
// scored, a batch at a time; the last batch finds nothing and asks for no more.
func (e *Engine) rescore(ctx context.Context, tx *store.Tx, j store.Job) error {
	var p rescorePayload
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return final{fmt.Errorf("rescore payload: %w", err)}
	}
	n, err := e.rescoreBatch(ctx, tx)
	if err != nil || n < rescoreBatch {
		return err
	}
	p.Batch++
	p.Version = e.Rules().Version
	_, err = tx.AddJob(ctx, store.NewJob{Kind: kindRescore, Key: fmt.Sprintf("rescore:%d:%s:%d", p.Version, j.ID, p.Batch), RunAt: tx.Now(), Payload: p})
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

// RulesLoaded records the rules in force under their version, and has the leads
// scored again that a change of the rules touches.
func (e *Engine) RulesLoaded(ctx context.Context, rules *sales.Rules, text []byte, by string) (int64, error) {
	var version int64
	err := e.Store.Do(ctx, func(tx *store.Tx) error {
		v, isNew, err := tx.RulesVersion(ctx, rules.Hash, text, by)
		if err != nil {
			return err
		}
		version = v
		if !isNew {
			return nil
		}
		_, err = tx.AddJob(ctx, store.NewJob{Kind: kindRescore, Key: fmt.Sprintf("rescore:%d", v), RunAt: tx.Now(), Payload: rescorePayload{Version: v}})
		return err
	})
	return version, err
}
