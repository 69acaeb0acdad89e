package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"genjin/sales"
)

// condition is a compiled expression over facts.
type condition struct {
	source  string
	program *vm.Program
}

// Holds implements sales.Condition.
func (c condition) Holds(f sales.Facts) (bool, error) {
	v, err := expr.Run(c.program, f)
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.source, err)
	}
	b, _ := v.(bool)
	return b, nil
}

// String implements sales.Condition.
func (c condition) String() string { return c.source }

// nodesMax bounds an expression: with the guard its work is at most nodes ×
// list length.
const nodesMax = 300

// compile checks an expression against the facts' names and types, and tries it
// once on empty facts.
func compile(source string) (sales.Condition, error) {
	g := &guard{}
	options := []expr.Option{
		expr.Env(sales.Facts{}), expr.AsBool(), expr.MaxNodes(nodesMax), expr.DisableAllBuiltins(),
	}
	for _, name := range builtins {
		options = append(options, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(source, append(options, expr.Patch(g))...)
	if err := errors.Join(err, g.err); err != nil {
		return nil, err
	}
	c := condition{source: source, program: program}
	if _, err := c.Holds(sales.Facts{}); err != nil {
		return nil, err
	}
	return c, nil
}

// guard refuses what could run for ever or grow without bound: upstream has no
// limit on time.
type guard struct{ err error }

// Visit implements ast.Visitor.
func (g *guard) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.BinaryNode:
		if slices.Contains([]string{"..", "matches", "**", "^"}, x.Operator) {
			g.err = errors.Join(g.err, fmt.Errorf("不允许的运算符 %q", x.Operator))
		}
	case *ast.VariableDeclaratorNode:
		g.err = errors.Join(g.err, errors.New("不允许 let"))
	case *ast.PredicateNode:
		inner := &nested{}
		ast.Walk(&x.Node, inner)
		if inner.found {
			g.err = errors.Join(g.err, errors.New("不允许嵌套的循环函数"))
		}
	}
}

// nested finds a predicate inside another.
type nested struct{ found bool }

// Visit implements ast.Visitor.
func (n *nested) Visit(node *ast.Node) {
	if _, is := (*node).(*ast.PredicateNode); is {
		n.found = true
	}
}
