package jobs

import (
	"context"
	"errors"

	"genjin/bots"
	"genjin/store"
)

// unrepeatable tells whether nobody knows what became of the last try, and the
// platform could not tell a second one from another message. The process may
// have died in mid-send: the try was noted before it began.
func (m letter) unrepeatable() bool {
	return m.Update == "" && m.forgotten() && (!m.TryAt.IsZero() || !m.DoubtSince.IsZero())
}

// forgotten tells whether the platform forgets at once that it took the message.
func (m letter) forgotten() bool {
	f, is := m.bot.(bots.Forgetful)
	return is && f.Forgets(m.body)
}

// quota is what the platform silently keeps messages like this one to.
func (m letter) quota() store.Quota {
	c, is := m.bot.(bots.Counted)
	if !is {
		return store.Quota{}
	}
	whom, most, span := c.Quota(m.body)
	return store.Quota{Whom: whom, Most: most, Span: span}
}

// begin notes that a try begins, where that will have to be known: by a count
// that every process shares, or after this one died. It puts the message off
// while its quota is used up.
func (e *Engine) begin(ctx context.Context, m letter) (noted bool, err error) {
	if m.Update != "" {
		return false, nil
	}
	q := m.quota()
	if q.Most == 0 && !m.forgotten() {
		return false, nil
	}
	free, err := e.Store.BeginTry(ctx, m.Message, q)
	if err == nil && !free.IsZero() {
		return false, later{free}
	}
	return err == nil, err
}

// isLimited tells whether the platform was not asked.
func isLimited(err error) bool {
	se, is := errors.AsType[*bots.SendError](err)
	return is && se.Code == bots.CodeLimited
}
