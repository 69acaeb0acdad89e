package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"genjin/bots"
	"genjin/config"
	"genjin/jobs"
	"genjin/playground/feishusim"
	"genjin/store"
	"genjin/store/storetest"
)

// bench is a hub without its workers: benchmarks are about one thing each.
type bench struct {
	hub    *hub
	sim    *feishusim.Server
	routes http.Handler
	next   atomic.Int64
}

func newBench(b *testing.B, dir, database, bell string) *bench {
	b.Helper()
	app := demoApp(time.Now)
	app.NoLimits = true
	sim := feishusim.New(app)
	base, stop := sim.Start()
	b.Cleanup(stop)
	env := demoEnv(func(string) string { return "" }, dir, base)
	cfg, err := config.Load(func(name string) string {
		switch name {
		case "GENJIN_DATABASE_URL":
			return database
		case "GENJIN_REDIS_URL":
			return bell
		}
		return env(name)
	}, os.ReadFile)
	if err != nil {
		b.Fatal(err)
	}
	if database != "" {
		s, err := store.Open(b.Context(), store.Options{URL: database, DataDir: dir, Now: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		if err := firstErr(s.Migrate(b.Context()), s.Close()); err != nil {
			b.Fatal(err)
		}
	}
	h, err := wire(b.Context(), cfg, parts{clock: time.Now, out: io.Discard}, true)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = h.engine.Close()
		h.close()
	})
	return &bench{hub: h, sim: sim, routes: h.handlers.Routes()}
}

// message is a fresh sealed push of a text message.
func (w *bench) message() *http.Request {
	n := w.next.Add(1)
	event := map[string]any{
		"sender":  map[string]any{"sender_id": map[string]any{"open_id": li}, "sender_type": "user"},
		"message": map[string]any{"message_id": fmt.Sprintf("om_%d", n), "chat_id": "oc_p2p", "chat_type": "p2p", "message_type": "text", "content": `{"text":"帮助"}`},
	}
	body, header := w.sim.Sealed(w.sim.Envelope(event, "im.message.receive_v1", feishusim.Header{EventID: fmt.Sprintf("ev_%d", n)}))
	r := httptest.NewRequest(http.MethodPost, "/webhooks/feishu", bytes.NewReader(body))
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	return r
}

