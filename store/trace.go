package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"genjin/store/dbgen"
)

// TraceEvent is one thing that the hub did, as a newcomer may want to see it.
type TraceEvent struct {
	ID    int64 // grows
	At    time.Time
	Title string
	Lines []string
	State string // done, queued, running, waiting, dead, or that of a message
}

const traceLength = 60

// Trace tells what the hub did lately after the event with this id, oldest
// first: events received, jobs, messages. It reads without indexes: it is for
// the demo.
func (s *Store) Trace(ctx context.Context, after int64) ([]TraceEvent, error) {
	var all []TraceEvent
	err := s.View(ctx, func(tx *Tx) error {
		inbox, err := tx.q.LatestInbox(ctx, traceLength)
		if err != nil {
			return fmt.Errorf("trace events: %w", err)
		}
		jobs, err := tx.q.LatestJobs(ctx, traceLength)
		if err != nil {
			return fmt.Errorf("trace jobs: %w", err)
		}
		messages, err := tx.q.LatestMessages(ctx, traceLength)
		if err != nil {
			return fmt.Errorf("trace messages: %w", err)
		}
		all = make([]TraceEvent, 0, len(inbox)+len(jobs)+len(messages))
		for _, r := range inbox {
			all = append(all, traceInbox(r))
		}
		for _, r := range jobs {
			all = append(all, traceJob(r, tx.now))
		}
		for _, r := range messages {
			all = append(all, traceMessage(r))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b TraceEvent) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Title, b.Title)) })
	return numbered(all[max(0, len(all)-traceLength):], after), nil
}

// numbered gives events ids that keep their order, and leaves out the old ones.
func numbered(all []TraceEvent, after int64) []TraceEvent {
	var last int64
	for i := range all {
		last = max(last+1, millis(all[i].At)*1000)
		all[i].ID = last
	}
	return slices.DeleteFunc(all, func(e TraceEvent) bool { return e.ID <= after })
}

func traceInbox(r dbgen.Inbox) TraceEvent {
	return TraceEvent{
		At: instant(r.ReceivedAt), Title: wordReceived + r.EventType, State: jobDone,
		Lines: lines(wordFrom, r.Person, wordOutcome, r.Outcome, wordKey, r.Bot+" "+r.EventKey),
	}
}

func traceJob(r dbgen.Job, now time.Time) TraceEvent {
	e := TraceEvent{At: instant(r.CreatedAt), Title: wordJob + r.Kind, State: r.State}
	if r.State == jobOpen {
		switch {
		case r.LeaseUntil > millis(now):
			e.State = "running"
		case r.RunAt > millis(now):
			e.State = "waiting"
		default:
			e.State = "queued"
		}
	}
	e.Lines = lines(wordKey, r.JobKey, wordContent, r.Payload, wordTries, fmt.Sprint(r.Tries), wordTrouble, r.LastError)
	return e
}

func traceMessage(r dbgen.Message) TraceEvent {
	title := wordMessage
	if r.Updates != "" {
		title = wordCardUpdate
	}
	return TraceEvent{
		At: instant(r.CreatedAt), Title: title + cmp.Or(r.Person, r.Chat, r.Usr), State: r.State,
		Lines: lines(wordAbout, r.Subject, wordKind, r.Kind, wordTries, fmt.Sprint(r.Tries), wordTrouble, r.LastError),
	}
}

// lines pairs words with values and leaves out the empty ones.
func lines(pairs ...string) []string {
	var all []string
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			all = append(all, pair[0]+pair[1])
		}
	}
	return all
}
