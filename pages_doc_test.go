package main

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/alecthomas/kong"
)

const operationsFile = "docs/operations.zh-CN.md"

var (
	docLink     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docHeading  = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	docVariable = regexp.MustCompile(`GENJIN_[A-Z][A-Z_]*[A-Z]\b`)
	docCommand  = regexp.MustCompile("(?:^|[`;&(]\\s*|set \\+a; )genjin ([a-z]+)(?: ([a-z]+))?")
	docFence    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	docSaid     = regexp.MustCompile("`(\\p{Han}[^`]*)`")
	docAlarm    = regexp.MustCompile("(?m)^\\| `([a-z ]+)` \\|")
)

// TestAlarmsAreExplained holds the operations page to the alarms: each one that
// the hub raises has its words, and each has a row that says what to do.
func TestAlarmsAreExplained(t *testing.T) {
	t.Parallel()
	known := alarmWords(t)
	names, err := fs.Glob(os.DirFS("."), "jobs/*.go")
	if err != nil {
		t.Fatal(err)
	}
	raised := map[string]bool{}
	for _, name := range names {
		for _, m := range refRaised.FindAllStringSubmatch(fileText(t, name), -1) {
			raised[m[1]] = true
		}
	}
	if have, want := slices.Sorted(maps.Keys(raised)), slices.Sorted(maps.Keys(known)); !slices.Equal(have, want) {
		t.Errorf("jobs raises the alarms %q, the catalogue of cards has words for %q", have, want)
	}
	if have, want := alarmRows(fileText(t, operationsFile)), slices.Sorted(maps.Keys(known)); !slices.Equal(have, want) {
		t.Errorf("%s explains the alarms %q, there are %q", operationsFile, have, want)
	}
}

// alarmRows are the alarms that the operations page explains, in order.
func alarmRows(page string) []string {
	_, section, _ := strings.Cut(page, "\n## 告警\n")
	section, _, _ = strings.Cut(section, "\n## ")
	found := docAlarm.FindAllStringSubmatch(section, -1)
	rows := make([]string, 0, len(found))
	for _, m := range found {
		rows = append(rows, m[1])
	}
	slices.Sort(rows)
	return rows
}

// TestPages holds the pages for people to the program: their links lead
// somewhere, and the variables, commands and metrics that they name exist.
func TestPages(t *testing.T) {
	t.Parallel()
	p := pageFacts{variables: firsts(aSetting, fileText(t, "config/env_table.go")), commands: commandNames(t), metrics: fileText(t, referenceFile)}
	pages, err := peoplesPages(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range pages {
		for _, f := range p.faults(os.DirFS("."), file, fileText(t, file)) {
			t.Errorf("%s: %s", file, f)
		}
	}
	watch := fileText(t, operationsFile)
	for _, m := range refMetric.FindAllStringSubmatch(strings.ReplaceAll(p.metrics, "`", `"`), -1) {
		if !strings.Contains(watch, m[1]) && m[1] != "genjin_messages" && m[1] != "genjin_jobs" {
			t.Errorf("%s does not say what to do about %s", operationsFile, m[1])
		}
	}
}

// TestGuideSpeaks holds the chat words of the guide to those that the hub knows.
func TestGuideSpeaks(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, m := range refVerb.FindAllStringSubmatch(fileText(t, "handlers/speech/verb_table.go"), -1) {
		known[m[2]] = true
	}
	n := 0
	for _, m := range docSaid.FindAllStringSubmatch(fileText(t, "docs/guide.zh-CN.md"), -1) {
		verb, _, _ := strings.Cut(m[1], " ")
		if n++; !known[verb] && !strings.Contains(m[1], " 推进到") {
			t.Errorf("docs/guide.zh-CN.md: %s: no such command", m[1])
		}
	}
	if n < 20 {
		t.Errorf("found only %d examples in the guide", n)
	}
}

// TestPagesSeesFaults plants a fault of each kind.
func TestPagesSeesFaults(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"docs/a.md": {Data: []byte("# One\n## Two (x)\n")}}
	p := pageFacts{variables: []string{"GENJIN_ADDR"}, commands: []string{"serve", "dead list"}, metrics: "genjin_jobs"}
	for text, want := range map[string]string{
		"[x](none.md)":                           "leads nowhere: none.md",
		"[x](a.md#three)":                        "leads nowhere: a.md#three",
		"[x](#none)":                             "leads nowhere: #none",
		"`GENJIN_NONE`":                          "no such variable: GENJIN_NONE",
		"`genjin nothing`":                       "no such command: nothing",
		"`genjin dead raise`":                    "no such command: dead raise",
		"```sh\ngenjin nothing\n```":             "no such command: nothing",
		"`genjin_none`":                          "no such metric: genjin_none",
		"# One\n[x](a.md#two-x) [y](#one) `x_y`": "",
		"`genjin serve` and `GENJIN_ADDR_FILE`, `genjin dead list`, `genjin_jobs{a=\"b\"}`": "",
	} {
		got := strings.Join(p.faults(fsys, "docs/b.md", text), "\n")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
	}
}

