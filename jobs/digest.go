package jobs

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"genjin/sales"
	"genjin/store"
)

// approvalDigest gives everybody for whom something waits one card with all of
// it.
func (e *Engine) approvalDigest(ctx context.Context, tx *store.Tx, _ time.Time) error {
	all, err := tx.PendingApprovals(ctx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, a := range all {
		waiting, err := e.waiting(ctx, tx, a)
		if err != nil {
			return err
		}
		for id := range waiting {
			seen[id] = true
		}
	}
	for _, p := range e.Org().People() {
		if !seen[p.ID] {
			continue
		}
		if err := e.sendTodo(ctx, tx, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// approvalReminders reminds approvers who let a request wait, and tells their
// manager when reminding did not help.
func (e *Engine) approvalReminders(ctx context.Context, tx *store.Tx, at time.Time) error {
	all, err := tx.PendingApprovals(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		change, due := a.Remind(at, e.Rules(), e.Calendar())
		if len(due) == 0 {
			continue
		}
		if err := tx.Save(ctx, change, store.Source{}); err != nil {
			return err
		}
		for _, r := range due {
			if err := e.remind(ctx, tx, a, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) remind(ctx context.Context, tx *store.Tx, a sales.Approval, r sales.Reminder) error {
	p, ok, err := e.actor(ctx, tx, a, r.Task)
	if err != nil || !ok {
		return err
	}
	subject := fmt.Sprintf("approval:%d", a.Number)
	if _, _, err := e.tell(ctx, tx, p, note{Kind: "reminder", Subject: subject, Text: e.words().Reminder(a, r)}); err != nil {
		return err
	}
	if !r.Escalate {
		return nil
	}
	boss, ok := e.Org().Manager(p.ID)
	if !ok {
		return nil
	}
	_, _, err = e.tell(ctx, tx, boss, note{Kind: "reminder", Subject: subject, Text: e.words().Escalation(a, p, r)})
	return err
}

// newNonce is a word that nobody guesses.
func newNonce() string { return rand.Text() }
