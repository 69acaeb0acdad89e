package wecom

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisPatience is how long Redis is waited for. Without it each replica keeps a
// token of its own, which the platform allows.
const redisPatience = 500 * time.Millisecond

// sdkEarly is how long before its end the SDK wants a token to be forgotten.
const sdkEarly = 1500 * time.Second

// tokenCache is the SDK's cache of tokens: Redis for all replicas, and this
// process before it. Redis away is no error, or nothing could be sent.
type tokenCache struct {
	redis func() redis.UniversalClient // may be nil, or give nil
	now   func() time.Time

	mu   sync.Mutex
	kept map[string]keptToken
}

type keptToken struct {
	value string
	until time.Time
}

func newTokenCache(r func() redis.UniversalClient, now func() time.Time) *tokenCache {
	return &tokenCache{redis: r, now: now, kept: map[string]keptToken{}}
}

func (c *tokenCache) client() redis.UniversalClient {
	if c.redis == nil {
		return nil
	}
	return c.redis()
}

// here gives what this process keeps.
func (c *tokenCache) here(key string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.kept[key]
	return k.value, k.value != "" && c.now().Before(k.until)
}

func (c *tokenCache) keep(key, value string, life time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[key] = keptToken{value, c.now().Add(life)}
}

// Get implements the SDK's cache: a string, or nil. Anything else is a panic or
// a dead token there.
func (c *tokenCache) Get(key string) any {
	if value, ok := c.here(key); ok {
		return value
	}
	r := c.client()
	if r == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), redisPatience)
	defer cancel()
	var value *redis.StringCmd
	var life *redis.DurationCmd
	_, err := r.Pipelined(ctx, func(p redis.Pipeliner) error {
		value, life = p.Get(ctx, key), p.PTTL(ctx, key)
		return nil
	})
	if err != nil || value.Val() == "" || life.Val() <= 0 {
		return nil
	}
	c.keep(key, value.Val(), life.Val())
	return value.Val()
}

// Set implements the SDK's cache. What Redis cannot keep, this process does.
func (c *tokenCache) Set(key string, val any, life time.Duration) error {
	value, ok := val.(string)
	if !ok || value == "" {
		return nil
	}
	if life < time.Minute { // the platform gave a token that is old already
		life = max((life+sdkEarly)/2, time.Second)
	}
	c.keep(key, value, life)
	if r := c.client(); r != nil {
		ctx, cancel := context.WithTimeout(context.Background(), redisPatience)
		defer cancel()
		_ = r.Set(ctx, key, value, life).Err()
	}
	return nil
}

// IsExist implements the SDK's cache.
func (c *tokenCache) IsExist(key string) bool { return c.Get(key) != nil }

// Delete implements the SDK's cache.
func (c *tokenCache) Delete(key string) error {
	c.mu.Lock()
	delete(c.kept, key)
	c.mu.Unlock()
	if r := c.client(); r != nil {
		ctx, cancel := context.WithTimeout(context.Background(), redisPatience)
		defer cancel()
		_ = r.Del(ctx, key).Err()
	}
	return nil
}

// forget deletes a token that the platform refused, unless another replica has
// put a new one in its place already.
func (c *tokenCache) forget(ctx context.Context, key, value string) {
	c.mu.Lock()
	if c.kept[key].value == value {
		delete(c.kept, key)
	}
	c.mu.Unlock()
	r := c.client()
	if r == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisPatience)
	defer cancel()
	if now, err := r.Get(ctx, key).Result(); err == nil && now == value {
		_ = r.Del(ctx, key).Err()
	}
}
