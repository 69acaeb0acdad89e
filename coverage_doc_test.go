package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const coverageFile = "docs/coverage.md"

// requirements says how many rows each letter of the requirements has; each
// stands in the coverage page, also when it is not built yet.
var requirements = map[string]int{"J": 7, "L": 8, "P": 7, "C": 6, "M": 6, "F": 4, "A": 5}

var (
	aTest   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)\(`)
	aTarget = regexp.MustCompile(`(?m)^([a-z]+):`)
	aCode   = regexp.MustCompile("`([^`]+)`")
	aName   = regexp.MustCompile(`^(?:([a-z/]+)\.)?((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9_]*)$`)
	aRow    = regexp.MustCompile(`^\| *([A-Z]+[0-9]+) *\|([^|]*)\|([^|]*)\|([^|]*)\|$`)
)

// TestCoverage holds docs/coverage.md to the tree: every promise names a proof
// that exists, or says that it is open.
func TestCoverage(t *testing.T) {
	t.Parallel()
	faults, err := coverageFaults(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// TestCoverageSeesFaults plants a fault in each cell.
func TestCoverageSeesFaults(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"| G1 | once | `TestNone` | – |":                 "no such test: TestNone",
		"| G1 | once | `store.TestTop` | – |":            "no such test: store.TestTop",
		"| G1 | once | `make none` | – |":                "no such target: make none",
		"| G1 | once | `trust me` | – |":                 "neither a test nor a command: trust me",
		"| G1 | once | believe me | – |":                 "no proof and nothing open",
		"| G1 | once | – |  |":                           "no proof and nothing open",
		"| G1 | once | `TestTop` |":                      "not a row of four cells",
		"| G1 | a | `TestTop` | – |\n| G1 | b | – | x |": "twice: G1",
		"| G1 | once | `TestTop` | – |":                  "missing: L8",
	} {
		faults, err := coverageFaults(fstest.MapFS{
			coverageFile:         {Data: []byte("| id | what | proof | open |\n|---|---|---|---|\n" + row + "\n")},
			"Makefile":           {Data: []byte("bench: ## figures\n\ttrue\n")},
			"top_test.go":        {Data: []byte("package x\n\nfunc TestTop(t *testing.T) {}\n")},
			"store/deep_test.go": {Data: []byte("package x\n\nfunc FuzzDeep(f *testing.F) {}\n")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, want) }) {
			t.Errorf("%s: want %q, found %q", row, want, faults)
		}
	}
}

// coverageFaults lists what the coverage page says and the tree does not hold.
func coverageFaults(fsys fs.FS) ([]string, error) {
	page, err := fs.ReadFile(fsys, coverageFile)
	if err != nil {
		return nil, fmt.Errorf("read the coverage page: %w", err)
	}
	makefile, err := fs.ReadFile(fsys, "Makefile")
	if err != nil {
		return nil, fmt.Errorf("read the Makefile: %w", err)
	}
	p := proofs{targets: map[string]bool{}}
	for _, m := range aTarget.FindAllStringSubmatch(string(makefile), -1) {
		p.targets[m[1]] = true
	}
	if p.tests, err = testNames(fsys); err != nil {
		return nil, err
	}
	var faults []string
	seen := map[string]bool{}
	for i, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| id ") || strings.HasPrefix(line, "|--") {
			continue
		}
		where := fmt.Sprintf("%s:%d: ", coverageFile, i+1)
		m := aRow.FindStringSubmatch(line)
		if m == nil {
			faults = append(faults, where+"not a row of four cells: "+line)
			continue
		}
		if seen[m[1]] {
			faults = append(faults, where+"twice: "+m[1])
		}
		seen[m[1]] = true
		for _, f := range p.faults(m[3], m[4]) {
			faults = append(faults, where+m[1]+": "+f)
		}
	}
	for letter, n := range requirements {
		for i := range n {
			if id := letter + strconv.Itoa(i+1); !seen[id] {
				faults = append(faults, coverageFile+": missing: "+id)
			}
		}
	}
	return faults, nil
}

// proofs is what can prove something: tests by name with the folders they
// stand in, and targets of the Makefile.
type proofs struct {
	tests   map[string][]string
	targets map[string]bool
}

// faults checks the cells "proof" and "open" of one row.
func (p proofs) faults(proof, open string) []string {
	codes := aCode.FindAllStringSubmatch(proof, -1)
	if len(codes) == 0 && strings.Trim(open, " –-") == "" {
		return []string{"no proof and nothing open"}
	}
	var faults []string
	for _, c := range codes {
		name := aName.FindStringSubmatch(c[1])
		word, rest, _ := strings.Cut(c[1], " ")
		switch {
		case name != nil && !slices.ContainsFunc(p.tests[name[2]], func(dir string) bool { return inRoom(dir, name[1]) }):
			faults = append(faults, "no such test: "+c[1])
		case name != nil, slices.Contains([]string{"go", "genjin", "bash"}, word):
		case word == "make" && !p.targets[rest]:
			faults = append(faults, "no such target: "+c[1])
		case word != "make":
			faults = append(faults, "neither a test nor a command: "+c[1])
		}
	}
	return faults
}

// inRoom reports whether a folder is meant by the word before a test's name:
// its path or its last part; no word means any.
func inRoom(dir, word string) bool {
	return word == "" || dir == word || path.Base(dir) == word
}

// testNames finds every test, fuzz target and benchmark with its folders.
func testNames(fsys fs.FS) (map[string][]string, error) {
	names := map[string][]string{}
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(notRooms, d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		for _, m := range aTest.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = append(names[m[1]], path.Dir(file))
		}
		return nil
	})
	return names, err
}
