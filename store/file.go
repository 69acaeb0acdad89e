package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"genjin/sales"
	"genjin/store/dbgen"
)

func setFile(f *sales.File, revision int64) { f.Revision = revision }

// File loads the file with this id.
func (tx *Tx) File(ctx context.Context, id string) (sales.File, error) {
	r, err := tx.q.FileByID(ctx, id)
	if err := found(err, "file", id); err != nil {
		return sales.File{}, err
	}
	return decode(noun(r), "file", setFile)
}

// FileByPlatform loads the file that came with this message of a platform.
func (tx *Tx) FileByPlatform(ctx context.Context, bot, messageID, key string) (sales.File, error) {
	r, err := tx.q.FileByPlatform(ctx, bot, messageID, key)
	if err := found(err, "file of message", messageID); err != nil {
		return sales.File{}, err
	}
	return decode(noun(r), "file", setFile)
}

// RecentFiles lists what a person sent since then, newest first, in any state.
func (tx *Tx) RecentFiles(ctx context.Context, person string, since time.Time) ([]sales.File, error) {
	rows, err := tx.q.RecentFiles(ctx, person, millis(since))
	return decodeAll(rows, err, "file", setFile)
}

// FilesSince counts what a person sent since then.
func (tx *Tx) FilesSince(ctx context.Context, person string, since time.Time) (int, error) {
	n, err := tx.q.CountFiles(ctx, person, millis(since))
	if err != nil {
		return 0, fmt.Errorf("count files of %s: %w", person, err)
	}
	return int(n), nil
}

func (tx *Tx) saveFile(ctx context.Context, f sales.File) error {
	if f.ID == "" {
		return errors.New("save file: no id given")
	}
	old := f.Revision
	f.Revision++
	data, err := encode("file", f)
	if err != nil {
		return err
	}
	if old == 0 {
		n, err := tx.q.InsertFile(ctx, dbgen.InsertFileParams{
			ID: f.ID, Revision: f.Revision, Person: f.Person, Status: string(f.Status), SentAt: millis(f.SentAt), Bot: f.Bot,
			MessageID: f.Platform.MessageID, FileKey: f.Platform.Key, Sha256: f.SHA256, Data: data,
		})
		return saved(n, err, "file", f.ID)
	}
	n, err := tx.q.UpdateFile(ctx, dbgen.UpdateFileParams{
		Person: f.Person, Status: string(f.Status), SentAt: millis(f.SentAt), Bot: f.Bot, MessageID: f.Platform.MessageID,
		FileKey: f.Platform.Key, Sha256: f.SHA256, Data: data, ID: f.ID, Revision: old,
	})
	return saved(n, err, "file", f.ID)
}
