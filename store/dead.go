package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"genjin/sales"
	"genjin/store/dbgen"
)

// Dead is something that could not be done: a dead job, or a message that
// failed or whose fate nobody knows.
type Dead struct {
	ID      string
	State   string // dead, failed, uncertain
	Kind    string
	Subject string // a job's key, or what the message is about
	Person  string
	Tries   int
	At      time.Time
	Cause   string
	Body    json.RawMessage // the job's payload, or the message
}

// DeadLetters lists what waits for a person, newest first.
func (s *Store) DeadLetters(ctx context.Context, limit int) ([]Dead, error) {
	var all []Dead
	err := s.View(ctx, func(tx *Tx) error {
		jobs, err := tx.q.DeadJobs(ctx, most(limit))
		if err != nil {
			return fmt.Errorf("list dead jobs: %w", err)
		}
		messages, err := tx.q.DeadMessages(ctx, most(limit))
		if err != nil {
			return fmt.Errorf("list dead messages: %w", err)
		}
		all = make([]Dead, 0, len(jobs)+len(messages))
		for _, j := range jobs {
			all = append(all, deadJob(j))
		}
		for _, m := range messages {
			all = append(all, deadMessage(m))
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Dead) int { return b.At.Compare(a.At) })
	return all[:min(len(all), int(most(limit)))], err
}

// DeadLetter loads one of them.
func (s *Store) DeadLetter(ctx context.Context, id string) (Dead, error) {
	var d Dead
	err := s.View(ctx, func(tx *Tx) error {
		var err error
		d, err = tx.deadLetter(ctx, id)
		return err
	})
	return d, err
}

func (tx *Tx) deadLetter(ctx context.Context, id string) (Dead, error) {
	m, err := tx.Message(ctx, id)
	switch {
	case err == nil && (m.State == MessageFailed || m.State == MessageUncertain):
		r, err := tx.q.MessageByID(ctx, id)
		return deadMessage(r), found(err, "message", id)
	case err != nil && !errors.Is(err, ErrNotFound):
		return Dead{}, err
	}
	j, err := tx.q.JobByID(ctx, id)
	if err := found(err, "dead letter", id); err != nil {
		return Dead{}, err
	}
	if j.State != jobDead {
		return Dead{}, fmt.Errorf("dead letter %s: %w", id, ErrNotFound)
	}
	return deadJob(j), nil
}

// Replay tries a dead letter again, by the word of a person.
func (s *Store) Replay(ctx context.Context, id, by string) error {
	return s.Do(ctx, func(tx *Tx) error {
		d, err := tx.deadLetter(ctx, id)
		if err != nil {
			return err
		}
		jobID, object := d.ID, "job:"+d.ID
		message, isSend := messageOfKey(d.Subject)
		if d.State != jobDead {
			r, err := tx.q.JobByKey(ctx, sendKey(d.ID))
			if err := found(err, "job of message", d.ID); err != nil {
				return err
			}
			jobID, object, message, isSend = r.ID, "message:"+d.ID, d.ID, true
		}
		if isSend {
			if _, err := tx.q.ReviveMessage(ctx, message); err != nil {
				return fmt.Errorf("revive message %s: %w", message, err)
			}
		}
		if _, err := tx.q.ReopenJob(ctx, millis(tx.now), jobID); err != nil {
			return fmt.Errorf("reopen job %s: %w", jobID, err)
		}
		tx.rings = true
		return tx.appendAudit(ctx, sales.Entry{Actor: by, Action: "dead.replay", Object: object, Reason: d.Cause}, Source{})
	})
}

// messageOfKey is the message that a job with this key sends.
func messageOfKey(key string) (string, bool) { return strings.CutPrefix(key, KindSend+":") }

func deadJob(r dbgen.Job) Dead {
	return Dead{
		ID: r.ID, State: jobDead, Kind: r.Kind, Subject: r.JobKey, Tries: int(r.Tries), At: instant(r.ClosedAt), Cause: r.LastError,
		Body: json.RawMessage(r.Payload),
	}
}

func deadMessage(r dbgen.Message) Dead {
	return Dead{
		ID: r.ID, State: r.State, Kind: r.Kind, Subject: r.Subject, Person: r.Person, Tries: int(r.Tries), At: instant(r.CreatedAt), Cause: r.LastError,
		Body: json.RawMessage(r.Body),
	}
}
