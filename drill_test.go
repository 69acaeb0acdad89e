package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

// kills is how often the kill drill kills.
const kills = 40

// drills makes a hub with a platform around it.
type drills func(t testing.TB, env ...string) *drill

// onEach runs a drill on each platform.
func onEach(t *testing.T, f func(t *testing.T, newDrill drills)) {
	t.Helper()
	for name, on := range map[string]drills{"Feishu": newDrill, "WeCom": newWeComDrill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, on)
		})
	}
}

// TestDrillKill kills the hub with SIGKILL at random moments under load: no
// acknowledged submission is lost, none takes effect twice, every answer is seen
// once, and work in flight goes on within 15 s of the restart.
func TestDrillKill(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		d := newDrill(t)
		d.start()
		r := d.underLoad(func() { d.killOften(kills) })
		d.sound(r)
		if r.acked < kills {
			t.Errorf("hardly any load: %s", r)
		}
	})
}

// TestDrillKillControl is the same drill against a hub whose webhooks are
// answered before the commit. The drill must see the loss.
func TestDrillKillControl(t *testing.T) {
	t.Parallel()
	d := newDrill(t)
	eager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		go func() { // the answer goes out first, as a careless hub would do
			time.Sleep(20 * time.Millisecond)
			req, _ := http.NewRequestWithContext(context.WithoutCancel(r.Context()), http.MethodPost, "http://"+d.addr+r.URL.RequestURI(), bytes.NewReader(body))
			req.Header = r.Header.Clone()
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}()
		_, _ = w.Write([]byte("{}"))
	}))
	defer eager.Close()
	d.pushTo(eager.URL)
	d.start()
	if r := d.underLoad(func() { d.killOften(6) }); r.lost == 0 {
		t.Errorf("the drill does not notice lost submissions: %s", r)
	}
}

// TestDrillRedis wipes, kills and restarts a real Redis under load. The hub
// goes on without it: nothing is lost or doubled.
func TestDrillRedis(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		bell := storetest.Redis(t)
		d := newDrill(t, "GENJIN_REDIS_URL="+bell.URL())
		d.start()
		r := d.underLoad(func() {
			for range 10 {
				time.Sleep(200 * time.Millisecond)
				bell.FlushAll(t)
			}
			bell.Kill(t)
			time.Sleep(2 * time.Second) // without any Redis
			bell.Start(t)
			time.Sleep(time.Second)
			bell.Kill(t)
			d.kill()
			d.start() // a hub may start while Redis is away
			time.Sleep(time.Second)
			bell.Start(t)
			time.Sleep(500 * time.Millisecond)
		})
		d.sound(r)
	})
}

// TestDrillPostgres restarts a real PostgreSQL the immediate way under load:
// what was answered with 200 is there, once.
func TestDrillPostgres(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		pg := storetest.Postgres(t)
		url := pg.Database(t)
		d := newDrill(t, "GENJIN_DATABASE_URL="+url)
		d.url = url
		if err := d.command("migrate").Run(); err != nil {
			t.Fatal(err)
		}
		d.start()
		r := d.underLoad(func() {
			for range 3 {
				time.Sleep(500 * time.Millisecond)
				pg.ImmediateRestart(t)
			}
			d.killOften(5)
		})
		d.sound(r)
	})
}

// TestDrillPlatform has the platform be down, slow, limiting, and lose answers
// to messages it has accepted. Every answer is seen once in the end.
func TestDrillPlatform(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		d := newDrill(t)
		d.start()
		r := d.underLoad(func() {
			for _, f := range d.troubles() {
				f.on()
				time.Sleep(700 * time.Millisecond)
				f.off()
			}
		})
		d.sound(r)
	})
}

// TestDrillReplicas runs two hubs on one PostgreSQL and one Redis, kills one and
// the other in the middle of their work, and sends the platform's pushes to
// whichever stands.
func TestDrillReplicas(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		bell := storetest.Redis(t)
		url := storetest.Postgres(t).Database(t)
		d := newDrill(t, "GENJIN_DATABASE_URL="+url, "GENJIN_REDIS_URL="+bell.URL())
		d.url = url
		if err := d.command("migrate").Run(); err != nil {
			t.Fatal(err)
		}
		twin := d.twin()
		d.start()
		twin.start()
		balancer := httptest.NewServer(balance(d.addr, twin.addr))
		defer balancer.Close()
		d.pushTo(balancer.URL)
		r := d.underLoad(func() {
			for _, replica := range []*drill{d, twin, d, twin} {
				time.Sleep(700 * time.Millisecond)
				replica.kill()
				time.Sleep(700 * time.Millisecond)
				replica.start()
			}
		})
		if code := twin.signal(syscall.SIGTERM); code != 0 {
			t.Errorf("SIGTERM ended the second hub with %d", code)
		}
		d.sound(r)
	})
}

// balance forwards each request to the first replica that takes it, beginning
// with another one each time.
func balance(addrs ...string) http.Handler {
	var next atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		first := int(next.Add(1))
		for i := range addrs {
			req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+addrs[(first+i)%len(addrs)]+r.URL.RequestURI(), bytes.NewReader(body))
			if err != nil {
				continue
			}
			req.Header = r.Header.Clone()
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				continue
			}
			w.WriteHeader(resp.StatusCode)
			_, _ = io.Copy(w, resp.Body)
			_ = resp.Body.Close()
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	})
}

// sound fails the test when a drill found something, and checks the audit log.
func (d *drill) sound(r tally) {
	d.t.Helper()
	if r.lost+r.doubled+r.unseen+r.seenTwice+r.deadOrUncertain > 0 {
		d.t.Errorf("%s", r)
	}
	if code := d.signal(syscall.SIGTERM); code != 0 {
		d.t.Errorf("SIGTERM ended the hub with %d", code)
	}
	verified(d.t, d.store())
}

// killOften kills the hub in the middle of its work: each life sees a few
// submissions acknowledged before it ends at a random moment.
func (d *drill) killOften(times int) {
	for range times {
		want := d.load.acknowledged() + 1 + rand.IntN(4)
		for deadline := time.Now().Add(5 * time.Second); d.load.acknowledged() < want && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		d.kill()
		d.start()
	}
}

// underLoad runs what goes wrong while people submit leads, lets the platform
// push again what was refused, waits until the ledger is worked off, and counts.
func (d *drill) underLoad(wrong func()) tally {
	d.t.Helper()
	l := &load{d: d, acked: map[string]bool{}}
	d.load = l
	ctx, stop := context.WithCancel(d.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.run(ctx, 8, 800*time.Millisecond) }()
	wrong()
	time.Sleep(300 * time.Millisecond)
	stop()
	<-done
	time.Sleep(pushAgain) // the platform's last pushes
	s := d.store()
	drained(d.t, s, 15*time.Second)
	r := l.count(d.t, s)
	d.t.Log(r)
	return r
}

// store opens the drill's database beside the hub.
func (d *drill) store() *store.Store {
	d.t.Helper()
	s, err := store.Open(d.t.Context(), store.Options{
		URL: d.url, DataDir: filepath.Join(d.dir, "data"), Now: time.Now, Logger: quiet(io.Discard),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = s.Close() })
	return s
}
