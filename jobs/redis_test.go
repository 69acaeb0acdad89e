package jobs

import (
	"reflect"
	"testing"

	"github.com/hibiken/asynq"
)

func TestRedisURLs(t *testing.T) {
	t.Parallel()
	const wait = bellTimeout
	for raw, want := range map[string]asynq.RedisConnOpt{
		"redis://h:6380/2": asynq.RedisClientOpt{Addr: "h:6380", DB: 2, DialTimeout: wait, ReadTimeout: wait, WriteTimeout: wait},
		"redis://h":        asynq.RedisClientOpt{Addr: "h:6379", DialTimeout: wait, ReadTimeout: wait, WriteTimeout: wait},
		"redis://u:p%40@[::1]:6380": asynq.RedisClientOpt{
			Addr: "[::1]:6380", Username: "u", Password: "p@", DialTimeout: wait, ReadTimeout: wait, WriteTimeout: wait,
		},
		"redis-socket:///run/r.sock?db=1": asynq.RedisClientOpt{
			Network: "unix", Addr: "/run/r.sock", DB: 1, DialTimeout: wait, ReadTimeout: wait, WriteTimeout: wait,
		},
		"sentinel://u:p@a:1,b:2/3?master=m&sentinel_password=s": asynq.RedisFailoverClientOpt{
			MasterName: "m", SentinelAddrs: []string{"a:1", "b:2"}, SentinelPassword: "s", Username: "u", Password: "p", DB: 3,
			DialTimeout: wait, ReadTimeout: wait, WriteTimeout: wait,
		},
		"redis-cluster://:p@a:1,b:2,c:3": asynq.RedisClusterClientOpt{
			Addrs: []string{"a:1", "b:2", "c:3"}, Password: "p", DialTimeout: wait, ReadTimeout: wait, WriteTimeout: wait,
		},
	} {
		got, err := redisOpt(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", raw, got, want)
		}
	}
	if opt, err := redisOpt("rediss://h:6380"); err != nil || opt.(asynq.RedisClientOpt).TLSConfig == nil { //nolint:forcetypeassert // a wrong type fails the test
		t.Errorf("rediss: %v, %v", opt, err)
	}
	for _, raw := range []string{"http://h", "redis://h/x", "redis://h:port", "::"} {
		if _, err := redisOpt(raw); err == nil {
			t.Errorf("%q was taken", raw)
		}
	}
}
