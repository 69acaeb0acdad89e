package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "genjin"

// mayImport is the floor plan. A room that is not listed may not exist, and a
// listed room may import only the rooms beside it. The root is ".".
var mayImport = map[string][]string{
	".":          {"bots", "cards", "config", "handlers", "jobs", "playground", "sales", "store", "web"},
	"sales":      {"sales"},
	"web":        {},
	"config":     {"sales"},
	"bots":       {"bots"},
	"cards":      {"bots", "sales"},
	"store":      {"sales", "store"},
	"handlers":   {"bots", "cards", "config", "handlers", "sales", "store", "web"},
	"jobs":       {"bots", "cards", "sales", "store"},
	"playground": {"playground", "web"},
}

// plain lists the rooms that import nothing outside the standard library.
var plain = []string{"sales", "web"}

// notRooms are folders without code of the program.
var notRooms = []string{".git", "data", "docs", "testdata", "tools"}

// crowdedFrom is how many files of the program make a package worth a look.
const crowdedFrom = 30

// crowded lists the packages that are larger, and why they stay together (ADR 012).
var crowded = map[string]string{
	".":                    "one file for each command, and what wires the rooms",
	"bots/wecom":           "methods of one Bot, by the platform's subjects",
	"handlers":             "methods of one Hub: use cases and their edges",
	"playground/feishusim": "one file for each call of the platform",
	"playground/wecomsim":  "one file for each call of the platform",
	"store":                "methods of one Store: facts, ledger, log and backup share a transaction",
}

// onlyIn says which files may import a package (or one below it) that has one
// home. The patterns are those of [path.Match].
var onlyIn = map[string][]string{
	"github.com/gin-gonic/gin":            {"handlers/*_http.go"},
	"github.com/hibiken/asynq":            {"jobs/*.go"},
	"github.com/redis/go-redis":           {"jobs/*.go", "store/storetest/*.go", "bots/wecom/*.go"},
	"github.com/silenceper/wechat":        {"bots/wecom/*.go"},
	"github.com/larksuite/oapi-sdk-go":    {"bots/feishu/*.go", "bots/feishu/*/*.go"},
	"database/sql":                        {"store/*.go", "store/*/*.go"},
	"github.com/jackc/pgx":                {"store/*.go", "store/*/*.go"},
	"modernc.org/sqlite":                  {"store/*.go", "store/*/*.go"},
	"github.com/expr-lang/expr":           {"config/*.go"},
	"github.com/prometheus/client_golang": {"*.go", "jobs/*.go"},
}

// TestFloorPlan reads the sources itself: the test cache follows the files
// that a test opens, but not those that a "go list" it starts would open.
func TestFloorPlan(t *testing.T) {
	t.Parallel()
	faults, err := floorFaults(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// TestFloorPlanSeesFaults plants one fault of each kind: a guard that was never
// seen to fail guards nothing.
func TestFloorPlanSeesFaults(t *testing.T) {
	t.Parallel()
	for planted, file := range map[string]struct{ path, text string }{
		"jobs must not import genjin/handlers":    {"jobs/a.go", `import "genjin/handlers"`},
		"handlers must not import genjin/jobs":    {"handlers/a.go", `import "genjin/jobs"`},
		"bots must not import genjin/store":       {"bots/feishu/a.go", `import "genjin/store"`},
		"cards must not import genjin/store":      {"cards/a.go", `import "genjin/store/dbgen"`},
		"playground must not import genjin/sales": {"playground/sim/a.go", `import "genjin/sales"`},
		"sales must not import genjin/config":     {"sales/clock/a.go", `import "genjin/config"`},
		"sales imports only the standard library": {"sales/a.go", `import "golang.org/x/text/width"`},
		"web imports only the standard library":   {"web/a.go", `import "github.com/gin-gonic/gin"`},
		"no such room":                            {"util/a.go", `import "fmt"`},
		"gin-gonic/gin belongs in":                {"main2.go", `import "github.com/gin-gonic/gin"`},
		"gin-gonic/gin/binding belongs in":        {"handlers/a.go", `import "github.com/gin-gonic/gin/binding"`},
		"hibiken/asynq belongs in":                {"cmd_x.go", `import "github.com/hibiken/asynq"`},
		"database/sql belongs in":                 {"cmd_y.go", `import "database/sql"`},
		"database/sql/driver belongs in":          {"jobs/a.go", `import "database/sql/driver"`},
		"store: 0 package comments, want 1":       {"store/doc.go", ``},
		"store/dbgen: 2 package comments, want 1": {"store/dbgen/b.go", `// Package dbgen again.`},
	} {
		fsys := sound()
		text := "package x\n" + file.text
		if strings.HasPrefix(file.text, "//") {
			text = file.text + "\npackage x\n"
		}
		fsys[file.path] = &fstest.MapFile{Data: []byte(text)}
		faults, err := floorFaults(fsys)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, planted) }) {
			t.Errorf("%s: planted %q, found %q", file.path, planted, faults)
		}
	}
	full := sound()
	for i := range crowdedFrom {
		full[fmt.Sprintf("cards/f%d.go", i)] = &fstest.MapFile{Data: []byte("package x\n")}
	}
	if faults, err := floorFaults(full); err != nil || !slices.Equal(faults, []string{"cards: 31 files: split it by subject, or say why not"}) {
		t.Errorf("a crowded room: %q, %v", faults, err)
	}
	if faults, err := floorFaults(sound()); err != nil || len(faults) > 0 {
		t.Errorf("a sound tree: %q, %v", faults, err)
	}
}

