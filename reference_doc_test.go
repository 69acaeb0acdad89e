package main

import (
	"go/ast"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"

	"genjin/cards"
	"genjin/config"
	"genjin/jobs"
)

const (
	referenceFile = "docs/reference.zh-CN.md"
	referenceEnv  = "GENJIN_TEST_REFERENCE" // set: the page is written anew
)

var (
	refVariable = regexp.MustCompile(`(?m)^\s+"(GENJIN_[A-Z_]+)":\s+\{"(.*)", "(.*)"\},$`)
	refVerb     = regexp.MustCompile(`(?m)^\s+([A-Z][A-Za-z]*)\s+Verb = "(\p{Han}+)"`)
	refAlias    = regexp.MustCompile(`"([^"]+)": ([A-Z][A-Za-z]*)`)
	refHole     = regexp.MustCompile(`%(?:\[\d+\])?[sd]`)
	refDesc     = regexp.MustCompile(`fqName: "([^"]+)", help: "([^"]+)", (?:unit: "[^"]*", )?constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)
	refMetric   = regexp.MustCompile(`"(genjin_[a-z_]+)"`)
	refAlarm    = regexp.MustCompile(`"alarm\.([a-z ]+)":\s+"([^"]+)"`)
	refRaised   = regexp.MustCompile(`alarm\{what: "([^"]+)"`)
	refFile     = regexp.MustCompile(`"file\.([a-z_]+)":\s+"([^"]+)"`)
)

