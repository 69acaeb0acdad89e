package store

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"genjin/store/dbgen"
)

const (
	maxBlock  = 64
	blockTime = time.Second // a block used up faster than this was too small
)

// numberBlock hands out the numbers of the one sequence on PostgreSQL. Taken
// inside each transaction, they would let only one commit at a time; so they are
// reserved outside, one by one on a quiet day and in blocks under load. A
// transaction that fails leaves a gap.
type numberBlock struct {
	db *sql.DB

	mu       sync.Mutex
	from, to int64 // still to be handed out: [from, to)
	size     int64
	taken    time.Time
}

func (b *numberBlock) next(ctx context.Context, now time.Time) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.from == b.to {
		if err := b.reserve(ctx, now); err != nil {
			return 0, err
		}
	}
	n := b.from
	b.from++
	return n, nil
}

func (b *numberBlock) reserve(ctx context.Context, now time.Time) error {
	size := int64(1)
	if b.size > 0 && now.Sub(b.taken) < blockTime {
		size = min(2*b.size, maxBlock)
	}
	last, err := dbgen.New(b.db).NextCounter(ctx, size, numbers)
	if err != nil {
		if isNetwork(err) {
			return unavailable("reserve numbers", err)
		}
		return classify(err)
	}
	b.from, b.to, b.size, b.taken = last-size+1, last+1, size, now
	return nil
}
