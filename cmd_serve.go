package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"genjin/bots"
	"genjin/config"
	"genjin/handlers"
	"genjin/jobs"
	"genjin/sales"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/evidence"
)

// serveCmd runs the hub until it is told to stop.
type serveCmd struct {
	Roles []string `help:"What this process does: web, worker." default:"web,worker" enum:"web,worker"`
}

// Run implements the command.
func (c *serveCmd) Run(e *env) error {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	return serve(e.ctx, cfg, c.Roles, parts{clock: time.Now, out: e.out})
}

// parts is what demo and tests put in the place of the outside world.
type parts struct {
	clock func() time.Time
	out   interface{ Write([]byte) (int, error) }
	// mount adds routes beside the hub's own; it is called once the hub stands.
	mount func(*hub) map[string]http.Handler
	// ready is told the address that the hub answers on.
	ready func(addr string)
}

// hub is the wired program.
type hub struct {
	cfg       config.Config
	log       *slog.Logger
	store     *store.Store
	evidence  *evidence.Folder
	bots      []bots.Bot
	inlets    []bots.Inlet // ways in beside the bots
	bell      jobs.Bell
	org       atomic.Pointer[sales.Org]
	rules     atomic.Pointer[sales.Rules]
	cal       atomic.Pointer[worktime.Calendar]
	robots    atomic.Pointer[map[string]config.Secret] // team id → key of its WeCom group robot
	orgFile   *settingFile
	rulesFile *settingFile
	oldRules  sync.Map // version → *sales.Rules that requests began with
	engine    *jobs.Engine
	handlers  *handlers.Hub
	clock     func() time.Time
	notReady  atomic.Value // string: why the database was not, when last asked
}

// serve wires the rooms, starts them, and stops them in reverse within 10 s.
func serve(ctx context.Context, cfg config.Config, roles []string, p parts) error {
	h, err := wire(ctx, cfg, p, true)
	if err != nil {
		return err
	}
	defer h.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, 3)
	var wg sync.WaitGroup
	start := func(what string, f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && !errors.Is(err, context.Canceled) {
				errs <- fmt.Errorf("%s: %w", what, err)
			}
			cancel()
		})
	}
	if slices.Contains(roles, "web") {
		start("web", func(ctx context.Context) error { return h.web(ctx, p) })
		for _, b := range h.bots {
			if l, ok := b.(bots.Listener); ok {
				start(b.Name(), func(ctx context.Context) error { return l.Listen(ctx, h.handleSocket) })
			}
		}
	}
	if slices.Contains(roles, "worker") {
		start("worker", h.engine.Run)
	}
	hup := make(chan os.Signal, 1)
	if cfg.OrgPath != "" || cfg.RulesPath != "" { // else a closed terminal ends the hub
		signal.Notify(hup, syscall.SIGHUP)
		defer signal.Stop(hup)
	}
	start("settings", func(ctx context.Context) error { return h.watch(ctx, hup) })
	<-ctx.Done()
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// wire opens the store and builds everything, without starting it.
func wire(ctx context.Context, cfg config.Config, p parts, lock bool) (*hub, error) {
	h := &hub{cfg: cfg, clock: p.clock, log: slog.New(slog.NewJSONHandler(p.out, &slog.HandlerOptions{Level: cfg.LogLevel}))}
	h.orgFile, h.rulesFile = settingFiles(cfg)
	if err := h.openStore(ctx, lock); err != nil {
		return nil, err
	}
	if err := errors.Join(h.begin(ctx, h.orgFile, lock), h.begin(ctx, h.rulesFile, lock)); err != nil {
		h.close()
		return nil, err
	}
	if err := h.build(); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *hub) openStore(ctx context.Context, lock bool) error {
	if err := os.MkdirAll(h.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("data dir: %w", err)
	}
	s, err := store.Open(ctx, store.Options{URL: h.cfg.DatabaseURL.Reveal(), DataDir: h.cfg.DataDir, Now: h.clock, Logger: h.log, Lock: lock})
	if err != nil {
		return err
	}
	h.store = s
	if lock && s.SQLite() {
		if err := s.Migrate(ctx); err != nil {
			h.close()
			return err
		}
	}
	if err := s.Ready(ctx); err != nil {
		h.close()
		return err
	}
	if h.evidence, err = evidence.Open(h.cfg.DataDir); err != nil {
		h.close()
		return err
	}
	return nil
}

