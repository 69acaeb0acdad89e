package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
	"genjin/store"
)

// Kinds of cards that decide, as jobs keeps them.
const (
	cardApproval = "approval"
	cardTodo     = "todo"
)

// decideByClick takes a button of an approval card or of the consolidated card.
func decideByClick(c *call, ctx context.Context, _ command) error {
	card, ok, err := c.clickedCard(ctx, cardApproval, cardTodo)
	if err != nil || !ok {
		return err
	}
	click := c.event.Click
	number := toNumber(click.Value["no"])
	if card.Kind == cardApproval && number != card.Number {
		return c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	if card.Kind == cardTodo && card.Person != c.me.ID {
		return c.refuse(ctx, "not_yours", c.w.Say("todo.not_yours", c.w.Name(card.Person)))
	}
	a, ok, err := c.loadApproval(ctx, number)
	if err != nil || !ok {
		return err
	}
	act := sales.Act(click.Action)
	words := actWords{comment: strings.TrimSpace(click.Form["comment"])}
	if act == sales.ActTransfer {
		words.to = c.chosen(click.Form["to"])
	}
	version := toNumber(click.Value["v"])
	if version == 0 { // a button of ours always names its version
		return c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	done, err := c.act(ctx, a, act, version, words)
	if err != nil {
		return err
	}
	if done.refused != nil {
		c.outcome = "refused:" + reason(done.refused)
		c.toast(refusedTone(done.refused), c.w.ApprovalRefused(done.refused, a))
		return c.freshen(ctx, card, a, done.refused)
	}
	c.toast(bots.ToneSuccess, c.w.ActDone(done.approval, act, words.to))
	return c.redraw(ctx, card, done.approval)
}

// chosen is the person that a form's choice means: an account of the platform,
// or a name.
func (c *call) chosen(word string) sales.Person {
	word, _, _ = strings.Cut(word, ",")
	if p, ok := c.w.Org.ByAccount(c.event.Bot, word); ok {
		return p
	}
	if people := c.w.Org.Find(word); len(people) == 1 {
		return people[0]
	}
	return sales.Person{}
}

// refusedTone is a warning where the person can do something about it, and an
// error otherwise.
func refusedTone(err error) bots.Tone {
	switch reason(err) {
	case string(sales.RefuseReason), string(sales.RefuseStale), string(sales.RefuseDecided), string(sales.RefuseTransfer):
		return bots.ToneWarn
	}
	return bots.ToneError
}

// freshen replaces a clicked card that no longer tells the truth. Somebody who
// clicked a card that is not theirs leaves it as it is.
func (c *call) freshen(ctx context.Context, card store.Card, a sales.Approval, refused error) error {
	if card.Person != c.me.ID {
		return nil
	}
	switch reason(refused) {
	case string(sales.RefuseStale), string(sales.RefuseDecided), string(sales.RefuseNotApprover):
		return c.redraw(ctx, card, a)
	}
	return nil
}

// redraw puts the card that is true now in the place of the clicked one.
func (c *call) redraw(ctx context.Context, card store.Card, a sales.Approval) error {
	if card.Kind == cardTodo {
		return c.redrawTodo(ctx, card)
	}
	now := c.w.ApprovalClosed(a)
	task, mine, err := c.taskOf(ctx, a)
	if err != nil {
		return err
	}
	if mine && card.ClosedAt.IsZero() {
		files, err := c.filesOf(ctx, a.Move)
		if err != nil {
			return err
		}
		now = c.w.Approval(a, files, task, card.Nonce)
	}
	c.answer.Card = &now
	return nil
}

func (c *call) redrawTodo(ctx context.Context, card store.Card) error {
	now := c.w.TodoReplaced(c.me)
	if card.ClosedAt.IsZero() {
		items, err := c.waitingFor(ctx)
		if err != nil {
			return err
		}
		now = c.w.TodoDone(c.me)
		if len(items) > 0 {
			now = c.w.Todo(c.me, items, card.Nonce)
		}
	}
	c.answer.Card = &now
	return nil
}

// approveAll approves what the consolidated card showed: each request on its
// own, with every check, and with a line about what came of it.
func approveAll(c *call, ctx context.Context, _ command) error {
	card, ok, err := c.clickedCard(ctx, cardTodo)
	if err != nil || !ok {
		return err
	}
	if card.Person != c.me.ID {
		return c.refuse(ctx, "not_yours", c.w.Say("todo.not_yours", c.w.Name(card.Person)))
	}
	numbers, versions := strings.Split(c.event.Click.Value["no"], ","), strings.Split(c.event.Click.Value["v"], ",")
	if len(numbers) != len(versions) || len(numbers) > 50 || slices.Contains(versions, "") {
		return c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	results := make([]cards.BulkLine, 0, len(numbers))
	done := 0
	for i := range numbers {
		a, ok, err := c.loadApproval(ctx, toNumber(numbers[i]))
		if err != nil || !ok {
			return err
		}
		one, err := c.act(ctx, a, sales.ActApprove, max(toNumber(versions[i]), 1), actWords{})
		if err != nil {
			return err
		}
		if one.refused == nil {
			done++
		}
		results = append(results, cards.BulkLine{Approval: a, Refused: one.refused})
	}
	text := c.w.Bulk(results)
	head, _, _ := strings.Cut(text, "\n")
	c.toast(bots.ToneSuccess, head)
	if done < len(results) {
		c.toast(bots.ToneWarn, head)
	}
	if err := c.whisper(ctx, text); err != nil {
		return err
	}
	return c.redrawTodo(ctx, card)
}

// showFiles sends a request's evidence into the chat of somebody who may see it.
func showFiles(c *call, ctx context.Context, _ command) error {
	card, ok, err := c.clickedCard(ctx, cardApproval, cardTodo)
	if err != nil || !ok {
		return err
	}
	number := toNumber(c.event.Click.Value["no"])
	if card.Kind == cardApproval && number != card.Number {
		return c.refuse(ctx, "value_invalid", c.w.Say("approval.bad_card"))
	}
	a, ok, err := c.loadApproval(ctx, number)
	if err != nil || !ok {
		return err
	}
	may, err := c.mayRead(ctx, a)
	if err != nil {
		return err
	}
	if !may {
		return c.refuse(ctx, "not_approver", c.w.ApprovalRefused(&sales.Refusal{Kind: sales.RefuseNotApprover, Number: a.Number, Who: approversOf(a)}, a))
	}
	files, err := c.filesOf(ctx, a.Move)
	if err != nil {
		return err
	}
	for _, f := range files {
		m := bots.Message{Text: f.Name, File: &bots.Upload{Name: f.Name, SHA256: f.SHA256, Type: mediaType(f.Type)}}
		if err := c.post(ctx, m, store.Outgoing{User: c.event.User}, fmt.Sprintf("approval:%d", a.Number)); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		c.toast(infoTone, c.w.Say("approval.files_none"))
		return nil
	}
	c.toast(bots.ToneSuccess, c.w.Say("approval.files_sent", len(files)))
	return nil
}

// mayRead tells whether the person may see a request's evidence: who has a part
// in it, and who sees the requester's work anyway.
func (c *call) mayRead(ctx context.Context, a sales.Approval) (bool, error) {
	if c.w.Org.Sees(c.me, a.Requester) {
		return true, nil
	}
	for _, s := range a.Steps {
		for _, t := range s.Tasks {
			if t.Approver == c.me.ID || t.By == c.me.ID {
				return true, nil
			}
		}
	}
	_, mine, err := c.taskOf(ctx, a)
	return mine, err
}

func approversOf(a sales.Approval) []string {
	var ids []string
	for _, t := range a.OpenTasks() {
		ids = append(ids, t.Approver)
	}
	return ids
}

// mediaType is the media type of a kind of file.
func mediaType(kind string) string {
	if t, ok := mediaTypes[kind]; ok {
		return t
	}
	return "application/octet-stream"
}
