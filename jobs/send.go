package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"genjin/bots"
	"genjin/store"
)

// doubtFor is how long an answer may stay unknown. Platforms forget a message's
// dedup id after an hour; beyond this a second try could be seen twice.
const doubtFor = 50 * time.Minute

// sendPayload names the message that a job of kind send says.
type sendPayload struct {
	Message string `json:"message"`
}

// send says one message. Its result is stored with the closing of the job.
func (e *Engine) send(ctx context.Context, j store.Job) (finish, error) {
	var p sendPayload
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return nil, final{fmt.Errorf("send payload: %w", err)}
	}
	m, root, err := e.messageOf(ctx, p.Message)
	if err != nil {
		return nil, err
	}
	if m.State != store.MessagePending {
		return nil, nil //nolint:nilnil // nothing to add to the closing
	}
	b, on := e.bots[m.Bot]
	if !on {
		return e.gaveUp(m, &bots.SendError{Code: bots.CodeNoReach, Err: fmt.Errorf("platform %q is not connected", m.Bot)})
	}
	if m.Update != "" && root.State != store.MessageSent {
		return e.beforeRoot(m, root)
	}
	ref, err := e.say(ctx, b, m, root)
	if err == nil {
		return func(ctx context.Context, tx *store.Tx) error {
			return tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageSent, Ref: string(ref)})
		}, nil
	}
	return e.unsaid(ctx, m, err)
}

// messageOf loads a message, and the one whose card it replaces.
func (e *Engine) messageOf(ctx context.Context, id string) (m, root store.Message, err error) {
	err = e.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		if m, err = tx.Message(ctx, id); err != nil {
			return err
		}
		if m.Update != "" {
			root, err = tx.Message(ctx, m.Update)
		}
		return err
	})
	return m, root, err
}

// beforeRoot handles an update whose card is not out: it waits for it, or
// falls away with it.
func (e *Engine) beforeRoot(m, root store.Message) (finish, error) {
	if root.State == store.MessagePending {
		return nil, later{e.Now().Add(time.Second)}
	}
	return func(ctx context.Context, tx *store.Tx) error {
		return tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageDropped, Error: "the card it replaces was never seen"})
	}, nil
}

// say hands the message to the platform.
func (e *Engine) say(ctx context.Context, b bots.Bot, m, root store.Message) (bots.CardRef, error) {
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
		return b.Update(ctx, bots.CardRef(root.Ref), body)
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
	if se.Code == bots.CodeStale {
		return e.stale(m)
	}
	if !se.Retry {
		return e.gaveUp(m, se)
	}
	if err := e.Store.NoteTry(ctx, m.ID, se.Code == bots.CodeUnknown, se.Error()); err != nil {
		return nil, err
	}
	if !m.DoubtSince.IsZero() && e.Now().Sub(m.DoubtSince) > doubtFor {
		e.Logger.LogAttrs(ctx, slog.LevelError, "message uncertain", slog.String("message", m.ID), slog.String("platform", se.Platform))
		return func(ctx context.Context, tx *store.Tx) error {
			if err := tx.MarkMessage(ctx, m.ID, store.MessageResult{State: store.MessageUncertain, Error: se.Error()}); err != nil {
				return err
			}
			return e.alarmIn(ctx, tx, "uncertain", m.ID, se.Error())
		}, nil
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
