package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

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
	log := seldom{what: "relay", logger: e.Logger}
	for {
		n, err := e.relayOnce(ctx, work)
		log.note(ctx, time.Now(), err)
		if n == relayBatch && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-e.Store.Wake():
		case <-e.freed:
		case <-t.C:
		}
	}
}

func (e *Engine) relayOnce(ctx, work context.Context) (int, error) {
	if !e.clockRight(ctx) {
		return 0, nil
	}
	if e.degraded.Load() {
		return e.direct(ctx, work) // probe says when Redis is back
	}
	epoch, bell := e.epoch(ctx)
	if bell != nil {
		e.noteBell(ctx, bell)
		return e.direct(ctx, work)
	}
	due, err := e.Store.DueJobs(ctx, relayBatch, epoch, resendAfter)
	if err != nil {
		return 0, err
	}
	rung, bell := e.ringAll(ctx, due)
	e.noteBell(ctx, bell)
	if len(rung) > 0 {
		if err := e.Store.MarkQueued(ctx, rung, epoch); err != nil {
			return 0, err
		}
	}
	if bell != nil {
		return e.direct(ctx, work)
	}
	return len(rung), nil
}

// ringers is how many rows are rung for at once: most of a ring is waiting for
// Redis.
const ringers = 8

// ringAll rings for rows until Redis fails, and says for which it did.
func (e *Engine) ringAll(ctx context.Context, due []store.Job) (rung []string, bell error) {
	errs := make([]error, len(due))
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(ringers, len(due)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(due); i = int(next.Add(1)) - 1 {
				if failed.Load() {
					errs[i] = errNotRung
					continue
				}
				if errs[i] = e.ring(ctx, due[i]); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	rung = make([]string, 0, len(due))
	for i, j := range due {
		switch {
		case errs[i] == nil:
			rung = append(rung, j.ID)
		case !errors.Is(errs[i], errNotRung):
			bell = errs[i]
		}
	}
	return rung, bell
}

// errNotRung marks rows that were left alone after Redis failed.
var errNotRung = errors.New("not rung for")

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
		asynq.TaskID(id), asynq.Queue(queueName), asynq.MaxRetry(1), asynq.Timeout(sendFor+recordWithin))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ring for job %s: %w", j.ID, err)
	}
	return nil
}

// epoch is a random word that lives in Redis alone. When Redis was wiped or
// replaced the word is another, and every open row is rung for again. Asking
// for it writes, so that a Redis that can only be read counts as away.
func (e *Engine) epoch(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, bellTimeout)
	defer cancel()
	if err := e.redis.SetNX(ctx, epochKey, e.Store.NewID(), 0).Err(); err != nil {
		return "", fmt.Errorf("set epoch: %w", err)
	}
	word, err := e.redis.Get(ctx, epochKey).Result()
	if err != nil {
		return "", fmt.Errorf("get epoch: %w", err)
	}
	return word, nil
}

// probe looks for Redis while it is away. It is not the relay that does, since
// a Redis that hangs holds up whoever asks it.
func (e *Engine) probe(ctx context.Context) {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if !e.degraded.Load() {
			continue
		}
		if _, err := e.epoch(ctx); err == nil {
			e.noteBell(ctx, nil)
		}
	}
}

// direct works due rows off without Redis, as many as there are free hands: it
// never waits for one, so that Redis is looked after meanwhile.
func (e *Engine) direct(ctx, work context.Context) (int, error) {
	free := cap(e.slots) - len(e.slots)
	if free == 0 {
		return 0, nil
	}
	due, err := e.Store.DueJobs(ctx, free, "", 0)
	if err != nil {
		return 0, err
	}
	for _, j := range due {
		e.slots <- struct{}{} // the relay alone fills slots
		e.flying.Go(func() {
			defer func() { <-e.slots; e.hand() }()
			e.do(work, j.ID)
		})
	}
	return 0, nil
}

// hand tells the relay that a hand is free again.
func (e *Engine) hand() {
	select {
	case e.freed <- struct{}{}:
	default: // told already
	}
}

// noteBell remembers whether Redis answers, and says so once per change.
func (e *Engine) noteBell(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	away := err != nil
	if e.degraded.Swap(away) == away {
		return
	}
	if away {
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "redis is away: the ledger is worked off without it", slog.Any("error", err))
		return
	}
	e.Logger.LogAttrs(ctx, slog.LevelInfo, "redis is back")
}
