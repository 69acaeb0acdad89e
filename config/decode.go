package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decode fills v from a node. The decoder of the YAML package in its strict mode
// stops at the first mistake; people want to hear of all of them, with lines.
func (d *document) decode(path string, n ast.Node, v reflect.Value) {
	d.lines[path] = line(n)
	switch n := n.(type) {
	case *ast.NullNode:
		return // the same as not written
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.spoil(path, n, "不支持 &、* 和 ! 写法，请直接写出内容")
		return
	}
	switch v.Kind() { //nolint:exhaustive // the file's own types are these; decodeScalar refuses the rest
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(path, n, v.Elem())
	case reflect.Struct:
		d.decodeStruct(path, n, v)
	case reflect.Slice:
		d.decodeSlice(path, n, v)
	case reflect.Map:
		d.decodeMap(path, n, v)
	default:
		d.decodeScalar(path, n, v)
	}
}

// spoil records that a part was not understood.
func (d *document) spoil(path string, n ast.Node, format string, args ...any) {
	d.spoilt[path] = true
	d.complain(line(n), format, args...)
}

// line is where a node stands.
func line(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && m.Values[0].Key != nil {
		return line(m.Values[0].Key)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// entries are the pairs of a mapping.
func (d *document) entries(path string, n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	d.spoil(path, n, "这里应写成“名字: 值”的形式")
	return nil
}

func (d *document) decodeStruct(path string, n ast.Node, v reflect.Value) {
	fields := map[string]int{}
	words := make([]string, 0, v.NumField())
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("yaml")
		fields[tag] = i
		words = append(words, tag)
	}
	for _, e := range d.entries(path, n) {
		key := keyOf(e)
		i, known := fields[key]
		at := path + "." + key
		switch {
		case !known:
			d.spoil(path, e.Key, "不认识的字段 %q%s", key, suggest(key, words))
		case d.has(at):
			d.complain(line(e.Key), "字段 %s 写了两次，请只留一个", key)
		default:
			d.decode(at, e.Value, v.Field(i))
			d.lines[at] = line(e.Key)
		}
	}
}

// keyOf is a key as it is written.
func keyOf(e *ast.MappingValueNode) string {
	if t := e.Key.GetToken(); t != nil {
		return t.Value
	}
	return e.Key.String()
}

func (d *document) decodeSlice(path string, n ast.Node, v reflect.Value) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.spoil(path, n, "这里应是列表，请每项以 - 开头，或写在 [ ] 里")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		d.decode(fmt.Sprintf("%s[%d]", path, i), item, v.Index(i))
	}
}

// decodeMap fills a map from words to words.
func (d *document) decodeMap(path string, n ast.Node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range d.entries(path, n) {
		key := keyOf(e)
		at := path + "." + key
		if d.has(at) {
			d.complain(line(e.Key), "%s 写了两次，请只留一个", key)
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(at, e.Value, value)
		v.SetMapIndex(reflect.ValueOf(key), value)
	}
}

func (d *document) decodeScalar(path string, n ast.Node, v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // the rest is refused
	case reflect.String:
		if text, ok := scalarText(n); ok {
			v.SetString(text)
			return
		}
		d.spoil(path, n, "这里应是一段文字")
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return
		}
		d.spoil(path, n, "这里应写 true 或 false")
	case reflect.Int, reflect.Int64:
		if i, ok := n.(*ast.IntegerNode); ok {
			if whole, fits := wholeNumber(i.Value); fits {
				v.SetInt(whole)
				return
			}
		}
		d.spoil(path, n, "这里应写整数，例如 30，不带引号和小数")
	default:
		d.spoil(path, n, "不能写在这里")
	}
}

// wholeNumber is an integer node's value where it fits.
func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= 1<<62 //nolint:gosec // checked beside it
	}
	return 0, false
}

// scalarText is what stands in the file: 007 stays 007, yes stays yes.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// suggest says what somebody may have meant.
func suggest(word string, known []string) string {
	best, least := "", len(word)/2+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if n := distance(word, k); n < least {
			best, least = k, n
		}
	}
	if best != "" {
		return "，是不是想写 " + best + "？"
	}
	return "，这里可写 " + strings.Join(known, "、")
}
