package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"genjin/cards"
	"genjin/sales"
	"genjin/store"
)

// overdueAlerts tells about deals without progress and leads without a call:
// the owner and the owner's manager privately, each team's group in one digest,
// sales operations in a copy. at stands for now. The same lateness is told once,
// and again only after the rules' repeat interval.
func (e *Engine) overdueAlerts(ctx context.Context, tx *store.Tx, at time.Time) error {
	late, err := e.lateItems(ctx, tx, at)
	if err != nil || len(late) == 0 {
		return err
	}
	byOwner, byBoss, byTeam := map[string][]cards.LateItem{}, map[string][]cards.LateItem{}, map[string][]cards.LateItem{}
	for _, item := range late {
		byOwner[item.Owner.ID] = append(byOwner[item.Owner.ID], item)
		byTeam[item.Owner.Team] = append(byTeam[item.Owner.Team], item)
		if boss, ok := e.Org().Manager(item.Owner.ID); ok {
			byBoss[boss.ID] = append(byBoss[boss.ID], item)
		}
	}
	for _, p := range e.Org().People() {
		if err := e.tellLate(ctx, tx, p, byOwner[p.ID], byBoss[p.ID]); err != nil {
			return err
		}
	}
	for _, t := range e.Org().Teams() {
		if items := byTeam[t.ID]; len(items) > 0 {
			if err := e.tellGroup(ctx, tx, t, note{Kind: kindOverdue, Subject: "overdue:" + t.ID, Text: e.words().OverdueGroup(t, items)}); err != nil {
				return err
			}
		}
	}
	return e.copyLate(ctx, tx, late)
}

// copyLate gives those who watch over everybody what they were not told as
// owner or manager.
func (e *Engine) copyLate(ctx context.Context, tx *store.Tx, late []cards.LateItem) error {
	for _, p := range e.Org().WithRole(e.Rules().Overdue.CopyRole) {
		rest := slices.DeleteFunc(slices.Clone(late), func(i cards.LateItem) bool {
			boss, _ := e.Org().Manager(i.Owner.ID)
			return i.Owner.ID == p.ID || boss.ID == p.ID
		})
		if len(rest) == 0 {
			continue
		}
		if _, _, err := e.tell(ctx, tx, p, note{Kind: kindOverdue, Subject: kindOverdue, Text: e.words().OverdueOps(rest)}); err != nil {
			return err
		}
	}
	return nil
}

// tellLate tells one person what is late of their own and of their people's,
// each in one message. Who is gone is not told; the manager is.
func (e *Engine) tellLate(ctx context.Context, tx *store.Tx, p sales.Person, own, theirs []cards.LateItem) error {
	if p.Left {
		return nil
	}
	if len(own) > 0 {
		if _, _, err := e.tell(ctx, tx, p, note{Kind: kindOverdue, Subject: kindOverdue, Text: e.words().OverdueOwner(own)}); err != nil {
			return err
		}
	}
	if len(theirs) > 0 {
		if _, _, err := e.tell(ctx, tx, p, note{Kind: kindOverdue, Subject: kindOverdue, Text: e.words().OverdueManager(theirs)}); err != nil {
			return err
		}
	}
	return nil
}

// lateItems are what is late at an instant and was not told before.
func (e *Engine) lateItems(ctx context.Context, tx *store.Tx, at time.Time) ([]cards.LateItem, error) {
	rules, cal := e.Rules(), e.Calendar()
	deals, err := tx.OpenDeals(ctx, "")
	if err != nil {
		return nil, err
	}
	leads, err := tx.OpenLeads(ctx, "")
	if err != nil {
		return nil, err
	}
	var items []cards.LateItem
	add := func(item cards.LateItem, key, owner string, late sales.Late) error {
		key = fmt.Sprintf("late:%s:%d:%d", key, late.Due.At.UnixMilli(), e.round(late, at))
		first, err := tx.Once(ctx, key)
		if err != nil || !first {
			return err
		}
		item.Late = late
		var known bool
		if item.Owner, known = e.Org().Person(owner); !known {
			item.Owner = sales.Person{ID: owner, Name: owner, Left: true}
		}
		items = append(items, item)
		return nil
	}
	for _, d := range deals {
		if late, is := d.Overdue(rules, cal, at); is {
			if err := add(cards.LateItem{Deal: &d}, fmt.Sprintf("deal:%d", d.Number), d.Owner, late); err != nil {
				return nil, err
			}
		}
	}
	for _, l := range leads {
		if late, is := l.Late(rules, cal, at); is {
			if err := add(cards.LateItem{Lead: &l}, fmt.Sprintf("lead:%d", l.Number), l.Owner, late); err != nil {
				return nil, err
			}
		}
	}
	return items, nil
}

// round counts the repeat intervals since something became late.
func (e *Engine) round(late sales.Late, at time.Time) int {
	every := e.Rules().Overdue.RepeatIn
	if every <= 0 {
		return 0
	}
	n := 0
	for next := e.Calendar().AddDays(late.Due.At, every); n < 100 && !next.At.After(at); next = e.Calendar().AddDays(next.At, every) {
		n++
	}
	return n
}
