package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// doubtFor is how long an answer may stay unknown. Platforms forget a message's
// dedup id after an hour; beyond this a second try could be seen twice.
const doubtFor = 50 * time.Minute

// outageAfter is how long a message may be tried in vain until the admins hear
// of it.
const outageAfter = 45 * time.Second

// letter is a message on its way, with what decides whether it still goes.
type letter struct {
	store.Message

	root     store.Message // whose card it replaces
	outdated string        // why nobody needs it any more
}

// send says one message. Its result is stored with the closing of the job.
func (e *Engine) send(ctx context.Context, j store.Job) (finish, error) {
	var p store.SendPayload
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return nil, final{fmt.Errorf("send payload: %w", err)}
	}
	m, err := e.letter(ctx, p.Message)
	if err != nil {
		return nil, err
	}
	if m.State != store.MessagePending {
		return nil, nil //nolint:nilnil // nothing to add to the closing
	}
	if instead := e.instead(m, j); instead != nil {
		return instead(ctx)
	}
	b, on := e.bots[m.Bot]
	if !on {
		return e.gaveUp(m.Message, &bots.SendError{Code: bots.CodeNoReach, Err: fmt.Errorf("platform %q is not connected", m.Bot)})
	}
	ref, err := e.say(ctx, b, m)
	if err == nil {
		return func(ctx context.Context, tx *store.Tx) error {
			return tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageSent, Ref: string(ref)})
		}, nil
	}
	return e.unsaid(ctx, m.Message, err)
}

// instead is what happens to a message in place of a try, or nil.
func (e *Engine) instead(m letter, j store.Job) func(context.Context) (finish, error) {
	doubt := doubtSince(m.Message, j)
	switch {
	case !doubt.IsZero() && e.Now().Sub(doubt) > doubtFor:
		return func(ctx context.Context) (finish, error) { return e.uncertain(ctx, m.Message) }
	case doubt.IsZero() && m.outdated != "":
		return func(context.Context) (finish, error) { return dropped(m.ID, m.outdated), nil }
	case doubt.IsZero() && e.mustRest(m.Message):
		return func(context.Context) (finish, error) {
			return nil, later{e.Calendar().NextLoud(e.Rules().Quiet, e.Now())}
		}
	case m.Update != "" && m.root.State != store.MessageSent:
		return func(context.Context) (finish, error) { return e.beforeRoot(m) }
	}
	return nil
}

// doubtSince is when a try began whose outcome nobody knows: one without an
// answer, or one in which the process died, which left a claim and no record.
// A card that is changed twice looks the same, so changes are never in doubt.
func doubtSince(m store.Message, j store.Job) time.Time {
	switch {
	case m.Update != "":
		return time.Time{}
	case !m.DoubtSince.IsZero():
		return m.DoubtSince
	case j.Tries-1 > m.Tries:
		return j.RunAt
	}
	return time.Time{}
}

// letter loads a message and what decides whether it still goes.
func (e *Engine) letter(ctx context.Context, id string) (m letter, err error) {
	err = e.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		if m.Message, err = tx.Message(ctx, id); err != nil {
			return err
		}
		if m.Update != "" {
			m.root, err = tx.Message(ctx, m.Update)
			return err
		}
		m.outdated, err = outdated(ctx, tx, m.Message)
		return err
	})
	return m, err
}

// outdated says why a message that waited long is not worth saying any more:
// its card was closed meanwhile, or a newer reminder says the same.
func outdated(ctx context.Context, tx *store.Tx, m store.Message) (string, error) {
	if m.Kind != kindReminder {
		c, ok, err := tx.CardByMessage(ctx, m.ID)
		if err == nil && ok && !c.ClosedAt.IsZero() && (c.Kind == cardApproval || c.Kind == cardTodo) {
			return "its card was closed before it went out", nil
		}
		return "", err
	}
	newer, err := tx.Messages(ctx, store.MessageFilter{State: store.MessagePending, Subject: m.Subject, Person: m.Person, After: m.ID, Limit: 20})
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(newer, func(n store.Message) bool { return n.Kind == kindReminder }) {
		return "a newer reminder says the same", nil
	}
	word, _ := strings.CutPrefix(m.Subject, cardApproval+":")
	number, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return "", nil //nolint:nilerr // not about a request
	}
	a, err := tx.Approval(ctx, number)
	if err == nil && a.Status != sales.ApprovalPending {
		return "the request was decided meanwhile", nil
	}
	return "", err
}

