package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

// runs runs one command of the program against a data dir, and gives what it
// printed.
func runs(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	return runsWith(t, func(name string) string {
		if name == "GENJIN_DATA_DIR" {
			return dir
		}
		return ""
	}, args...)
}

func runsWith(t *testing.T, getenv func(string) string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, getenv, &out)
	return out.String(), err
}

// TestWrongUse: what was not understood is told apart from what failed.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"fly"}, {}, {"job"}, {"job", "tea-time"}, {"job", "rescore", "--at", "tomorrow"}, {"serve", "--roles", "cook"}, {"dead", "show"}} {
		if _, err := runs(t, t.TempDir(), args...); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v, want wrong use", args, err)
		}
	}
	gone := filepath.Join(t.TempDir(), "gone") // a path that is not there was understood
	for _, args := range [][]string{{"restore", gone}, {"rules", "check", gone}, {"org", "check", gone}} {
		if _, err := runs(t, t.TempDir(), args...); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, errUsage) {
			t.Errorf("%v: %v, want a failure", args, err)
		}
	}
	if out, err := runs(t, t.TempDir(), "version"); err != nil || !strings.Contains(out, "genjin") {
		t.Errorf("version: %q %v", out, err)
	}
}

// TestLastLineIsASentence: what programs tell errors by is not said to people.
func TestLastLineIsASentence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := runs(t, dir, "audit", "verify")
	if !errors.Is(err, store.ErrSchema) {
		t.Fatalf("a database without tables: %v", err)
	}
	if line := lastLine(err); !strings.HasSuffix(line, "请执行 genjin migrate") {
		t.Errorf("said: %s", line)
	}
	for text, want := range map[string]string{
		fmt.Errorf("%w: %w", fmt.Errorf("x 正由进程 1 使用：请先停掉它: %w", store.ErrLocked), store.ErrRunning).Error(): "x 正由进程 1 使用：请先停掉它",
		fmt.Errorf("open: %w", fs.ErrNotExist).Error(): "open: file does not exist",
	} {
		if got := lastLine(errors.New(text)); got != want {
			t.Errorf("%s is said as %q, want %q", text, got, want)
		}
	}
}

func TestRulesCheckCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("score: []\ngrades: [{name: A, min: 1}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := runs(t, dir, "rules", "check", bad); err == nil || !strings.Contains(err.Error(), "bad.yaml:") {
		t.Errorf("a bad file: %v", err)
	}
	if out, err := runs(t, dir, "rules", "check", "config/default_rules.yaml"); err != nil || !strings.Contains(out, "规则正确") {
		t.Errorf("the default: %q %v", out, err)
	}
}

// TestCommandsBesideServe: every other command works on the file of a running
// hub, a second hub does not.
func TestCommandsBesideServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := w.env["GENJIN_DATA_DIR"]
	w.says(li, newLead)
	w.sees(li, "线索 #")
	if out, err := runsWith(t, w.getenv, "job", "overdue-alerts", "--at", "2026-12-24T23:00:00+08:00"); err != nil || !strings.Contains(out, "免打扰时段，到 2026-12-25 08:30 为止") {
		t.Errorf("job in quiet hours: %s %v", out, err)
	}
	if out, err := runsWith(t, w.getenv, "job", "overdue-alerts", "--at", "2026-12-24T10:00:00+08:00"); err != nil {
		t.Fatalf("job: %s %v", out, err)
	}
	if out, err := runs(t, dir, "dead", "list"); err != nil || !strings.Contains(out, "没有死信") {
		t.Errorf("dead list: %q %v", out, err)
	}
	w.sees(li, "华东智造", "跟进") // what the job decided to say, sent by the running hub
	w.settled()
	if out, err := runs(t, dir, "audit", "verify"); err != nil || !strings.Contains(out, "完整") {
		t.Errorf("audit verify: %q %v", out, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := run(ctx, []string{"serve"}, func(name string) string {
		return map[string]string{"GENJIN_DATA_DIR": dir, "GENJIN_ADDR": "127.0.0.1:0"}[name]
	}, io.Discard)
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "请先停掉它") {
		t.Errorf("a second hub on the same file: %v", err)
	}
}

// TestStartSaysWhatToDo: who starts a hub that cannot start is told in words why.
func TestStartSaysWhatToDo(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // a test's own
	for what, c := range map[string]struct {
		name, value string
		words       []string
	}{
		"a taken address": {"GENJIN_ADDR", l.Addr().String(), []string{l.Addr().String(), "已被别的程序占用"}},
		"no database":     {"GENJIN_DATABASE_URL", "postgres://genjin:hush@127.0.0.1:1/genjin?sslmode=disable", []string{"数据库现在不能用", "genjin doctor", "127.0.0.1:1"}},
		"an empty one":    {"GENJIN_DATABASE_URL", storetest.EmptyPostgresURL(t), []string{"数据库的结构是 0", "genjin migrate"}},
	} {
		env := map[string]string{"GENJIN_ADDR": "127.0.0.1:0", "GENJIN_DATA_DIR": t.TempDir(), c.name: c.value}
		err := run(t.Context(), []string{"serve"}, func(name string) string { return env[name] }, io.Discard)
		if err == nil || !hasAll(err.Error(), c.words) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestHealth: alive, ready, and numbers without names.
func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.says(li, newLead)
	w.sees(li, "线索 #")
	for path, want := range map[string]string{"/healthz": "", "/readyz": "ok", "/metrics": "genjin_jobs"} {
		resp, err := http.Get(w.base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %v\n%s", path, resp.StatusCode, err, body)
		}
		for _, name := range []string{"李雷", "华东智造", "ou_li", "13800138000"} {
			if strings.Contains(string(body), name) {
				t.Errorf("%s says %q", path, name)
			}
		}
	}
	for _, secret := range []string{"13800138000", "demo-secret", "demo-encrypt-key", "demo-verification-token"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("%q stands in the log", secret)
		}
	}
}

// TestJourneyLongConnection: without a public URL everything works over a
// connection that the hub opens itself.
func TestJourneyLongConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with("GENJIN_FEISHU_MODE", "socket"))
	w.sim.SetEventURL("http://127.0.0.1:1/nowhere")
	deadline := time.Now().Add(patience)
	for !w.ready() {
		if time.Now().After(deadline) {
			t.Fatal("no connection")
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字扫描件.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	card := w.sees(wang, "待你审批", "华东智造")
	w.clicks(wang, card, "同意", nil)
	w.sees(li, "华东智造", "已通过")
	w.sim.KillSockets()
	for w.sim.SendText(t.Context(), li, "", "我的").Err != nil {
		if time.Now().After(deadline.Add(30 * time.Second)) {
			t.Fatal("it does not come back")
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.sees(li, "华东智造", "合同签订")
}

// ready tells whether /readyz says that every channel stands.
func (w *world) ready() bool {
	resp, err := http.Get(w.base + "/readyz")
	if err != nil {
		return false
	}
	body, err := io.ReadAll(resp.Body)
	return errors.Join(err, resp.Body.Close()) == nil && strings.Contains(string(body), `"channels":"ok"`)
}
