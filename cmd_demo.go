package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"genjin/config"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// demoCmd starts everything in one go, with nothing installed.
type demoCmd struct {
	Keep bool `help:"Keep the data dir of the last demo instead of starting afresh."`
}

// movable is a clock that only goes forward, at its own pace and in jumps.
type movable struct{ ahead atomic.Int64 }

// Now is the clock's instant.
func (m *movable) Now() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) }

// Advance jumps forward.
func (m *movable) Advance(d time.Duration) { m.ahead.Add(int64(max(d, 0))) }

// Run implements the command. Before anything of the last demo is thrown away,
// it makes sure that no demo runs on it.
func (c *demoCmd) Run(e *env) error {
	dir := filepath.Join(cmp.Or(e.getenv("GENJIN_DATA_DIR"), "data"), "demo")
	if err := free(e.ctx, cmp.Or(e.getenv("GENJIN_ADDR"), ":8080")); err != nil {
		return err
	}
	if err := c.prepare(e.ctx, dir); err != nil {
		return err
	}
	clock := &movable{}
	sims := outside{feishu: feishusim.New(demoApp(clock.Now)), wecom: wecomsim.New(demoWeCom(clock.Now))}
	base, stop := sims.feishu.Start()
	defer stop()
	weComBase, stopWeCom := sims.wecom.Start()
	defer stopWeCom()
	getenv := over(demoEnv(e.getenv, dir, base), demoWeComEnv(weComBase))
	cfg, err := config.Load(getenv, os.ReadFile)
	if err != nil {
		return err
	}
	log, err := demoLog(dir)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // a log
	var checks sync.WaitGroup
	err = serve(e.ctx, cfg, []string{"web", "worker"}, parts{
		clock: clock.Now, out: log,
		mount: func(h *hub) map[string]http.Handler { return playgroundRoutes(h, sims, clock) },
		ready: func(addr string) {
			host, port, _ := net.SplitHostPort(addr)
			if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
				host = "127.0.0.1"
			}
			sims.pushTo("http://" + net.JoinHostPort(host, port))
			checks.Go(func() { // once the hub answers, as an administrator saves the addresses
				if err := sims.checkURLs(e.ctx); err != nil && e.ctx.Err() == nil {
					fmt.Fprintf(e.out, wordDemoUnchecked, err) //nolint:errcheck // a warning
				}
			})
			fmt.Fprintf(e.out, wordDemoReady, port, log.Name()) //nolint:errcheck // a greeting
		},
	})
	checks.Wait()
	if err == nil {
		fmt.Fprintln(e.out, wordDemoStopped) //nolint:errcheck // a goodbye
	}
	return err
}

// free tells who starts a second demo, or has something else at the address,
// what to do.
func free(ctx context.Context, addr string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf(wordDemoPort, addr, err)
	case err != nil:
		return fmt.Errorf("GENJIN_ADDR %s: %w", addr, err)
	}
	return l.Close()
}

// prepare makes the demo's folder, and throws away what the last demo left in
// it. It touches no folder in which no demo has been, and none in use.
func (c *demoCmd) prepare(ctx context.Context, dir string) error {
	_, err := os.Stat(filepath.Join(dir, demoLogName))
	switch left, _ := os.ReadDir(dir); {
	case len(left) == 0:
	case err != nil:
		return fmt.Errorf(wordDemoForeign, dir, errForeign)
	default:
		if err := unused(ctx, dir); err != nil {
			return err
		}
		if c.Keep {
			break
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("demo data: %w", err)
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	return nil
}

// unused makes sure that no other process serves the demo's database. A
// database that cannot be opened for another reason is no hindrance.
func unused(ctx context.Context, dir string) error {
	s, err := store.Open(ctx, store.Options{DataDir: dir, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Lock: true})
	switch {
	case errors.Is(err, store.ErrLocked):
		return fmt.Errorf(wordDemoRuns, dir, err)
	case err != nil:
		return nil //nolint:nilerr // it is thrown away or fails again where it counts
	}
	if err := s.Close(); err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	return nil
}

// demoApp is the app that the simulated platform knows. Its secrets guard
// nothing: the platform is this process.
func demoApp(now func() time.Time) feishusim.Options {
	return feishusim.Options{ //nolint:gosec // see above: these guard nothing
		AppID: "cli_demo", AppSecret: "demo-secret", EncryptKey: "demo-encrypt-key", VerificationToken: "demo-verification-token",
		TenantKey: "t_demo", BotOpenID: "ou_genjin", Now: now,
	}
}

// demoEnv is the environment of a demo: the simulated platform in the place of
// the real one, everything else as the person set it.
func demoEnv(getenv func(string) string, dir, base string) func(string) string {
	app := demoApp(nil)
	fixed := map[string]string{
		"GENJIN_DATA_DIR": dir, "GENJIN_DATABASE_URL": "", "GENJIN_REDIS_URL": "",
		"GENJIN_FEISHU_APP_ID": app.AppID, "GENJIN_FEISHU_APP_SECRET": app.AppSecret, "GENJIN_FEISHU_ENCRYPT_KEY": app.EncryptKey,
		"GENJIN_FEISHU_VERIFICATION_TOKEN": app.VerificationToken, "GENJIN_FEISHU_API_BASE": base, "GENJIN_FEISHU_MODE": "webhook",
	}
	if _, port, err := net.SplitHostPort(getenv("GENJIN_ADDR")); err == nil && port != "0" && getenv("GENJIN_PUBLIC_URL") == "" {
		fixed["GENJIN_PUBLIC_URL"] = "http://localhost:" + port
	}
	return over(getenv, fixed)
}

// demoLogName is the file that a demo writes its log to; a folder that holds it
// belongs to demos.
const demoLogName = "demo.log"

func demoLog(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, demoLogName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the person's own folder
	if err != nil {
		return nil, fmt.Errorf("demo log: %w", err)
	}
	return f, nil
}