// pageFacts is what pages may name.
type pageFacts struct {
	variables []string
	commands  []string // with their subcommands
	metrics   string   // a text that names them all
}

// peoplesPages are the pages that tell people how to use the program.
func peoplesPages(fsys fs.FS) ([]string, error) {
	docs, err := fs.Glob(fsys, "docs/*.zh-CN.md")
	return append([]string{"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/adding-a-platform.md"}, docs...), err
}

func (p pageFacts) faults(fsys fs.FS, file, text string) []string {
	var all []string
	for _, m := range docLink.FindAllStringSubmatch(text, -1) {
		if !leads(fsys, file, text, m[1]) {
			all = append(all, "leads nowhere: "+m[1])
		}
	}
	for _, name := range docVariable.FindAllString(text, -1) {
		if !slices.Contains(p.variables, strings.TrimSuffix(name, "_FILE")) && !strings.HasPrefix(name, "GENJIN_TEST_") &&
			!strings.HasPrefix(name, "GENJIN_AUDIT_") {
			all = append(all, "no such variable: "+name)
		}
	}
	for _, name := range regexp.MustCompile("`(genjin_[a-z_]+)").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(p.metrics, name[1]) {
			all = append(all, "no such metric: "+name[1])
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		for _, m := range docCommand.FindAllStringSubmatch(strings.TrimSpace(line), -1) {
			if !p.command(m[1], m[2]) {
				all = append(all, strings.TrimSpace("no such command: "+m[1]+" "+m[2]))
			}
		}
	}
	return all
}

// command tells whether a command is one; a word behind one that has no
// subcommands is its argument.
func (p pageFacts) command(name, sub string) bool {
	return slices.ContainsFunc(p.commands, func(c string) bool {
		return c == name || (sub == "" && strings.HasPrefix(c, name+" ")) || c == name+" "+sub
	})
}

// leads tells whether a link of a page leads somewhere in the tree; what lies
// outside is not looked at.
func leads(fsys fs.FS, file, text, to string) bool {
	if strings.Contains(to, "://") {
		return true
	}
	where, anchor, _ := strings.Cut(to, "#")
	if where != "" {
		where = path.Join(path.Dir(file), where)
		if _, err := fs.Stat(fsys, where); err != nil {
			return false
		}
		if anchor == "" {
			return true
		}
		b, err := fs.ReadFile(fsys, where)
		if err != nil {
			return false
		}
		text = string(b)
	}
	for _, m := range docHeading.FindAllStringSubmatch(docFence.ReplaceAllString(text, ""), -1) {
		if slug(m[1]) == anchor {
			return true
		}
	}
	return false
}

// slug is the anchor that a heading gets.
func slug(heading string) string {
	heading = strings.ToLower(strings.TrimSpace(heading))
	heading = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`).ReplaceAllString(heading, "")
	return strings.ReplaceAll(heading, " ", "-")
}

// commandNames are all commands of the program, with their subcommands.
func commandNames(t *testing.T) []string {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.Name("genjin"))
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(true)
	all := make([]string, 0, len(leaves))
	for _, node := range leaves {
		all = append(all, strings.TrimPrefix(node.FullPath(), "genjin "))
	}
	return all
}
