package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
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
// once on empty facts. What passes gives an answer for all facts: a rule that
// fails only for some customers would lose their leads.
func compile(source string) (sales.Condition, error) {
	g := &guard{}
	options := make([]expr.Option, 0, len(builtins)+5)
	options = append(options, expr.Env(sales.Facts{}), expr.AsBool(), expr.MaxNodes(nodesMax), expr.Patch(g), expr.DisableAllBuiltins())
	for _, name := range builtins {
		options = append(options, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(source, options...)
	if len(g.faults) > 0 {
		return nil, errors.New(strings.Join(slices.Compact(g.faults), "；"))
	}
	if err != nil {
		return nil, errors.New(conditionWords(err))
	}
	c := condition{source: source, program: program}
	if _, err := c.Holds(sales.Facts{}); err != nil {
		return nil, fmt.Errorf("试算失败：%s", firstLine(err.Error()))
	}
	return c, nil
}

// guard refuses what could run for ever, grow without bound or fail for some
// facts: upstream has no limit on time.
type guard struct{ faults []string }

func (g *guard) refuse(format string, args ...any) {
	g.faults = append(g.faults, fmt.Sprintf(format, args...))
}

// Visit implements ast.Visitor.
func (g *guard) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.BinaryNode:
		if slices.Contains(refusedOperators, x.Operator) {
			g.refuse("不允许的运算符 %q", x.Operator)
		}
	case *ast.VariableDeclaratorNode:
		g.refuse("不允许 let")
	case *ast.SequenceNode:
		g.refuse("只能写一个条件，不要用分号")
	case *ast.SliceNode:
		g.refuse("不允许 [从:到] 截取")
	case *ast.MemberNode:
		if id, ok := x.Node.(*ast.IdentifierNode); !ok || id.Value != fieldsName {
			g.refuse("[ ] 和 . 只能用在 %s 后面，例如 %s[\"客户等级\"]", fieldsName, fieldsName)
		}
	case *ast.PredicateNode:
		inner := &nested{}
		ast.Walk(&x.Node, inner)
		if inner.found {
			g.refuse("不允许嵌套的循环函数")
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

var unknownName = regexp.MustCompile(`^unknown name (\S+)`)

// conditionWords says what is wrong with an expression and where.
func conditionWords(err error) string {
	at, message := "", firstLine(err.Error())
	if e, ok := errors.AsType[*file.Error](err); ok {
		at, message = fmt.Sprintf("第 %d 个字符处：", e.Column+1), firstLine(e.Message)
	}
	if m := unknownName.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%s没有 %s 这个名称%s", at, m[1], suggest(m[1], factNames()))
	}
	for _, w := range conditionFaults {
		if strings.Contains(message, w.has) {
			return at + w.what + "（" + message + "）"
		}
	}
	return at + "写法不对（" + message + "）"
}

// factNames are the names that a condition may use.
func factNames() []string {
	t := reflect.TypeFor[sales.Facts]()
	names := make([]string, 0, t.NumField())
	for f := range t.Fields() {
		names = append(names, f.Tag.Get("expr"))
	}
	return names
}
