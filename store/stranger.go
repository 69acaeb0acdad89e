package store

import (
	"context"
	"fmt"
	"time"
)

// Stranger is somebody who wrote to the hub and was not known then.
type Stranger struct {
	Bot    string
	User   string // the platform's id
	Last   time.Time
	Events int64
}

// Strangers lists who wrote and was not known, the last first.
func (tx *Tx) Strangers(ctx context.Context, limit int) ([]Stranger, error) {
	rows, err := tx.q.Strangers(ctx, most(limit))
	if err != nil {
		return nil, fmt.Errorf("list strangers: %w", err)
	}
	all := make([]Stranger, 0, len(rows))
	for _, r := range rows {
		all = append(all, Stranger{Bot: r.Bot, User: r.Usr, Last: instant(r.LastAt), Events: r.Events})
	}
	return all, nil
}
