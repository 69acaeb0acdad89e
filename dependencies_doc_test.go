package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	aModule   = regexp.MustCompile(`(?m)^(?:require|\s)\s*(\S+) (v\d\S*)`)
	aDepRow   = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (v[^ ]+) \\|")
	aVariable = regexp.MustCompile(`(?m)^(GENJIN_[A-Z_]+)=`)
	aSetting  = regexp.MustCompile(`"(GENJIN_[A-Z_]+)":`)
)

// TestDependencies holds docs/dependencies.md to the imports and to go.mod.
func TestDependencies(t *testing.T) {
	t.Parallel()
	inMod := pairs(aModule, fileText(t, "go.mod"))
	explained := pairs(aDepRow, fileText(t, "docs/dependencies.md"))
	for module, version := range explained {
		if inMod[module] != version {
			t.Errorf("docs/dependencies.md has %s %s, go.mod has %q", module, version, inMod[module])
		}
	}
	for im, file := range imported(t) {
		owner := ""
		for module := range inMod {
			if (im == module || strings.HasPrefix(im, module+"/")) && len(module) > len(owner) {
				owner = module
			}
		}
		if explained[owner] == "" {
			t.Errorf("%s imports %s: docs/dependencies.md does not say why (module %q)", file, im, owner)
		}
	}
}

// TestEnvExample holds .env.example to the variables that the hub knows, and to
// a word in two languages over each.
func TestEnvExample(t *testing.T) {
	t.Parallel()
	example := fileText(t, ".env.example")
	listed := firsts(aVariable, example)
	known := firsts(aSetting, fileText(t, "config/env_table.go"))
	if !slices.Equal(listed, known) {
		t.Errorf(".env.example lists %v\nthe hub knows %v", listed, known)
	}
	for _, m := range refVariable.FindAllStringSubmatch(fileText(t, "config/env_table.go"), -1) {
		if !strings.Contains(example, "\n"+m[1]+"="+m[2]+"\n") {
			t.Errorf(".env.example: %s is not %q, which is its default", m[1], m[2])
		}
	}
	lines := strings.Split(example, "\n")
	for i, line := range lines {
		if aVariable.MatchString(line) && (i == 0 || !strings.HasPrefix(lines[i-1], "# ") || !strings.Contains(lines[i-1], "/ ")) {
			t.Errorf(".env.example: %s has no word in two languages over it", line)
		}
	}
}

// imported are the packages from outside that the tree imports, each with a
// file that does.
func imported(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(notRooms, d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			im := strings.Trim(spec.Path.Value, `"`)
			if host, _, _ := strings.Cut(im, "/"); strings.Contains(host, ".") {
				found[im] = file
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func pairs(re *regexp.Regexp, s string) map[string]string {
	out := map[string]string{}
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// firsts are the first groups of all matches, in order of the alphabet.
func firsts(re *regexp.Regexp, s string) []string {
	all := re.FindAllStringSubmatch(s, -1)
	out := make([]string, 0, len(all))
	for _, m := range all {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return out
}

func fileText(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
