package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// AskRedis makes sure that a Redis answers and tells what it does when its
// memory is full: noeviction is right; empty when it does not say.
func AskRedis(ctx context.Context, url string) (policy string, err error) {
	opt, err := redisOpt(url)
	if err != nil {
		return "", err
	}
	client, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return "", errors.New("redis client: unexpected type")
	}
	defer client.Close() //nolint:errcheck // nothing was left unwritten
	if err := client.Ping(ctx).Err(); err != nil {
		return "", fmt.Errorf("redis: %w", err)
	}
	info, err := client.Info(ctx, "memory").Result()
	if err != nil {
		return "", nil // hosted ones may refuse to say
	}
	for line := range strings.Lines(info) {
		if word, ok := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:"); ok {
			return word, nil
		}
	}
	return "", nil
}
