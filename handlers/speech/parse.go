package speech

import (
	"maps"
	"regexp"
	"strconv"
	"strings"

	"genjin/sales/norm"
)

// Verb is what a person wants. Most are the Chinese word that stands in help.
type Verb string

// Command is a message as understood, before anybody looks into the store. It
// is kept in drafts, so its names must not change.
type Command struct {
	Verb    Verb              `json:"verb"`
	Number  int64             `json:"number,omitempty"`  // #12
	Words   []string          `json:"words,omitempty"`   // free words: a company, a person, a reason
	Stage   string            `json:"stage,omitempty"`   // stage id
	Fields  map[string]string `json:"fields,omitempty"`  // 名=值, by the field's own name
	Natural bool              `json:"natural,omitempty"` // the verb stood behind a name
	Doubt   bool              `json:"doubt,omitempty"`   // something before the verb may negate it
}

// Name is the free words as one.
func (c Command) Name() string { return strings.Join(c.Words, " ") }

// With is the command with more fields, or others for those that it has.
func (c Command) With(more map[string]string) Command {
	fields := make(map[string]string, len(c.Fields)+len(more))
	maps.Copy(fields, c.Fields)
	maps.Copy(fields, more)
	c.Fields = fields
	return c
}

// Stages finds the stage that a text begins with, and what is left of the text.
type Stages func(text string) (id, rest string, ok bool)

var (
	decideShape = regexp.MustCompile(`^(同意|拒绝|转交|退回|催办)(?:\s+#?|#)(\d{1,12})(?:\s+(.+))?$`)
	numberShape = regexp.MustCompile(`^#?(\d{1,12})$`)
	choiceShape = regexp.MustCompile(`^(?:第\s*)?(\d{1,2})(?:\s*[个.、)])?$`)
	spaces      = regexp.MustCompile(`[ \t]+`)
)

// Parse understands a message. It is pure: the same text is always the same
// command. What is not understood, or only talks about doing something, comes
// back as such and never as a command.
func Parse(text string, stages Stages) Command {
	t := Clean(text)
	if t == "" {
		return Command{Verb: Empty}
	}
	if c, ok := parseDecision(t); ok {
		return c
	}
	if c, ok := parseVerb(t, stages); ok {
		return c
	}
	if moves := splitMoves(t, stages); len(moves) > 1 {
		return Command{Verb: Two, Words: moves}
	}
	if c, ok := parseNatural(t, stages); ok {
		return c
	}
	if head, fields := CutFields(t); head == "" && len(fields) > 0 {
		return Command{Verb: Fields, Fields: fields}
	}
	if m := choiceShape.FindStringSubmatch(t); m != nil {
		return Command{Verb: Choose, Number: Number(m[1])}
	}
	if v, ok := soundsLikeDecision(t); ok {
		return Command{Verb: NotExact, Words: []string{string(v)}}
	}
	return Command{Verb: Unknown, Words: strings.Fields(t)}
}

// textMax is how much of a message is read.
const textMax = 5000

// Clean folds a message and takes off what people put around a command: the
// mention of the hub, a slash, a full stop.
func Clean(text string) string {
	if r := []rune(text); len(r) > textMax {
		text = string(r[:textMax])
	}
	t := spaces.ReplaceAllString(norm.Fold(text), " ")
	for strings.HasPrefix(t, "@") {
		_, rest, found := strings.Cut(t, " ")
		if !found {
			return ""
		}
		t = strings.TrimSpace(rest)
	}
	t = strings.TrimSpace(strings.TrimLeft(t, "/"))
	return strings.TrimSpace(strings.TrimRight(t, "。.!;~ "))
}

// parseDecision takes the exact forms that decide about an approval, and nothing
// else: 同意 1287 with no word behind it, the others with their reason or name.
func parseDecision(t string) (Command, bool) {
	m := decideShape.FindStringSubmatch(t)
	if m == nil {
		return Command{}, false
	}
	c := Command{Verb: Verb(m[1]), Number: Number(m[2]), Words: strings.Fields(m[3])}
	bare := c.Verb == Approve || c.Verb == Nudge
	if c.Number == 0 || (bare && len(c.Words) > 0) || onlyAsks(m[3]) {
		return Command{Verb: NotExact, Words: []string{m[1]}}, true
	}
	return c, true
}

