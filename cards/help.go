package cards

import (
	"slices"
	"strings"

	"genjin/sales"
	"genjin/sales/norm"
)

// Help is the short list for a person's role, with examples to copy.
func (w Words) Help(p sales.Person) string {
	keys := helpVerbs[p.Role]
	if len(keys) == 0 {
		keys = helpVerbs[sales.RoleRep]
	}
	all := []string{w.say("help.head", p.Name)}
	for _, verb := range keys {
		all = append(all, w.say("help.line", verb, zhCN["help.short."+verb]))
	}
	foot := w.say("help.foot")
	if !slices.Contains(keys, "线索") { // who only decides
		foot = w.say("help.foot_decide")
	}
	return lines(append(all, foot)...)
}

// HelpVerb explains one verb: how it is written, one right and one wrong
// example. ok is false for a word that is no verb.
func (w Words) HelpVerb(verb string) (text string, ok bool) {
	text, ok = zhCN["help.long."+verb]
	return text, ok
}

// Unknown answers what is no command: what I read, what is closest, what to do.
func (w Words) Unknown(text string, closest []string) string {
	next := w.say("unknown.next")
	if len(closest) > 0 {
		shown := make([]string, 0, len(closest))
		for _, verb := range closest {
			shown = append(shown, w.say("unknown.near", verb, zhCN["help.short."+verb]))
		}
		next = lines(w.say("unknown.closest"), strings.Join(shown, "\n"), w.say("unknown.help"))
	}
	return lines(w.say("unknown", heard(text)), next)
}

// NotExact answers what sounds like a decision and is none: only the exact form
// decides.
func (w Words) NotExact(verb, text string) string {
	return lines(w.say("not_exact", heard(text)), w.say("not_exact.next", verb, zhCN["exact."+verb]))
}

// NotFired answers talk about a move that asks for none: 还没推进到方案报价.
func (w Words) NotFired(text string) string {
	return lines(w.say("not_fired", heard(text)), w.say("not_fired.next"))
}

// Oops is the answer when something went wrong on our side; ref finds it in the
// log.
func (w Words) Oops(ref string) string { return w.say("oops", ref) }

// heard repeats what a person wrote: short, in one line, with no number that is
// a phone's.
func heard(text string) string {
	return clip(norm.MaskPhones(strings.Join(strings.Fields(text), " ")), 40)
}
