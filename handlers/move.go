package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
	"genjin/store"
)

// moveAsk is a move as somebody asked for it: what, and where and when, since
// its evidence is what they had sent there by then. It is kept in drafts.
type moveAsk struct {
	Deal      int64            `json:"deal"`
	Stage     string           `json:"stage"`
	Attendees []sales.Attendee `json:"attendees,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Person    string           `json:"person"`
	Bot       string           `json:"bot"`
	User      string           `json:"user"`
	Chat      string           `json:"chat"`
	Private   bool             `json:"private"`
	Reply     string           `json:"reply,omitempty"` // where answers are said, if not in Chat
	At        time.Time        `json:"at"`
}

// moveWith makes a move with attendees as they were written.
func (c *call) moveWith(ctx context.Context, ask moveAsk, attendees string) error {
	if attendees != "" {
		people, untitled := sales.ParseAttendees(attendees)
		if len(untitled) > 0 {
			if err := c.saveDraft(ctx, draft{Kind: draftMove, Move: &ask}); err != nil {
				return err
			}
			return c.refuse(ctx, "untitled", c.w.Say("deal.untitled", strings.Join(untitled, "、")))
		}
		ask.Attendees = people
	}
	return c.move(ctx, ask)
}

// move makes a move, or says why not. One whose file is still on its way waits
// for it, without a word: the answer comes when the file is here.
func (c *call) move(ctx context.Context, ask moveAsk) error {
	d, ok, err := c.dealOf(ctx, ask.Deal)
	if err != nil || !ok {
		return err
	}
	to, ok := c.w.Rules.StageByID(ask.Stage)
	if !ok {
		return c.refuse(ctx, "no_stage", c.w.Say("deal.no_stage", ask.Stage, stageNames(c.w.Rules)))
	}
	req, err := c.moveRequest(ctx, ask, d, to)
	if err != nil {
		return err
	}
	_, probe, err := c.w.Rules.Move(c.w.Org, req)
	no, refused := errors.AsType[*sales.Refusal](err)
	if err != nil && !refused {
		return fmt.Errorf("move deal %d to %s: %w", d.Number, to.ID, err)
	}
	if f, waits := awaited(req, probe.Used, no); waits {
		c.outcome = "waits_for_file"
		return c.await(ctx, f, ask)
	}
	if refused {
		return c.moveRefused(ctx, ask, no, cards.Wish{Deal: d, To: to})
	}
	return c.makeMove(ctx, req, probe.Approval != nil)
}

// moveRequest gathers what a move is decided on.
func (c *call) moveRequest(ctx context.Context, ask moveAsk, d sales.Deal, to sales.Stage) (sales.MoveRequest, error) {
	files, err := c.evidence(ctx, ask)
	if err != nil {
		return sales.MoveRequest{}, err
	}
	delegations, err := c.delegations(ctx)
	if err != nil {
		return sales.MoveRequest{}, err
	}
	return sales.MoveRequest{
		Deal: d, To: to, By: c.me, Files: files, Attendees: ask.Attendees, Reason: ask.Reason, Now: c.tx.Now(), Since: ask.At.Add(-c.w.Rules.Evidence.Window),
		ID: c.tx.NewID(), ApprovalID: c.tx.NewID(), Delegations: delegations,
	}, nil
}

// makeMove makes a move that the rules allow; one that needs an approval takes
// its number first.
func (c *call) makeMove(ctx context.Context, req sales.MoveRequest, asks bool) (err error) {
	if asks {
		if req.ApprovalNumber, err = c.tx.NextNumber(ctx); err != nil {
			return err
		}
	}
	change, out, err := c.w.Rules.Move(c.w.Org, req)
	if err != nil {
		return fmt.Errorf("move deal %d to %s: %w", req.Deal.Number, req.To.ID, err)
	}
	return c.moved(ctx, change, out)
}

// moved saves a move and answers it.
func (c *call) moved(ctx context.Context, change sales.Change, out sales.Outcome) error {
	if err := c.save(ctx, change); err != nil {
		return err
	}
	if err := c.dropMoveDraft(ctx); err != nil {
		return err
	}
	last := lastMove{Deal: out.Deal.Number, Move: out.Move.ID}
	if err := c.keep(ctx, keptLast+c.me.ID, "move", last, max(c.w.Rules.Approvals.UndoFor, time.Minute)*2); err != nil {
		return err
	}
	if out.Approval != nil {
		return c.say(ctx, c.w.MoveWaits(*out.Approval, out.Used))
	}
	return c.show(ctx, c.w.Moved(out.Deal, out.Move, out.Used, c.tx.Now()), fmt.Sprintf("deal:%d", out.Deal.Number))
}

// dropMoveDraft forgets a move that was begun, now that one was made.
func (c *call) dropMoveDraft(ctx context.Context) error {
	d, ok, err := c.loadDraft(ctx)
	if err != nil || !ok || d.Move == nil {
		return err
	}
	return c.dropDraft(ctx, d)
}

// moveRefused says why not. What a person can still add is kept, so that they
// need not say the rest again.
func (c *call) moveRefused(ctx context.Context, ask moveAsk, no *sales.Refusal, wish cards.Wish) error {
	if no.Kind == sales.RefuseEvidence || no.Kind == sales.RefuseAttendees || no.Kind == sales.RefuseReason {
		begun := draft{Kind: draftMove, Move: &ask}
		if no.Kind == sales.RefuseEvidence {
			token, err := c.newUpload(ctx, ask.Deal, &ask)
			if err != nil {
				return err
			}
			begun.Upload, wish.Upload, wish.NoFile = token, uploadPath+token, c.mute(c.event.Bot)
		}
		if err := c.saveDraft(ctx, begun); err != nil {
			return err
		}
	}
	return c.refuse(ctx, string(no.Kind), c.w.Refused(no, wish))
}

// evidence is what may prove a move: the person's files of the last minutes
// from the same group, or from any private chat with the hub.
func (c *call) evidence(ctx context.Context, ask moveAsk) ([]sales.File, error) {
	files, err := c.tx.RecentFiles(ctx, ask.Person, ask.At.Add(-c.w.Rules.Evidence.Window))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(files, func(f sales.File) bool {
		return !f.Private && (f.Bot != ask.Bot || f.Chat != ask.Chat)
	}), nil
}

// awaited finds the file that a move should wait for: one that is on its way
// and newer than what the move would use.
func awaited(req sales.MoveRequest, used []sales.File, no *sales.Refusal) (sales.File, bool) {
	if len(req.To.Needs) == 0 {
		return sales.File{}, false
	}
	if no != nil && no.Kind != sales.RefuseEvidence && no.Kind != sales.RefuseAttendees {
		return sales.File{}, false
	}
	for _, f := range req.Files { // newest first
		if f.Status != sales.FileFetching {
			continue
		}
		newer := !slices.ContainsFunc(used, func(u sales.File) bool { return u.SentAt.After(f.SentAt) })
		if len(used) == 0 || newer {
			return f, true
		}
	}
	return sales.File{}, false
}

// await keeps a move until a file is here. Saving the file makes sure that the
// file has not arrived meanwhile, unseen by this transaction: one of the two
// runs again and sees the other.
func (c *call) await(ctx context.Context, f sales.File, ask moveAsk) error {
	if err := c.save(ctx, sales.Change{Files: []sales.File{f}}); err != nil {
		return err
	}
	waiting := make([]moveAsk, 0, 1)
	if _, err := c.kept(ctx, keptWait+f.ID, &waiting); err != nil {
		return err
	}
	return c.keep(ctx, keptWait+f.ID, "wait", append(waiting, ask), draftKept)
}

// Resume goes on with what waited for a file, now that the file is here or was
// refused. It runs in the transaction that says so. A person whose file nobody
// waited for is told what became of it.
func (h *Hub) Resume(ctx context.Context, tx *store.Tx, f sales.File) error {
	c := h.newCall(tx, bots.Event{Kind: bots.EventMessage, Bot: f.Bot, Key: f.Platform.MessageID, Private: true, Mentioned: true, At: f.SentAt})
	me, ok := c.w.Org.Person(f.Person)
	if !ok || me.Left {
		return nil
	}
	c.me, c.event.User = me, me.Accounts[f.Bot]
	return c.resume(ctx, f)
}

func (c *call) resume(ctx context.Context, f sales.File) error {
	var waiting []moveAsk
	if _, err := c.kept(ctx, keptWait+f.ID, &waiting); err != nil {
		return err
	}
	if _, err := c.kept(ctx, keptBack+f.ID, &c.event.Reply); err != nil {
		return err
	}
	for _, key := range []string{keptWait, keptBack} {
		if err := c.tx.DropDraft(ctx, key+f.ID); err != nil {
			return err
		}
	}
	if f.Status == sales.FileRefused {
		if err := c.fileRefused(ctx, f, len(waiting) > 0); err != nil {
			return err
		}
	} else if len(waiting) == 0 && f.Private {
		return c.whisper(ctx, c.w.FileReady(f))
	}
	return c.onward(ctx, waiting)
}

// onward makes the moves that waited for a file, and answers each where it was
// asked for: on another platform than the file's, maybe.
func (c *call) onward(ctx context.Context, waiting []moveAsk) error {
	for _, ask := range waiting {
		c.event.Bot, c.event.User, c.event.Chat, c.event.Private, c.event.Reply = ask.Bot, ask.User, ask.Chat, ask.Private, ask.Reply
		if err := c.move(ctx, ask); err != nil {
			return err
		}
	}
	return nil
}
