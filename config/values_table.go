package config

import "regexp"

// fileTypes are what an evidence rule may ask for, by content.
var fileTypes = []string{"document", "image", "pdf", "docx", "pptx", "xlsx", "doc", "ppt", "xls", "txt", "csv", "jpg", "png", "webp", "gif"}

// roles are those of org.yaml.
var roles = []string{"rep", "manager", "ops", "finance", "risk", "legal", "tech", "csm", "admin"}

// platforms are those that people can be on.
var platforms = []string{"feishu", "wecom"}

// fieldsName is the fact that holds what a company added.
const fieldsName = "fields"

// builtins are the functions that a condition may call. Each gives an answer for
// every argument of its type.
var builtins = []string{"any", "all", "len", "lower", "upper", "trim"}

// refusedOperators make lists and numbers without bound, run patterns, or fail
// for some numbers.
var refusedOperators = []string{"..", "matches", "**", "^", "/", "%"}

// wording is what people are told of an error that a library words in English.
type wording struct{ has, what string }

// syntaxWords are the usual mistakes in YAML.
var syntaxWords = []wording{
	{"found character '\t'", "行首用了 Tab，请改成空格"},
	{"found a tab character", "缩进里用了 Tab，请改成空格"},
	{"non-map value is specified", "这一行不是“名字: 值”的形式，请检查冒号后面有没有空格"},
	{"sequence end token ']' not found", "缺少右方括号 ]"},
	{"',' or ']' must be specified", "列表里缺少逗号，或缺少右方括号 ]"},
	{"',' or '}' must be specified", "花括号里缺少逗号，或缺少右花括号 }"},
	{"mapping end token '}'", "缺少右花括号 }"},
	{"double-quoted text", "缺少右边的双引号"},
	{"single-quoted text", "缺少右边的单引号"},
	{"mapping value is not allowed", "这里不能再写“名字: 值”；值里有冒号时请加引号，否则请检查缩进"},
	{"value is not allowed in this context", "引号或值的后面多了内容，或缩进不对"},
	{"unexpected key name", "缩进不对，或冒号后面少了空格"},
}

// conditionFaults are the usual mistakes in conditions.
var conditionFaults = []wording{
	{"expected bool", "条件的结果应是真或假，请写成比较，例如 size >= 300"},
	{"invalid operation", "两边的类型不同：文字要加引号，数字不加"},
	{"unexpected token EOF", "没有写完"},
	{"unexpected token", "这里多了或错了一个符号"},
	{"literal not terminated", "缺少右边的引号"},
	{"unrecognized character", "这个符号不能用，请检查是不是全角"},
	{"exceeds maximum allowed nodes", "条件太长，请拆成几条"},
	{"is not callable", "没有这个函数"},
}

// bareWord is a scalar that needs no quotes in YAML, if it is none of
// reservedWords: those mean something by themselves.
var (
	bareWord      = regexp.MustCompile(`^[A-Za-z\p{Han}][0-9A-Za-z\p{Han}_.·-]*$`)
	reservedWords = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}
)

// emptyList is the line of a list that nothing stands in.
var emptyList = regexp.MustCompile(`^(\s*["']?(?:people|teams)["']?\s*:)\s*(?:\[\s*\]|~|null|Null|NULL)?(\s*(?:#.*)?)$`)

// robotKey is the form of a WeCom group robot's key; a team may have none.
var robotKey = regexp.MustCompile(`^[0-9A-Za-z_-]*$`)
