package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// QuietRedis sends the Redis client's words to log instead of standard error.
// The client has one logger for the whole process, so main calls this once.
func QuietRedis(log *slog.Logger) { redis.SetLogger(bellLog{log}) }

// bellTimeout bounds every word with Redis: it is only a bell, and waiting for
// it must never hold up the ledger.
const bellTimeout = 2 * time.Second

// redisOpt turns a URL into what asynq wants. Besides asynq's own schemes
// (redis, rediss, redis-socket, redis-sentinel) it knows redis-cluster and
// rediss-cluster with several hosts.
func redisOpt(raw string) (asynq.RedisConnOpt, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("redis url: not a URL") // the text may hold a password
	}
	switch u.Scheme {
	case "redis-cluster", "rediss-cluster":
		single, err := redis.ParseClusterURL(strings.Replace(raw, "-cluster://", "://", 1))
		if err != nil {
			return nil, errors.New("redis url: not a cluster URL")
		}
		return asynq.RedisClusterClientOpt{
			Addrs: append(single.Addrs, clusterHosts(u)...), Username: single.Username, Password: single.Password,
			TLSConfig: single.TLSConfig, DialTimeout: bellTimeout, ReadTimeout: bellTimeout, WriteTimeout: bellTimeout,
		}, nil
	case "sentinel":
		raw = "redis-" + raw
	}
	opt, err := asynq.ParseRedisURI(raw)
	if err != nil {
		return nil, fmt.Errorf("redis url: scheme %q or its form is not understood", u.Scheme)
	}
	switch o := opt.(type) {
	case asynq.RedisClientOpt:
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = bellTimeout, bellTimeout, bellTimeout
		return o, nil
	case asynq.RedisFailoverClientOpt:
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = bellTimeout, bellTimeout, bellTimeout
		return o, nil
	}
	return opt, nil
}

// clusterHosts are the hosts beyond the first of redis-cluster://a:1,b:2.
func clusterHosts(u *url.URL) []string {
	hosts := strings.Split(u.Host, ",")
	return hosts[1:]
}

// bellLog takes what the Redis client says about its connection. Whether Redis
// answers is told by the engine, once per change.
type bellLog struct{ log *slog.Logger }

// Printf implements the client's logger.
func (l bellLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.LogAttrs(ctx, slog.LevelDebug, "redis client", slog.String("said", fmt.Sprintf(format, args...)))
}

// embedded is a Redis inside the process, for one node. It forgets everything
// when the process ends, which the ledger makes harmless.
type embedded struct{ server *miniredis.Miniredis }

// startEmbedded listens on a free loopback port.
func startEmbedded() (*embedded, error) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		return nil, fmt.Errorf("embedded redis: %w", err)
	}
	return &embedded{server: m}, nil
}

func (e *embedded) opt() asynq.RedisConnOpt { return asynq.RedisClientOpt{Addr: e.server.Addr()} }

// run lets time pass: TTLs of this server never run out by themselves.
func (e *embedded) run(ctx context.Context) {
	const step = 250 * time.Millisecond
	t := time.NewTicker(step)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			e.server.FastForward(step)
		}
	}
}

func (e *embedded) close() { e.server.Close() }
