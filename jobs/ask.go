package jobs

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// approvalSubject is the subject of what is said about a request.
func approvalSubject(a sales.Approval) string { return fmt.Sprintf("approval:%d", a.Number) }

// approvalNumber is the request that a subject names.
func approvalNumber(subject string) (int64, bool) {
	word, is := strings.CutPrefix(subject, cardApproval+":")
	if !is {
		return 0, false
	}
	number, err := strconv.ParseInt(word, 10, 64)
	return number, err == nil
}

// askAll gives everybody who must act on a request their card, on each of their
// platforms where none is open. Two who find out at once that somebody has none
// do it in turn.
func (e *Engine) askAll(ctx context.Context, tx *store.Tx, a standing) error {
	if err := tx.LockApproval(ctx, a.Number); err != nil {
		return err
	}
	open, err := tx.CardsOf(ctx, cardApproval, a.Number)
	if err != nil {
		return err
	}
	has := map[string]map[string]bool{} // person → platform
	for _, c := range open {
		has[c.Person] = with(has[c.Person], c.Bot)
	}
	for _, task := range a.OpenTasks() {
		p, ok, err := e.actor(ctx, tx, task, a)
		if err != nil {
			return err
		}
		if !ok || has[p.ID][anywhere] {
			continue
		}
		if err := e.ask(ctx, tx, a.Approval, shown(task, p), receiver{p, has[p.ID]}); err != nil {
			return err
		}
		has[p.ID] = with(has[p.ID], anywhere)
	}
	return nil
}

// anywhere stands for all platforms: no platform has an empty name.
const anywhere = ""

func with(set map[string]bool, word string) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[word] = true
	return set
}

// receiver is a person with the platforms on which they have a card already.
type receiver struct {
	sales.Person

	has map[string]bool
}

// ask sends one approver their card, one copy per platform. Each has a nonce of
// its own, which the click must bring back.
func (e *Engine) ask(ctx context.Context, tx *store.Tx, a sales.Approval, task sales.ApprovalTask, to receiver) error {
	on := e.copies(to.Person)
	if len(on) == 0 && len(to.has) == 0 {
		return e.unasked(ctx, tx, a, task, to.Person)
	}
	files, err := filesOf(ctx, tx, a)
	if err != nil {
		return err
	}
	for _, bot := range on {
		if to.has[bot] {
			continue
		}
		c := store.Card{Nonce: newNonce(), Kind: cardApproval, Number: a.Number, Person: to.ID, Bot: bot, Revision: a.Version}
		card := e.words().Approval(a, files, task, c.Nonce)
		n := note{Kind: cardApproval, Subject: approvalSubject(a), Card: &card}
		if c.MessageID, err = e.post(ctx, tx, store.Outgoing{Bot: bot, User: to.Accounts[bot], Person: to.ID}, n); err != nil {
			return err
		}
		if err := tx.AddCard(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// copies are the platforms on which a person gets the card of a request: the
// one they prefer, else all that they are on. Nobody should have to look for it.
func (e *Engine) copies(p sales.Person) []string {
	var on []string
	for _, bot := range e.platforms() {
		switch {
		case p.Accounts[bot] == "":
		case bot == p.Prefer:
			return []string{bot}
		default:
			on = append(on, bot)
		}
	}
	return on
}

// unasked tells of an approver who is on no connected platform.
func (e *Engine) unasked(ctx context.Context, tx *store.Tx, a sales.Approval, task sales.ApprovalTask, p sales.Person) error {
	card := e.words().Approval(a, nil, task, "")
	if err := e.tellBoss(ctx, tx, p, note{Subject: approvalSubject(a), Card: &card}); err != nil {
		return err
	}
	return e.alarmIn(ctx, tx, alarm{what: "unasked", scope: p.ID, id: approvalSubject(a), cause: e.words().NoPlatform(p)})
}

// askAgain asks those again who must act at an instant and have no card: theirs
// went to somebody whose time to stand in for them is over. It gives them back.
func (e *Engine) askAgain(ctx context.Context, tx *store.Tx, a standing) (map[string]bool, error) {
	without, err := e.cardless(ctx, tx, a)
	if err != nil || len(without) == 0 {
		return without, err
	}
	if err := tx.LockApproval(ctx, a.Number); err != nil {
		return nil, err
	}
	if without, err = e.cardless(ctx, tx, a); err != nil || len(without) == 0 {
		return without, err
	}
	if err := e.refresh(ctx, tx, a); err != nil {
		return nil, err
	}
	return without, e.askAll(ctx, tx, a)
}

// cardless are those who must act at an instant, could be given a card, and have
// none.
func (e *Engine) cardless(ctx context.Context, tx *store.Tx, a standing) (map[string]bool, error) {
	open, err := tx.CardsOf(ctx, cardApproval, a.Number)
	if err != nil {
		return nil, err
	}
	has, without := map[string]bool{}, map[string]bool{}
	for _, c := range open {
		has[c.Person] = true
	}
	waiting, err := e.waiting(ctx, tx, a.Approval, a.at)
	if err != nil {
		return nil, err
	}
	for id := range waiting {
		if p, _ := e.Org().Person(id); !has[id] && len(e.copies(p)) > 0 {
			without[id] = true
		}
	}
	return without, nil
}

// otherCopy tells whether a card that failed for good is not missed: another
// copy of it went or goes out, or nothing waits for it any more. Its row is
// closed then, and the copy alone counts.
func (e *Engine) otherCopy(ctx context.Context, tx *store.Tx, m store.Message) (bool, error) {
	c, has, err := tx.CardByMessage(ctx, m.ID)
	if err != nil || !has || c.Kind != cardApproval {
		return false, err
	}
	if !c.ClosedAt.IsZero() {
		return true, nil
	}
	open, err := tx.CardsOf(ctx, c.Kind, c.Number)
	if err != nil {
		return false, err
	}
	for _, other := range open {
		if other.Person != c.Person || other.Nonce == c.Nonce {
			continue
		}
		copied, err := tx.Message(ctx, other.MessageID)
		if err != nil {
			return false, err
		}
		if copied.State == store.MessagePending || copied.State == store.MessageSent {
			c.ClosedAt = tx.Now()
			return true, tx.SetCard(ctx, c)
		}
	}
	return false, nil
}

// renewSpent gives an approver who is to be reminded a fresh card in place of
// one that its platform changes no more: pressed, it could not say what came of
// it. It tells whether there was one, and then nothing more need be said.
func (e *Engine) renewSpent(ctx context.Context, tx *store.Tx, a standing, p sales.Person) (bool, error) {
	open, err := tx.CardsOf(ctx, cardApproval, a.Number)
	if err != nil {
		return false, err
	}
	renewed := false
	for _, c := range open {
		if c.Person != p.ID {
			continue
		}
		spent, err := e.spent(ctx, tx, c)
		if err != nil {
			return false, err
		}
		if !spent {
			continue
		}
		c.ClosedAt = tx.Now()
		if err := tx.SetCard(ctx, c); err != nil {
			return false, err
		}
		renewed = true
	}
	if !renewed {
		return false, nil
	}
	return true, e.askAll(ctx, tx, a)
}

// spent tells whether a card went out and can no longer be changed.
func (e *Engine) spent(ctx context.Context, tx *store.Tx, c store.Card) (bool, error) {
	perishable, is := e.bots[c.Bot].(bots.Perishable)
	if !is {
		return false, nil
	}
	m, err := tx.Message(ctx, c.MessageID)
	if err != nil || m.State != store.MessageSent {
		return false, err
	}
	return perishable.Spent(bots.CardRef(m.Ref), tx.Now()), nil
}
