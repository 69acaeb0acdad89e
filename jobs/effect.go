package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// Kinds of cards the hub remembers, since their buttons decide something.
const (
	cardApproval = "approval"
	cardTodo     = "todo"
)

// effect tells people what follows from a decision. It runs in the transaction
// that closes it, and says what is true now, not what was true when it was
// asked for.
func (e *Engine) effect(ctx context.Context, tx *store.Tx, j store.Job) error {
	var f sales.Effect
	if err := json.Unmarshal(j.Payload, &f); err != nil {
		return final{fmt.Errorf("effect payload: %w", err)}
	}
	switch f.Kind {
	case sales.EffectLeadOwned:
		return e.leadOwned(ctx, tx, f)
	case sales.EffectApprovalAsked:
		return e.approvalAsked(ctx, tx, f)
	case sales.EffectApprovalChanged:
		return e.approvalChanged(ctx, tx, f)
	case sales.EffectApprovalDecided:
		return e.approvalDecided(ctx, tx, f)
	case sales.EffectDealMoved:
		return e.dealMoved(ctx, tx, f)
	case sales.EffectOrgChanged:
		if err := e.regroup(ctx, tx, f.Number); err != nil {
			return err
		}
		return e.settingEffect(ctx, tx, f)
	case sales.EffectRulesChanged, sales.EffectPersonLeft, sales.EffectConfigBad, sales.EffectConfigMended:
		return e.settingEffect(ctx, tx, f)
	}
	return final{fmt.Errorf("no such effect: %q", f.Kind)}
}

// leadOwned tells the owner of a lead that somebody else submitted, and the
// owner's manager.
func (e *Engine) leadOwned(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	l, err := tx.Lead(ctx, f.Number)
	if err != nil {
		return err
	}
	subject := fmt.Sprintf("lead:%d", l.Number)
	if owner, ok := e.Org().Person(l.Owner); ok && !owner.Left && owner.ID != f.Actor {
		card := e.words().LeadOwned(l)
		if _, _, err := e.tell(ctx, tx, owner, note{Kind: "lead", Subject: subject, Card: &card}); err != nil {
			return err
		}
	}
	if boss, ok := e.Org().Manager(l.Owner); ok && boss.ID != f.Actor {
		_, _, err = e.tell(ctx, tx, boss, note{Kind: "lead", Subject: subject, Text: e.words().LeadNews(l)})
	}
	return err
}

// dealMoved tells the owner's manager of progress. A group never hears a
// person's own act.
func (e *Engine) dealMoved(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	d, err := tx.Deal(ctx, f.Number)
	if err != nil {
		return err
	}
	boss, ok := e.Org().Manager(d.Owner)
	if !ok || boss.ID == f.Actor || len(d.Moves) == 0 {
		return nil
	}
	m := d.Moves[len(d.Moves)-1]
	first, err := tx.Once(ctx, fmt.Sprintf("deal-news:%s:%t", m.ID, m.Undone)) // both news may come late and see the same
	if err != nil || !first {
		return err
	}
	_, _, err = e.tell(ctx, tx, boss, note{Kind: "deal", Subject: fmt.Sprintf("deal:%d", d.Number), Text: e.words().DealNews(d)})
	return err
}

// approvalAsked gives each approver of the current step their card.
func (e *Engine) approvalAsked(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	a, err := tx.Approval(ctx, f.Number)
	if err != nil || a.Status != sales.ApprovalPending {
		return err
	}
	return e.askAll(ctx, tx, standing{a, tx.Now()})
}

// shown is the task as its card shows it: with the person on whose behalf the
// receiver acts.
func shown(task sales.ApprovalTask, p sales.Person) sales.ApprovalTask {
	if p.ID != task.Approver && task.For == "" {
		task.For = task.Approver
	}
	return task
}

// approvalChanged brings every card of a request to what is true now.
func (e *Engine) approvalChanged(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	a, err := tx.Approval(ctx, f.Number)
	if err != nil {
		return err
	}
	return e.refresh(ctx, tx, standing{a, tx.Now()})
}

