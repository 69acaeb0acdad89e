package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"
)

// looseAge is how old a file must be before it goes since no row names it. The
// row of one that came just now may still be on its way; and an operator who put
// an older database back, and thinks better of it, finds the files again.
const looseAge = 30 * 24 * time.Hour

// SweepEvidence removes the files that no row names: of uploads that were
// refused, or that broke off after their file had its place. It gives how many
// went.
func (s *Store) SweepEvidence(ctx context.Context, e *Evidence) (int, error) {
	old := time.Now().Add(-looseAge) //nolint:forbidigo // compared with the file system's own times
	files, err := e.olderThan(old)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	known := map[string]bool{}
	err = s.View(ctx, func(tx *Tx) error {
		all, err := tx.q.KnownHashes(ctx)
		for _, sha := range all {
			known[sha] = true
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("evidence rows: %w", err)
	}
	n := 0
	for _, sha := range files {
		if known[sha] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return n, err
		}
		gone, err := e.remove(sha, old)
		if err != nil {
			return n, fmt.Errorf("evidence %s: %w", sha, err)
		}
		if gone {
			n++
		}
	}
	return n, nil
}

// olderThan lists the files that have stood in their place since before then.
func (e *Evidence) olderThan(then time.Time) ([]string, error) {
	var all []string
	err := fs.WalkDir(e.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !shaShape.MatchString(path.Base(name)) {
			return ignoreGone(err)
		}
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && info.ModTime().Before(then) {
			all = append(all, path.Base(name))
		}
		return ignoreGone(err)
	})
	if err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	return all, nil
}

// remove takes an old file away. One that came in meanwhile with the same content
// has taken its place, is young, and stays: it is put back where it was taken by
// mistake.
func (e *Evidence) remove(sha string, old time.Time) (bool, error) {
	if young, err := e.younger(place(sha), old); young || err != nil {
		return false, err
	}
	tmp := tmpPrefix + newID()
	if err := e.root.Rename(place(sha), tmp); err != nil {
		return false, ignoreGone(err)
	}
	young, err := e.younger(tmp, old)
	if young || err != nil {
		return false, errors.Join(err, e.root.Rename(tmp, place(sha)))
	}
	return true, e.root.Remove(tmp)
}

// younger tells whether a file came after then. One that is gone is not there to
// be removed either.
func (e *Evidence) younger(name string, then time.Time) (bool, error) {
	info, err := e.root.Lstat(name)
	if err != nil {
		return true, ignoreGone(err)
	}
	return !info.ModTime().Before(then), nil
}
