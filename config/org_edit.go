package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// orgEditor adds lines to org.yaml and leaves every other byte of it alone: the
// YAML package would write the whole file anew, in its own taste.
type orgEditor struct {
	lines []textLine
	eol   string
	lists map[string]*ast.MappingValueNode // people and teams, where they stand
	edits []textEdit
}

// textLine is one line and how it ends.
type textLine struct{ text, eol string }

// textEdit puts text before a column of a line; without a column it is lines of
// their own before that line. Both count from 1.
type textEdit struct {
	line, column int
	text         string
}

// newOrgEditor edits a text of which root was read; nil where nothing stands in
// it.
func newOrgEditor(text string, root ast.Node) *orgEditor {
	e := &orgEditor{eol: "\n", lists: map[string]*ast.MappingValueNode{}}
	for line := range strings.Lines(text) {
		body := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		e.lines = append(e.lines, textLine{body, line[len(body):]})
	}
	if len(e.lines) > 0 && strings.HasSuffix(e.lines[0].eol, "\r\n") {
		e.eol = "\r\n"
	}
	if m, is := root.(*ast.MappingNode); is {
		for _, v := range m.Values {
			e.lists[keyOf(v)] = v
		}
	}
	return e
}

// items are what stands in a list.
func (e *orgEditor) items(list string) []ast.Node {
	v := e.lists[list]
	if v == nil {
		return nil
	}
	if seq, is := v.Value.(*ast.SequenceNode); is {
		return seq.Values
	}
	return nil
}

// add puts entries, as flow mappings, at the end of a list.
func (e *orgEditor) add(list string, entries []string) error {
	if len(entries) == 0 {
		return nil
	}
	v := e.lists[list]
	if v == nil {
		e.put(len(e.lines)+1, list+":", bullets(2, entries))
		return nil
	}
	seq, is := v.Value.(*ast.SequenceNode)
	at := v.Key.GetToken().Position.Line
	switch {
	case !is || len(seq.Values) == 0:
		m := emptyList.FindStringSubmatch(e.lineAt(at))
		if m == nil {
			return fmt.Errorf("第 %d 行的 %s 写法特别，请改成单独一行“%s:”再试", at, list, list)
		}
		e.lines[at-1].text = m[1] + m[2]
		e.put(at+1, bullets(v.Key.GetToken().Position.Column+1, entries))
	case seq.IsFlowStyle:
		end := seq.End.Position
		text := strings.Join(entries, ",\n    ")
		if before := e.before(end.Line, end.Column); !strings.HasSuffix(before, ",") {
			text = ", " + text
		}
		e.edits = append(e.edits, textEdit{end.Line, end.Column, strings.ReplaceAll(text, "\n", e.eol)})
	default:
		dash := seq.Start.Position.Column
		e.put(e.after(seq.Values[len(seq.Values)-1], dash), bullets(dash-1, entries))
	}
	return nil
}

// put notes whole lines to stand before a line.
func (e *orgEditor) put(line int, texts ...string) {
	e.edits = append(e.edits, textEdit{line: line, text: strings.Join(texts, "\n")})
}

func bullets(indent int, entries []string) string {
	pad := strings.Repeat(" ", indent)
	return pad + "- " + strings.Join(entries, "\n"+pad+"- ")
}

// set adds a key to an entry that lacks it.
func (e *orgEditor) set(entry ast.Node, key, value string) error {
	m, is := entry.(*ast.MappingNode)
	if !is || len(m.Values) == 0 {
		return fmt.Errorf("第 %d 行不是“名字: 值”的形式", line(entry))
	}
	pair := key + ": " + value
	if !m.IsFlowStyle {
		first := m.Values[0]
		column := first.Key.GetToken().Position.Column
		e.put(max(line(first.Key), lastLine(first.Value))+1, strings.Repeat(" ", column-1)+pair)
		return nil
	}
	at := m.Values[min(1, len(m.Values)-1)].Key.GetToken().Position // beside the id
	end := m.End.Position
	if before := e.before(end.Line, end.Column); end.Line == at.Line && !strings.HasSuffix(before, ",") {
		e.edits = append(e.edits, textEdit{end.Line, end.Column, ", " + pair})
		return nil
	}
	e.edits = append(e.edits, textEdit{at.Line, at.Column, pair + ", "})
	return nil
}

// before is what stands before a place, from the last line that has anything.
func (e *orgEditor) before(line, column int) string {
	head, _ := split(e.lineAt(line), column)
	for line--; strings.TrimSpace(head) == "" && line > 0; line-- {
		head = e.lineAt(line)
	}
	return strings.TrimRightFunc(head, unicode.IsSpace)
}

// lineAt is one line. The parser counts lines of its own where a file has odd
// characters; the result is read again and told to be wrong then.
func (e *orgEditor) lineAt(line int) string {
	if line < 1 || line > len(e.lines) {
		return ""
	}
	return e.lines[line-1].text
}

// split cuts a line before a column.
func split(text string, column int) (head, tail string) {
	runes := []rune(text)
	at := max(0, min(column-1, len(runes)))
	return string(runes[:at]), string(runes[at:])
}

// after is the line that follows an entry whose dash stands in a column.
func (e *orgEditor) after(entry ast.Node, dash int) int {
	last := lastLine(entry)
	for last < len(e.lines) {
		text := e.lines[last].text
		body := strings.TrimLeft(text, " ")
		if body == "" || body[0] == '#' || len(text)-len(body) < dash {
			break
		}
		last++
	}
	return last + 1
}

// lastLine is the last line on which a part of a node begins or ends.
func lastLine(n ast.Node) int {
	switch n := n.(type) {
	case *ast.MappingNode:
		last := line(n)
		for _, v := range n.Values {
			last = max(last, line(v.Key), lastLine(v.Value))
		}
		if n.End != nil {
			last = max(last, n.End.Position.Line)
		}
		return last
	case *ast.SequenceNode:
		last := line(n)
		for _, v := range n.Values {
			last = max(last, lastLine(v))
		}
		if n.End != nil {
			last = max(last, n.End.Position.Line)
		}
		return last
	}
	return line(n)
}

// text is the file with all that was noted, from the end to the beginning so
// that places stay what they are.
func (e *orgEditor) text() string {
	edits := slices.Clone(e.edits)
	slices.Reverse(edits)
	slices.SortStableFunc(edits, func(a, b textEdit) int {
		if a.line != b.line {
			return b.line - a.line
		}
		return b.column - a.column
	})
	for _, edit := range edits {
		edit.line = min(edit.line, len(e.lines)+1)
		if edit.column > 0 && edit.line <= len(e.lines) {
			head, tail := split(e.lines[edit.line-1].text, edit.column)
			e.lines[edit.line-1].text = head + edit.text + tail
			continue
		}
		var added []textLine
		for text := range strings.SplitSeq(edit.text, "\n") {
			added = append(added, textLine{text, e.eol})
		}
		if edit.line > 1 && e.lines[edit.line-2].eol == "" {
			e.lines[edit.line-2].eol = e.eol
		}
		e.lines = slices.Insert(e.lines, edit.line-1, added...)
	}
	var out strings.Builder
	for _, l := range e.lines {
		out.WriteString(l.text + l.eol)
	}
	return out.String()
}
