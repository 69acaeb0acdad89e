package handlers

import (
	"context"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/norm"
)

// useCases maps what people write to what happens.
func useCases() map[speech.Verb]use {
	return map[speech.Verb]use{
		speech.Lead: lead, speech.Convert: convert, speech.Move: move, speech.Won: closeDeal, speech.Lost: closeDeal, speech.Touch: touch, speech.Upload: upload,
		speech.Approve: decideByText, speech.Reject: decideByText, speech.Transfer: decideByText, speech.Return: decideByText, speech.Nudge: nudge,
		speech.Todo: todo, speech.Mine: mine, speech.Snooze: snooze, speech.Delegate: delegate, speech.HandOver: handOverWork, speech.Help: help, speech.Undo: undo,
		speech.Cancel: cancel, speech.GoOn: goOn, speech.Choose: choose, speech.Fields: fillIn,
		speech.Empty: empty, speech.Two: two, speech.Talk: talk, speech.NotExact: notExact, speech.Unknown: unknown,
	}
}

// clickCases maps buttons to what happens.
func clickCases() map[string]use {
	return map[string]use{
		"approve": decideByClick, "reject": decideByClick, "transfer": decideByClick, "return": decideByClick, "files": showFiles,
		"all-approve": approveAll, "lead-submit": submitForm, "lead-cancel": cancelForm, "phone": showPhone, "undo": undoByClick,
	}
}

// run carries a command out.
func (c *call) run(ctx context.Context, cmd speech.Command) error {
	f, ok := c.uses[cmd.Verb]
	if !ok {
		f = unknown
	}
	return f(ctx, c, cmd)
}

// click carries out what a button asks for.
func (c *call) click(ctx context.Context) error {
	if c.event.Click == nil {
		c.outcome = "recorded"
		return nil
	}
	f, ok := c.acts[c.event.Click.Action]
	if !ok {
		return c.refuse(ctx, "action", c.w.Say("click.unknown"))
	}
	return f(ctx, c, speech.Command{})
}

// entered greets a person the first time they open the chat.
func (c *call) entered(ctx context.Context) error {
	first, err := c.tx.Once(ctx, "welcome:"+c.me.ID)
	if err != nil || !first {
		c.outcome = "recorded"
		return err
	}
	return c.whisper(ctx, c.w.Say("welcome", c.me.Name))
}

// botAdded introduces the hub to a group. The first time it says the group's
// id, unless a team has it already: nothing else shows it to whoever writes
// org.yaml.
func (c *call) botAdded(ctx context.Context) error {
	if c.event.Chat == "" {
		c.outcome = "recorded"
		return nil
	}
	text := c.w.Say("welcome.group")
	first, err := c.tx.Once(ctx, "group:"+c.event.Bot+":"+c.event.Chat)
	if err != nil {
		return err
	}
	if first && !c.teamGroup() {
		text += "\n" + c.w.Say("welcome.chatid", c.event.Chat, c.event.Bot)
	}
	return c.say(ctx, text)
}

// teamGroup tells whether the chat is a team's in org.yaml.
func (c *call) teamGroup() bool {
	return slices.ContainsFunc(c.w.Org.Teams(), func(t sales.Team) bool { return t.Groups[c.event.Bot] == c.event.Chat })
}

// help lists the commands for the person's role, or explains one.
func help(ctx context.Context, c *call, cmd speech.Command) error {
	if len(cmd.Words) == 0 {
		return c.say(ctx, c.w.Help(c.me))
	}
	word := strings.ToLower(cmd.Words[0])
	if v, ok := speech.VerbOf(word); ok {
		word = string(v)
	}
	if text, ok := c.w.HelpVerb(word); ok {
		return c.say(ctx, text)
	}
	if near := speech.Closest(word); len(near) > 0 {
		return c.refuse(ctx, "help", c.w.Unknown(word, near))
	}
	return c.refuse(ctx, "help", c.w.Say("help.no_verb", cmd.Words[0])+"\n"+c.w.Help(c.me))
}

// empty is a sticker, or nothing at all. Addressed in a group it asks for help.
func empty(ctx context.Context, c *call, _ speech.Command) error {
	c.outcome = "empty"
	if c.event.Kind == bots.EventMessage && !c.event.Private && len(c.event.Files) == 0 {
		return c.say(ctx, c.w.Help(c.me))
	}
	return nil
}

// two asks for several moves to be sent apart.
func two(ctx context.Context, c *call, cmd speech.Command) error {
	lines := make([]string, 0, len(cmd.Words)+1)
	lines = append(lines, c.w.Say("deal.two", len(cmd.Words)))
	for _, line := range cmd.Words {
		lines = append(lines, "· "+line)
	}
	return c.refuse(ctx, "two_moves", strings.Join(lines, "\n"))
}

// talk answers words about a move that ask for none.
func talk(ctx context.Context, c *call, _ speech.Command) error {
	return c.refuse(ctx, "talk", c.w.NotFired(norm.Fold(c.event.Text)))
}

// notExact answers words that sound like a decision: only the exact form decides.
func notExact(ctx context.Context, c *call, cmd speech.Command) error {
	v := string(speech.Approve)
	if len(cmd.Words) > 0 {
		v = cmd.Words[0]
	}
	return c.refuse(ctx, "not_exact", c.w.NotExact(v, norm.Fold(c.event.Text)))
}

// unknown answers what is no command, with what is closest. A bare value may be
// what a lead's draft still lacks.
func unknown(ctx context.Context, c *call, cmd speech.Command) error {
	for _, goesOn := range []func(context.Context) (bool, error){c.answersDraft, c.endsBegun} {
		if done, err := goesOn(ctx); done || err != nil {
			return err
		}
	}
	var near []string
	if len(cmd.Words) > 0 {
		near = speech.Closest(cmd.Words[0])
	}
	return c.refuse(ctx, "unknown", c.w.Unknown(norm.Fold(c.event.Text), near))
}
