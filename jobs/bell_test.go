package jobs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"genjin/bots"
	"genjin/store"
	"genjin/store/storetest"
)

// realWorld is a world whose clock runs.
func realWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.store = storetest.New(t)
	return w
}

// engineOn makes an engine on that Redis (empty = embedded) by the real clock.
func (w *world) engineOn(url string, more ...func(*Options)) *Engine {
	w.t.Helper()
	return w.hire(append(more, func(o *Options) { o.RedisURL, o.Now, o.Lease = url, time.Now, 2*time.Second })...)
}

// start runs an engine; what it returns stops it, and says how long that took.
func (w *world) start(e *Engine) (stop func() time.Duration) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return func() time.Duration {
		w.t.Helper()
		begun := time.Now()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				w.t.Errorf("run: %v", err)
			}
		case <-time.After(10 * time.Second):
			w.t.Fatal("the engine does not stop")
		}
		return time.Since(begun)
	}
}

// within waits for something to become true.
func within(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", d, what)
		}
	}
}

func (w *world) postMany(n int, word string) {
	w.t.Helper()
	for i := range n {
		w.post(store.Outgoing{User: "feishu_li", Person: "li", Kind: "answer", Subject: "x"}, bots.Message{Text: fmt.Sprintf("%s%d.", word, i)})
	}
}

func (w *world) eachOnce(n int, word string) {
	w.t.Helper()
	for i := range n {
		w.said(w.feishu, "feishu_li", 1, fmt.Sprintf("%s%d.", word, i))
	}
}

func TestEmbeddedRedisStartsWorksAndStops(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	e := w.engineOn("")
	stop := w.start(e)
	w.postMany(30, "件")
	within(t, 5*time.Second, "30 messages", func() bool { return len(w.feishu.to("feishu_li")) >= 30 })
	if e.Health() != "ok" {
		t.Errorf("health is %s", e.Health())
	}
	if d := stop(); d > 3*time.Second {
		t.Errorf("an idle stop took %v", d)
	}
	w.eachOnce(30, "件")
}

func TestRedisMayBeAwayAtTheStartComeGoAndBeWiped(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	r := storetest.Redis(t)
	r.Kill(t)
	e := w.engineOn(r.URL())
	other := w.engineOn(r.URL())
	stop, stopOther := w.start(e), w.start(other)
	said := func(n int) func() bool { return func() bool { return len(w.feishu.to("feishu_li")) >= n } }
	w.postMany(10, "离")
	within(t, 5*time.Second, "10 messages without Redis", said(10))
	within(t, 5*time.Second, "health degraded", func() bool { return e.Health() == "degraded" && other.Health() == "degraded" })
	r.Start(t)
	within(t, 5*time.Second, "health ok", func() bool { return e.Health() == "ok" && other.Health() == "ok" })
	w.postMany(10, "来")
	within(t, 5*time.Second, "10 messages through Redis", said(20))
	w.postMany(20, "清")
	r.FlushAll(t)
	within(t, 8*time.Second, "20 messages over a wipe", said(40))
	w.postMany(10, "亡")
	r.Kill(t)
	within(t, 10*time.Second, "10 messages over a death", said(50))
	within(t, 5*time.Second, "health degraded", func() bool { return e.Health() == "degraded" })
	if d := max(stop(), stopOther()); d > 8*time.Second {
		t.Errorf("the stop took %v", d)
	}
	for _, word := range []string{"离", "来", "亡"} {
		w.eachOnce(10, word)
	}
	w.eachOnce(20, "清")
	if n := w.log.count("redis is away"); n > 6 {
		t.Errorf("%d times told that Redis is away", n)
	}
}

// A Redis that is full answers reads, but takes no task.
func TestRedisThatOnlyReadsIsAway(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	r := storetest.Redis(t)
	e := w.engineOn(r.URL())
	if err := e.redis.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	stop := w.start(e)
	defer stop()
	w.postMany(5, "满")
	within(t, 5*time.Second, "5 messages", func() bool { return len(w.feishu.to("feishu_li")) >= 5 })
	within(t, 5*time.Second, "health degraded", func() bool { return e.Health() == "degraded" })
}

// A Redis that takes connections and never answers.
func TestRedisThatHangsDoesNotSlowTheWork(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // a test's own
	e := w.engineOn("redis://" + l.Addr().String())
	stop := w.start(e)
	within(t, 4*time.Second, "health degraded", func() bool { return e.Health() == "degraded" })
	w.postMany(100, "挂")
	within(t, 5*time.Second, "100 messages", func() bool { return len(w.feishu.to("feishu_li")) >= 100 })
	if d := stop(); d > 8*time.Second {
		t.Errorf("the stop took %v", d)
	}
	w.eachOnce(100, "挂")
}

// OP-01: whoever can write to Redis can only name rows; the ledger decides.
func TestForgedTaskDoesNothing(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	r := storetest.Redis(t)
	e := w.engineOn(r.URL())
	id := w.post(toLi(), bots.Message{Text: "真的"})
	due := w.openJob()
	to := toLi()
	to.NotBefore = time.Now().Add(time.Hour)
	w.post(to, bots.Message{Text: "未到"})
	stop := w.start(e)
	defer stop()
	within(t, 5*time.Second, "the real one", func() bool { return w.message(id).State == store.MessageSent })
	for i, payload := range []string{"no-such-row", "", due.ID, due.ID, `{"kind":"send"}`, "\x00\xff"} {
		_, err := e.client.EnqueueContext(t.Context(), asynq.NewTask(taskType, []byte(payload)), asynq.TaskID(fmt.Sprintf("forged%d", i)), asynq.Queue(queueName))
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.client.EnqueueContext(t.Context(), asynq.NewTask("other", []byte(due.ID)), asynq.Queue(queueName)); err != nil {
		t.Fatal(err)
	}
	in := asynq.NewInspectorFromRedisClient(e.redis)
	within(t, 5*time.Second, "an empty queue", func() bool {
		q, err := in.GetQueueInfo(queueName)
		return err == nil && q.Size == 0
	})
	if n := w.feishu.called(); n != 1 {
		t.Errorf("%d messages went out, want 1", n)
	}
}

// What hangs is cut off, and its row is taken up by the next process.
func TestStopCutsOffWhatHangs(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	e := w.engineOn("")
	var runs atomic.Int32
	begun := make(chan struct{}, 1)
	e.works["test"] = work{timeout: time.Minute, long: func(ctx context.Context, _ store.Job) (finish, error) {
		runs.Add(1)
		begun <- struct{}{}
		<-ctx.Done()
		return nil, errors.New("cut off")
	}}
	w.do(func(tx *store.Tx) error {
		_, err := tx.AddJob(t.Context(), store.NewJob{Kind: "test", Key: "test"})
		return err
	})
	stop := w.start(e)
	<-begun
	if d := stop(); d > 8*time.Second || d < cutAfter-time.Second {
		t.Errorf("the stop took %v", d)
	}
	next := w.engineOn("")
	next.works["test"] = work{tx: func(context.Context, *store.Tx, store.Job) error { runs.Add(1); return nil }}
	stop = w.start(next)
	within(t, 5*time.Second, "the row is taken up", func() bool { return runs.Load() == 2 })
	stop()
}
