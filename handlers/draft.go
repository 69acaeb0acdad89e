package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"genjin/handlers/speech"
	"genjin/store"
)

// Kinds of drafts. They stand in rows and must never change.
const (
	draftLead   = "lead"
	draftChoice = "choice"
	draftMove   = "move"
	draftDeal   = "convert"
	draftBegun  = "begun"

	// What the same table keeps beside drafts, under keys that are no person's.
	keptWait = "wait:" // + file id: moves that wait for the file
	keptLast = "last:" // + person id: the last move, for 撤销
	keptForm = "form:" // + token: the intake page
	keptGone = "gone:" // + platform + account: whom the platform deleted
	keptPage = "page:" // + token: the upload page
	keptBack = "back:" // + file id: where what became of the file is said
	keptSent = "sent:" // + platform + message id: files that came with a message
)

// A draft can be gone on with for half an hour. It is kept longer, so that who
// comes too late is told.
const (
	draftLife = 30 * time.Minute
	draftKept = 24 * time.Hour
)

// draft is what a person has begun and not finished.
type draft struct {
	Kind    string          `json:"kind"`
	Expires time.Time       `json:"expires"`
	Lead    *leadDraft      `json:"lead,omitempty"`
	Choice  *choiceDraft    `json:"choice,omitempty"`
	Move    *moveAsk        `json:"move,omitempty"`
	Convert *speech.Command `json:"convert,omitempty"` // a conversion that lacks something
	Begun   string          `json:"begun,omitempty"`   // a command without its last part
	Upload  string          `json:"upload,omitempty"`  // token of the page that takes the move's file
	Old     bool            `json:"-"`                 // expired: to be told, not gone on with
}

// leadDraft is a submission with something wrong; what was right is kept.
type leadDraft struct {
	Given map[string]string `json:"given"`
	Tries int               `json:"tries"`
}

// choiceDraft is a command that fits several deals.
type choiceDraft struct {
	Command speech.Command `json:"command"`
	Deals   []int64        `json:"deals"`
}

// loadDraft gives the person's draft, fresh or just expired.
func (c *call) loadDraft(ctx context.Context) (draft, bool, error) {
	row, ok, err := c.tx.Draft(ctx, c.me.ID)
	if err != nil || !ok {
		return draft{}, false, err
	}
	var d draft
	if err := json.Unmarshal(row.Data, &d); err != nil {
		return draft{}, false, fmt.Errorf("draft of %s: %w", c.me.ID, err)
	}
	d.Old = !c.tx.Now().Before(d.Expires)
	return d, true, nil
}

func (c *call) saveDraft(ctx context.Context, d draft) error {
	d.Expires = c.tx.Now().Add(draftLife)
	return c.keep(ctx, c.me.ID, d.Kind, d, draftKept)
}

// keep stores something under a key for a time.
func (c *call) keep(ctx context.Context, key, kind string, v any, life time.Duration) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return c.tx.SaveDraft(ctx, store.Draft{Person: key, Kind: kind, Data: data, ExpiresAt: c.tx.Now().Add(life)})
}

// kept reads what was stored under a key.
func (c *call) kept(ctx context.Context, key string, v any) (bool, error) {
	row, ok, err := c.tx.Draft(ctx, key)
	if err != nil || !ok {
		return false, err
	}
	if err := json.Unmarshal(row.Data, v); err != nil {
		return false, fmt.Errorf("kept %s: %w", key, err)
	}
	return true, nil
}

// expired tells that a draft is too old to go on with, once.
func (c *call) expired(ctx context.Context, d draft) error {
	if err := c.tx.DropDraft(ctx, c.me.ID); err != nil {
		return err
	}
	return c.refuse(ctx, "draft_expired", c.w.Say("draft.expired", c.w.Say("draft."+d.Kind), c.w.Time(d.Expires)))
}

// cancel drops the person's draft.
func cancel(ctx context.Context, c *call, _ speech.Command) error {
	d, ok, err := c.loadDraft(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		return c.whisper(ctx, c.w.Say("draft.none"))
	case d.Old:
		return c.expired(ctx, d)
	}
	if err := c.dropDraft(ctx, d); err != nil {
		return err
	}
	return c.whisper(ctx, c.w.Say("draft.dropped", c.w.Say("draft."+d.Kind)))
}

// dropDraft forgets a draft, and closes the page that would go on with it.
func (c *call) dropDraft(ctx context.Context, d draft) error {
	if err := c.closeUpload(ctx, d.Upload); err != nil {
		return err
	}
	return c.tx.DropDraft(ctx, c.me.ID)
}

// goOn goes on with a move whose file was missing.
func goOn(ctx context.Context, c *call, _ speech.Command) error {
	d, ok, err := c.loadDraft(ctx)
	switch {
	case err != nil:
		return err
	case ok && d.Old:
		return c.expired(ctx, d)
	case !ok || d.Move == nil:
		return c.whisper(ctx, c.w.Say("draft.nothing"))
	}
	return c.move(ctx, c.askAgain(*d.Move))
}

// askAgain is a move as it is gone on with now.
func (c *call) askAgain(ask moveAsk) moveAsk {
	ask.At = c.asked()
	if ask.Bot == c.event.Bot && ask.Chat == c.event.Chat {
		ask.Reply = c.event.Reply
	}
	return ask
}

// choose goes on with a command that fitted several deals.
func choose(ctx context.Context, c *call, cmd speech.Command) error {
	d, ok, err := c.loadDraft(ctx)
	switch {
	case err != nil:
		return err
	case ok && d.Old:
		return c.expired(ctx, d)
	case !ok || d.Choice == nil: // the number may be what a command lacked
		return unknown(ctx, c, speech.Command{Verb: speech.Unknown, Words: []string{strconv.FormatInt(cmd.Number, 10)}})
	case cmd.Number < 1 || cmd.Number > int64(len(d.Choice.Deals)):
		return c.refuse(ctx, "choice_range", c.w.Say("choose.range", len(d.Choice.Deals)))
	}
	if err := c.tx.DropDraft(ctx, c.me.ID); err != nil {
		return err
	}
	chosen := d.Choice.Command
	chosen.Number, chosen.Words, chosen.Doubt = d.Choice.Deals[cmd.Number-1], nil, false
	return c.run(ctx, chosen)
}

// fillIn goes on with a draft that lacks fields.
func fillIn(ctx context.Context, c *call, cmd speech.Command) error {
	d, ok, err := c.loadDraft(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		return unknown(ctx, c, speech.Command{Verb: speech.Unknown, Words: []string{c.event.Text}})
	case d.Old:
		return c.expired(ctx, d)
	case d.Begun != "":
		return unknown(ctx, c, cmd)
	case d.Lead != nil:
		maps.Copy(d.Lead.Given, cmd.Fields)
		return c.submitLead(ctx, d.Lead.Given, d.Lead.Tries)
	case d.Convert != nil:
		return c.run(ctx, d.Convert.With(cmd.Fields))
	case d.Move != nil:
		ask := c.askAgain(*d.Move)
		if reason := cmd.Fields["原因"]; reason != "" {
			ask.Reason = reason
		}
		return c.moveWith(ctx, ask, cmd.Fields["参会"])
	}
	return unknown(ctx, c, speech.Command{Verb: speech.Unknown, Words: []string{c.event.Text}})
}
