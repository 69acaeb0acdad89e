package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"genjin/config"
	"genjin/store"
	"genjin/store/storetest"
)

// put writes a file as a person does who saves it.
func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// swap changes the one place of a text.
func swap(t testing.TB, text, old, with string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q stands %d times", old, strings.Count(text, old))
	}
	return strings.Replace(text, old, with, 1)
}

// fetched is a page of a hub.
func fetched(t testing.TB, url string) (status int, text string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

const admin = "ou_admin"

// TestJourneyReloadOrg: a bad org.yaml changes nothing and is told with its
// line; a good one counts from then on, and what waited for a leaver goes up.
func TestJourneyReloadOrg(t *testing.T) {
	t.Parallel()
	org, sample := filepath.Join(t.TempDir(), "org.yaml"), string(config.SampleOrg())
	put(t, org, sample)
	w := newWorld(t, with("GENJIN_ORG", org))
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字扫描件.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	card := w.sees(wang, "待你审批", "华东智造")

	wangs := "{id: wang, name: 王芳, role: manager,"
	put(t, org, swap(t, sample, wangs, "{id: wang, name: 王芳, role: 店长,"))
	w.sees(admin, "org.yaml 没有被采用", "第 1 版", "org.yaml:9", "店长", "可写 rep manager")
	status, ready := fetched(t, w.base+"/readyz")
	if status != http.StatusOK || !strings.Contains(ready, "org.yaml:9") || strings.Contains(ready, "店长") || !strings.Contains(ready, "degraded") {
		t.Errorf("/readyz: %d %s", status, ready)
	}
	if _, m := fetched(t, w.base+"/metrics"); !strings.Contains(m, `genjin_config_bad{file="org"} 1`) || !strings.Contains(m, `genjin_config_bad{file="rules"} 0`) {
		t.Error("the metric does not say that org.yaml is bad")
	}
	w.answers(wang, "待办", "华东智造")

	put(t, org, swap(t, sample, wangs, "{id: wang, left: true, name: 王芳, role: manager,"))
	w.sees(admin, "org.yaml 已经正确", "第 2 版")
	w.sees(zhao, "待你审批", "华东智造")
	if _, ready := fetched(t, w.base+"/readyz"); !strings.Contains(ready, `"config":"ok"`) {
		t.Errorf("/readyz: %s", ready)
	}
	w.settled()
	if r := w.presses(wang, card, "同意", nil); r.Blocked == "" && !strings.Contains(r.Toast, "没有登记") {
		t.Errorf("who left decides: %+v", r)
	}
	w.clicks(zhao, w.sees(zhao, "待你审批", "华东智造"), "同意", nil)
	w.sees(li, "华东智造", "已通过")
	if n := strings.Count(w.transcript(admin), "没有被采用"); n != 1 {
		t.Errorf("the admin was told %d times:\n%s", n, w.transcript(admin))
	}
	w.loadedBy(store.VersionOrg, 2, "file@")
}

// loadedBy checks who brought the newest version of a setting.
func (w *world) loadedBy(kind string, number int64, by string) {
	w.t.Helper()
	err := w.hub.store.View(w.t.Context(), func(tx *store.Tx) error {
		v, _, err := tx.NewestVersion(w.t.Context(), kind)
		if v.Number != number || !strings.HasPrefix(v.By, by) {
			w.t.Errorf("newest %s: version %d by %s", kind, v.Number, v.By)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestJourneyLeaverIsTakenOut: who is taken out of org.yaml decides nothing any more;
// operations hear once what is left behind, hand it over, and take that back.
func TestJourneyLeaverIsTakenOut(t *testing.T) {
	t.Parallel()
	org, sample := filepath.Join(t.TempDir(), "org.yaml"), string(config.SampleOrg())
	put(t, org, sample)
	w := newWorld(t, with("GENJIN_ORG", org))
	w.deal("华东智造", "50万")
	var rest []string
	for line := range strings.SplitSeq(sample, "\n") {
		if !strings.Contains(line, "{id: li,") {
			rest = append(rest, line)
		}
	}
	put(t, org, strings.Join(rest, "\n"))
	w.sees(ops, "李雷 已离职", "1 个商机", "华东智造", "交接 李雷 韩梅梅")
	w.answers(li, "我的", "没有登记")
	w.answers(ops, "交接 李雷 韩梅梅", "1 个商机交接给 韩梅梅", "撤销")
	w.sees(han, "李雷", "华东智造")
	w.answers(ops, "撤销", "已撤销交接", "1 个商机回到 李雷")
	w.sees(han, "撤销了")
	w.answers(ops, "撤销", "没有")
	w.answers(ops, "交接 李雷 韩梅梅", "1 个商机交接给 韩梅梅")
	put(t, org, strings.Join(rest, "\n")+"\n# later\n")
	eventually(t, "the next version", func() bool { return w.hub.org.Load().Version == 3 })
	w.answers(han, "我的", "华东智造")
	if n := strings.Count(w.transcript(ops), "李雷 已离职"); n != 1 {
		t.Errorf("told %d times", n)
	}
	put(t, org, sample)
	eventually(t, "李雷 is back", func() bool { return w.hub.org.Load().Version == 4 })
	w.deal("西北重工", "80万")
	put(t, org, strings.Join(rest, "\n"))
	w.sees(ops, "李雷 已离职", "1 个商机", "西北重工")
}

// TestJourneyReloadDelegate: a stand-in written into org.yaml is asked without a
// restart, and the approver again when that is over.
func TestJourneyReloadDelegate(t *testing.T) {
	t.Parallel()
	org, sample := filepath.Join(t.TempDir(), "org.yaml"), string(config.SampleOrg())
	put(t, org, sample)
	w := newWorld(t, with("GENJIN_ORG", org))
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字扫描件.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	w.sees(wang, "待你审批", "华东智造")
	put(t, org, swap(t, sample, "{id: wang,", "{id: wang, delegate: {to: chen, from: 2026-11-24, until: 2026-11-26},"))
	w.sees("ou_chen", "待你审批", "华东智造", "王芳")
	w.settled()
	before := len(w.messages(wang))
	w.clock.ahead.Add(int64(48 * time.Hour)) // Friday morning
	eventually(t, "wang is asked again", func() bool {
		for _, m := range w.messages(wang)[before:] {
			if strings.Contains(m.Text, "待你审批") && len(m.Buttons) > 0 {
				return true
			}
		}
		return false
	})
}

// TestJourneyReloadRules: new rules count for what begins from then on; rules
// that would strand open deals are refused.
func TestJourneyReloadRules(t *testing.T) {
	t.Parallel()
	file, rules := filepath.Join(t.TempDir(), "rules.yaml"), string(config.DefaultRules())
	put(t, file, rules)
	w := newWorld(t, with("GENJIN_RULES", file))
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字扫描件.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	w.sees(wang, "待你审批", "华东智造")
	gone := strings.NewReplacer("id: contract", "id: signed").Replace(rules)
	put(t, file, gone)
	w.sees(admin, "rules.yaml 没有被采用", "contract", "1 个进行中的商机")
	put(t, file, swap(t, rules, "bant: optional", "bant: required"))
	w.sees(admin, "rules.yaml 已经正确", "第 2 版")
	w.says(li, "线索 公司=北方重工 联系人=赵六 电话=13900139000")
	lead := number(t, w.sees(li, "线索 #", "北方重工").Text, "线索")
	w.answers(li, "转商机 #"+lead+" 金额=10万 产品=MES", "预算")
	err := w.hub.store.View(t.Context(), func(tx *store.Tx) error {
		first, err := w.hub.rulesAt(t.Context(), tx, 1)
		if err != nil || first.BANT || first.Version != 1 {
			t.Errorf("the first version: %v %v", first, err)
		}
		now, err := w.hub.rulesAt(t.Context(), tx, 2)
		if err != nil || !now.BANT {
			t.Errorf("the version in force: %v %v", now, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDrillHangUp: SIGHUP takes a file that looks as it did, and ends nothing.
func TestDrillHangUp(t *testing.T) {
	t.Parallel()
	d := newDrill(t)
	d.start()
	path := filepath.Join(d.dir, "org.yaml")
	info, err := os.Stat(path)
	text, err2 := os.ReadFile(path)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	// It takes the place of the other at one blow: the hub looks once a second.
	next := path + ".next"
	put(t, next, swap(t, string(text), "name: 销售0,", "name: 业务0,"))
	if err := errors.Join(os.Chtimes(next, info.ModTime(), info.ModTime()), os.Rename(next, path)); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s := d.store()
	eventually(t, "a version by SIGHUP", func() bool {
		var v store.Version
		err := s.View(t.Context(), func(tx *store.Tx) (err error) {
			v, _, err = tx.NewestVersion(t.Context(), store.VersionOrg)
			return err
		})
		return err == nil && v.Number == 2 && strings.HasPrefix(v.By, "SIGHUP@") && strings.Contains(string(v.Text), "业务0")
	})
	if code := d.signal(syscall.SIGTERM); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// replica is a hub without its platforms and workers, which watches its files.
type replica struct {
	*hub

	org string
	hup chan os.Signal
}

// hire starts a replica on a database, with an org.yaml of its own; without a text
// the file is not there.
func hire(t *testing.T, url, text string) *replica {
	t.Helper()
	r := &replica{org: filepath.Join(t.TempDir(), "org.yaml"), hup: make(chan os.Signal, 1)}
	if text != "" {
		put(t, r.org, text)
	}
	env := map[string]string{"GENJIN_DATABASE_URL": url, "GENJIN_DATA_DIR": t.TempDir(), "GENJIN_ORG": r.org}
	cfg, err := config.Load(func(name string) string { return env[name] }, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	if r.hub, err = wire(t.Context(), cfg, parts{clock: time.Now, out: &lockedBuffer{}}, true); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = r.watch(ctx, r.hup) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if err := r.engine.Close(); err != nil {
			t.Error(err)
		}
		r.engine = nil
		r.close()
	})
	return r
}

// names tells whether the replica calls somebody by a name, in a version.
func (r *replica) names(version int64, name string) func() bool {
	return func() bool {
		p, _ := r.hub.org.Load().Person("li")
		return p.Name == name && r.hub.org.Load().Version == version
	}
}

// TestReplicasTakeTheNewestVersion: what one replica takes the others take, also
// with another file; an old file never comes back by a start, but by SIGHUP.
func TestReplicasTakeTheNewestVersion(t *testing.T) {
	t.Parallel()
	url, sample := storetest.PostgresURL(t), string(config.SampleOrg())
	named := func(name string) string { return swap(t, sample, "name: 李雷", "name: "+name) }
	a, b := hire(t, url, sample), hire(t, url, sample)
	put(t, a.org, named("李磊"))
	eventually(t, "a takes its file", a.names(2, "李磊"))
	eventually(t, "b follows", b.names(2, "李磊"))

	c := hire(t, url, sample) // an old file
	if !c.names(2, "李磊")() {
		t.Fatalf("a start rolled back to version %d", c.hub.org.Load().Version)
	}
	if why := strings.Join(c.misfits(), ""); !strings.Contains(why, "旧的第 1 版") || !strings.Contains(why, "SIGHUP") {
		t.Errorf("an old file is passed over without a word: %q", why)
	}
	c.hup <- syscall.SIGHUP
	eventually(t, "c takes its file when asked", c.names(3, "李雷"))
	eventually(t, "a follows", a.names(3, "李雷"))
	if why := c.misfits(); len(why) > 0 {
		t.Errorf("still: %q", why)
	}

	bad := hire(t, url, "people: [{}]\n")
	if !bad.names(3, "李雷")() || len(bad.misfits()) != 1 || !strings.Contains(bad.misfits()[0], "org.yaml") || strings.Contains(bad.misfits()[0], filepath.Dir(bad.org)) {
		t.Errorf("a start with a bad file: version %d, %q", bad.hub.org.Load().Version, bad.misfits())
	}
	bare := hire(t, url, "")
	if why := strings.Join(bare.misfits(), ""); !bare.names(3, "李雷")() || !strings.Contains(why, "org.yaml：读不到文件") || strings.Contains(why, filepath.Dir(bare.org)) {
		t.Errorf("a start without a file: version %d, %q", bare.hub.org.Load().Version, why)
	}
	put(t, bare.org, named("李雷"))
	eventually(t, "the file is there", func() bool { return len(bare.misfits()) == 0 })
	fresh := hire(t, url, named("李蕾")) // words that nobody ever loaded
	if !fresh.names(4, "李蕾")() {
		t.Errorf("a start with a new file: version %d", fresh.hub.org.Load().Version)
	}
	eventually(t, "b follows", b.names(4, "李蕾"))
	var by []string
	for n := range int64(4) {
		err := fresh.store.View(t.Context(), func(tx *store.Tx) error {
			v, err := tx.Version(t.Context(), store.VersionOrg, n+1)
			how, _, _ := strings.Cut(v.By, "@")
			by = append(by, how)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(by, " "); got != "start file SIGHUP start" {
		t.Errorf("loaded by %q", got)
	}
}

// A hub that never had a version does not begin with a bad file.
func TestFirstStartWithABadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	org := filepath.Join(dir, "org.yaml")
	put(t, org, "people:\n  - {id: li, name: 李雷, role: 店长}\n")
	env := map[string]string{"GENJIN_DATA_DIR": dir, "GENJIN_ORG": org, "GENJIN_ADDR": "127.0.0.1:0"}
	err := run(t.Context(), []string{"serve"}, func(name string) string { return env[name] }, io.Discard)
	if err == nil || !strings.Contains(err.Error(), org+":2") {
		t.Errorf("%v", err)
	}
	if err := os.Remove(org); err != nil {
		t.Fatal(err)
	}
	err = run(t.Context(), []string{"serve"}, func(name string) string { return env[name] }, io.Discard)
	if err == nil || !strings.Contains(err.Error(), org+"：读不到文件，请检查 GENJIN_ORG") {
		t.Errorf("without a file: %v", err)
	}
}

func TestOrgCheckCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	put(t, bad, "people:\n  - {id: li, name: 李雷, role: 店长}\n")
	if _, err := runs(t, dir, "org", "check", bad); err == nil || !strings.Contains(err.Error(), "bad.yaml:2") {
		t.Errorf("a bad file: %v", err)
	}
	if out, err := runs(t, dir, "org", "check", "config/sample_org.yaml"); err != nil || !strings.Contains(out, "名单正确。13 个人，3 个团队") {
		t.Errorf("the sample: %q %v", out, err)
	}
}