// holidays are the years in the binary, and over them the files of a folder.
func holidays(dir string) ([]worktime.HolidayYear, error) {
	years := worktime.BuiltinHolidays()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("holidays: %w", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // an operator's file
		if err != nil {
			return nil, fmt.Errorf("holidays: %w", err)
		}
		year, err := worktime.ParseHolidays(text)
		if errors.Is(err, worktime.ErrNoHolidays) {
			continue // published ahead of the notice: the year stays provisional
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		years = append(years, year)
	}
	return years, nil
}

// build makes the platforms, the engine and the use cases.
func (h *hub) build() error {
	on, err := platformsOf(h.cfg, h.robot, platformParts{now: h.clock, log: h.log, bell: &h.bell})
	if err != nil {
		return err
	}
	h.bots, h.inlets = on.bots, on.inlets
	engine, err := jobs.New(jobs.Options{
		Store: h.store, Evidence: h.evidence, Bots: h.bots, Org: h.org.Load, Rules: h.rules.Load, Calendar: h.cal.Load,
		Location: h.cfg.Location, PublicURL: h.cfg.PublicURL, Now: h.clock, Logger: h.log, RedisURL: h.cfg.RedisURL.Reveal(), RulesAt: h.rulesAt,
		Resume: func(ctx context.Context, tx *store.Tx, f sales.File) error { return h.handlers.Resume(ctx, tx, f) },
	})
	if err != nil {
		return err
	}
	h.engine = engine
	h.bell.Hang(engine)
	h.handlers = handlers.New(handlers.Options{
		Store: h.store, Evidence: h.evidence, Bots: h.bots, Inlets: h.inlets, Org: h.org.Load, Rules: h.rules.Load, Calendar: h.cal.Load,
		Location: h.cfg.Location, PublicURL: h.cfg.PublicURL, Now: h.clock, Logger: h.log, TrustedProxies: h.cfg.TrustedProxies,
		Ready: h.ready, RulesAt: h.rulesAt, Metrics: h.metrics(),
	})
	return nil
}

// robot is the key of a team's WeCom group robot.
func (h *hub) robot(team string) config.Secret { return (*h.robots.Load())[team] }

// metrics gathers the numbers of the ledger and of the process.
func (h *hub) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(h.engine.Collector(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.MustRegister(h.gauges()...)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// handleSocket is what a long connection hands its events to.
func (h *hub) handleSocket(ctx context.Context, e bots.Event) (bots.Answer, error) {
	return h.handlers.Handle(ctx, e, "long connection")
}

// web answers HTTP until ctx ends, then lets requests in flight finish.
func (h *hub) web(ctx context.Context, p parts) error {
	mux := http.NewServeMux()
	mux.Handle("/", h.handlers.Routes())
	if p.mount != nil {
		for pattern, handler := range p.mount(h) {
			mux.Handle(pattern, handler)
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", h.cfg.Addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf(wordAddrTaken, h.cfg.Addr, err)
	case err != nil:
		return fmt.Errorf("GENJIN_ADDR: %w", err)
	}
	srv := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
	h.log.LogAttrs(ctx, slog.LevelInfo, "listening", slog.String("addr", l.Addr().String()))
	if p.ready != nil {
		p.ready(l.Addr().String())
	}
	var inside visitors
	srv.ConnState = inside.note
	d := door{l.(*net.TCPListener)} //nolint:forcetypeassert // asked for tcp
	defer context.AfterFunc(ctx, func() { d.shut(time.Now()) })()
	if err := srv.Serve(d); !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	inside.leave(sctx, srv)
	return srv.Shutdown(sctx)
}

// ready says whether the hub can do its work: the reasons are for a person.
func (h *hub) ready(ctx context.Context) handlers.Readiness {
	r := handlers.Readiness{Queue: h.engine.Health(), Config: h.misfits()}
	if err := h.store.Ready(ctx); err != nil {
		r.Database = store.Reason(err)
		if h.notReady.Swap(r.Database) != r.Database { // once, however often somebody asks
			h.log.LogAttrs(ctx, slog.LevelError, "the database is not ready", slog.Any("error", err))
		}
	} else {
		h.notReady.Store("")
	}
	for _, b := range h.bots {
		if l, ok := b.(bots.Listener); ok {
			if healthy, reason := l.Healthy(); !healthy {
				r.Channels = append(r.Channels, b.Name()+": "+reason)
			}
		}
	}
	return r
}

// close lets go of everything, in reverse. The last audit rows get their place
// and a signature first.
func (h *hub) close() {
	if h.engine != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := h.engine.Checkpoint(ctx, h.clock()); err != nil {
			h.log.LogAttrs(ctx, slog.LevelWarn, "last checkpoint", slog.Any("error", err))
		}
	}
	if h.store != nil {
		if err := h.store.Close(); err != nil {
			h.log.LogAttrs(context.Background(), slog.LevelWarn, "close store", slog.Any("error", err))
		}
	}
}
