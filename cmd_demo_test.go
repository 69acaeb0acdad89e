package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"genjin/sales/worktime"
)

// TestDemo: it starts with nothing there, tells a second one what to do instead
// of throwing away what the first one uses, and stops when asked.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	getenv := func(name string) string {
		return map[string]string{"GENJIN_ADDR": "127.0.0.1:0", "GENJIN_DATA_DIR": dir}[name]
	}
	out := &lockedBuffer{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- run(ctx, []string{"demo"}, getenv, out) }()
	for range 200 {
		if strings.Contains(out.String(), "/playground") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	port := regexp.MustCompile(`http://localhost:(\d+)/playground`).FindStringSubmatch(out.String())
	if port == nil {
		t.Fatalf("the demo does not say where it is: %q", out.String())
	}

	if err := run(t.Context(), []string{"demo"}, getenv, out); err == nil || !strings.Contains(err.Error(), "另一个演示正在用") {
		t.Errorf("a second demo on the same folder: %v", err)
	}
	sameAddr := func(name string) string {
		return map[string]string{"GENJIN_ADDR": "127.0.0.1:" + port[1], "GENJIN_DATA_DIR": t.TempDir()}[name]
	}
	if err := run(t.Context(), []string{"demo"}, sameAddr, out); err == nil || !strings.Contains(err.Error(), "已被占用") {
		t.Errorf("a second demo at the same address: %v", err)
	}

	if strings.Contains(out.String(), "没有通过校验") {
		t.Errorf("WeCom does not accept the hub's callbacks: %q", out.String())
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the demo does not stop within 10 s")
	}
}

// TestDemoTouchesNoForeignFolder: only what a demo has left is thrown away.
func TestDemoTouchesNoForeignFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "genjin.db")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &demoCmd{}
	if err := c.prepare(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "不是演示留下的文件") {
		t.Errorf("a folder of somebody else: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, demoLogName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&demoCmd{Keep: true}).prepare(t.Context(), dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("--keep has thrown something away")
	}
	if err := c.prepare(t.Context(), dir); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the last demo's data is still there: %v %v", left, err)
	}
}

// TestNextMorning: the page's jump knows holidays, worked Saturdays and hours.
func TestNextMorning(t *testing.T) {
	t.Parallel()
	from, to := worktime.TimeOfDay(9*60), worktime.TimeOfDay(18*60)
	cal := worktime.NewCalendar(shanghai(2026, 1, 1, 0, 0).Location(), worktime.WorkHours{From: from, To: to}, worktime.BuiltinHolidays()...)
	for _, c := range []struct{ at, want time.Time }{
		{shanghai(2026, 11, 25, 10, 0), shanghai(2026, 11, 26, 9, 0)},
		{shanghai(2026, 11, 25, 7, 0), shanghai(2026, 11, 25, 9, 0)},
		{shanghai(2026, 11, 25, 9, 0), shanghai(2026, 11, 26, 9, 0)},
		{shanghai(2026, 11, 25, 22, 0), shanghai(2026, 11, 26, 9, 0)},
		{shanghai(2026, 11, 27, 10, 0), shanghai(2026, 11, 30, 9, 0)},  // Friday
		{shanghai(2026, 9, 30, 10, 0), shanghai(2026, 10, 8, 9, 0)},    // 国庆
		{shanghai(2026, 10, 9, 20, 0), shanghai(2026, 10, 10, 9, 0)},   // a Saturday that is worked
		{shanghai(2026, 10, 10, 18, 30), shanghai(2026, 10, 12, 9, 0)}, // and the Sunday behind it
	} {
		if got := nextMorning(cal, c.at); !got.Equal(c.want) {
			t.Errorf("after %s comes %s, want %s", c.at.Format(time.DateTime), got.Format(time.DateTime), c.want.Format(time.DateTime))
		}
	}
}

