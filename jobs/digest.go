package jobs

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"genjin/cards"
	"genjin/sales"
	"genjin/store"
)

// approvalDigest gives everybody for whom something waits one card with all of
// it. The same list is given once per period, also when it is asked for twice.
func (e *Engine) approvalDigest(ctx context.Context, tx *store.Tx, at time.Time) error {
	items, err := e.todos(ctx, tx, at, "")
	if err != nil {
		return err
	}
	period, ok := e.atTimes(e.Rules().Approvals.DigestAt, at)
	if !ok {
		period = at.Truncate(time.Hour)
	}
	for _, p := range e.Org().People() {
		mine := items[p.ID]
		if len(mine) == 0 {
			continue
		}
		first, err := tx.Once(ctx, fmt.Sprintf("digest:%s:%d:%s", p.ID, period.Unix(), listed(mine)))
		if err != nil {
			return err
		}
		if !first {
			continue
		}
		if err := e.sendTodo(ctx, tx, p.ID, mine); err != nil {
			return err
		}
	}
	return nil
}

// listed is a short word for what a list holds and how it stands.
func listed(items []cards.TodoItem) string {
	var all []byte
	for _, i := range items {
		all = fmt.Appendf(all, "%d:%d,", i.Approval.Number, i.Approval.Version)
	}
	sum := sha256.Sum256(all)
	return hex.EncodeToString(sum[:12])
}

// approvalReminders reminds approvers who let a request wait, and tells their
// manager when reminding did not help. Who was given a fresh card just now is
// reminded by it.
func (e *Engine) approvalReminders(ctx context.Context, tx *store.Tx, at time.Time) error {
	all, err := tx.PendingApprovals(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		again, err := e.askAgain(ctx, tx, standing{a, at})
		if err != nil {
			return err
		}
		rules, err := e.rulesOf(ctx, tx, a)
		if err != nil {
			return err
		}
		change, due := a.Remind(at, rules, e.Calendar())
		if len(due) == 0 {
			continue
		}
		if err := tx.Save(ctx, change, store.Source{}); err != nil {
			return err
		}
		for _, r := range due {
			if err := e.remind(ctx, tx, standing{a, at}, r, again); err != nil {
				return err
			}
		}
	}
	return nil
}

// remind reminds one approver, unless they were asked again just now, and tells
// their manager when it is time to.
func (e *Engine) remind(ctx context.Context, tx *store.Tx, a standing, r sales.Reminder, asked map[string]bool) error {
	p, ok, err := e.actor(ctx, tx, r.Task, a)
	if err != nil || !ok {
		return err
	}
	subject := approvalSubject(a.Approval)
	fresh := asked[p.ID]
	if !fresh {
		if fresh, err = e.renewSpent(ctx, tx, a, p); err != nil {
			return err
		}
	}
	if !fresh {
		if _, _, err := e.tell(ctx, tx, p, note{Kind: kindReminder, Subject: subject, Text: e.words().Reminder(a.Approval, r)}); err != nil {
			return err
		}
	}
	if !r.Escalate {
		return nil
	}
	boss, ok := e.Org().Manager(p.ID)
	if !ok {
		return nil
	}
	_, _, err = e.tell(ctx, tx, boss, note{Kind: kindReminder, Subject: subject, Text: e.words().Escalation(a.Approval, p, r)})
	return err
}

// newNonce is a word that nobody guesses.
func newNonce() string { return rand.Text() }
