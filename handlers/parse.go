package handlers

import (
	"regexp"
	"strconv"
	"strings"

	"genjin/sales/norm"
)

// verb is what a person wants. Most are the Chinese word that stands in help.
type verb string

// command is a message as understood, before anybody looks into the store. It
// is kept in drafts, so its names must not change.
type command struct {
	Verb    verb              `json:"verb"`
	Number  int64             `json:"number,omitempty"`  // #12
	Words   []string          `json:"words,omitempty"`   // free words: a company, a person, a reason
	Stage   string            `json:"stage,omitempty"`   // stage id
	Fields  map[string]string `json:"fields,omitempty"`  // 名=值, by the field's own name
	Natural bool              `json:"natural,omitempty"` // the verb stood behind a name
	Doubt   bool              `json:"doubt,omitempty"`   // something before the verb may negate it
}

// name is the free words as one.
func (c command) name() string { return strings.Join(c.Words, " ") }

// stagesOf finds the stage that a text begins with, and what is left of the text.
type stagesOf func(text string) (id, rest string, ok bool)

var (
	decideShape = regexp.MustCompile(`^(同意|拒绝|转交|退回|催办)(?:\s+#?|#)(\d{1,12})(?:\s+(.+))?$`)
	numberShape = regexp.MustCompile(`^#?(\d{1,12})$`)
	choiceShape = regexp.MustCompile(`^(?:第\s*)?(\d{1,2})(?:\s*[个.、)])?$`)
	spaces      = regexp.MustCompile(`[ \t]+`)
)

// parse understands a message. It is pure: the same text is always the same
// command. What is not understood, or only talks about doing something, comes
// back as such and never as a command.
func parse(text string, stages stagesOf) command {
	t := clean(text)
	if t == "" {
		return command{Verb: verbEmpty}
	}
	if c, ok := parseDecision(t); ok {
		return c
	}
	if c, ok := parseVerb(t, stages); ok {
		return c
	}
	if moves := splitMoves(t, stages); len(moves) > 1 {
		return command{Verb: verbTwo, Words: moves}
	}
	if c, ok := parseNatural(t, stages); ok {
		return c
	}
	if head, fields := cutFields(t); head == "" && len(fields) > 0 {
		return command{Verb: verbFields, Fields: fields}
	}
	if m := choiceShape.FindStringSubmatch(t); m != nil {
		return command{Verb: verbChoose, Number: toNumber(m[1])}
	}
	if v, ok := soundsLikeDecision(t); ok {
		return command{Verb: verbNotExact, Words: []string{string(v)}}
	}
	return command{Verb: verbUnknown, Words: strings.Fields(t)}
}

// textMax is how much of a message is read.
const textMax = 5000

// clean folds a message and takes off what people put around a command: the
// mention of the hub, a slash, a full stop.
func clean(text string) string {
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
func parseDecision(t string) (command, bool) {
	m := decideShape.FindStringSubmatch(t)
	if m == nil {
		return command{}, false
	}
	c := command{Verb: verb(m[1]), Number: toNumber(m[2]), Words: strings.Fields(m[3])}
	bare := c.Verb == verbApprove || c.Verb == verbNudge
	if c.Number == 0 || (bare && len(c.Words) > 0) || onlyAsks(m[3]) {
		return command{Verb: verbNotExact, Words: []string{m[1]}}, true
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
func soundsLikeDecision(t string) (verb, bool) {
	for _, no := range []string{"不同意", "驳回", "不批"} {
		if strings.HasPrefix(t, no) {
			return verbReject, true
		}
	}
	for _, v := range []verb{verbApprove, verbReject, verbTransfer, verbReturn, verbNudge} {
		if strings.Contains(t, string(v)) {
			return v, true
		}
	}
	for _, word := range []string{"批准", "通过"} {
		if strings.HasPrefix(t, word) {
			return verbApprove, true
		}
	}
	return verbApprove, t == "可以" || t == "可以的"
}

// parseVerb takes messages that begin with a verb.
func parseVerb(t string, stages stagesOf) (command, bool) {
	v, rest, ok := cutVerb(t)
	if !ok {
		return command{}, false
	}
	parsers := map[verb]func() command{
		verbLead: func() command { return parseLead(rest) },
		verbMove: func() command { return parseMove(rest, stages) },
		verbWon:  func() command { return parseClose(v, rest) },
		verbLost: func() command { return parseClose(v, rest) },
	}
	if p, ok := parsers[v]; ok {
		return p(), true
	}
	c := withNumber(v, rest)
	if !standsAlone[v] {
		return c, true
	}
	// 我的客户 is no command: nothing may follow but the number of what to undo.
	return c, rest == "" || (v == verbUndo && c.Number > 0 && len(c.Words) == 0)
}

// cutVerb takes the verb from the front. A verb ends at a space, a colon, a
// number sign or the end.
func cutVerb(t string) (v verb, rest string, ok bool) {
	word, rest := t, ""
	if i := strings.IndexAny(t, " \n:#"); i >= 0 {
		word, rest = t[:i], strings.TrimLeft(t[i:], " \n:")
	}
	v, ok = verbOf(word)
	return v, strings.TrimSpace(rest), ok
}

// verbOf is the verb that a word means.
func verbOf(word string) (v verb, ok bool) {
	v, ok = verbs[strings.ToLower(word)]
	return v, ok
}

// withNumber takes an optional number from the front; the rest is fields and
// free words.
func withNumber(v verb, rest string) command {
	head, fields := cutFields(rest)
	c := command{Verb: v, Fields: fields, Words: strings.Fields(head)}
	if len(c.Words) > 0 {
		if n, ok := numberIn(c.Words[0]); ok {
			c.Number, c.Words = n, c.Words[1:]
		}
	}
	return c
}

// parseLead takes a lead by name=value. A text without any such pair is guessed
// by the reader of the command, never submitted.
func parseLead(rest string) command {
	c := withNumber(verbLead, rest)
	if len(c.Fields) == 0 && c.Number > 9_999_999 { // a phone number, not a lead's
		c.Words, c.Number = strings.Fields(rest), 0
	}
	return c
}

// numberIn reads 12 or #12.
func numberIn(word string) (n int64, ok bool) {
	m := numberShape.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	return toNumber(m[1]), true
}

// toNumber reads digits; what is no number is 0.
func toNumber(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
