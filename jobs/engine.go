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
	"github.com/redis/go-redis/v9"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/evidence"
)

// Options is what the engine needs. Org, Rules and Calendar are asked each
// time, so that a reload is seen by the next job.
type Options struct {
	Store     *store.Store
	Evidence  *evidence.Folder
	Bots      []bots.Bot
	Org       func() *sales.Org
	Rules     func() *sales.Rules
	Calendar  func() *worktime.Calendar
	Location  *time.Location
	PublicURL string
	Now       func() time.Time // the hub's clock; the demo can move it
	Logger    *slog.Logger
	RedisURL  string // empty = embedded
	Workers   int    // at once; 0 = 16
	// RulesAt gives the rules of a version, for requests that began with it;
	// nil: those in force.
	RulesAt func(ctx context.Context, tx *store.Tx, version int64) (*sales.Rules, error)
	// Resume completes what waited for a file: a function of handlers.
	Resume func(ctx context.Context, tx *store.Tx, f sales.File) error
	// Lease is how long a job is safe from other workers without a sign of
	// life; 0 = 10 s. It bounds how long work rests after a crash.
	Lease time.Duration
}

// Engine moves the ledger's rows: it rings asynq for each, runs them, and while
// Redis is away it works them off by itself.
type Engine struct {
	Options

	owner  string
	bots   map[string]bots.Bot
	works  map[string]work
	redis  redis.UniversalClient
	client *asynq.Client
	opt    asynq.RedisConnOpt
	embed  *embedded

	degraded atomic.Bool
	skewed   atomic.Bool   // our clock is too far from the database's
	compared time.Time     // when the clocks were compared; the relay's own
	slots    chan struct{} // how much may run at once without asynq
	freed    chan struct{} // one of them is free again
	running  sync.Map      // job id → struct{}: what this process has in hand
	flying   sync.WaitGroup
	alarmed  sync.Map // trouble → hour in which the admins were told of it

	// The ticker's own.
	ticked       map[string]string // kind → key of the last period put into the ledger
	auditHeld    time.Time         // when the audit lane was last held
	sequenced    int               // audit rows since the last checkpoint
	checkpointed time.Time
	copied       string // the day whose checkpoint the admins have
}

// New makes an engine; Run starts it.
func New(o Options) (*Engine, error) {
	if o.Workers == 0 {
		o.Workers = 16
	}
	if o.Lease == 0 {
		o.Lease = 10 * time.Second
	}
	e := &Engine{Options: o, owner: o.Store.NewID(), bots: map[string]bots.Bot{}, slots: make(chan struct{}, o.Workers), freed: make(chan struct{}, 1), ticked: map[string]string{}}
	for _, b := range o.Bots {
		e.bots[b.Name()] = b
	}
	e.works = e.kinds()
	if err := e.connect(); err != nil {
		return nil, err
	}
	return e, nil
}

// connect prepares the bell. It does not wait for Redis: a bell that is away at
// the start is a bell that is away.
func (e *Engine) connect() error {
	if e.RedisURL == "" {
		m, err := startEmbedded()
		if err != nil {
			return err
		}
		e.embed, e.opt = m, m.opt()
	} else {
		opt, err := redisOpt(e.RedisURL)
		if err != nil {
			return err
		}
		e.opt = opt
	}
	client, ok := e.opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return errors.New("redis client: unexpected type")
	}
	e.redis = client
	e.client = asynq.NewClientFromRedisClient(client)
	return nil
}

// words is what messages are made with, as the rules stand now.
func (e *Engine) words() cards.Words {
	return cards.Words{Org: e.Org(), Rules: e.Rules(), Cal: e.Calendar(), Loc: e.Location, PublicURL: e.PublicURL}
}

// rulesOf are the rules that a request began with.
func (e *Engine) rulesOf(ctx context.Context, tx *store.Tx, a sales.Approval) (*sales.Rules, error) {
	if e.RulesAt == nil {
		return e.Rules(), nil
	}
	return e.RulesAt(ctx, tx, a.RulesVersion)
}

// How long a stop takes: after cutAfter what is in flight is cut off, and at
// stopWithin the engine leaves. Work that did not end is taken up again when
// its lease runs out.
const (
	cutAfter   = 6 * time.Second
	stopWithin = 7500 * time.Millisecond
)

// Run works until ctx ends, then lets what is in flight finish: 8 s at most.
func (e *Engine) Run(ctx context.Context) error {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var wg sync.WaitGroup
	if e.embed != nil {
		wg.Go(func() { e.embed.run(ctx) })
	}
	wg.Go(func() { e.relay(ctx, work) })
	wg.Go(func() { e.probe(ctx) })
	wg.Go(func() { e.tick(ctx) })
	wg.Go(func() { e.serve(ctx, work) })
	<-ctx.Done()
	done := make(chan struct{})
	go func() {
		wg.Wait()
		e.flying.Wait()
		close(done)
	}()
	late := time.AfterFunc(cutAfter, cut)
	defer late.Stop()
	select {
	case <-done:
	case <-time.After(stopWithin):
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "left with jobs in flight: their leases run out")
	}
	return e.Close()
}

// Close lets go of Redis. Run does it by itself; a process that only uses
// RunJob calls it.
func (e *Engine) Close() error {
	err := e.redis.Close()
	if e.embed != nil {
		e.embed.close()
	}
	if err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// Health says how the bell is: "ok" or "degraded" while the ledger is worked
// off without it.
func (e *Engine) Health() string {
	if e.degraded.Load() {
		return "degraded"
	}
	return "ok"
}
