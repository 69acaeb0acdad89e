package jobs_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"genjin/jobs"
	"genjin/store/storetest"
)

func TestAskRedis(t *testing.T) {
	t.Parallel()
	if policy, err := jobs.AskRedis(t.Context(), "redis://:canary@127.0.0.1:1/0"); err == nil || policy != "" || strings.Contains(err.Error(), "canary") {
		t.Errorf("nobody there: %q %v", policy, err)
	}
	if _, err := jobs.AskRedis(t.Context(), "http://h"); err == nil {
		t.Error("a wrong address was taken")
	}
	r := storetest.Redis(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if policy, err := jobs.AskRedis(ctx, r.URL()); policy != "noeviction" || err != nil {
		t.Errorf("%q %v", policy, err)
	}
	host, port, _ := strings.Cut(r.Addr(), ":")
	if out, err := exec.CommandContext(ctx, "redis-cli", "-h", host, "-p", port, "config", "set", "maxmemory-policy", "allkeys-lru").CombinedOutput(); err != nil {
		t.Skipf("reason: no redis-cli: %v %s", err, out)
	}
	if policy, err := jobs.AskRedis(ctx, r.URL()); policy != "allkeys-lru" || err != nil {
		t.Errorf("%q %v", policy, err)
	}
}