// burst answers so many fresh messages at once, and says how long it took.
func (w *bench) burst(b *testing.B, h http.Handler, total, at int) time.Duration {
	b.Helper()
	requests := make(chan *http.Request, total)
	for range total {
		requests <- w.message()
	}
	close(requests)
	began := time.Now()
	var wg sync.WaitGroup
	for range at {
		wg.Go(func() {
			for r := range requests {
				rec := httptest.NewRecorder()
				if h.ServeHTTP(rec, r); rec.Code != http.StatusOK {
					b.Errorf("status %d %s", rec.Code, rec.Body)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// BenchmarkAck compares webhooks that are answered after a durable commit
// (SQLite with synchronous=FULL on this disk, PostgreSQL with fsync and
// synchronous_commit) with the same handler on the same kind of database where
// no commit waits for a disk (SQLite in memory, PostgreSQL with fsync off), in
// turns. "share" is how much of that speed is left.
func BenchmarkAck(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		compareAcks(b, newBench(b, b.TempDir(), "", ""), newBench(b, shm(b), "", ""))
	})
	b.Run("postgresql", func(b *testing.B) {
		careless := storetest.Postgres(b, "fsync=off").Database(b)
		compareAcks(b, newBench(b, b.TempDir(), storetest.Postgres(b).Database(b), ""), newBench(b, b.TempDir(), careless, ""))
	})
}

func compareAcks(b *testing.B, durable, careless *bench) {
	b.Helper()
	const total, at = 1000, 64
	durable.burst(b, durable.routes, total, at)
	careless.burst(b, careless.routes, total, at)
	var slow, fast time.Duration
	for b.Loop() {
		slow += durable.burst(b, durable.routes, total, at)
		fast += careless.burst(b, careless.routes, total, at)
	}
	b.ReportMetric(float64(b.N*total)/slow.Seconds(), "durable-acks/s")
	b.ReportMetric(float64(b.N*total)/fast.Seconds(), "careless-acks/s")
	b.ReportMetric(float64(fast)/float64(slow), "share")
	b.ReportMetric(0, "ns/op")
}

// shm is a folder in memory, where there is one.
func shm(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "genjin-bench-") //nolint:usetesting // b.TempDir is on a disk
	if err != nil {
		b.Skip("reason: no file system in memory here")
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

// BenchmarkAckLatency pushes 200 messages a second, evenly, and reports how long
// the answers take.
func BenchmarkAckLatency(b *testing.B) {
	w := newBench(b, b.TempDir(), "", "")
	var mu sync.Mutex
	var took []time.Duration
	for b.Loop() {
		var wg sync.WaitGroup
		t := time.NewTicker(5 * time.Millisecond)
		for range 1000 {
			<-t.C
			wg.Go(func() {
				r := w.message()
				began := time.Now()
				rec := httptest.NewRecorder()
				w.routes.ServeHTTP(rec, r)
				d := time.Since(began)
				mu.Lock()
				defer mu.Unlock()
				took = append(took, d)
			})
		}
		t.Stop()
		wg.Wait()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLedger compares jobs that go through the ledger (rung for on Redis,
// claimed and closed durably in SQLite) with bare asynq tasks that do nothing,
// on the same Redis: from the first word with Redis until the last is done.
func BenchmarkLedger(b *testing.B) {
	bell := storetest.Redis(b)
	const total = 10_000
	var ledger, bare time.Duration
	for b.Loop() {
		bare += bareAsynq(b, bell.Addr(), total)
		ledger += throughLedger(b, bell.URL(), total)
	}
	b.ReportMetric(float64(b.N*total)/ledger.Seconds(), "ledger-jobs/s")
	b.ReportMetric(float64(b.N*total)/bare.Seconds(), "asynq-jobs/s")
	b.ReportMetric(float64(bare)/float64(ledger), "share")
	b.ReportMetric(0, "ns/op")
}

func bareAsynq(b *testing.B, addr string, total int) time.Duration {
	b.Helper()
	opt := asynq.RedisClientOpt{Addr: addr, DB: 1}
	c := asynq.NewClient(opt)
	defer func() { _ = c.Close() }()
	var done, sent atomic.Int64
	all := make(chan struct{})
	srv := asynq.NewServer(opt, asynq.Config{Concurrency: 64, TaskCheckInterval: 50 * time.Millisecond, LogLevel: asynq.FatalLevel})
	began := time.Now()
	if err := srv.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if done.Add(1) == int64(total) {
			close(all)
		}
		return nil
	})); err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for sent.Add(1) <= int64(total) {
				if _, err := c.EnqueueContext(b.Context(), asynq.NewTask("noop", bytes.Repeat([]byte("x"), 36))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	<-all
	took := time.Since(began)
	wg.Wait()
	srv.Shutdown()
	return took
}

func throughLedger(b *testing.B, bell string, total int) time.Duration {
	b.Helper()
	w := newBench(b, b.TempDir(), "", bell)
	if err := w.hub.store.Do(b.Context(), func(tx *store.Tx) error {
		for i := range total {
			if _, err := tx.AddJob(b.Context(), store.NewJob{Kind: "rescore", Key: fmt.Sprint("bench:", i), RunAt: tx.Now(), Payload: json.RawMessage(`{}`)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	engine, err := jobs.New(jobs.Options{
		Store: w.hub.store, Evidence: w.hub.evidence, Bots: []bots.Bot{}, Org: w.hub.org.Load, Rules: w.hub.rules.Load, Calendar: w.hub.cal.Load,
		Location: time.UTC, Now: time.Now, Logger: w.hub.log, RedisURL: bell, Workers: 64,
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	began := time.Now()
	go func() { ended <- engine.Run(ctx) }()
	for {
		// Counting the open rows would take a good part of the machine: one row is looked for instead.
		due, err := w.hub.store.DueJobs(b.Context(), 1, "", 0)
		if err != nil {
			b.Fatal(err)
		}
		if len(due) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for {
		n, err := w.hub.store.Counts(b.Context()) // those in hand are not due
		if err != nil {
			b.Fatal(err)
		}
		if n.OpenJobs == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(began)
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	return took
}

// BenchmarkStart starts the program as a process of its own, again and again, and
// reports how long it takes to answer and how much memory it holds when idle.
func BenchmarkStart(b *testing.B) {
	d := newDrill(b)
	d.start() // the first start makes the database
	d.kill()
	var took time.Duration
	var resident int
	for b.Loop() {
		took += d.start()
		time.Sleep(time.Second)
		resident = max(resident, d.residentKiB())
		if code := d.signal(syscall.SIGTERM); code != 0 {
			b.Fatalf("ended with %d", code)
		}
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "start-ms")
	b.ReportMetric(float64(resident)/1024, "idle-MiB")
	b.ReportMetric(0, "ns/op")
}

// residentKiB reads the hub's resident memory where the kernel tells it.
func (d *drill) residentKiB() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var n int
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &n); err == nil {
			return n
		}
	}
	return 0
}
