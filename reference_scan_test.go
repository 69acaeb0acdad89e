package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one room's sources as the reference reads them.
type source struct {
	files  []*ast.File
	consts map[string]string
	funcs  map[string]*ast.FuncDecl
}

// readSource parses a room, without its tests.
func readSource(t *testing.T, fsys fs.FS, dir string) source {
	t.Helper()
	s := source{consts: map[string]string{}, funcs: map[string]*ast.FuncDecl{}}
	names, err := fs.Glob(fsys, path.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no sources in %s: %v", dir, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
		s.note(f)
	}
	return s
}

// note keeps a file's constants and functions by name.
func (s source) note(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.funcs[d.Name.Name] = d
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.CONST && len(v.Values) == len(v.Names) {
					for i, name := range v.Names {
						if text, ok := s.text(v.Values[i]); ok {
							s.consts[name.Name] = text
						}
					}
				}
			}
		}
	}
}

// text is a string that stands in the source: a literal, a constant, a sum, or
// a conversion of one.
func (s source) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, ok := s.consts[e.Name]
		return text, ok
	case *ast.BinaryExpr:
		a, okA := s.text(e.X)
		b, okB := s.text(e.Y)
		return a + b, okA && okB
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "string" && len(e.Args) == 1 {
			return s.text(e.Args[0])
		}
	}
	return "", false
}

// calls hands out each call of a function or method, with the function that it
// stands in.
func (s source) calls(name string, each func(in *ast.FuncDecl, call *ast.CallExpr)) {
	for _, f := range s.files {
		for _, d := range f.Decls {
			in, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(in, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && called(call) == name {
					each(in, call)
				}
				return true
			})
		}
	}
}

// called is the name of what is called, without what stands before its dot.
func called(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}

// words are what an argument of a call can be: its own text or, where it is a
// parameter of the function around, what that function is called with.
func (s source) words(in *ast.FuncDecl, e ast.Expr) []string {
	if text, ok := s.text(e); ok {
		return []string{text}
	}
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	var all []string
	at := 0
	for _, field := range in.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == id.Name {
				s.calls(in.Name.Name, func(_ *ast.FuncDecl, call *ast.CallExpr) {
					if text, ok := s.text(call.Args[at]); ok {
						all = append(all, text)
					}
				})
			}
			at++
		}
	}
	return all
}

// keys are the keys of the catalogue that an expression says, also by the
// methods of its own room that it calls.
func (s source) keys(n ast.Node, depth int) []string {
	var all []string
	kept := []string{"decided", "transferRefused"} // the methods that say which refusal it is
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := called(call)
		switch inner := s.funcs[name]; {
		case (name == "say" || name == "Say") && len(call.Args) > 0:
			if key, ok := s.text(call.Args[0]); ok {
				all = append(all, key)
			}
		case inner != nil && depth > 0 && slices.Contains(kept, name):
			all = append(all, s.keys(inner.Body, depth-1)...)
		}
		return true
	})
	return all
}

// statusNumber turns http.StatusGone into 410.
func statusNumber(e ast.Expr) (int, bool) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return 0, false
	}
	for code := range 600 {
		if name := strings.ReplaceAll(http.StatusText(code), " ", ""); name != "" && "Status"+name == sel.Sel.Name {
			return code, true
		}
	}
	return 0, false
}

// faultStatuses is what each fault of a request is answered with.
func (s source) faultStatuses(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	f := s.funcs["statusOfFault"]
	if f == nil {
		t.Fatal("no statusOfFault in handlers")
	}
	var returned int
	for _, st := range f.Body.List {
		if r, ok := st.(*ast.ReturnStmt); ok {
			returned, _ = statusNumber(r.Results[0])
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		c, ok := n.(*ast.CaseClause)
		if !ok {
			return true
		}
		status := returned
		if len(c.Body) == 1 {
			status, _ = statusNumber(c.Body[0].(*ast.ReturnStmt).Results[0])
		}
		for _, e := range c.List {
			out[e.(*ast.SelectorExpr).Sel.Name] = status
		}
		return true
	})
	return out
}

// row is a line of a table.
type row []string

// table writes a table of the page; a cell never breaks it.
func table(head row, rows []row) string {
	var b strings.Builder
	line := func(cells row) {
		for _, c := range cells {
			c = strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(c), "|", `\|`), "\n", "<br>")
			fmt.Fprintf(&b, "| %s ", c)
		}
		b.WriteString("|\n")
	}
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, r := range rows {
		line(r)
	}
	return b.String()
}

// code marks words as such.
func code(words ...string) string {
	all := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" {
			all = append(all, "`"+w+"`")
		}
	}
	return strings.Join(all, " ")
}

// sortedRows puts a table's rows in order of their first cells.
func sortedRows(rows map[string]row) []row {
	out := make([]row, 0, len(rows))
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		out = append(out, rows[key])
	}
	return out
}
