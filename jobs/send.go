package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
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

	bot      bots.Bot // nil when the platform is not connected
	body     bots.Message
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
	if m.bot == nil {
		return e.gaveUp(m.Message, &bots.SendError{Code: bots.CodeNoReach, Err: fmt.Errorf("platform %q is not connected", m.Bot)})
	}
	if err := e.attach(&m); err != nil {
		return nil, err
	}
	noted, err := e.begin(ctx, m)
	if err != nil {
		return nil, err
	}
	ref, err := m.say(ctx)
	if e.madeGroup(ctx, m, err) {
		ref, err = m.say(ctx)
	}
	if err == nil {
		return said(m, ref), nil
	}
	if noted && isLimited(err) {
		err = errors.Join(err, e.Store.ForgetTry(context.WithoutCancel(ctx), m.ID))
	}
	return e.unsaid(ctx, m, err)
}

// said records that a message went out, and what the platform calls its card
// now. What a click taught meanwhile stays.
func said(m letter, ref bots.CardRef) finish {
	return func(ctx context.Context, tx *store.Tx) error {
		if err := tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageSent}); err != nil {
			return err
		}
		before := bots.CardRef("")
		if m.Update != "" {
			if ref == "" {
				return nil
			}
			before = bots.CardRef(m.root.Ref)
		}
		return tx.LearnRef(ctx, m.Root, func(now string) string { return string(bots.CardRef(now).Merge(before, ref)) })
	}
}

// instead is what happens to a message in place of a try, or nil.
func (e *Engine) instead(m letter, j store.Job) func(context.Context) (finish, error) {
	doubt := doubtSince(m.Message, j)
	switch {
	case m.unrepeatable(), !doubt.IsZero() && e.Now().Sub(doubt) > doubtFor:
		return func(ctx context.Context) (finish, error) { return e.uncertain(ctx, m.Message, m.Error) }
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
			m.root, err = tx.Message(ctx, m.Root)
			return err
		}
		m.outdated, err = outdated(ctx, tx, m.Message)
		return err
	})
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(m.Body, &m.body); err != nil {
		return m, final{fmt.Errorf("message %s: %w", m.ID, err)}
	}
	m.body.Key, m.body.User, m.body.Chat = m.ID, m.User, m.Chat
	m.bot = e.bots[m.Bot]
	return m, nil
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
	number, is := approvalNumber(m.Subject)
	if !is {
		return "", nil
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
	return settled(id, store.MessageResult{State: store.MessageDropped, Error: why}, nil)
}

// settled records what became of a message, unless a click showed meanwhile that it was seen;
// then is what follows.
func settled(id string, r store.MessageResult, then func(ctx context.Context, tx *store.Tx) error) finish {
	return func(ctx context.Context, tx *store.Tx) error {
		m, err := tx.Message(ctx, id)
		if err != nil || m.State != store.MessagePending {
			return err
		}
		if err := tx.MarkMessage(ctx, id, r); err != nil || then == nil {
			return err
		}
		return then(ctx, tx)
	}
}

// uncertain leaves a message to a person: one more try could be seen twice.
func (e *Engine) uncertain(ctx context.Context, m store.Message, why string) (finish, error) {
	e.Logger.LogAttrs(ctx, slog.LevelError, "message uncertain", slog.String("message", m.ID), slog.String("bot", m.Bot))
	if why == "" {
		why = "the process ended in mid-send"
	}
	return settled(m.ID, store.MessageResult{State: store.MessageUncertain, Error: why}, func(ctx context.Context, tx *store.Tx) error {
		return e.alarmIn(ctx, tx, alarm{what: "uncertain", scope: m.Bot + ":" + sameCause(why), id: m.ID, cause: why})
	}), nil
}

// beforeRoot handles an update whose card is not out: it waits for it, or
// falls away with it.
func (e *Engine) beforeRoot(m letter) (finish, error) {
	if m.root.State == store.MessagePending {
		return nil, later{e.Now().Add(time.Second)}
	}
	return dropped(m.ID, "the card it replaces was never seen"), nil
}

// attach gives a message the bytes of its file.
func (e *Engine) attach(m *letter) error {
	if m.body.File == nil {
		return nil
	}
	data, err := e.readEvidence(m.body.File.SHA256)
	if err != nil {
		return final{err}
	}
	m.body.File.Data = data
	return nil
}

// say hands the message to the platform.
func (m letter) say(ctx context.Context) (bots.CardRef, error) {
	if m.Update != "" {
		return m.bot.Update(ctx, bots.CardRef(m.root.Ref), m.body)
	}
	return m.bot.Send(ctx, m.body)
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
func (e *Engine) unsaid(ctx context.Context, m letter, err error) (finish, error) {
	var se *bots.SendError
	if !errors.As(err, &se) {
		return nil, err
	}
	switch {
	case se.Code == bots.CodeLimited:
		return nil, se // nothing was tried
	case se.Code == bots.CodeStale && m.Update != "":
		return e.stale(m)
	case se.Code == bots.CodeUnknown && !se.Retry:
		return e.uncertain(ctx, m.Message, se.Error())
	case !se.Retry:
		return e.gaveUp(m.Message, se)
	}
	return nil, errors.Join(se, e.noteTry(ctx, m.Message, se))
}

// noteTry records a try after which there will be another, and tells the admins
// of trouble that does not pass.
func (e *Engine) noteTry(ctx context.Context, m store.Message, se *bots.SendError) error {
	// The record of a doubt must outlive the try.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer done()
	if err := e.Store.NoteTry(ctx, m.ID, se.Code == bots.CodeUnknown && m.Update == "", se.Error()); err != nil {
		return err
	}
	switch {
	case se.Code == bots.CodeConfig:
		return e.alarmOnce(ctx, alarm{what: "config", scope: m.Bot + ":" + causeOf(se), id: m.Bot, cause: se.Error()})
	case !m.FirstTryAt.IsZero() && e.Now().Sub(m.FirstTryAt) > outageAfter:
		return e.alarmOnce(ctx, alarm{what: "platform", scope: m.Bot, id: m.Bot, cause: se.Error()})
	}
	return nil
}

// gaveUp records that a message will never be said this way, and sends what
// must not wait unseen by another road.
func (e *Engine) gaveUp(m store.Message, se *bots.SendError) (finish, error) {
	return settled(m.ID, store.MessageResult{State: store.MessageFailed, Error: se.Error()}, func(ctx context.Context, tx *store.Tx) error {
		return e.otherRoad(ctx, tx, m, se)
	}), nil
}

// stale handles a card that can no longer be changed: what is still to decide
// is said again on a fresh card. Where a click taught meanwhile how to change
// it, it is changed.
func (e *Engine) stale(m letter) (finish, error) {
	return settled(m.ID, store.MessageResult{State: store.MessageDropped, Error: "card too old to change"}, func(ctx context.Context, tx *store.Tx) error {
		root, err := tx.Message(ctx, m.Root)
		switch {
		case err != nil:
			return err
		case root.Ref != m.root.Ref:
			return later{tx.Now()}
		}
		spent := func(now string) string { return string(bots.CardRef(now).Merge(bots.CardRef(m.root.Ref), "")) }
		if err := tx.LearnRef(ctx, m.Root, spent); err != nil {
			return err
		}
		return e.supersede(ctx, tx, m.Message)
	}), nil
}
