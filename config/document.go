package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is a YAML file that knows where each of its parts stands.
type document struct {
	name string
	root ast.Node // what was parsed
	// lines says where a path such as $.pipeline[2].evidence stands.
	lines map[string]int
	// spoilt are paths whose content was not understood: what is missing there
	// is missing because of that, and not worth a second complaint.
	spoilt map[string]bool
	errs   []complaint
}

// complaint is one mistake and its line.
type complaint struct {
	line int
	err  error
}

// documentMax is more than any company writes by hand.
const documentMax = 1 << 20

// readDocument decodes text into v, strictly: a word that means nothing is a
// mistake, not silence. Mistakes of form are gathered in the document; an error
// means that nothing could be read at all.
func readDocument(name string, text []byte, v any) (*document, error) {
	d := &document{name: name, lines: map[string]int{}, spoilt: map[string]bool{}}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) // the parser counts such lines twice here and there
	switch {
	case len(text) > documentMax:
		return nil, fmt.Errorf("%s：文件超过 1 MiB，请检查是不是选错了文件", name)
	case !utf8.Valid(text):
		return nil, fmt.Errorf("%s：不是 UTF-8 编码，请另存为 UTF-8 再试", name)
	}
	// Duplicate keys are told with the other mistakes.
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, d.syntax(err, text)
	}
	bodies := slices.DeleteFunc(slices.Clone(file.Docs), func(doc *ast.DocumentNode) bool { return doc.Body == nil })
	switch len(bodies) {
	case 0:
		return nil, fmt.Errorf("%s：文件是空的", name)
	case 1:
		d.root = bodies[0].Body
		d.decode("$", d.root, reflect.ValueOf(v).Elem())
		return d, nil
	}
	return nil, fmt.Errorf("%s:%d：一个文件里只能有一份内容，请去掉 ---", name, line(bodies[1].Body))
}

// syntax words what the parser could not read, with what people most often did.
func (d *document) syntax(err error, text []byte) error {
	var e *yaml.SyntaxError
	if !errors.As(err, &e) || e.Token == nil || e.Token.Position == nil {
		return fmt.Errorf("%s：不是正确的 YAML：%s", d.name, firstLine(err.Error()))
	}
	at := e.Token.Position.Line
	what := "YAML 写法不对（" + firstLine(e.Message) + "）"
	for _, s := range syntaxWords {
		if strings.Contains(e.Message, s.has) {
			what = s.what
			break
		}
	}
	if lines := bytes.Split(text, []byte("\n")); at >= 1 && at <= len(lines) {
		if here := string(lines[at-1]); strings.Contains(here, "：") && !strings.Contains(here, ": ") {
			what = "这一行用了全角冒号「：」，请改成半角冒号加空格"
		}
	}
	return fmt.Errorf("%s:%d：%s", d.name, at, what)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// fail records a mistake at a path such as $.pipeline[2].evidence.
func (d *document) fail(path, format string, args ...any) {
	if _, there := d.lines[path]; (!there && d.spoilt[parent(path)]) || d.spoilt[path] {
		return
	}
	d.complain(d.line(path), format, args...)
}

func (d *document) complain(at int, format string, args ...any) {
	d.errs = append(d.errs, complaint{at, fmt.Errorf("%s:%d：%s", d.name, at, fmt.Sprintf(format, args...))})
}

// line finds where a path stands; for a part that is missing, its parent.
func (d *document) line(path string) int {
	for path != "" {
		if at, ok := d.lines[path]; ok {
			return at
		}
		path = parent(path)
	}
	return 1
}

// has tells whether a path stands in the file.
func (d *document) has(path string) bool {
	_, ok := d.lines[path]
	return ok
}

func parent(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// err is every mistake, in the file's order.
func (d *document) err() error {
	slices.SortStableFunc(d.errs, func(a, b complaint) int { return a.line - b.line })
	errs := make([]error, 0, len(d.errs))
	for _, c := range d.errs {
		errs = append(errs, c.err)
	}
	return errors.Join(errs...)
}
