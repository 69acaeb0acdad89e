package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
)

const (
	fetchTries = 12
	fetchFor   = 15 * time.Minute
)

// filePayload names the file that a job of kind fetch copies.
type filePayload struct {
	File string `json:"file"`
}

// fetch copies a file from its platform, checks it by content, and in the
// closing transaction lets a move that waits for it go on.
func (e *Engine) fetch(ctx context.Context, j store.Job) (finish, error) {
	var p filePayload
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return nil, final{fmt.Errorf("fetch payload: %w", err)}
	}
	var f sales.File
	if err := e.Store.View(ctx, func(tx *store.Tx) (err error) { f, err = tx.File(ctx, p.File); return err }); err != nil {
		return nil, err
	}
	if f.Status != sales.FileFetching {
		return nil, nil //nolint:nilnil // nothing to add to the closing
	}
	stored, err := e.copyFile(ctx, f)
	var (
		bad *evidence.FileError
		se  *bots.SendError
	)
	switch {
	case errors.As(err, &bad):
		return e.fetched(f.ID, func(f *sales.File) { f.Status, f.Reason = sales.FileRefused, bad.Reason }), nil
	case errors.As(err, &se) && !se.Retry, err != nil && !isUnavailable(err) && e.hopeless(j):
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "file given up", slog.String("file", f.ID), slog.Int("tries", j.Tries), slog.Any("error", err))
		return e.fetched(f.ID, func(f *sales.File) { f.Status, f.Reason = sales.FileRefused, "fetch_failed" }), nil
	case err != nil:
		return nil, err
	}
	return e.fetched(f.ID, func(f *sales.File) {
		f.Status, f.SHA256, f.Size, f.Type, f.Name = sales.FileReady, stored.SHA256, stored.Size, stored.Type, stored.Name
	}), nil
}

// hopeless tells whether a file was tried often and long enough: somebody waits
// for the answer, and can send it again.
func (e *Engine) hopeless(j store.Job) bool {
	return j.Tries >= fetchTries && e.Now().Sub(j.CreatedAt) > fetchFor
}

func isUnavailable(err error) bool { return errors.Is(err, store.ErrUnavailable) }

func (e *Engine) copyFile(ctx context.Context, f sales.File) (evidence.Stored, error) {
	from, ok := e.bots[f.Bot].(bots.Fetcher)
	if !ok {
		return evidence.Stored{}, &evidence.FileError{Reason: "fetch_failed"}
	}
	r, err := from.Fetch(ctx, bots.File{
		Bot: f.Bot, Key: f.Platform.Key, MessageID: f.Platform.MessageID, Name: f.Name, Image: f.Platform.Image, Size: f.Platform.Size,
	})
	if err != nil {
		return evidence.Stored{}, err
	}
	name := nameOf(f, r)
	stored, err := e.Evidence.Put(ctx, r, name, e.Rules().Evidence.MaxBytes)
	if name == f.Name {
		stored.Name = f.Name // cleaned when it came
	}
	if f.Platform.Image && err == nil && path.Ext(stored.Name) == "" {
		stored.Name += "." + stored.Type
	}
	return stored, errors.Join(err, r.Close())
}

// nameOf is a file's name as the message gave it; one that was made up since it
// gave none has no ending, and makes room for what the platform tells now. What
// platforms call a picture says nothing: image.png, or its key.
func nameOf(f sales.File, r io.Reader) string {
	if named, is := r.(bots.Named); is && !f.Platform.Image && path.Ext(f.Name) == "" && named.FileName() != "" {
		return named.FileName()
	}
	return f.Name
}

// fetched stores what became of a file.
func (e *Engine) fetched(id string, set func(*sales.File)) finish {
	return func(ctx context.Context, tx *store.Tx) error {
		f, err := tx.File(ctx, id)
		if err != nil || f.Status != sales.FileFetching {
			return err
		}
		set(&f)
		entry := sales.Entry{Actor: f.Person, Action: "file.receive", Object: "file:" + f.ID, After: f, Reason: f.Reason}
		if f.SHA256 != "" {
			entry.Files = []string{f.SHA256}
		}
		if err := tx.Save(ctx, sales.Change{Files: []sales.File{f}, Entries: []sales.Entry{entry}}, store.Source{Bot: f.Bot, Event: f.Platform.MessageID}); err != nil {
			return err
		}
		f.Revision++
		return e.Resume(ctx, tx, f)
	}
}
