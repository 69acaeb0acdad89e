package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"genjin/config"
	"genjin/playground"
	"genjin/playground/feishusim"
	"genjin/sales"
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

// Run implements the command.
func (c *demoCmd) Run(e *env) error {
	dir := e.getenv("GENJIN_DATA_DIR")
	if dir == "" {
		dir = filepath.Join("data", "demo")
	}
	if !c.Keep {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("demo data: %w", err)
		}
	}
	clock := &movable{}
	sim := feishusim.New(demoApp(clock.Now))
	base, stop := sim.Start()
	defer stop()
	cfg, err := config.Load(demoEnv(e.getenv, dir, base), os.ReadFile)
	if err != nil {
		return err
	}
	log, err := demoLog(dir)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // a log
	return serve(e.ctx, cfg, []string{"web", "worker"}, parts{
		clock: clock.Now, out: log,
		mount: func(h *hub) map[string]http.Handler { return playgroundRoutes(h, sim, clock) },
		ready: func(addr string) {
			_, port, _ := net.SplitHostPort(addr)
			sim.SetEventURL("http://127.0.0.1:" + port + "/webhooks/feishu")
			fmt.Fprintf(e.out, "跟进已启动。打开 http://localhost:%s/playground 体验（日志在 %s，Ctrl-C 结束）。\n", port, log.Name()) //nolint:errcheck // a greeting
		},
	})
}

// demoApp is the app that the simulated platform knows. Its secrets guard
// nothing: the platform is this process.
func demoApp(now func() time.Time) feishusim.Options {
	return feishusim.Options{
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
	return func(name string) string {
		if v, ok := fixed[name]; ok {
			return v
		}
		return getenv(name)
	}
}

func demoLog(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("demo data: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the person's own folder
	if err != nil {
		return nil, fmt.Errorf("demo log: %w", err)
	}
	return f, nil
}

// playgroundRoutes puts the sample company on the simulated platform and the
// chat page beside the hub.
func playgroundRoutes(h *hub, sim *feishusim.Server, clock *movable) map[string]http.Handler {
	var people []playground.Person
	byID := map[string]sales.Person{}
	for _, p := range h.org.Load().People() {
		byID[p.ID] = p
	}
	for _, p := range h.org.Load().People() {
		account := p.Accounts["feishu"]
		if account == "" {
			continue
		}
		sim.AddUser(feishusim.User{OpenID: account, UserID: p.ID, UnionID: "on_" + p.ID, Name: p.Name, DepartmentID: p.Team, LeaderOpenID: byID[p.Manager].Accounts["feishu"]})
		people = append(people, playground.Person{OpenID: account, Name: p.Name, Role: string(p.Role)})
	}
	var groups []playground.Group
	for _, t := range h.org.Load().Teams() {
		chat := t.Groups["feishu"]
		if chat == "" {
			continue
		}
		var members []string
		for _, p := range h.org.Load().People() {
			if p.Team == t.ID && p.Accounts["feishu"] != "" {
				members = append(members, p.Accounts["feishu"])
			}
		}
		sim.AddChat(feishusim.Chat{ID: chat, Name: t.Name, Members: members, BotIn: true})
		groups = append(groups, playground.Group{ChatID: chat, Name: t.Name})
	}
	page := playground.New(playground.Options{
		Sim: sim, People: people, Groups: groups, Clock: clock, PathPrefix: "/playground",
		Trace: func(ctx context.Context, _ int64) ([]playground.TraceEvent, error) {
			return traceOf(ctx, h)
		},
	})
	return map[string]http.Handler{"/playground": page, "/playground/": page}
}

// traceRows is how much of the record the page shows.
const traceRows = 60

// traceOf is what the hub did, for the page: the store's own record. What one
// transaction wrote stands together: the event, the decision, the messages.
func traceOf(ctx context.Context, h *hub) ([]playground.TraceEvent, error) {
	t, err := h.store.Trace(ctx, traceRows)
	if err != nil {
		return nil, err
	}
	groups := map[int64]*playground.TraceEvent{}
	at := func(when time.Time) *playground.TraceEvent {
		ms := when.UnixMilli()
		if groups[ms] == nil {
			groups[ms] = &playground.TraceEvent{ID: ms, At: when, State: "done"}
		}
		return groups[ms]
	}
	for _, e := range t.Events {
		g := at(e.At)
		g.Title = fmt.Sprintf("%s：%s", h.nameOf(e.Person, e.User), e.Type)
		if e.Outcome != "" {
			g.Lines = append(g.Lines, "结果："+e.Outcome)
		}
	}
	for _, l := range slices.Backward(t.Leaves) {
		g := at(l.At)
		line := fmt.Sprintf("%s %s %s", h.nameOf(l.Actor, l.Actor), l.Action, l.Object)
		if g.Title == "" {
			g.Title = line
		}
		g.Lines = append(g.Lines, line+change(l.Before, l.After))
	}
	for _, m := range slices.Backward(t.Messages) {
		g := at(m.CreatedAt)
		if g.Title == "" {
			g.Title = "后台：" + m.Kind
		}
		g.Lines = append(g.Lines, fmt.Sprintf("消息 → %s（%s）%s", h.nameOf(m.Person, m.Chat), m.Kind, m.State))
		if m.State != store.MessageSent && m.State != store.MessageDropped {
			g.State = string(m.State)
		}
	}
	events := make([]playground.TraceEvent, 0, len(groups))
	for _, g := range groups {
		events = append(events, *g)
	}
	slices.SortFunc(events, func(a, b playground.TraceEvent) int { return int(a.ID - b.ID) })
	return events, nil
}

// nameOf is a person's name, or what stands for somebody without one.
func (h *hub) nameOf(id, other string) string {
	if p, ok := h.org.Load().Person(id); ok {
		return p.Name
	}
	if other == "" {
		return "系统"
	}
	return other
}

// change writes short values before and after; long ones are left to the audit
// log.
func change(before, after []byte) string {
	const most = 200
	if len(before) > most || len(after) > most || len(before)+len(after) == 0 {
		return ""
	}
	return fmt.Sprintf("：%s → %s", before, after)
}
