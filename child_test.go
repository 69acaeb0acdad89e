package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"genjin/config"
	"genjin/jobs"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// childMark makes the test binary be the program itself, so that drills can
// kill a real process.
const childMark = "GENJIN_TEST_CHILD"

func TestMain(m *testing.M) {
	jobs.QuietRedis(slog.New(slog.DiscardHandler))
	if os.Getenv(childMark) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	err := child(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "genjin:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// skewMark is how far the clock of a hub's process is off.
const skewMark = "GENJIN_TEST_SKEW"

// child is the program; with a skew it serves, at another time.
func child(ctx context.Context) error {
	skew := os.Getenv(skewMark)
	if skew == "" {
		return run(ctx, strings.Fields(os.Getenv(childMark)), os.Getenv, os.Stdout)
	}
	off, err := time.ParseDuration(skew)
	if err != nil {
		return err
	}
	cfg, err := config.Load(os.Getenv, os.ReadFile)
	if err != nil {
		return err
	}
	return serve(ctx, cfg, []string{"web", "worker"}, parts{clock: func() time.Time { return time.Now().Add(off) }, out: os.Stdout})
}

// drill is a hub as a process of its own, with the simulated platform and its
// people in the test process.
type drill struct {
	t     testing.TB
	sim   *feishusim.Server
	wecom *wecomsim.Server // in the place of sim
	phone phone
	path  string // where the platform pushes to
	addr  string
	env   []string
	dir   string
	url   string // of the database; empty = SQLite
	load  *load  // what is submitted while things go wrong
	mu    sync.Mutex
	cmd   *exec.Cmd
	log   *os.File
}

// pushAgain is how long the simulated platform pushes a refused event again.
const pushAgain = 6 * time.Second

// drillPeople is how many reps a drill has: enough that no limit per person
// slows the drain.
const drillPeople = 60

// newDrill prepares a hub with a company of reps without managers, so that each
// lead causes exactly one message.
func newDrill(t testing.TB, env ...string) *drill {
	t.Helper()
	app := demoApp(time.Now)
	app.NoLimits = true
	app.RetryDelays = []time.Duration{300 * time.Millisecond, 700 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second}
	d := &drill{t: t, dir: t.TempDir(), addr: freeAddr(t), sim: feishusim.New(app), path: "/webhooks/feishu"}
	d.phone = feishuPhone{d.sim}
	base, stop := d.sim.Start()
	getenv := demoEnv(func(string) string { return "" }, "", base)
	d.prepare("feishu", stop, func(name string) string {
		if strings.HasPrefix(name, "GENJIN_WECOM") {
			return ""
		}
		return getenv(name)
	}, env)
	return d
}

// newWeComDrill is the same on WeCom.
func newWeComDrill(t testing.TB, env ...string) *drill {
	t.Helper()
	app := demoWeCom(time.Now)
	app.NoLimits = true
	app.RetryDelays = []time.Duration{300 * time.Millisecond, 1200 * time.Millisecond, 3500 * time.Millisecond}
	d := &drill{t: t, dir: t.TempDir(), addr: freeAddr(t), wecom: wecomsim.New(app), path: "/webhooks/wecom"}
	d.phone = wecomPhone{d.wecom}
	base, stop := d.wecom.Start()
	set := demoWeComEnv(base)
	d.prepare("wecom", stop, func(name string) string { return set[name] }, env)
	return d
}

// prepare writes the company, and what the hub is started with.
func (d *drill) prepare(platform string, stop func(), getenv func(string) string, env []string) {
	d.t.Helper()
	var org strings.Builder
	org.WriteString("teams:\n  - {id: east, name: 华东区, region: 华东}\npeople:\n")
	for i := range drillPeople {
		id := fmt.Sprintf("ou_p%d", i)
		d.phone.stranger(id, fmt.Sprintf("销售%d", i))
		if d.wecom != nil {
			id = wecomID(id)
		}
		fmt.Fprintf(&org, "  - {id: p%d, name: 销售%d, role: rep, team: east, %s: %s}\n", i, i, platform, id)
	}
	orgFile := filepath.Join(d.dir, "org.yaml")
	log, err := os.Create(filepath.Join(d.dir, "child.log"))
	if err := firstErr(err, os.WriteFile(orgFile, []byte(org.String()), 0o600)); err != nil {
		d.t.Fatal(err)
	}
	d.log = log
	d.env = os.Environ()
	for _, name := range []string{
		"GENJIN_FEISHU_APP_ID", "GENJIN_FEISHU_APP_SECRET", "GENJIN_FEISHU_ENCRYPT_KEY", "GENJIN_FEISHU_VERIFICATION_TOKEN", "GENJIN_FEISHU_API_BASE", "GENJIN_FEISHU_MODE",
		"GENJIN_WECOM_CORP_ID", "GENJIN_WECOM_AGENT_ID", "GENJIN_WECOM_SECRET", "GENJIN_WECOM_TOKEN", "GENJIN_WECOM_AES_KEY", "GENJIN_WECOM_API_BASE",
	} {
		if v := getenv(name); v != "" {
			d.env = append(d.env, name+"="+v)
		}
	}
	d.env = append(d.env, "GENJIN_DATA_DIR="+filepath.Join(d.dir, "data"), "GENJIN_ADDR="+d.addr, "GENJIN_ORG="+orgFile)
	d.env = append(d.env, env...)
	d.pushTo("http://" + d.addr)
	d.t.Cleanup(func() {
		d.kill()
		stop()
		if d.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			d.t.Logf("hub log (end):\n%s", tail(text, 20_000))
		}
	})
}

// pushTo has the platform push to a hub, or to something before it.
func (d *drill) pushTo(base string) {
	if d.wecom != nil {
		d.wecom.SetCallbackURL(base + d.path)
		return
	}
	d.sim.SetEventURL(base + d.path)
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// twin is a second replica: the same company, database, Redis and data dir under
// another address.
func (d *drill) twin() *drill {
	d.t.Helper()
	t := &drill{t: d.t, sim: d.sim, wecom: d.wecom, phone: d.phone, path: d.path, addr: freeAddr(d.t), dir: d.dir, url: d.url, log: d.log}
	t.env = append(append([]string{}, d.env...), "GENJIN_ADDR="+t.addr)
	d.t.Cleanup(t.kill)
	return t
}

// command is the program with its arguments, as a process that can be killed.
func (d *drill) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(slices.Clone(d.env), childMark+"="+strings.Join(args, " "))
	cmd.Stdout, cmd.Stderr = d.log, d.log
	return cmd
}

// start starts the hub and waits until it is ready.
func (d *drill) start() time.Duration {
	d.t.Helper()
	began := time.Now()
	cmd := d.command("serve")
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	d.cmd = cmd
	d.mu.Unlock()
	d.waitReady()
	return time.Since(began)
}

func (d *drill) waitReady() {
	d.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		c, err := (&net.Dialer{Timeout: time.Second}).Dial("tcp", d.addr)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("hub does not start: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// kill ends the hub the hard way.
func (d *drill) kill() { d.signal(syscall.SIGKILL) }

// signal sends a signal and waits for the end; it gives the exit code.
func (d *drill) signal(s syscall.Signal) int {
	d.mu.Lock()
	cmd := d.cmd
	d.cmd = nil
	d.mu.Unlock()
	if cmd == nil {
		return 0
	}
	_ = cmd.Process.Signal(s)
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode()
}