// sound is a small tree that keeps to the plan.
func sound() fstest.MapFS {
	fsys := fstest.MapFS{
		"handlers/lead_http.go":  {Data: []byte("package x\nimport \"github.com/gin-gonic/gin\"\n")},
		"store/testdata/wild.go": {Data: []byte("package x\nimport \"genjin/jobs\"\n")},
		"store/lead_test.go":     {Data: []byte("package x\nimport \"genjin/jobs\"\n")},
		"tools/tools.go":         {Data: []byte("package x\nimport \"genjin/jobs\"\n")},
	}
	for _, dir := range []string{".", "bots/feishu", "cards", "handlers", "jobs", "playground/sim", "sales", "sales/clock", "store", "store/dbgen", "web"} {
		fsys[path.Join(dir, "doc.go")] = &fstest.MapFile{Data: []byte("// Package x is there.\npackage x\n")}
	}
	return fsys
}

// floorFaults lists, in order, what in the tree is against the plan.
func floorFaults(fsys fs.FS) ([]string, error) {
	var faults []string
	docs, files := map[string]int{}, map[string]int{}
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(notRooms, d.Name()):
			return fs.SkipDir
		case d.IsDir(), !strings.HasSuffix(file, ".go"), strings.HasSuffix(file, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return fmt.Errorf("parse %s: %w", file, err)
		}
		docs[path.Dir(file)] += min(1, len(f.Doc.Text()))
		files[path.Dir(file)]++
		faults = append(faults, importFaults(file, f.Imports)...)
		return nil
	})
	for _, dir := range slices.Sorted(maps.Keys(docs)) {
		if files[dir] > crowdedFrom && crowded[dir] == "" {
			faults = append(faults, fmt.Sprintf("%s: %d files: split it by subject, or say why not", dir, files[dir]))
		}
		if n := docs[dir]; n != 1 {
			faults = append(faults, fmt.Sprintf("%s: %d package comments, want 1", dir, n))
		}
	}
	return faults, err
}

func importFaults(file string, imports []*ast.ImportSpec) []string {
	var faults []string
	room := roomOf(path.Dir(file))
	allowed, ok := mayImport[room]
	if !ok {
		faults = append(faults, file+": no such room in the floor plan")
	}
	for _, spec := range imports {
		im := strings.Trim(spec.Path.Value, `"`)
		host, _, _ := strings.Cut(im, "/")
		inside, ours := strings.CutPrefix(im, module+"/")
		homes := homesOf(im)
		switch {
		case ours && !slices.Contains(allowed, roomOf(inside)):
			faults = append(faults, fmt.Sprintf("%s: %s must not import %s", file, room, im))
		case !ours && strings.Contains(host, ".") && slices.Contains(plain, room):
			faults = append(faults, fmt.Sprintf("%s: %s imports only the standard library, not %s", file, room, im))
		case homes != nil && !slices.ContainsFunc(homes, func(p string) bool { m, _ := path.Match(p, file); return m }):
			faults = append(faults, fmt.Sprintf("%s: %s belongs in %v", file, im, homes))
		}
	}
	return faults
}

// homesOf gives the files that may import a package, or nil when all may.
func homesOf(im string) []string {
	for pkg, files := range onlyIn {
		if im == pkg || strings.HasPrefix(im, pkg+"/") {
			return files
		}
	}
	return nil
}

// roomOf is the top-level folder of a package directory.
func roomOf(dir string) string {
	room, _, _ := strings.Cut(dir, "/")
	return room
}
