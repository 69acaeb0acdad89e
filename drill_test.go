package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"genjin/store"
)

// kills is how often the kill drill kills.
const kills = 40

// TestDrillKill kills the hub with SIGKILL at random moments under load: no
// acknowledged submission is lost, none takes effect twice, every answer is seen
// once, and work in flight goes on within 15 s of the restart.
func TestDrillKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reason: a drill of half a minute")
	}
	d := newDrill(t)
	l, r := killDrill(t, d, kills)
	if r.lost+r.doubled+r.unseen+r.seenTwice+r.deadOrUncertain > 0 {
		t.Errorf("after %d kills: %s", kills, r)
	}
	if r.acked < kills {
		t.Errorf("hardly any load: %s", r)
	}
	_ = l
}

// TestDrillKillControl is the same drill against a hub whose webhooks are
// answered before the commit. The drill must see the loss.
func TestDrillKillControl(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reason: a drill of several seconds")
	}
	d := newDrill(t)
	eager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		go func() { // the answer goes out first, as a careless hub would do
			time.Sleep(20 * time.Millisecond)
			req, _ := http.NewRequestWithContext(context.WithoutCancel(r.Context()), http.MethodPost, "http://"+d.addr+r.URL.Path, bytes.NewReader(body))
			req.Header = r.Header.Clone()
			if resp, err := http.DefaultClient.Do(req); err == nil {
				resp.Body.Close()
			}
		}()
		_, _ = w.Write([]byte("{}"))
	}))
	defer eager.Close()
	d.sim.SetEventURL(eager.URL + "/webhooks/feishu")
	_, r := killDrill(t, d, 6)
	if r.lost == 0 {
		t.Errorf("the drill does not notice lost submissions: %s", r)
	}
}

func killDrill(t *testing.T, d *drill, times int) (*load, tally) {
	t.Helper()
	l := &load{d: d, acked: map[string]bool{}}
	d.start()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.run(ctx, 8, 30*time.Millisecond) }()
	for range times {
		time.Sleep(time.Duration(60+rand.IntN(240)) * time.Millisecond)
		d.kill()
		d.start()
	}
	time.Sleep(300 * time.Millisecond)
	stop()
	<-done
	time.Sleep(7 * time.Second) // the platform's last pushes again
	s := d.store()
	drained(t, s, 15*time.Second)
	r := l.count(t, s)
	t.Log(r)
	if code := d.signal(15); code != 0 {
		t.Errorf("SIGTERM ended the hub with %d", code)
	}
	verified(t, s)
	return l, r
}

// store opens the drill's SQLite file beside the hub.
func (d *drill) store() *store.Store {
	d.t.Helper()
	s, err := store.Open(d.t.Context(), store.Options{DataDir: filepath.Join(d.dir, "data"), Now: time.Now, Logger: quiet(io.Discard)})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = s.Close() })
	return s
}
