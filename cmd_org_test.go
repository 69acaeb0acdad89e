package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"genjin/config"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// company is two platforms that know people, and an org.yaml.
type company struct {
	feishu *feishusim.Server
	wecom  *wecomsim.Server
	path   string
	getenv func(string) string
}

func newCompany(t testing.TB, org string, change ...func(*wecomsim.Options)) *company {
	t.Helper()
	c := &company{path: filepath.Join(t.TempDir(), "org.yaml")}
	c.feishu = feishusim.New(demoApp(time.Now))
	base, stop := c.feishu.Start()
	t.Cleanup(stop)
	app := demoWeCom(time.Now)
	for _, f := range change {
		f(&app)
	}
	c.wecom = wecomsim.New(app)
	wecomBase, stopWeCom := c.wecom.Start()
	t.Cleanup(stopWeCom)
	env := demoWeComEnv(wecomBase)
	env["GENJIN_ORG"] = c.path
	c.getenv = over(demoEnv(func(string) string { return "" }, t.TempDir(), base), env)
	if org != "" {
		c.writes(t, org)
	}
	return c
}

func (c *company) writes(t testing.TB, org string) {
	t.Helper()
	if err := os.WriteFile(c.path, []byte(org), 0o640); err != nil {
		t.Fatal(err)
	}
}

