package main

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (r reference) routes() string {
	h := readSource(r.t, r.fsys, "handlers")
	var rows []row
	f := h.funcs["Routes"]
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		if method := called(call); slices.Contains([]string{"GET", "POST", "Any"}, method) {
			if url, ok := h.text(call.Args[0]); ok {
				rows = append(rows, row{code(strings.ToUpper(method)), code(url), r.word("routes", method+" "+url)})
			}
		}
		return true
	})
	return table(row{"方法", "路径", "做什么"}, rows)
}

// httpWords are the words of the webhook's edge with the status and the rooms
// that say them.
func (r reference) httpWords() map[string]map[int]bool {
	h := readSource(r.t, r.fsys, "handlers")
	faults := h.faultStatuses(r.t)
	found := map[string]map[int]bool{}
	add := func(word string, status int) {
		if found[word] == nil {
			found[word] = map[int]bool{}
		}
		found[word][status] = true
	}
	for _, room := range []string{"bots/feishu", "bots/wecom"} {
		s := readSource(r.t, r.fsys, room)
		s.calls("fault", func(in *ast.FuncDecl, call *ast.CallExpr) {
			sel, ok := call.Args[0].(*ast.SelectorExpr)
			if !ok || faults[sel.Sel.Name] == 0 {
				r.t.Fatalf("%s: %s: a fault without a status", room, in.Name.Name)
			}
			words := s.words(in, call.Args[1])
			if len(words) == 0 {
				r.t.Errorf("%s: %s: a fault whose word the reference cannot read", room, in.Name.Name)
			}
			for _, word := range words {
				add(word, faults[sel.Sel.Name])
			}
		})
	}
	h.calls("answerError", func(_ *ast.FuncDecl, call *ast.CallExpr) {
		status, ok := statusNumber(call.Args[1])
		if word, is := h.text(call.Args[2]); ok && is {
			add(word, status)
		}
	})
	ast.Inspect(h.funcs["statusOf"], func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 2 {
			status, ok := statusNumber(ret.Results[0])
			if word, is := h.text(ret.Results[1]); ok && is {
				add(word, status)
			}
		}
		return true
	})
	return found
}

func (r reference) statuses() string {
	all := map[int]bool{200: true}
	for _, statuses := range r.httpWords() {
		maps.Copy(all, statuses)
	}
	rows := make([]row, 0, len(all))
	for _, status := range slices.Sorted(maps.Keys(all)) {
		rows = append(rows, row{strconv.Itoa(status), r.word("statuses", strconv.Itoa(status))})
	}
	return table(row{"状态", "意思"}, rows)
}

func (r reference) httpReasons() string {
	rows := map[string]row{}
	for word, statuses := range r.httpWords() {
		var codes []string
		for _, status := range slices.Sorted(maps.Keys(statuses)) {
			codes = append(codes, strconv.Itoa(status))
		}
		rows[word] = row{code(word), strings.Join(codes, "、"), r.word("http", word)}
	}
	return table(row{"词", "状态", "意思，该看哪里"}, sortedRows(rows))
}

func (r reference) uploads() string {
	h := readSource(r.t, r.fsys, "handlers")
	rows := map[string]row{}
	for _, f := range h.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if name, ok := lit.Type.(*ast.Ident); ok && name.Name == "uploadAnswer" {
					r.upload(h, lit, rows)
				}
			}
			return true
		})
	}
	return table(row{"状态", "词", "页面上的话"}, sortedRows(rows))
}

// upload reads one answer of the upload page.
func (r reference) upload(h source, lit *ast.CompositeLit, rows map[string]row) {
	var (
		status int
		word   string
		text   string
	)
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch fmt.Sprint(kv.Key) {
		case "status":
			status, _ = statusNumber(kv.Value)
		case "reason":
			word, _ = h.text(kv.Value)
		case "text":
			if keys := h.keys(kv.Value, 0); len(keys) > 0 {
				text = catalogued(keys[0])
			}
		}
	}
	if status > 0 && word != "" {
		rows[strconv.Itoa(status)+word] = row{strconv.Itoa(status), code(word), r.known("uploads", word, text)}
	}
}
