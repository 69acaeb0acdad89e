package speech

import (
	"regexp"
	"strings"
)

// moveShape finds a verb of progress behind a name.
var moveShape = regexp.MustCompile(`(推进到了|推进到|推进至|推到|推进|进入到|进入了|进入|到了|转到|转入|升级到|升到|赢单|丢单)`)

// stageEnds is what may follow a stage's name directly.
const stageEnds = " ,;，；。、!！.\n"

// parseMove takes 推进 华东智造 方案报价 [附件见上] [参会=…].
func parseMove(rest string, stages Stages) Command {
	head, fields := CutFields(rest)
	c := Command{Verb: Move, Fields: fields}
	words := strings.Fields(head)
	for i, word := range words {
		before, id, after, ok := stageIn(word, stages)
		if !ok {
			continue
		}
		c.Stage = id
		c.Words = append(c.Words, words[:i]...)
		if before != "" {
			c.Words = append(c.Words, before)
		}
		tail := append([]string{}, words[i+1:]...)
		if after != "" {
			tail = append([]string{after}, tail...)
		}
		if len(c.Words) == 0 { // 推进到方案报价 华东智造
			c.Words = withoutChatter(tail)
			tail = nil
		}
		if Doubtful(strings.Join(tail, " ")) {
			return Command{Verb: Talk, Words: words}
		}
		return c
	}
	c.Words = withoutChatter(words)
	if Doubtful(head) {
		return Command{Verb: Talk, Words: words}
	}
	return c
}

// stageIn finds a stage in one word: 方案报价, 到方案报价, 华东智造到方案报价.
func stageIn(word string, stages Stages) (before, id, after string, ok bool) {
	if id, after, ok := stages(word); ok && softEnd(after) {
		return "", id, after, true
	}
	for _, to := range []string{"到", "至", "进入", "为"} {
		head, tail, found := strings.Cut(word, to)
		if !found {
			continue
		}
		if id, after, ok := stages(tail); ok && softEnd(after) {
			return head, id, after, true
		}
	}
	return "", "", "", false
}

// softEnd tells whether what follows a stage's name leaves it a name of its own.
func softEnd(after string) bool {
	after = strings.TrimPrefix(after, "阶段")
	for _, end := range []string{"了", "吧", "啦", "附件", "见"} {
		if strings.HasPrefix(after, end) {
			return true
		}
	}
	return after == "" || strings.ContainsAny(after[:1], stageEnds) || strings.ContainsRune(stageEnds, []rune(after)[0])
}

// parseClose takes 赢单 华东智造, and 丢单 华东智造 预算取消. Which words are the
// company is known only to who knows the deals.
func parseClose(v Verb, rest string) Command {
	c := withNumber(v, rest)
	text := c.Name()
	if asks(text) || (v == Won && Doubtful(text)) {
		return Command{Verb: Talk, Words: c.Words}
	}
	return c
}

// parseNatural takes 华东智造 推进到方案报价 附件见上. Negations, hypotheticals
// and questions never fire.
func parseNatural(t string, stages Stages) (Command, bool) {
	for _, at := range moveShape.FindAllStringIndex(t, -1) {
		before, word, after := strings.TrimSpace(t[:at[0]]), t[at[0]:at[1]], strings.TrimSpace(t[at[1]:])
		if word == "赢单" || word == "丢单" {
			if before == "" {
				continue
			}
			return naturalClose(Verb(word), before, after), true
		}
		id, rest, ok := stages(after)
		if !ok {
			continue
		}
		head, fields := CutFields(rest)
		if before == "" {
			c := Command{Verb: Move, Stage: id, Fields: fields, Words: withoutChatter(strings.Fields(strings.TrimPrefix(head, "了")))}
			if Doubtful(head) {
				return Command{Verb: Talk}, true
			}
			return c, true
		}
		if Doubtful(head) || !softEnd(rest) {
			return Command{Verb: Talk, Words: strings.Fields(t)}, true
		}
		return Command{Verb: Move, Natural: true, Stage: id, Fields: fields, Words: nameWords(before), Doubt: denied(before)}, true
	}
	return parseGlued(t, stages)
}

// parseGlued takes 推进华东智造到方案报价: a verb in front with nothing between it
// and the name.
func parseGlued(t string, stages Stages) (Command, bool) {
	rest, ok := strings.CutPrefix(t, string(Move))
	if !ok {
		return Command{}, false
	}
	c := parseMove(strings.TrimPrefix(rest, "一下"), stages)
	if c.Verb == Talk || Doubtful(rest) {
		return Command{Verb: Talk, Words: strings.Fields(t)}, true
	}
	name := c.Name()
	c.Natural, c.Doubt, c.Words = true, denied(name), nameWords(name)
	return c, c.Stage != "" && name != ""
}

func naturalClose(v Verb, before, after string) Command {
	head, fields := CutFields(after)
	head = strings.TrimSpace(strings.TrimLeft(strings.TrimPrefix(head, "了"), ",，:。 "))
	head = strings.TrimPrefix(strings.TrimPrefix(head, "因为"), "原因")
	if asks(after) || (v == Won && Doubtful(head)) {
		return Command{Verb: Talk, Words: []string{before, string(v), after}}
	}
	c := Command{Verb: v, Natural: true, Fields: fields, Words: nameWords(before), Doubt: denied(before)}
	if head != "" {
		if c.Fields == nil {
			c.Fields = map[string]string{}
		}
		if c.Fields["原因"] == "" {
			c.Fields["原因"] = head
		}
	}
	return c
}

// nameWords takes off what people put around a name: 把 华东智造 的商机.
func nameWords(before string) []string {
	t := strings.Trim(before, ` ,，:。「」“”"'`)
	for cut := true; cut; {
		cut = false
		for _, word := range aroundNames {
			next := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(t, word), word))
			if next != t && next != "" {
				t, cut = next, true
			}
		}
	}
	return strings.Fields(t)
}

// withoutChatter drops words that say nothing about which deal is meant.
func withoutChatter(words []string) []string {
	var kept []string
	for _, w := range words {
		if !isChatter(w) {
			kept = append(kept, w)
		}
	}
	return kept
}

func isChatter(word string) bool {
	for _, c := range chatter {
		if strings.Trim(word, ",，。!") == c {
			return true
		}
	}
	return false
}

// Doubtful tells whether a text denies, supposes, asks or plans.
func Doubtful(text string) bool {
	for _, w := range doubts {
		if strings.Contains(text, w) {
			return true
		}
	}
	return asks(text)
}

// denied tells whether the words before a verb may take it back: 还没, 不, 想.
// They may also be part of a name (华能, 未来电子): whether they are is known only
// to who knows the deals.
func denied(before string) bool {
	if Doubtful(before) {
		return true
	}
	for _, w := range denials {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// asks tells whether a text is a question.
func asks(text string) bool {
	for _, w := range questions {
		if strings.Contains(text, w) {
			return true
		}
	}
	return strings.HasSuffix(text, "么") || strings.HasSuffix(text, "呢")
}

// splitMoves finds the moves in a message of several lines.
func splitMoves(t string, stages Stages) []string {
	if !strings.Contains(t, "\n") {
		return nil
	}
	var moves []string
	for line := range strings.SplitSeq(t, "\n") {
		line = Clean(line)
		c, ok := parseVerb(line, stages)
		if !ok {
			c, ok = parseNatural(line, stages)
		}
		if ok && (c.Verb == Move || c.Verb == Won || c.Verb == Lost) {
			moves = append(moves, line)
		}
	}
	return moves
}
