package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"genjin/store/storetest"
)

// onShared prepares a hub on a PostgreSQL and a Redis of its own, for replicas.
func onShared(t *testing.T, newDrill drills) *drill {
	t.Helper()
	url := storetest.Postgres(t).Database(t)
	d := newDrill(t, "GENJIN_DATABASE_URL="+url, "GENJIN_REDIS_URL="+storetest.Redis(t).URL())
	d.url = url
	if err := d.command("migrate").Run(); err != nil {
		t.Fatal(err)
	}
	return d
}

// logged is what the hub has written so far.
func (d *drill) logged() string {
	d.t.Helper()
	text, err := os.ReadFile(d.log.Name())
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// allThere fails unless each submission, acknowledged or refused and pushed
// again, stands in the database once.
func (d *drill) allThere() {
	d.t.Helper()
	leads := companies(d.t, d.store())
	d.load.mu.Lock()
	defer d.load.mu.Unlock()
	for _, company := range d.load.sent {
		if leads[company] != 1 {
			d.t.Errorf("%s stands there %d times", company, leads[company])
		}
	}
}

// outcomes counts what replicas answered.
type outcomes struct {
	mu     sync.Mutex
	status map[int]int
	broken []string // requests that a replica took and did not answer
}

// rolling is a balancer that takes a replica out only when it does not take
// connections any more, and writes down what replicas answer. Where none takes
// the request it says so with a 503, which the platform pushes again.
func (o *outcomes) rolling(addrs ...string) http.Handler {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
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
			resp, err := client.Do(req)
			if err != nil {
				o.broke(err)
				continue
			}
			o.answered(resp.StatusCode)
			w.WriteHeader(resp.StatusCode)
			_, _ = io.Copy(w, resp.Body)
			_ = resp.Body.Close()
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
}

func (o *outcomes) answered(status int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.status == nil {
		o.status = map[int]int{}
	}
	o.status[status]++
}

func (o *outcomes) broke(err error) {
	if strings.Contains(err.Error(), "connection refused") { // it was not taken
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken = append(o.broken, err.Error())
}

// honest fails the test unless everything that was taken was answered, with 200
// or 503.
func (o *outcomes) honest(t *testing.T) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	other := maps.Clone(o.status)
	delete(other, http.StatusOK)
	delete(other, http.StatusServiceUnavailable)
	if len(other) > 0 || len(o.broken) > 0 {
		t.Errorf("answered %v, not answered at all: %q", o.status, o.broken)
	}
	t.Logf("answered %v, broken off %q", o.status, o.broken)
}

// TestDrillRollingRestart stops and starts two replicas in turn under load, as an
// upgrade does. What a replica took it answers, with 200 or with a 503 that the
// platform pushes again, and each submission stands there once.
func TestDrillRollingRestart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		d := onShared(t, newDrill)
		twin := d.twin()
		d.start()
		twin.start()
		var seen outcomes
		balancer := httptest.NewServer(seen.rolling(d.addr, twin.addr))
		defer balancer.Close()
		d.pushTo(balancer.URL)
		r := d.underLoad(func() {
			for _, replica := range []*drill{d, twin, d, twin} {
				d.waitAcknowledged(d.load.acknowledged() + 3)
				if code := replica.signal(syscall.SIGTERM); code != 0 {
					t.Errorf("SIGTERM ended a replica with %d", code)
				}
				replica.start()
			}
		})
		d.allThere()
		if code := twin.signal(syscall.SIGTERM); code != 0 {
			t.Errorf("SIGTERM ended the second hub with %d", code)
		}
		d.sound(r)
		seen.honest(t)
	})
}

// TestDrillSecondServe starts a second hub on the file of a busy one: it ends
// with 1, names the first, and the first goes on as if nothing were.
func TestDrillSecondServe(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		d := newDrill(t)
		d.start()
		r := d.underLoad(func() {
			d.waitAcknowledged(3)
			for range 3 {
				second := d.twin().command("serve")
				var said bytes.Buffer
				second.Stdout, second.Stderr = &said, &said
				if err := second.Run(); err == nil || second.ProcessState.ExitCode() != 1 {
					t.Errorf("the second hub ended with %v\n%s", err, said.String())
				}
				if pid := strconv.Itoa(d.cmd.Process.Pid); !strings.Contains(said.String(), pid) {
					t.Errorf("it does not name the first (%s):\n%s", pid, said.String())
				}
			}
			d.waitAcknowledged(d.load.acknowledged() + 5)
		})
		d.allThere()
		d.sound(r)
	})
}

// TestDrillClockSkew has one of two replicas live 15 s in the past. It takes
// webhooks and touches no job; when it is alone its work waits, and is done as
// soon as a replica with the right time is there.
func TestDrillClockSkew(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		d := onShared(t, newDrill)
		twin := d.twin()
		twin.env = append(twin.env, skewMark+"=-15s")
		d.start()
		twin.start()
		balancer := httptest.NewServer(balance(d.addr, twin.addr))
		defer balancer.Close()
		d.pushTo(balancer.URL)
		seen := 0
		r := d.underLoad(func() {
			d.waitAcknowledged(6)
			d.kill()
			d.waitAcknowledged(d.load.acknowledged() + 6) // by the one alone
			time.Sleep(2 * time.Second)
			s := d.store()
			if n, err := s.Counts(t.Context()); err == nil {
				seen = int(n.DueJobs)
			}
			d.start()
		})
		if seen == 0 {
			t.Error("nothing waited while the only replica's clock was wrong: it works on jobs")
		}
		if !strings.Contains(d.logged(), "clock differs too much") {
			t.Error("the replica does not say that its clock is wrong")
		}
		d.allThere()
		twin.signal(syscall.SIGTERM)
		d.sound(r)
	})
}