// onlyAsks tells whether what stands in the place of a reason is just a question.
func onlyAsks(reason string) bool {
	rest := strings.TrimFunc(reason, func(r rune) bool { return strings.ContainsRune("吗么吧呢啊呀?？!！ ", r) })
	return reason != "" && rest == ""
}

// soundsLikeDecision tells whether a text holds a deciding word without its
// exact form: 不同意, 同意个屁, 拒绝吧.
func soundsLikeDecision(t string) (Verb, bool) {
	for _, no := range []string{"不同意", "驳回", "不批"} {
		if strings.HasPrefix(t, no) {
			return Reject, true
		}
	}
	for _, v := range []Verb{Approve, Reject, Transfer, Return, Nudge} {
		if strings.Contains(t, string(v)) {
			return v, true
		}
	}
	for _, word := range []string{"批准", "通过"} {
		if strings.HasPrefix(t, word) {
			return Approve, true
		}
	}
	return Approve, t == "可以" || t == "可以的"
}

// parseVerb takes messages that begin with a verb.
func parseVerb(t string, stages Stages) (Command, bool) {
	v, rest, ok := CutVerb(t)
	if !ok {
		rest, ok = cutGluedLead(t)
		return parseLead(rest), ok
	}
	parsers := map[Verb]func() Command{
		Lead: func() Command { return parseLead(rest) },
		Move: func() Command { return parseMove(rest, stages) },
		Won:  func() Command { return parseClose(v, rest) },
		Lost: func() Command { return parseClose(v, rest) },
	}
	if p, ok := parsers[v]; ok {
		return p(), true
	}
	c := withNumber(v, rest)
	if !standsAlone[v] {
		return c, true
	}
	// 我的客户 is no command: nothing may follow but the number of what to undo.
	return c, rest == "" || (v == Undo && c.Number > 0 && len(c.Words) == 0)
}

// CutVerb takes the verb from the front. A verb ends at a space, a colon, a
// number sign or the end.
func CutVerb(t string) (v Verb, rest string, ok bool) {
	word, rest := t, ""
	if i := strings.IndexAny(t, " \n:#"); i >= 0 {
		word, rest = t[:i], strings.TrimLeft(t[i:], " \n:")
	}
	v, ok = VerbOf(word)
	return v, strings.TrimSpace(rest), ok
}

// cutGluedLead takes the verb off a lead whose fields follow behind a comma, or
// without anything between: 线索，公司=甲 and 线索公司=甲.
func cutGluedLead(t string) (rest string, ok bool) {
	for _, word := range gluedLeads {
		if rest, ok = strings.CutPrefix(t, word); !ok {
			continue
		}
		rest = strings.TrimLeft(rest, ",;，；、 \n")
		m := fieldShape.FindStringSubmatchIndex(rest)
		if m == nil || m[0] != 0 {
			return "", false
		}
		_, known := fieldName(rest[m[6]:m[7]])
		return rest, known
	}
	return "", false
}

// VerbOf is the verb that a word means.
func VerbOf(word string) (v Verb, ok bool) {
	v, ok = verbs[strings.ToLower(word)]
	return v, ok
}

// withNumber takes an optional number from the front; the rest is fields and
// free words.
func withNumber(v Verb, rest string) Command {
	head, fields := CutFields(rest)
	c := Command{Verb: v, Fields: fields, Words: strings.Fields(head)}
	if len(c.Words) > 0 {
		if n, ok := NumberIn(c.Words[0]); ok {
			c.Number, c.Words = n, c.Words[1:]
		}
	}
	return c
}

// parseLead takes a lead by name=value. A text without any such pair is guessed
// by the reader of the command, never submitted.
func parseLead(rest string) Command {
	c := withNumber(Lead, rest)
	if len(c.Fields) == 0 && c.Number > 9_999_999 { // a phone number, not a lead's
		c.Words, c.Number = strings.Fields(rest), 0
	}
	return c
}

// NumberIn reads 12 or #12.
func NumberIn(word string) (n int64, ok bool) {
	m := numberShape.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	return Number(m[1]), true
}

// Number reads digits; what is no number is 0.
func Number(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
