package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is a YAML file that knows where each of its parts stands.
type document struct {
	name string
	file *ast.File
	errs []error
}

// readDocument decodes text into v, strictly: a word that means nothing is a
// mistake, not silence.
func readDocument(name string, text []byte, v any) (*document, error) {
	d := &document{name: name}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("%s：不是正确的 YAML：%s", name, oneLine(err))
	}
	d.file = file
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(v); err != nil {
		return nil, fmt.Errorf("%s：%s", name, oneLine(err))
	}
	return d, nil
}

// oneLine keeps what a YAML error says, with its line, and leaves its drawing.
func oneLine(err error) string {
	s := err.Error()
	if line, _, ok := strings.Cut(s, "\n"); ok {
		s = line
	}
	s = strings.NewReplacer("unknown field", "不认识的字段", "duplicate key", "重复的字段", "cannot unmarshal", "类型不对：").Replace(s)
	return s
}

// fail records a mistake at a path such as $.pipeline[2].evidence.
func (d *document) fail(path, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%d：%s", d.name, d.line(path), fmt.Sprintf(format, args...)))
}

// line finds where a path stands; for a part that is missing, its parent.
func (d *document) line(path string) int {
	for path != "" && path != "$" {
		p, err := yaml.PathString(path)
		if err == nil {
			if node, err := p.FilterFile(d.file); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

func (d *document) err() error { return errors.Join(d.errs...) }
