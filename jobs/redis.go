package jobs

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
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

// redisOpt turns a URL into what asynq wants: redis, rediss, redis-socket, and
// redis-sentinel and redis-cluster (also rediss-…) with several hosts. asynq's
// own reader is not used: it forgets the user name, and net/url refuses several
// hosts with ports. The errors never repeat the text, which may hold a password.
func redisOpt(raw string) (asynq.RedisConnOpt, error) {
	if rest, ok := strings.CutPrefix(raw, "sentinel://"); ok {
		raw = "redis-sentinel://" + rest
	}
	first, more := splitHosts(raw)
	u, err := url.Parse(first)
	if err != nil {
		return nil, errors.New("redis url: not a URL")
	}
	password, _ := u.User.Password()
	user := u.User.Username()
	var secure *tls.Config
	if strings.HasPrefix(u.Scheme, "rediss") {
		secure = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	db, err := redisDB(u)
	if err != nil {
		return nil, err
	}
	hosts := append([]string{u.Host}, more...)
	switch u.Scheme {
	case "redis", "rediss":
		return asynq.RedisClientOpt{
			Addr: withPort(u.Host, "6379"), Username: user, Password: password, DB: db, TLSConfig: secure,
			DialTimeout: bellTimeout, ReadTimeout: bellTimeout, WriteTimeout: bellTimeout,
		}, nil
	case "redis-socket":
		return asynq.RedisClientOpt{
			Network: "unix", Addr: u.Path, Username: user, Password: password, DB: db,
			DialTimeout: bellTimeout, ReadTimeout: bellTimeout, WriteTimeout: bellTimeout,
		}, nil
	case "redis-sentinel", "rediss-sentinel":
		return asynq.RedisFailoverClientOpt{
			MasterName: u.Query().Get("master"), SentinelAddrs: hosts, SentinelPassword: u.Query().Get("sentinel_password"),
			Username: user, Password: password, DB: db, TLSConfig: secure,
			DialTimeout: bellTimeout, ReadTimeout: bellTimeout, WriteTimeout: bellTimeout,
		}, nil
	case "redis-cluster", "rediss-cluster":
		return asynq.RedisClusterClientOpt{
			Addrs: hosts, Username: user, Password: password, TLSConfig: secure,
			DialTimeout: bellTimeout, ReadTimeout: bellTimeout, WriteTimeout: bellTimeout,
		}, nil
	}
	return nil, fmt.Errorf("redis url: scheme %q is not one of redis, rediss, redis-socket, redis-sentinel, redis-cluster", u.Scheme)
}

// splitHosts takes the hosts beyond the first out of redis-cluster://a:1,b:2/0.
func splitHosts(raw string) (first string, more []string) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw, nil
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	at := strings.LastIndex(authority, "@") + 1
	hosts := strings.Split(authority[at:], ",")
	return scheme + "://" + authority[:at] + hosts[0] + tail, hosts[1:]
}

// redisDB is the database's number: the path's, or ?db= for a socket.
func redisDB(u *url.URL) (int, error) {
	word := strings.Trim(u.Path, "/")
	if u.Scheme == "redis-socket" {
		word = u.Query().Get("db")
	}
	if word == "" {
		return 0, nil
	}
	db, err := strconv.Atoi(word)
	if err != nil {
		return 0, errors.New("redis url: the database must be a number, as in redis://host:6379/0")
	}
	return db, nil
}

func withPort(host, port string) string {
	if u := (&url.URL{Host: host}); u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), port)
	}
	return host
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
type embedded struct {
	server   *miniredis.Miniredis
	password string // other users of the machine have no word here
}

// startEmbedded listens on a free loopback port.
func startEmbedded() (*embedded, error) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		return nil, fmt.Errorf("embedded redis: %w", err)
	}
	e := &embedded{server: m, password: rand.Text()}
	m.RequireAuth(e.password)
	return e, nil
}

func (e *embedded) opt() asynq.RedisConnOpt {
	return asynq.RedisClientOpt{Addr: e.server.Addr(), Password: e.password}
}

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
