package jobs

import (
	"context"
	"fmt"
	"time"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
	"genjin/store"
)

// replaceAfter is how long the change of a card waits for the answer to the
// click that caused it.
const replaceAfter = time.Second

// todoOf gathers what waits for a person's decision, oldest first.
func (e *Engine) todoOf(ctx context.Context, tx *store.Tx, person string) ([]cards.TodoItem, error) {
	all, err := tx.PendingApprovals(ctx)
	if err != nil {
		return nil, err
	}
	var items []cards.TodoItem
	for _, a := range all {
		waiting, err := e.waiting(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		task, mine := waiting[person]
		if !mine {
			continue
		}
		files, err := filesOf(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		items = append(items, cards.TodoItem{Approval: a, Files: files, Task: task})
	}
	return items, nil
}

// refreshTodos brings the consolidated cards of everybody who could see the
// request to what is true now.
func (e *Engine) refreshTodos(ctx context.Context, tx *store.Tx, a sales.Approval) error {
	seen := map[string]bool{}
	for _, step := range a.Steps {
		for _, task := range step.Tasks {
			for _, id := range []string{task.Approver, task.For, task.By} {
				if id == "" || seen[id] {
					continue
				}
				seen[id] = true
				if err := e.refreshTodo(ctx, tx, id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (e *Engine) refreshTodo(ctx context.Context, tx *store.Tx, id string) error {
	open, err := tx.CardsOfPerson(ctx, cardTodo, id)
	if err != nil || len(open) == 0 {
		return err
	}
	p, ok := e.Org().Person(id)
	if !ok {
		return nil
	}
	items, err := e.todoOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, c := range open {
		card := e.words().TodoDone(p)
		if len(items) > 0 {
			card = e.words().Todo(p, items, c.Nonce)
		} else {
			c.ClosedAt = tx.Now()
			if err := tx.SetCard(ctx, c); err != nil {
				return err
			}
		}
		if err := e.replace(ctx, tx, c, card); err != nil {
			return err
		}
	}
	return nil
}

// supersede answers a card that is too old to be changed: what is still open
// stands on a fresh card, whose nonce alone counts from now on.
func (e *Engine) supersede(ctx context.Context, tx *store.Tx, m store.Message) error {
	c, ok, err := tx.CardByMessage(ctx, m.Update)
	if err != nil || !ok || !c.ClosedAt.IsZero() {
		return err
	}
	c.ClosedAt = tx.Now()
	if err := tx.SetCard(ctx, c); err != nil {
		return err
	}
	switch c.Kind {
	case cardApproval:
		a, err := tx.Approval(ctx, c.Number)
		if err != nil || a.Status != sales.ApprovalPending {
			return err
		}
		return e.askAll(ctx, tx, a)
	case cardTodo:
		return e.sendTodo(ctx, tx, c.Person)
	}
	return nil
}

// sendTodo gives a person one card with everything that waits for them; nothing
// is sent when nothing waits.
func (e *Engine) sendTodo(ctx context.Context, tx *store.Tx, id string) error {
	p, ok := e.Org().Person(id)
	if !ok || p.Left {
		return nil
	}
	items, err := e.todoOf(ctx, tx, id)
	if err != nil || len(items) == 0 {
		return err
	}
	if err := e.closeTodos(ctx, tx, p); err != nil {
		return err
	}
	return e.sendTodoCard(ctx, tx, p, items)
}

func (e *Engine) sendTodoCard(ctx context.Context, tx *store.Tx, p sales.Person, items []cards.TodoItem) error {
	c := store.Card{Nonce: newNonce(), Kind: cardTodo, Person: p.ID}
	card := e.words().Todo(p, items, c.Nonce)
	var err error
	c.MessageID, c.Bot, err = e.tell(ctx, tx, p, note{Kind: cardTodo, Subject: "todo:" + p.ID, Card: &card})
	if err != nil || c.Bot == "" {
		return err
	}
	return tx.AddCard(ctx, c)
}

// closeTodos closes a person's older consolidated cards: one list per person is
// open at a time.
func (e *Engine) closeTodos(ctx context.Context, tx *store.Tx, p sales.Person) error {
	old, err := tx.CardsOfPerson(ctx, cardTodo, p.ID)
	if err != nil {
		return err
	}
	for _, c := range old {
		c.ClosedAt = tx.Now()
		if err := tx.SetCard(ctx, c); err != nil {
			return err
		}
		var closed bots.Card = e.words().TodoReplaced(p)
		if err := e.replace(ctx, tx, c, closed); err != nil {
			return fmt.Errorf("close the former to-do card: %w", err)
		}
	}
	return nil
}
