package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/hibiken/asynq"
)

const (
	// pollEvery is how often asynq looks at its queue: its default of 1 s would
	// be the whole delay of an answer.
	pollEvery = 50 * time.Millisecond
	// watchEvery is how soon the server follows Redis going and coming.
	watchEvery = 200 * time.Millisecond
)

// serve answers asynq's bell while Redis stands. When Redis is away the server
// is stopped: asynq's processor would spin (hibiken/asynq#1058), and the relay
// works the ledger off meanwhile. So it is while our clock is wrong: who may not
// work must not take the bell from those who may.
func (e *Engine) serve(ctx, work context.Context) {
	for {
		if !e.waitBell(ctx, true) {
			return
		}
		srv := e.server()
		handler := func(_ context.Context, t *asynq.Task) error {
			e.flying.Add(1)
			defer e.flying.Done()
			e.do(work, string(t.Payload()))
			return nil // the ledger, not asynq, says whether the job is done
		}
		if err := srv.Start(asynq.HandlerFunc(handler)); err != nil {
			e.Logger.LogAttrs(ctx, slog.LevelError, "asynq server", slog.Any("error", err))
			select {
			case <-ctx.Done():
				return
			case <-time.After(watchEvery):
				continue
			}
		}
		e.waitBell(ctx, false)
		srv.Shutdown()
	}
}

// waitBell waits until Redis stands and our clock is right (or not); false when
// ctx ended first.
func (e *Engine) waitBell(ctx context.Context, stands bool) bool {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for (e.degraded.Load() || e.skewed.Load()) == stands {
		select {
		case <-ctx.Done():
			return false
		case <-t.C:
		}
	}
	return ctx.Err() == nil
}

func (e *Engine) server() *asynq.Server {
	return asynq.NewServerFromRedisClient(e.redis, asynq.Config{
		Concurrency:       e.Workers,
		Queues:            map[string]int{queueName: 1},
		TaskCheckInterval: pollEvery,
		ShutdownTimeout:   stopWithin,
		// A worker that died is noticed by the ledger within seconds; asynq's
		// own second look, a minute later, must not count as a failure.
		IsFailure:      func(error) bool { return false },
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration { return time.Duration(rand.IntN(1000)) * time.Millisecond }, //nolint:gosec // spreading, not secrecy
		Logger:         asynqLog{e.Logger},
		LogLevel:       asynq.WarnLevel,
	})
}

// asynqLog passes asynq's words on; they hold no payloads.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) say(level slog.Level, args []any) {
	l.log.LogAttrs(context.Background(), level, "asynq", slog.String("said", fmt.Sprint(args...)))
}

func (l asynqLog) Debug(args ...any) { l.say(slog.LevelDebug, args) }
func (l asynqLog) Info(args ...any)  { l.say(slog.LevelDebug, args) }
func (l asynqLog) Warn(args ...any)  { l.say(slog.LevelWarn, args) }
func (l asynqLog) Error(args ...any) { l.say(slog.LevelWarn, args) }

// Fatal is never called on the paths in use; it must not end the process.
func (l asynqLog) Fatal(args ...any) { l.say(slog.LevelError, args) }
