package jobs

import (
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// Bell gives the Redis of an engine to those who are made before it, as the
// platforms are. The zero Bell, and nil, give none.
type Bell struct{ engine atomic.Pointer[Engine] }

// Hang tells whose Redis it is.
func (b *Bell) Hang(e *Engine) { b.engine.Store(e) }

// Redis is what replicas share, or nil: before the engine is made, and where
// Redis lives inside this one process.
func (b *Bell) Redis() redis.UniversalClient {
	if b == nil {
		return nil
	}
	e := b.engine.Load()
	if e == nil || e.embed != nil {
		return nil
	}
	return e.redis
}