// mustRest tells whether what a clock caused was held up until the quiet hours
// began. What was made within them was meant to be said: see [Engine.RunJob].
func (e *Engine) mustRest(m store.Message) bool {
	if m.Update != "" || (m.Kind != kindOverdue && m.Kind != kindReminder && m.Kind != cardTodo) {
		return false
	}
	cal, quiet := e.Calendar(), e.Rules().Quiet
	return cal.Quiet(quiet, e.Now()) && !cal.Quiet(quiet, m.CreatedAt)
}

// dropped closes a message that is not worth saying.
func dropped(id, why string) finish {
	return func(ctx context.Context, tx *store.Tx) error {
		return tx.MarkMessage(ctx, id, store.MessageResult{State: store.MessageDropped, Error: why})
	}
}

// uncertain leaves a message to a person: the platform has forgotten its id, so
// one more try could be seen twice.
func (e *Engine) uncertain(ctx context.Context, m store.Message) (finish, error) {
	e.Logger.LogAttrs(ctx, slog.LevelError, "message uncertain", slog.String("message", m.ID), slog.String("bot", m.Bot))
	why := m.Error
	if why == "" {
		why = "the process ended in mid-send"
	}
	return func(ctx context.Context, tx *store.Tx) error {
		if err := tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageUncertain, Error: why}); err != nil {
			return err
		}
		return e.alarmIn(ctx, tx, alarm{what: "uncertain", scope: m.Bot, id: m.ID, cause: why})
	}, nil
}

// beforeRoot handles an update whose card is not out: it waits for it, or
// falls away with it.
func (e *Engine) beforeRoot(m letter) (finish, error) {
	if m.root.State == store.MessagePending {
		return nil, later{e.Now().Add(time.Second)}
	}
	return dropped(m.ID, "the card it replaces was never seen"), nil
}

// say hands the message to the platform.
func (e *Engine) say(ctx context.Context, b bots.Bot, m letter) (bots.CardRef, error) {
	var body bots.Message
	if err := json.Unmarshal(m.Body, &body); err != nil {
		return "", final{fmt.Errorf("message %s: %w", m.ID, err)}
	}
	body.Key, body.User, body.Chat = m.ID, m.User, m.Chat
	if body.File != nil {
		data, err := e.readEvidence(body.File.SHA256)
		if err != nil {
			return "", final{err}
		}
		body.File.Data = data
	}
	if m.Update != "" {
		return b.Update(ctx, bots.CardRef(m.root.Ref), body)
	}
	return b.Send(ctx, body)
}

func (e *Engine) readEvidence(sha string) ([]byte, error) {
	r, err := e.Evidence.Open(sha)
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", sha, err)
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// unsaid decides what a failed try means.
func (e *Engine) unsaid(ctx context.Context, m store.Message, err error) (finish, error) {
	var se *bots.SendError
	if !errors.As(err, &se) {
		return nil, err
	}
	switch {
	case se.Code == bots.CodeLimited:
		return nil, se // nothing was tried
	case se.Code == bots.CodeStale && m.Update != "":
		return e.stale(m)
	case !se.Retry:
		return e.gaveUp(m, se)
	}
	// The record of a doubt must outlive the try.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer done()
	if err := e.Store.NoteTry(ctx, m.ID, se.Code == bots.CodeUnknown && m.Update == "", se.Error()); err != nil {
		return nil, err
	}
	switch {
	case se.Code == bots.CodeConfig:
		return nil, errors.Join(se, e.alarmOnce(ctx, alarm{what: "config", scope: m.Bot, id: m.Bot, cause: se.Error()}))
	case !m.FirstTryAt.IsZero() && e.Now().Sub(m.FirstTryAt) > outageAfter:
		return nil, errors.Join(se, e.alarmOnce(ctx, alarm{what: "platform", scope: m.Bot, id: m.Bot, cause: se.Error()}))
	}
	return nil, se
}

// gaveUp records that a message will never be said this way, and sends what
// must not wait unseen by another road.
func (e *Engine) gaveUp(m store.Message, se *bots.SendError) (finish, error) {
	return func(ctx context.Context, tx *store.Tx) error {
		if err := tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageFailed, Error: se.Error()}); err != nil {
			return err
		}
		return e.otherRoad(ctx, tx, m, se)
	}, nil
}

// stale handles a card that can no longer be changed: what is still to decide
// is said again on a fresh card.
func (e *Engine) stale(m store.Message) (finish, error) {
	return func(ctx context.Context, tx *store.Tx) error {
		if err := tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageDropped, Error: "card too old to change"}); err != nil {
			return err
		}
		return e.supersede(ctx, tx, m)
	}, nil
}
