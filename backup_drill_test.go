package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"genjin/store"
	"genjin/store/storetest"
)

// TestDrillBackup takes a backup while people submit leads, restores it
// elsewhere, and looks for each lead that was acknowledged before its mark. The
// hub that starts on it goes on working.
func TestDrillBackup(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		drillBackup(t, newDrill(t), "")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		url := storetest.Postgres(t).Database(t)
		d := newDrill(t, "GENJIN_DATABASE_URL="+url)
		d.url = url
		if err := d.command("migrate").Run(); err != nil {
			t.Fatal(err)
		}
		drillBackup(t, d, storetest.EmptyPostgresURL(t))
	})
}

func drillBackup(t *testing.T, d *drill, elsewhere string) {
	t.Helper()
	d.start()
	to := filepath.Join(d.dir, "backup")
	var before map[string]bool
	r := d.underLoad(func() {
		d.waitAcknowledged(30)
		before = d.load.snapshot()
		d.must("backup", to)
		d.waitAcknowledged(len(before) + 15)
	})
	d.sound(r) // a backup beside it cost the hub nothing
	m, err := store.ReadManifest(to)
	if err != nil {
		t.Fatal(err)
	}

	there := d.twin()
	there.dir, there.url = t.TempDir(), elsewhere
	there.env = append(there.env, "GENJIN_DATA_DIR="+filepath.Join(there.dir, "data"), "GENJIN_DATABASE_URL="+elsewhere)
	there.must("restore", to)
	if out, err := there.says("restore", to); err == nil || !strings.Contains(out, "不是空的") {
		t.Errorf("a second restore over the first one: %v %s", err, out)
	}
	s := there.store()
	verified(t, s)
	leads := companies(t, s)
	lost := 0
	for company := range before {
		if leads[company] != 1 {
			t.Errorf("%s was acknowledged before the backup, and stands there %d times", company, leads[company])
		}
	}
	for company := range d.load.snapshot() {
		if leads[company] == 0 {
			lost++
		}
	}
	if lost == 0 {
		t.Error("nothing came after the backup: this drill has shown nothing")
	}
	t.Logf("mark %s: %d acknowledged before it, all there; %d after it, not there", m.Mark.Format(time.RFC3339Nano), len(before), lost)

	there.start()
	there.pushTo("http://" + there.addr)
	if out, err := there.says("restore", to); err == nil || !strings.Contains(out, "停掉") {
		t.Errorf("a restore under a running hub: %v %s", err, out)
	}
	if a := d.phone.says(t.Context(), "ou_p1", "线索 公司=恢复之后精密制造 联系人=张伟 电话=13900000001", ""); !a.OK() {
		t.Errorf("the restored hub takes nothing: %d %s %v", a.Status, a.Body, a.Err)
	}
	drained(t, s, 15*time.Second)
	if companies(t, s)["恢复之后精密制造"] != 1 {
		t.Error("what was submitted to the restored hub is not there")
	}
	if code := there.signal(syscall.SIGTERM); code != 0 {
		t.Errorf("SIGTERM ended the restored hub with %d", code)
	}
	verified(t, s)
}

// says runs a command of the program and gives what it says.
func (d *drill) says(args ...string) (string, error) {
	cmd := d.command(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (d *drill) must(args ...string) {
	d.t.Helper()
	out, err := d.says(args...)
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", args[0], err, out)
	}
	d.t.Log(strings.TrimSpace(out))
}

func (d *drill) waitAcknowledged(n int) {
	d.t.Helper()
	for deadline := time.Now().Add(patience); d.load.acknowledged() < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("no load: %d acknowledged, want %d", d.load.acknowledged(), n)
		}
	}
}

// snapshot is what was acknowledged until now.
func (l *load) snapshot() map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.acked)
}

// companies counts the leads of each company.
func companies(t testing.TB, s *store.Store) map[string]int {
	t.Helper()
	leads := map[string]int{}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.OpenLeads(t.Context(), "")
		for _, l := range all {
			leads[l.Company]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return leads
}

// TestBackupCommands walks an operator through what can go wrong.
func TestBackupCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	org := filepath.Join(dir, "org.yaml")
	if err := os.WriteFile(org, []byte("teams: []\npeople: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"GENJIN_DATA_DIR": filepath.Join(dir, "data"), "GENJIN_ORG": org}
	say := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(context.WithoutCancel(t.Context()), args, func(name string) string { return env[name] }, &out)
		return out.String(), err
	}
	wants := func(words string, args ...string) {
		t.Helper()
		out, err := say(args...)
		if err == nil || !strings.Contains(err.Error()+out, words) {
			t.Errorf("%v: got %q and %v, want %q", args, out, err, words)
		}
	}
	to := filepath.Join(dir, "backup")
	wants("GENJIN_DATA_DIR", "backup", to) // nothing is there, and nothing is made
	if _, err := os.Stat(env["GENJIN_DATA_DIR"]); err == nil {
		t.Error("a backup of nothing made a data dir")
	}
	wants("wrong use", "backup")
	if _, err := say("migrate"); err != nil {
		t.Fatal(err)
	}
	if out, err := say("backup", to); err != nil || !strings.Contains(out, "备份完成并已校验") {
		t.Fatal(out, err)
	}
	wants("不是空目录", "backup", to)
	wants("不是空的", "restore", to)
	if err := os.Remove(org); err != nil {
		t.Fatal(err)
	}
	env["GENJIN_DATA_DIR"] = filepath.Join(dir, "new", "data")
	org = filepath.Join(dir, "new", "etc", "org.yaml") // of a machine that has nothing yet
	env["GENJIN_ORG"] = org
	if out, err := say("restore", to); err != nil || !strings.Contains(out, "已恢复并校验") || !strings.Contains(out, "已放回") {
		t.Error(out, err)
	}
	if text, err := os.ReadFile(org); err != nil || string(text) != "teams: []\npeople: []\n" {
		t.Errorf("org.yaml came back as %q (%v)", text, err)
	}
	if out, err := say("audit", "verify"); err != nil {
		t.Error(out, err)
	}
	if err := os.WriteFile(org, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	env["GENJIN_DATA_DIR"] = filepath.Join(dir, "other")
	if out, err := say("restore", to); err != nil || !strings.Contains(out, "没有改动它") {
		t.Error(out, err)
	}
	wants("manifest.json", "restore", filepath.Join(dir, "other", "keys", ".."))
	if os.Geteuid() != 0 {
		return
	}
	env["GENJIN_DATA_DIR"] = filepath.Join(dir, "owned")
	err := errors.Join(os.Mkdir(env["GENJIN_DATA_DIR"], 0o700), os.Chown(env["GENJIN_DATA_DIR"], 65534, 65534))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := say("restore", to); err != nil {
		t.Error(out, err)
	}
	err = filepath.Walk(env["GENJIN_DATA_DIR"], func(path string, info os.FileInfo, err error) error {
		if err == nil && ownerOf(info) != uint64(65534) {
			t.Errorf("%s belongs to %v: the hub's user cannot use it", path, ownerOf(info))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
