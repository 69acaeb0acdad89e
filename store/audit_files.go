package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// draftDir, in checkpoints/, holds files whose row is being committed.
const draftDir = "new"

func (s *Store) checkpointDir() string { return filepath.Join(s.dataDir, "checkpoints") }

func (s *Store) checkpointPath(size int64) string {
	return filepath.Join(s.checkpointDir(), checkpointFile(size))
}

// checkpointFile is the one name that a checkpoint of this size may have.
func checkpointFile(size int64) string { return fmt.Sprintf("%012d.txt", size) }

// draftCheckpoint writes a checkpoint's file before its row exists.
func (s *Store) draftCheckpoint(c checkpoint) (string, error) {
	dir := filepath.Join(s.checkpointDir(), draftDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("checkpoints: %w", err)
	}
	path := filepath.Join(dir, fmt.Sprintf("%012d-%s.txt", c.size, newID()))
	if err := writeSynced(path, []byte(c.text)); err != nil {
		return "", fmt.Errorf("draft checkpoint %d: %w", c.size, err)
	}
	return path, nil
}

// keepCheckpoint gives a draft its name after the commit. A file that stands
// there already is never written over.
func (s *Store) keepCheckpoint(size int64, draft string) error {
	if err := appear(draft, s.checkpointPath(size)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep checkpoint %d: %w", size, err)
	}
	return dropDraft(draft)
}

func dropDraft(draft string) error {
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop draft of a checkpoint: %w", err)
	}
	return nil
}

// drafts lists the drafts, by name.
func (s *Store) drafts() ([]string, error) {
	all, err := filepath.Glob(filepath.Join(s.checkpointDir(), draftDir, "*.txt"))
	if err != nil {
		return nil, fmt.Errorf("drafts of checkpoints: %w", err)
	}
	return all, nil
}

// draftSize is the size that a draft's name says.
func draftSize(path string) (int64, bool) {
	var size int64
	n, err := fmt.Sscanf(filepath.Base(path), "%d-", &size)
	return size, err == nil && n == 1
}

// finishDrafts ends what a crash or an unknown commit left: a draft whose row
// stands gets its name, one that was overtaken goes.
func (s *Store) finishDrafts(ctx context.Context) error {
	all, err := s.drafts()
	if err != nil || len(all) == 0 {
		return err
	}
	return s.View(ctx, func(tx *Tx) error {
		last, err := tx.q.LastCheckpoint(ctx)
		if err != nil {
			return fmt.Errorf("last checkpoint: %w", err)
		}
		for _, draft := range all {
			if size, ok := draftSize(draft); ok && size <= last {
				if err := s.finishDraft(ctx, tx, draft, size); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (s *Store) finishDraft(ctx context.Context, tx *Tx, draft string, size int64) error {
	text, err := os.ReadFile(draft) //nolint:gosec // our own file
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its maker was quicker
	}
	if err != nil {
		return fmt.Errorf("draft of checkpoint %d: %w", size, err)
	}
	body, err := tx.q.CheckpointBody(ctx, size)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && body != string(text):
		return dropDraft(draft)
	case err != nil:
		return fmt.Errorf("checkpoint %d: %w", size, err)
	default:
		return s.keepCheckpoint(size, draft)
	}
}

// listCheckpoints reads the names in checkpoints/, in order, and tells those of
// checkpoints from others.
func (s *Store) listCheckpoints() (sizes []int64, strange []string, err error) {
	entries, err := os.ReadDir(s.checkpointDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("checkpoints: %w", err)
	}
	for _, e := range entries {
		var size int64
		_, err := fmt.Sscanf(e.Name(), "%d.txt", &size)
		switch {
		case err == nil && e.Name() == checkpointFile(size) && e.Type().IsRegular():
			sizes = append(sizes, size)
		case !e.IsDir() || e.Name() != draftDir:
			strange = append(strange, e.Name())
		}
	}
	slices.Sort(sizes)
	return sizes, strange, nil
}

// checkpointText reads the file of a checkpoint that has a row: under its name,
// or as the draft that is about to get it.
func (s *Store) checkpointText(size int64, want string) (string, error) {
	for range 2 { // a draft may get its name between two looks
		text, err := os.ReadFile(s.checkpointPath(size))
		if !errors.Is(err, fs.ErrNotExist) {
			return string(text), err
		}
		all, err := s.drafts()
		if err != nil {
			return "", err
		}
		for _, draft := range all {
			if text, err := os.ReadFile(draft); err == nil && string(text) == want { //nolint:gosec // our own file
				return want, nil
			}
		}
	}
	return "", fmt.Errorf("checkpoint %d: %w", size, fs.ErrNotExist)
}
