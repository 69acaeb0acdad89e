package handlers

import (
	"context"
	"errors"
	"path"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
)

// kindFetch is the kind of the job that copies a file; its payload names it.
const kindFetch = "fetch"

type fetchPayload struct {
	File string `json:"file"`
}

// files notes the files of a message as possible evidence, and has them copied.
// It says nothing: the copying tells what became of them.
func (c *call) files(ctx context.Context) error {
	if len(c.event.Files) == 0 {
		return nil
	}
	for _, f := range c.event.Files {
		full, err := c.quotaSpent(ctx)
		if err != nil {
			return err
		}
		if full {
			return c.refuse(ctx, "quota", c.w.FileQuota())
		}
		if err := c.noteFile(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// quotaSpent tells whether the person has sent as many files today as a person
// may.
func (c *call) quotaSpent(ctx context.Context) (bool, error) {
	now := c.tx.Now().In(c.Location)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, c.Location)
	n, err := c.tx.FilesSince(ctx, c.me.ID, today)
	most := c.w.Rules.Evidence.PerDay
	return most > 0 && n >= most, err
}

func (c *call) noteFile(ctx context.Context, f bots.File) error {
	message := f.MessageID
	if message == "" {
		message = c.event.MessageID
	}
	_, err := c.tx.FileByPlatform(ctx, c.event.Bot, message, f.Key)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return err // known already, or worse
	}
	file := sales.File{
		ID: c.tx.NewID(), Person: c.me.ID, Bot: c.event.Bot, Chat: c.event.Chat, Private: c.event.Private, SentAt: c.asked(), Name: c.nameOf(f),
		Status: sales.FileFetching, Platform: sales.PlatformFile{Key: f.Key, MessageID: message, Image: f.Image, Size: f.Size},
	}
	if err := c.save(ctx, sales.Change{Files: []sales.File{file}}); err != nil {
		return err
	}
	if _, err := c.tx.AddJob(ctx, store.NewJob{Kind: kindFetch, Key: kindFetch + ":" + file.ID, Payload: fetchPayload{File: file.ID}}); err != nil {
		return err
	}
	if err := c.keepReply(ctx, file.ID); err != nil {
		return err
	}
	return c.remember(ctx, message, file.ID)
}

// keepReply notes where a file came from, if answers are said there and nothing
// else will be: its words are answered before it is here, and of several files
// each is answered, all at one place, where there is room for one answer.
func (c *call) keepReply(ctx context.Context, file string) error {
	if c.event.Reply == "" || !c.event.Private || c.event.Text != "" || len(c.event.Files) > 1 {
		return nil
	}
	return c.keep(ctx, keptBack+file, "reply", c.event.Reply, draftKept)
}

// nameOf is a file's name as the person's device said it. Phones name no
// pictures: those are told apart by when they were sent.
func (c *call) nameOf(f bots.File) string {
	at := c.asked().In(c.Location).Format("0102-1504")
	switch {
	case f.Image && path.Ext(f.Name) == "":
		return c.w.Say("file.picture", at)
	case f.Name == "":
		return c.w.Say("file.unnamed", at)
	}
	return evidence.CleanName(f.Name)
}

// remember notes which files came with a message, for the day in which people
// can take messages back.
func (c *call) remember(ctx context.Context, message, file string) error {
	ids := make([]string, 0, 1)
	key := keptSent + c.event.Bot + ":" + message
	if _, err := c.kept(ctx, key, &ids); err != nil {
		return err
	}
	return c.keep(ctx, key, "sent", append(ids, file), draftKept)
}

// recalled drops the files of a message that was taken back, unless they serve
// a move already.
func (c *call) recalled(ctx context.Context) error {
	c.outcome = "recorded"
	var ids []string
	if _, err := c.kept(ctx, keptSent+c.event.Bot+":"+c.event.MessageID, &ids); err != nil {
		return err
	}
	for _, id := range ids {
		f, err := c.tx.File(ctx, id)
		if err != nil {
			return err
		}
		if f.Status != sales.FileFetching && f.Status != sales.FileReady {
			continue
		}
		before := f.Status
		f.Status, f.Reason = sales.FileRefused, "recalled"
		entry := sales.Entry{Actor: f.Person, Action: "file.recall", Object: "file:" + f.ID, Before: before, After: f.Status}
		if err := c.save(ctx, sales.Change{Files: []sales.File{f}, Entries: []sales.Entry{entry}}); err != nil {
			return err
		}
		c.outcome = "recalled"
		if err := c.withdraw(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// withdraw lets moves that waited for a recalled file go on without it.
func (c *call) withdraw(ctx context.Context, f sales.File) error {
	var waiting []moveAsk
	if _, err := c.kept(ctx, keptWait+f.ID, &waiting); err != nil || len(waiting) == 0 {
		return err
	}
	return c.Resume(ctx, c.tx, f)
}