// TestReference holds docs/reference.zh-CN.md to the code that it is made of.
func TestReference(t *testing.T) {
	t.Parallel()
	r := reference{t: t, fsys: os.DirFS("."), used: map[string]bool{}}
	want := r.page()
	for name, words := range referenceWords {
		for word := range words {
			if !r.used[name+" "+word] {
				t.Errorf("reference_words_test.go: %s: nothing in the code is called %q any more", name, word)
			}
		}
	}
	if os.Getenv(referenceEnv) != "" {
		if err := os.WriteFile(referenceFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if n, line := firstDifference(want, fileText(t, referenceFile)); n > 0 {
		t.Errorf("%s:%d is not what the code says; run: make generate\nwant %q", referenceFile, n, line)
	}
}

// TestReferenceDiffers sees a page that says too much, too little or something
// else.
func TestReferenceDiffers(t *testing.T) {
	t.Parallel()
	for have, want := range map[string]int{"a\nb\n": 0, "a\nc\n": 2, "a\n": 2, "a\nb\nc\n": 3, "": 1} {
		if got, _ := firstDifference("a\nb\n", have); got != want {
			t.Errorf("%q: line %d, want %d", have, got, want)
		}
	}
}

// firstDifference is the first line that two texts do not share, from 1; 0 when
// there is none.
func firstDifference(want, have string) (at int, line string) {
	if want == have {
		return 0, ""
	}
	wanted, had := strings.Split(want, "\n"), strings.Split(have, "\n")
	for i, line := range wanted {
		if i >= len(had) || had[i] != line {
			return i + 1, line
		}
	}
	return len(wanted) + 1, ""
}

// reference makes the page.
type reference struct {
	t    *testing.T
	fsys fs.FS
	used map[string]bool // words of the tables that were needed
}

// word explains a stable word. A word without an explanation fails the test.
func (r reference) word(name, word string) string {
	r.t.Helper()
	text := referenceWords[name][word]
	if text == "" {
		r.t.Errorf("reference_words_test.go: %s: say in Chinese what %q is", name, word)
	}
	r.used[name+" "+word] = true
	return text
}

// known is [reference.word] for a word that may have its text elsewhere.
func (r reference) known(name, word, elsewhere string) string {
	if elsewhere != "" && referenceWords[name][word] == "" {
		return elsewhere
	}
	return r.word(name, word)
}

// catalogued is a text of the catalogue with its holes shown as such.
func catalogued(key string) string {
	text := cards.Words{}.Say(key)
	if text == key {
		return ""
	}
	return refHole.ReplaceAllString(text, "…")
}

func (r reference) page() string {
	parts := []string{
		referenceIntro,
		"## 环境变量\n\n每个变量 `X` 都可以改用 `X_FILE`（值放在那个文件里）。启动时所有错误一次报全；拼错的变量名会提示最接近的一个。\n\n" + r.variables(),
		"## 命令\n\n退出码：0 正常，1 失败，2 用法不对。`genjin 命令 --help` 显示用法。\n\n" + r.commands(),
		"`genjin job` 可以马上执行的定时工作（`--at` 指定按哪个时刻判断）：\n\n" + r.periodic(),
		"## 聊天里怎么说\n\n私聊直接发，群里先 @ 机器人。「别的写法」里没有列出的命令只认准确写法。\n\n" + r.verbs(),
		"## 为什么没有推进、没有审批成\n\n左边的词写在事件记录和审计里，右边是当事人看到的话（… 处填具体内容）。\n\n" + r.refusals(),
		"文件不能用作凭证的原因：\n\n" + r.fileReasons(),
		"## 事件的结果\n\n每个收到的事件都有一行记录，`outcome` 是下面的一个词；`refused:` 后面也可以是上一节的词。当事人看到「参考号」时，用它在日志里找同一行。\n\n" + r.outcomes(),
		"## 网址\n\n" + r.routes(),
		"## Webhook 的答复\n\n" + r.statuses(),
		"答复不是 200 时，正文是 `{\"error\": \"词\", \"request_id\": \"…\"}`，日志里同一行的 `reason` 也是这个词：\n\n" + r.httpReasons(),
		"上传页的答复：\n\n" + r.uploads(),
		"## 指标\n\n`/metrics` 是 Prometheus 格式；另有 Go 运行时（`go_`）和进程（`process_`）的标准指标。标签里没有人名和编号。\n\n" + r.metrics(),
		"## 平台的错误码\n\n`genjin doctor` 和日志里常见的平台错误码（{1} 是平台，{2} 是平台的原话，{3} 是平台看到的地址）：\n\n" + r.codes(),
		"## 告警\n\n发给管理员（`role: admin`）的私聊，同一件事一小时最多一次；该做什么见 [运维手册](operations.zh-CN.md#告警)。\n\n" + r.alarms(),
	}
	return strings.Join(parts, "\n")
}

func (r reference) variables() string {
	found := refVariable.FindAllStringSubmatch(fileText(r.t, "config/env_table.go"), -1)
	rows := make([]row, 0, len(found))
	for _, m := range found {
		rows = append(rows, row{code(m[1]), code(m[2]), m[3]})
	}
	if known := firsts(aSetting, fileText(r.t, "config/env_table.go")); len(rows) != len(known) {
		r.t.Errorf("%d of %d variables have the form that the reference reads", len(rows), len(known))
	}
	return table(row{"名称", "默认值", "含义"}, rows)
}

func (r reference) commands() string {
	var c cli
	parser, err := kong.New(&c, kong.Name("genjin"))
	if err != nil {
		r.t.Fatal(err)
	}
	leaves := parser.Model.Leaves(true)
	rows := make([]row, 0, len(leaves))
	for _, node := range leaves {
		name := strings.TrimPrefix(node.FullPath(), "genjin ")
		var more []string
		for _, arg := range node.Positional {
			more = append(more, code(strings.ToUpper(arg.Name))+" "+arg.Help)
		}
		for _, flag := range node.Flags {
			if flag.Name == "help" {
				continue
			}
			text := code("--"+flag.Name) + " " + flag.Help
			if flag.HasDefault {
				text += "（默认 " + code(flag.Default) + "）"
			}
			more = append(more, text)
		}
		rows = append(rows, row{code("genjin " + name), r.word("commands", name), strings.Join(more, "\n")})
	}
	return table(row{"命令", "做什么", "参数和选项（程序自己的帮助）"}, rows)
}

func (r reference) periodic() string {
	rows := make([]row, 0, len(jobs.Names()))
	for _, name := range jobs.Names() {
		rows = append(rows, row{code(name), r.word("jobs", name)})
	}
	return table(row{"名称", "做什么"}, rows)
}

func (r reference) verbs() string {
	text := fileText(r.t, "handlers/speech/verb_table.go")
	aliases := map[string][]string{}
	for _, m := range refAlias.FindAllStringSubmatch(text, -1) {
		aliases[m[2]] = append(aliases[m[2]], m[1])
	}
	found := refVerb.FindAllStringSubmatch(text, -1)
	rows := make([]row, 0, len(found))
	for _, m := range found {
		others := slices.DeleteFunc(aliases[m[1]], func(s string) bool { return s == m[2] })
		short, long := catalogued("help.short."+m[2]), catalogued("help.long."+m[2])
		if short == "" || long == "" {
			r.t.Errorf("cards/help_table.go: no help on %s", m[2])
		}
		rows = append(rows, row{"**" + m[2] + "**", short, long, code(others...)})
	}
	return table(row{"命令", "做什么", "怎么写", "别的写法"}, rows)
}

// refusalTexts are the words that people see for each kind of refusal.
func (r reference) refusalTexts() map[string]string {
	kinds, words := readSource(r.t, r.fsys, "sales").consts, readSource(r.t, r.fsys, "cards")
	texts := map[string]string{}
	for name, kind := range kinds {
		if strings.HasPrefix(name, "Refuse") {
			texts[kind] = ""
		}
	}
	for _, f := range words.files {
		ast.Inspect(f, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			sel, ok := kv.Key.(*ast.SelectorExpr)
			if !ok || !strings.HasPrefix(sel.Sel.Name, "Refuse") {
				return true
			}
			var all []string
			for _, key := range words.keys(kv.Value, 1) {
				all = append(all, catalogued(key))
			}
			kind := kinds[sel.Sel.Name]
			texts[kind] = strings.TrimPrefix(texts[kind]+"\n"+strings.Join(all, "\n"), "\n")
			return true
		})
	}
	return texts
}

func (r reference) refusals() string {
	rows := map[string]row{}
	for kind, text := range r.refusalTexts() {
		rows[kind] = row{code(kind), r.known("refusals", kind, text)}
	}
	return table(row{"词", "当事人看到的话"}, sortedRows(rows))
}

func (r reference) fileReasons() string {
	rows := map[string]row{}
	for _, m := range refFile.FindAllStringSubmatch(fileText(r.t, "cards/words_table.go"), -1) {
		if !slices.Contains([]string{"ready", "refused", "unnamed"}, m[1]) {
			rows[m[1]] = row{code(m[1]), catalogued("file." + m[1])}
		}
	}
	return table(row{"词", "当事人看到的话"}, sortedRows(rows))
}

func (r reference) outcomes() string {
	h := readSource(r.t, r.fsys, "handlers")
	maps.Copy(h.consts, readSource(r.t, r.fsys, "sales").consts)
	rows, kinds := map[string]row{}, r.refusalTexts()
	h.calls("refuse", func(in *ast.FuncDecl, call *ast.CallExpr) {
		for _, word := range h.words(in, call.Args[1]) {
			text := ""
			if keys := h.keys(call.Args[2], 0); len(keys) > 0 {
				text = catalogued(keys[0])
			}
			if _, ok := kinds[word]; ok {
				text = "见上一节"
			}
			if rows["refused:"+word] == nil {
				rows["refused:"+word] = row{code("refused:" + word), r.known("outcomes", word, text)}
			}
		}
	})
	for _, f := range h.files {
		ast.Inspect(f, func(n ast.Node) bool {
			as, ok := n.(*ast.AssignStmt)
			if !ok || len(as.Lhs) != 1 || len(as.Rhs) != 1 {
				return true
			}
			sel, ok := as.Lhs[0].(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "outcome" {
				return true
			}
			if word, ok := h.text(as.Rhs[0]); ok {
				rows[word] = row{code(word), r.word("outcomes", strings.TrimPrefix(word, "refused:"))}
			}
			return true
		})
	}
	rows["ok"] = row{code("ok"), r.word("outcomes", "ok")}
	rows["oops:"] = row{code("oops:参考号"), r.word("outcomes", "oops")}
	return table(row{"词", "意思"}, sortedRows(rows))
}

func (r reference) metrics() string {
	h := &hub{}
	h.orgFile, h.rulesFile = settingFiles(config.Config{})
	descs := make(chan *prometheus.Desc, 100)
	for _, c := range append(h.gauges(), (&jobs.Engine{}).Collector()) {
		c.Describe(descs)
	}
	close(descs)
	rows := map[string]row{}
	for d := range descs {
		m := refDesc.FindStringSubmatch(d.String())
		if m == nil {
			r.t.Fatalf("a metric that the reference cannot read: %s", d)
		}
		constant, _, _ := strings.Cut(m[3], "=")
		rows[m[1]] = row{code(m[1]), code(append(strings.Split(m[4], ","), constant)...), r.word("metrics", m[1]), m[2]}
	}
	for _, dir := range []string{".", "handlers", "jobs"} {
		names, err := fs.Glob(r.fsys, path.Join(dir, "*.go"))
		if err != nil {
			r.t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text := fileText(r.t, name)
			if !strings.Contains(text, "client_golang/prometheus") {
				continue
			}
			for _, m := range refMetric.FindAllStringSubmatch(text, -1) {
				if rows[m[1]] == nil {
					r.t.Errorf("%s has the metric %s, which no collector of the program describes", name, m[1])
				}
			}
		}
	}
	return table(row{"名称", "标签", "意思", "程序自己的说明"}, sortedRows(rows))
}

// codes are the platforms' codes that the doctor explains.
func (r reference) codes() string {
	var rows []row
	for _, platform := range slices.Sorted(maps.Keys(codeWords)) {
		for _, number := range slices.Sorted(maps.Keys(codeWords[platform])) {
			s := codeWords[platform][number]
			rows = append(rows, row{platformWords[platform], code(number), s.what, s.do})
		}
	}
	return table(row{"平台", "错误码", "现状", "该做什么"}, rows)
}

// alarmWords are the alarms of the catalogue by their word.
func alarmWords(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range refAlarm.FindAllStringSubmatch(fileText(t, "cards/words_table.go"), -1) {
		if m[1] != "cause" && !strings.HasPrefix(m[1], "next") {
			all[m[1]] = m[2]
		}
	}
	return all
}

func (r reference) alarms() string {
	rows := map[string]row{}
	for word, text := range alarmWords(r.t) {
		rows[word] = row{code(word), text}
	}
	return table(row{"词", "管理员看到的话"}, sortedRows(rows))
}