func (c *company) reads(t *testing.T, more string) string {
	t.Helper()
	text, err := os.ReadFile(c.path + more)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOrgPull brings both platforms into one hand-written file.
func TestOrgPull(t *testing.T) {
	t.Parallel()
	const org = "# 手写\nteams:\n  - {id: east, name: 华东区}\npeople:\n  - {id: wang, name: 王芳, role: manager, team: east, feishu: ou_wang} # 主管\n  - {id: hu, name: 老胡, role: rep, feishu: ou_hu}\n"
	c := newCompany(t, org, func(o *wecomsim.Options) { o.TellsMobiles = true })
	c.feishu.AddDepartment(feishusim.Department{ID: "od_east", Name: "华东区"})
	c.feishu.AddUser(feishusim.User{OpenID: "ou_wang", Name: "王芳", DepartmentID: "od_east", Mobile: "+8613800138001"})
	c.feishu.AddUser(feishusim.User{OpenID: "ou_li", Name: "李雷", DepartmentID: "od_east", LeaderOpenID: "ou_wang", Email: "li@example.com"})
	c.wecom.AddUser(wecomsim.User{UserID: "WangFang", Name: "王芳", Mobile: "13800138001"})
	c.wecom.AddUser(wecomsim.User{UserID: "LiLei", Name: "李雷", Leaders: []string{"WangFang"}})
	c.wecom.AddUser(wecomsim.User{UserID: "Han", Name: "韩梅梅", Leaders: []string{"WangFang"}})

	out, err := runsWith(t, c.getenv, "org", "pull", "feishu", "--dry-run")
	if err != nil || c.reads(t, "") != org || !strings.Contains(out, "李雷（id lilei") || !strings.Contains(out, "没有写入") {
		t.Fatalf("dry run: %v\n%s", err, out)
	}
	out, err = runsWith(t, c.getenv, "org", "pull", "feishu")
	withLi := org + "  - {id: lilei, name: 李雷, role: rep, team: east, manager: wang, feishu: ou_li}\n"
	if err != nil || c.reads(t, "") != withLi || c.reads(t, ".bak") != org || !strings.Contains(out, "老胡（hu，账号 ou_hu）：看不到") || !strings.Contains(out, "org.yaml.bak") {
		t.Fatalf("feishu: %v\n%s\n%s", err, out, c.reads(t, ""))
	}
	out, err = runsWith(t, c.getenv, "org", "pull", "wecom")
	both := strings.Replace(withLi, "feishu: ou_wang}", "feishu: ou_wang, wecom: WangFang}", 1) + "  - {id: hanmeimei, name: 韩梅梅, role: rep, manager: wang, wecom: Han}\n"
	if err != nil || c.reads(t, "") != both || c.reads(t, ".bak") != withLi ||
		!strings.Contains(out, "可能是同一人：李雷（lilei） 和企业微信的 LiLei（李雷）。若是，请在 lilei 一行写 wecom: LiLei") {
		t.Fatalf("wecom: %v\n%s\n%s", err, out, c.reads(t, ""))
	}
	for _, private := range []string{"1380013", "example.com"} {
		if strings.Contains(out+both, private) {
			t.Errorf("%s is told", private)
		}
	}
	out, err = runsWith(t, c.getenv, "org", "pull", "wecom")
	if err != nil || c.reads(t, "") != both || !strings.Contains(out, "没有要写入") {
		t.Errorf("again: %v\n%s", err, out)
	}
	if info, err := os.Stat(c.path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(c.path + ".new*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestOrgPullFirst: where there is no file yet nothing was kept, and root leaves a
// file that the hub's user can read.
func TestOrgPullFirst(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "")
	c.feishu.AddUser(feishusim.User{OpenID: "ou_li", Name: "李雷"})
	root := os.Geteuid() == 0
	if root {
		if err := os.Chown(filepath.Dir(c.path), 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	out, err := runsWith(t, c.getenv, "org", "pull", "feishu")
	if err != nil || !strings.Contains(out, "已写入") || strings.Contains(out, ".bak") || !strings.Contains(c.reads(t, ""), "ou_li") {
		t.Fatalf("%v\n%s", err, out)
	}
	if !root {
		return
	}
	dir, err := os.Stat(filepath.Dir(c.path))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(c.path)
	if err != nil || ownerOf(file) != ownerOf(dir) {
		t.Errorf("the file belongs to %v, its folder to %v: %v", ownerOf(file), ownerOf(dir), err)
	}
}

// ownerOf is whose a file is, where the system tells.
func ownerOf(info os.FileInfo) any {
	st := reflect.Indirect(reflect.ValueOf(info.Sys()))
	if st.Kind() != reflect.Struct || !st.FieldByName("Uid").IsValid() {
		return nil
	}
	return st.FieldByName("Uid").Uint()
}

// TestOrgPullTrouble: what cannot be done is told with its cure, and the file
// stays as it is.
func TestOrgPullTrouble(t *testing.T) {
	t.Parallel()
	const org = "people:\n  - {id: wang, name: 王芳, role: manager, feishu: ou_wang}\n"
	c := newCompany(t, org)
	c.feishu.AddUser(feishusim.User{OpenID: "ou_li", Name: "李雷"})
	pull := func(env map[string]string, platform string) string {
		t.Helper()
		out, err := runsWith(t, over(c.getenv, env), "org", "pull", platform)
		if err == nil || errors.Is(err, errUsage) || c.reads(t, "") != org {
			t.Errorf("%v %s: %v\n%s\n%s", env, platform, err, out, c.reads(t, ""))
			return ""
		}
		return err.Error()
	}
	if said := pull(nil, "wecom"); !strings.Contains(said, "可见范围") {
		t.Errorf("nobody to be seen: %s", said)
	}
	if said := pull(map[string]string{"GENJIN_ORG": ""}, "feishu"); !strings.Contains(said, "GENJIN_ORG") {
		t.Errorf("no file: %s", said)
	}
	if said := pull(map[string]string{"GENJIN_WECOM_CORP_ID": ""}, "wecom"); !strings.Contains(said, "GENJIN_WECOM_CORP_ID") {
		t.Errorf("not on: %s", said)
	}
	if said := pull(map[string]string{"GENJIN_FEISHU_APP_SECRET": "wrong"}, "feishu"); !strings.Contains(said, "App Secret") {
		t.Errorf("a wrong secret: %s", said)
	}
	c.wecom.SetFault(wecomsim.Fault{Kind: wecomsim.FaultNoRight, Path: "/cgi-bin/department/list"})
	if said := pull(nil, "wecom"); !strings.Contains(said, "48002") || !strings.Contains(said, "Secret") {
		t.Errorf("no right: %s", said)
	}
	for _, args := range [][]string{{"org"}, {"org", "pull"}, {"org", "pull", "icq"}} {
		if _, err := runsWith(t, c.getenv, args...); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
	c.writes(t, "people:\n  - {id: wang, name: 王芳, role: boss}\n")
	if _, err := runsWith(t, c.getenv, "org", "pull", "feishu"); err == nil || !strings.Contains(err.Error(), "org.yaml:2") {
		t.Errorf("a wrong file: %v", err)
	}
	if err := replaceFile(c.path, []byte("what was read"), []byte("new")); err == nil || c.reads(t, "") == "new" {
		t.Errorf("somebody wrote meanwhile: %v", err)
	}
	if err := os.Remove(c.path); err != nil {
		t.Fatal(err)
	}
	if out, err := runsWith(t, c.getenv, "org", "pull", "feishu"); err != nil || c.reads(t, "") != "people:\n  - {id: lilei, name: 李雷, role: rep, feishu: ou_li}\n" {
		t.Errorf("no file yet: %v\n%s", err, out)
	}
}

// TestOrgUnknown lists who wrote and is not known, with what to write.
func TestOrgUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onBothAtOnce)
	if out, err := runsWith(t, w.getenv, "org", "unknown"); err != nil || !strings.Contains(out, "没有不认识的人") {
		t.Errorf("before: %v\n%s", err, out)
	}
	w.sim.AddUser(feishusim.User{OpenID: "ou_new", Name: "新来的"})
	w.wecom.AddUser(wecomsim.User{UserID: "XiaoMing", Name: "小明"})
	w.wecom.AddUser(wecomsim.User{UserID: "Sun", Name: "孙悦"})
	for range 2 {
		if r := w.sim.SendText(t.Context(), "ou_new", "", "你好"); !r.OK() {
			t.Fatalf("%+v", r)
		}
	}
	for _, who := range []string{"XiaoMing", "Sun"} {
		if r := w.wecom.SendText(t.Context(), who, "", "你好"); !r.OK() {
			t.Fatalf("%+v", r)
		}
	}
	out, err := runsWith(t, w.getenv, "org", "unknown")
	for _, want := range []string{
		"飞书：以下 1 个", "ou_new（新来的），最后一次 2026-11-25 10:", "共 2 次", "写进 people：- {id: xinlaide, name: 新来的, role: rep, feishu: ou_new}",
		"企业微信：以下 2 个", "- {id: xiaoming, name: 小明, role: rep, wecom: XiaoMing}",
		"可能是 孙悦（sun）：若是，请在那一行写 wecom: Sun；若不是，写进 people：- {id: sunyue, name: 孙悦, role: rep, wecom: Sun}",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing (%v):\n%s", want, err, out)
		}
	}
	file := filepath.Join(t.TempDir(), "org.yaml")
	org := string(config.SampleOrg()) + "  - {id: xin, name: 新来的, role: rep, feishu: ou_new}\n  - {id: ming, name: 小明, role: rep, wecom: XiaoMing, left: true}\n"
	if err := os.WriteFile(file, []byte(org), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = runsWith(t, over(w.getenv, map[string]string{"GENJIN_ORG": file, "GENJIN_FEISHU_APP_ID": ""}), "org", "unknown")
	if err != nil || strings.Contains(out, "ou_new") || !strings.Contains(out, "小明（ming） 在 org.yaml 里写着 left: true") {
		t.Errorf("after: %v\n%s", err, out)
	}
}

// BenchmarkOrgPull reads a company of 2,000 from a simulated platform within its
// limits, and merges it into a file.
func BenchmarkOrgPull(b *testing.B) {
	const people, parts = 2000, 60
	c := newCompany(b, "")
	for d := range parts {
		c.feishu.AddDepartment(feishusim.Department{ID: fmt.Sprintf("od_%d", d), Name: fmt.Sprintf("销售%d部", d)})
		c.wecom.AddDepartment(wecomsim.Department{ID: 10 + d, Name: fmt.Sprintf("销售%d部", d)})
	}
	for i := range people {
		boss := i / 10
		c.feishu.AddUser(feishusim.User{
			OpenID: fmt.Sprintf("ou_%d", i), Name: fmt.Sprintf("员工%d", i), DepartmentID: fmt.Sprintf("od_%d", i%parts), LeaderOpenID: fmt.Sprintf("ou_%d", boss),
		})
		c.wecom.AddUser(wecomsim.User{UserID: fmt.Sprintf("U%d", i), Name: fmt.Sprintf("员工%d", i), Departments: []int{10 + i%parts}, Leaders: []string{fmt.Sprintf("U%d", boss)}})
	}
	for _, platform := range []string{"feishu", "wecom"} {
		b.Run(platform, func(b *testing.B) {
			for b.Loop() {
				if err := os.RemoveAll(c.path); err != nil {
					b.Fatal(err)
				}
				var out strings.Builder
				if err := run(b.Context(), []string{"org", "pull", platform}, c.getenv, &out); err != nil || !strings.Contains(out.String(), "新增 2000 人") {
					b.Fatalf("%v\n%s", err, out.String())
				}
			}
		})
	}
}