// TestTraceIsForPeople: what the hub did is told in words: no ids, no event
// types, no names of actions, whatever happened.
func TestTraceIsForPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.toNegotiation("华东智造", "50万")
	w.says(li, "推进 华东智造 合同签订")
	w.sees(li, "没有推进")
	w.sends(li, "坏.pdf", []byte("MZ no pdf"))
	w.sees(li, "坏.pdf", "不能用作凭证")
	w.sends(li, "签字.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	no := number(t, w.sees(li, "审批 #").Text, "审批")
	w.clicks(wang, w.sees(wang, "待你审批"), "退回", map[string]any{"comment": "补一页"})
	w.sees(li, "被退回")
	w.says(li, "大家好", east)
	w.says(li, "静音 #2 3天 等客户预算")
	w.says(wang, "代理 韩梅梅 到 12-28")
	w.says(ops, "交接 李雷 韩梅梅")
	w.settled()
	events, err := (&tracer{hub: w.hub, sims: outside{w.sim, w.wecom}, names: map[string]string{}}).events(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range events {
		all.WriteString(e.Title + " [" + e.State + "]\n")
		for _, l := range e.Lines {
			all.WriteString("  " + l.Label + " " + l.Text + "\n")
		}
	}
	for _, want := range []string{
		"李雷：推进 华东智造 合同签订 [refused]", "没有照做：缺少凭证", "坏.pdf：不能用，内容不是允许的类型", "王芳 点了「退回」", "提示 已退回",
		"审批 #" + no + " 华东智造：王芳 退回（补一页）", "方案报价 → 商务谈判", "→ 王芳：[卡片] 待你审批 · 华东智造", "李雷 在华东区：大家好", "群里没有 @ 机器人", "商机 #2 华东智造：换负责人", "名单第 1 版：载入名单",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("the trace does not tell %q", want)
		}
	}
	if hit := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}|\b[a-z]+\.[a-z_]+(_v\d)?\b|ou_|oc_|om_|[{}]|<nil>|决定 [a-z_]+\n`).FindString(strings.NewReplacer("坏.pdf", "", ".pdf", "").Replace(all.String())); hit != "" {
		t.Errorf("the trace shows %q", hit)
	}
	if t.Failed() {
		t.Log("\n" + all.String())
	}
}

// TestTraceNamesButtonsOfWeCom, whose events name none; and nobody's address.
func TestTraceNamesButtonsOfWeCom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, onWeCom)
	w.toNegotiation("华东智造", "50万")
	w.sends(li, "签字.pdf", pdf("签字"))
	w.says(li, "推进 华东智造 合同签订")
	w.clicks(wang, w.sees(wang, "待你审批"), "同意", nil)
	w.sees(li, "已通过")
	w.says(li, "我的", east)
	w.settled()
	tr := &tracer{hub: w.hub, sims: outside{w.sim, w.wecom}, names: map[string]string{}}
	for range 2 { // the second look knows what the first one read
		events, err := tr.events(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprint(events)
		if !strings.Contains(all, "王芳 点了「同意」") || strings.Contains(all, "点了卡片") || strings.Contains(all, "response_code") {
			t.Errorf("the trace tells:\n%s", all)
		}
	}
}

// TestTraceHasWords: whatever the hub writes into its record has words there.
func TestTraceHasWords(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		found *regexp.Regexp
		words map[string]string
		least int
	}{
		"action":  {regexp.MustCompile(`Action: "([a-z]+\.[a-z]+)"`), actionWords, 10},
		"refusal": {regexp.MustCompile(`(?:refuse\w*\(ctx, |RefusalKind = )"([a-z_]+)"`), refusalWords, 40},
		"outcome": {regexp.MustCompile(`outcome = "([a-z_]+)"`), outcomeWords, 5},
		"notice":  {regexp.MustCompile(`note\{Kind: "([a-z-]+)"`), noticeWords, 3},
	} {
		n := 0
		for _, dir := range []string{"handlers", "jobs", "sales", "store"} {
			files, err := filepath.Glob(filepath.Join(dir, "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(file, "_test.go") {
					continue
				}
				for _, m := range c.found.FindAllStringSubmatch(string(text), -1) {
					n++
					if c.words[m[1]] == "" {
						t.Errorf("%s: the %s %q has no words", file, what, m[1])
					}
				}
			}
		}
		if n < c.least {
			t.Errorf("only %d of %s found: the test is blind", n, what)
		}
	}
}
