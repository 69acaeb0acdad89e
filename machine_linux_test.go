package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fill makes the disk full to the hub, or gives it room again: no file of its may
// be written beyond its first bytes.
func (d *drill) fill(full bool) {
	d.t.Helper()
	limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if full {
		limit.Cur = 16
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := unix.Prlimit(d.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		d.t.Fatal(err)
	}
}

// readyStatus is what /readyz answers.
func (d *drill) readyStatus() int {
	d.t.Helper()
	resp, err := http.Get("http://" + d.addr + "/readyz")
	if err != nil {
		d.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestDrillDiskFull: while nothing can be written no webhook is answered with
// 200, and people see nothing that is not so; when there is room again the hub
// goes on by itself, and what was refused comes in with the platform's next push.
func TestDrillDiskFull(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, newDrill drills) {
		d := newDrill(t)
		d.start()
		var seen outcomes
		edge := httptest.NewServer(seen.rolling(d.addr))
		defer edge.Close()
		d.pushTo(edge.URL)
		var unready int
		r := d.underLoad(func() {
			for range 2 {
				d.waitAcknowledged(d.load.acknowledged() + 5)
				d.fill(true)
				time.Sleep(300 * time.Millisecond) // what was on its way is through
				before := d.load.acknowledged()
				time.Sleep(1500 * time.Millisecond)
				if now := d.load.acknowledged(); now != before {
					t.Errorf("%d submissions were acknowledged on a full disk", now-before)
				}
				unready = d.readyStatus()
				d.fill(false)
			}
			d.waitAcknowledged(d.load.acknowledged() + 5)
		})
		if unready != http.StatusServiceUnavailable {
			t.Errorf("/readyz answered %d on a full disk", unready)
		}
		if status := d.readyStatus(); status != http.StatusOK {
			t.Errorf("/readyz answers %d with room on the disk", status)
		}
		d.allThere()
		d.sound(r)
		if seen.honest(t); seen.status[http.StatusServiceUnavailable] == 0 {
			t.Errorf("nothing was refused on a full disk: %v", seen.status)
		}
	})
}