// refresh brings every card of a request to what is true: open ones get the new
// revision, the others are closed and say who decided. All copies of a person's
// card on several platforms share one fate.
func (e *Engine) refresh(ctx context.Context, tx *store.Tx, a standing) error {
	open, err := tx.CardsOf(ctx, cardApproval, a.Number)
	if err != nil {
		return err
	}
	waiting, err := e.waiting(ctx, tx, a.Approval, a.at)
	if err != nil {
		return err
	}
	files, err := filesOf(ctx, tx, a.Approval)
	if err != nil {
		return err
	}
	words := e.words()
	if words.Delegations, err = tx.Delegations(ctx); err != nil {
		return err
	}
	words.Now = a.at
	for _, c := range open {
		card := words.ApprovalClosed(a.Approval)
		if task, still := waiting[c.Person]; still {
			c.Revision = a.Version
			card = words.Approval(a.Approval, files, task, c.Nonce)
		} else {
			c.ClosedAt = tx.Now()
		}
		if err := tx.SetCard(ctx, c); err != nil {
			return err
		}
		if err := e.replace(ctx, tx, c, card); err != nil {
			return err
		}
	}
	return e.refreshTodos(ctx, tx, a.Approval)
}

// waiting maps who must act at an instant to their task.
func (e *Engine) waiting(ctx context.Context, tx *store.Tx, a sales.Approval, at time.Time) (map[string]sales.ApprovalTask, error) {
	m := map[string]sales.ApprovalTask{}
	if a.Status != sales.ApprovalPending {
		return m, nil
	}
	for _, task := range a.OpenTasks() {
		p, ok, err := e.actor(ctx, tx, task, standing{a, at})
		if err != nil {
			return nil, err
		}
		if _, twice := m[p.ID]; ok && !twice {
			m[p.ID] = shown(task, p)
		}
	}
	return m, nil
}

// replace changes a card that was sent. The answer to the click may still be on
// its way: a change that overtakes it would be undone on the person's screen,
// so it waits a moment.
func (e *Engine) replace(ctx context.Context, tx *store.Tx, c store.Card, card bots.Card) error {
	m, err := tx.Message(ctx, c.MessageID)
	if err != nil {
		return err
	}
	body, err := json.Marshal(bots.Message{Card: &card})
	if err != nil {
		return fmt.Errorf("card %s %d: %w", c.Kind, c.Number, err)
	}
	same, err := shows(ctx, tx, m.Root, body)
	if err != nil || same {
		return err
	}
	_, err = tx.Post(ctx, store.Outgoing{
		ID: tx.NewID(), Bot: m.Bot, User: m.User, Chat: m.Chat, Person: m.Person,
		Kind: c.Kind, Subject: m.Subject, Body: body, Update: m.ID, NotBefore: tx.Now().Add(replaceAfter),
	})
	return err
}

// shows tells whether a card looks like this already, or is about to. A change
// that shows nothing new would use up what the platform allows of them.
func shows(ctx context.Context, tx *store.Tx, root string, body []byte) (bool, error) {
	m, ok, err := tx.LatestOfCard(ctx, root)
	return ok && m.State != store.MessageUncertain && bytes.Equal(m.Body, body), err
}

// approvalDecided tells the requester what came out, in one message; where the
// deal is not theirs to move any more, its owner.
func (e *Engine) approvalDecided(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	a, err := tx.Approval(ctx, f.Number)
	if err != nil {
		return err
	}
	p, ok := e.Org().Person(a.Requester)
	if a.Owner != "" && (!ok || !sales.MayMove(e.Org(), p, sales.Deal{Owner: a.Owner})) {
		p, ok = e.Org().Person(a.Owner)
	}
	if !ok || p.Left || p.ID == f.Actor {
		return nil
	}
	_, _, err = e.tell(ctx, tx, p, note{Kind: "decision", Subject: approvalSubject(a), Text: e.words().ApprovalDecided(a)})
	return err
}

// standing is a request at an instant.
type standing struct {
	sales.Approval

	at time.Time
}

// actor is who acts on a task at that instant. Where nobody can, the admins are
// told and ok is false: one such request must not hold up the others.
func (e *Engine) actor(ctx context.Context, tx *store.Tx, task sales.ApprovalTask, a standing) (p sales.Person, ok bool, err error) {
	more, err := tx.Delegations(ctx)
	if err != nil {
		return p, false, err
	}
	p, err = a.Actor(task, e.Org(), more, a.at)
	if errors.Is(err, sales.ErrNobody) {
		no := fmt.Sprintf("approval:%d", a.Number)
		return p, false, e.alarmIn(ctx, tx, alarm{what: "no approver", scope: no, id: no, cause: err.Error()})
	}
	return p, err == nil, err
}

func filesOf(ctx context.Context, tx *store.Tx, a sales.Approval) ([]sales.File, error) {
	files := make([]sales.File, 0, len(a.Move.Evidence))
	for _, id := range a.Move.Evidence {
		f, err := tx.File(ctx, id)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
