package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"genjin/store"
)

const (
	queueName = "genjin"
	taskType  = "ledger"
	epochKey  = "genjin:epoch"

	relayBatch = 500
	// relayEvery is how often rows of other processes and rows that became due
	// are looked for.
	relayEvery = 250 * time.Millisecond
	// resendAfter is when a row that was rung for and is still open is rung for
	// again, under a second id: its worker may be dead.
	resendAfter = 3 * time.Second
)

// relay rings asynq for each open row that is due. While Redis does not answer
// it hands the rows to workers of this process directly.
func (e *Engine) relay(ctx, work context.Context) {
	t := time.NewTicker(relayEvery)
	defer t.Stop()
	for {
		n, err := e.relayOnce(ctx, work)
		if err != nil && ctx.Err() == nil {
			e.Logger.LogAttrs(ctx, slog.LevelWarn, "relay", slog.Any("error", err))
		}
		if n == relayBatch {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-e.Store.Wake():
		case <-t.C:
		}
	}
}

func (e *Engine) relayOnce(ctx, work context.Context) (int, error) {
	epoch, err := e.epoch(ctx)
	e.noteBell(ctx, err)
	if err != nil {
		return e.direct(ctx, work)
	}
	due, err := e.Store.DueJobs(ctx, relayBatch, epoch, resendAfter)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	rung := make([]string, 0, len(due))
	for _, j := range due {
		if err := e.ring(ctx, j); err != nil {
			e.noteBell(ctx, err)
			break
		}
		rung = append(rung, j.ID)
	}
	return len(rung), e.Store.MarkQueued(ctx, rung, epoch)
}

// ring puts one row's id on the queue. A conflict means that it is there
// already; a row that stayed open long after it was rung gets a second id.
func (e *Engine) ring(ctx context.Context, j store.Job) error {
	id := j.ID
	if !j.QueuedAt.IsZero() {
		id = fmt.Sprintf("%s~%d", j.ID, j.QueuedAt.UnixMilli())
	}
	ctx, cancel := context.WithTimeout(ctx, bellTimeout)
	defer cancel()
	_, err := e.client.EnqueueContext(ctx, asynq.NewTask(taskType, []byte(j.ID)),
		asynq.TaskID(id), asynq.Queue(queueName), asynq.MaxRetry(1), asynq.Timeout(time.Minute))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ring for job %s: %w", j.ID, err)
	}
	return nil
}

// epoch is a random word that lives in Redis alone. When Redis was wiped or
// replaced the word is another, and every open row is rung for again.
func (e *Engine) epoch(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, bellTimeout)
	defer cancel()
	word, err := e.redis.Get(ctx, epochKey).Result()
	if errors.Is(err, redis.Nil) {
		if err := e.redis.SetNX(ctx, epochKey, e.Store.NewID(), 0).Err(); err != nil {
			return "", fmt.Errorf("set epoch: %w", err)
		}
		word, err = e.redis.Get(ctx, epochKey).Result()
	}
	if err != nil {
		return "", fmt.Errorf("get epoch: %w", err)
	}
	return word, nil
}

// direct works due rows off without Redis.
func (e *Engine) direct(ctx, work context.Context) (int, error) {
	due, err := e.Store.DueJobs(ctx, cap(e.slots), "", 0)
	if err != nil {
		return 0, err
	}
	for _, j := range due {
		select {
		case <-ctx.Done():
			return 0, nil
		case e.slots <- struct{}{}:
		}
		e.flying.Go(func() {
			defer func() { <-e.slots }()
			e.do(work, j.ID)
		})
	}
	return 0, nil
}

// noteBell remembers whether Redis answers, and says so once per change.
func (e *Engine) noteBell(ctx context.Context, err error) {
	away := err != nil && ctx.Err() == nil
	if e.degraded.Swap(away) == away {
		return
	}
	if away {
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "redis is away: the ledger is worked off without it", slog.Any("error", err))
		return
	}
	e.Logger.LogAttrs(ctx, slog.LevelInfo, "redis is back")
}
