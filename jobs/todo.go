package jobs

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"genjin/cards"
	"genjin/sales"
	"genjin/store"
)

// replaceAfter is how long the change of a card waits for the answer to the
// click that caused it.
const replaceAfter = time.Second

// todos gathers what waits for decisions at an instant, by person, oldest
// first; with only, for this person alone.
func (e *Engine) todos(ctx context.Context, tx *store.Tx, at time.Time, only string) (map[string][]cards.TodoItem, error) {
	all, err := tx.PendingApprovals(ctx)
	if err != nil {
		return nil, err
	}
	items := map[string][]cards.TodoItem{}
	for _, a := range all {
		waiting, err := e.waiting(ctx, tx, a, at)
		if err != nil {
			return nil, err
		}
		if _, mine := waiting[only]; only != "" && !mine || len(waiting) == 0 {
			continue
		}
		files, err := filesOf(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		for id, task := range waiting {
			items[id] = append(items[id], cards.TodoItem{Approval: a, Files: files, Task: task})
		}
	}
	return items, nil
}

// refreshTodos brings the consolidated cards of everybody who could see the
// request to what is true now: its people, and whose card names it since they
// stood in for somebody when it was made.
func (e *Engine) refreshTodos(ctx context.Context, tx *store.Tx, a sales.Approval) error {
	open, err := tx.CardsOf(ctx, cardTodo, 0)
	if err != nil || len(open) == 0 {
		return err
	}
	concerned, err := e.concerned(ctx, tx, a)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, c := range open {
		is := concerned[c.Person]
		if !is {
			if is, err = names(ctx, tx, c, a.Number); err != nil {
				return err
			}
		}
		if !is || done[c.Person] {
			continue
		}
		done[c.Person] = true
		if err := e.refreshTodo(ctx, tx, c.Person); err != nil {
			return err
		}
	}
	return nil
}

// concerned are the people of a request: who must act, was asked, or did act.
func (e *Engine) concerned(ctx context.Context, tx *store.Tx, a sales.Approval) (map[string]bool, error) {
	waiting, err := e.waiting(ctx, tx, a, tx.Now())
	if err != nil {
		return nil, err
	}
	people := map[string]bool{}
	for id := range waiting {
		people[id] = true
	}
	for _, step := range a.Steps {
		for _, task := range step.Tasks {
			people[task.Approver], people[task.For], people[task.By] = true, true, true
		}
	}
	return people, nil
}

// names tells whether a consolidated card was sent with a request on it.
func names(ctx context.Context, tx *store.Tx, c store.Card, number int64) (bool, error) {
	m, err := tx.Message(ctx, c.MessageID)
	return err == nil && bytes.Contains(m.Body, fmt.Appendf(nil, `"no":"%d"`, number)), err
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
	all, err := e.todos(ctx, tx, tx.Now(), id)
	if err != nil {
		return err
	}
	items := all[id]
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
		return e.askAll(ctx, tx, standing{a, tx.Now()})
	case cardTodo:
		all, err := e.todos(ctx, tx, tx.Now(), c.Person)
		if err != nil {
			return err
		}
		return e.sendTodo(ctx, tx, c.Person, all[c.Person])
	}
	return nil
}

// sendTodo gives a person one card with everything that waits for them; nothing
// is sent when nothing waits.
func (e *Engine) sendTodo(ctx context.Context, tx *store.Tx, id string, items []cards.TodoItem) error {
	p, ok := e.Org().Person(id)
	if !ok || p.Left || len(items) == 0 {
		return nil
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
		if err := e.replace(ctx, tx, c, e.words().TodoReplaced(p)); err != nil {
			return fmt.Errorf("close the former to-do card: %w", err)
		}
	}
	return nil
}
