package handlers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/norm"
)

// keepBegun keeps what was right of a command that lacks a part, given as a
// command: the next message need only say the rest. With nothing right there is
// nothing to keep.
func (c *call) keepBegun(ctx context.Context, given string) error {
	if given == "" {
		return nil
	}
	return c.saveDraft(ctx, draft{Kind: draftBegun, Begun: given})
}

// begun words the answer: what was understood, what is missing, what to write.
func (c *call) begun(given, how, rest string) string {
	if given == "" {
		return how
	}
	return c.w.Say("begun", given, how, rest)
}

// endsBegun goes on with a command that lacked a part, when the message can be
// that part. Anything else is answered as if nothing had been begun.
func (c *call) endsBegun(ctx context.Context) (done bool, err error) {
	d, ok, err := c.loadDraft(ctx)
	if err != nil || !ok || d.Old {
		return false, err
	}
	rest := speech.Clean(c.event.Text)
	if d.Convert != nil && d.Convert.Number == 0 {
		n, ok := speech.NumberIn(rest)
		if !ok {
			return false, nil
		}
		again := *d.Convert
		again.Number = n
		return true, c.run(ctx, again)
	}
	if d.Begun == "" || !c.fits(d.Begun, rest) {
		return false, nil
	}
	if err := c.run(ctx, speech.Parse(d.Begun+" "+rest, c.stages)); err != nil || strings.HasPrefix(c.outcome, "refused:") {
		return true, err
	}
	return true, c.tx.DropDraft(ctx, c.me.ID)
}

// fits tells whether a message can be what a command lacked: a day, a name, a
// reason that says it is one. Words that may mean anything never are.
func (c *call) fits(begun, rest string) bool {
	words := dayWords(strings.Fields(rest))
	if len(words) == 0 {
		return false
	}
	_, isDay := speech.Day(words[0], c.tx.Now().In(c.Location))
	v, _, _ := speech.CutVerb(begun)
	if v == speech.Snooze {
		head, fields := speech.CutFields(rest)
		return isDay || (head == "" && fields["原因"] != "")
	}
	return len(words) == 1 && ((v == speech.Delegate && isDay) || (v == speech.HandOver && len(c.w.Org.Find(words[0])) > 0))
}

// dayWords are words without those that lead up to a day or a person.
func dayWords(words []string) []string {
	var kept []string
	for _, w := range words {
		if w = strings.TrimPrefix(w, "到"); !slices.Contains([]string{"", "至", "给"}, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// halfSnooze says what a snooze lacks: how long, or why.
func (c *call) halfSnooze(ctx context.Context, number int64, words []string) error {
	given, rest := "", c.w.Say("begun.snooze_day")
	if number > 0 {
		given = fmt.Sprintf("%s #%d", speech.Snooze, number)
	}
	if len(words) == 1 {
		if _, ok := speech.Day(strings.TrimPrefix(words[0], "到"), c.tx.Now().In(c.Location)); ok && given != "" {
			given, rest = given+" "+words[0], c.w.Say("begun.snooze_why")
		}
	}
	if err := c.keepBegun(ctx, given); err != nil {
		return err
	}
	return c.refuse(ctx, "snooze_form", c.begun(given, c.w.Say("snooze.how"), rest))
}

// halfDelegate says what a delegation lacks: until when.
func (c *call) halfDelegate(ctx context.Context, words []string) error {
	given, err := c.keepDeputy(ctx, words)
	if err != nil {
		return err
	}
	return c.refuse(ctx, "delegate_form", c.begun(given, c.w.Say("delegate.how"), c.w.Say("begun.delegate")))
}

// lateDelegate refuses the day of a delegation. For whom it is stays known.
func (c *call) lateDelegate(ctx context.Context, words []string) error {
	given, err := c.keepDeputy(ctx, words)
	if err != nil {
		return err
	}
	return c.refuse(ctx, "delegate_past", c.begun(given, c.w.Say("delegate.past", words[1]), c.w.Say("begun.delegate")))
}

// keepDeputy keeps a delegation to somebody that is known.
func (c *call) keepDeputy(ctx context.Context, words []string) (given string, err error) {
	if len(words) > 0 {
		if people := c.w.Org.Find(words[0]); len(people) == 1 {
			given = string(speech.Delegate) + " " + people[0].Name
		}
	}
	return given, c.keepBegun(ctx, given)
}

// halfHandOver says what a handover lacks: to whom.
func (c *call) halfHandOver(ctx context.Context, words []string) error {
	given := ""
	if len(words) == 1 && slices.ContainsFunc(c.w.Org.People(), func(p sales.Person) bool { return p.Name == words[0] || p.ID == words[0] }) {
		given = string(speech.HandOver) + " " + words[0]
	}
	if err := c.keepBegun(ctx, given); err != nil {
		return err
	}
	return c.refuse(ctx, "handover_form", c.begun(given, c.w.Say("handover.how"), c.w.Say("begun.handover")))
}

// readFields repeats fields as they were read: 产品 MES，金额 128万.
func readFields(fields map[string]string) string {
	all := make([]string, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		all = append(all, name+" "+norm.MaskPhones(fields[name]))
	}
	return strings.Join(all, "，")
}
