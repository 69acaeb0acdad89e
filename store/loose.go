package store

import (
	"context"
	"fmt"
	"time"

	"genjin/store/evidence"
)

// looseAge is how old a file must be before it goes since no row names it. The
// row of one that came just now may still be on its way; and an operator who put
// an older database back, and thinks better of it, finds the files again.
const looseAge = 30 * 24 * time.Hour

// SweepEvidence removes the files that no row names: of uploads that were
// refused, or that broke off after their file had its place. It gives how many
// went.
func (s *Store) SweepEvidence(ctx context.Context, e *evidence.Folder) (int, error) {
	old := time.Now().Add(-looseAge) //nolint:forbidigo // compared with the file system's own times
	files, err := e.OlderThan(old)
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
		gone, err := e.Remove(sha, old)
		if err != nil {
			return n, fmt.Errorf("evidence %s: %w", sha, err)
		}
		if gone {
			n++
		}
	}
	return n, nil
}
