package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	numbers    = "number"       // the counter of leads, deals and approvals
	metaMarker = "installation" // id of database and data dir
	metaReady  = "ready"        // when a commit last succeeded for Ready

	markerFile = "installation" // in the data dir
)

// checkMarker refuses a data dir that belongs to another database: its
// evidence, keys and checkpoints would not fit. One that is still without a
// marker belongs to nobody.
func (s *Store) checkMarker(ctx context.Context) error {
	file, err := s.readMarker()
	if err != nil || file == "" {
		return err
	}
	var row string
	err = s.View(ctx, func(tx *Tx) error {
		var err error
		row, err = tx.q.MetaByName(ctx, metaMarker)
		return err
	})
	switch {
	case isNoTable(err), errors.Is(err, sql.ErrNoRows):
		row = wordNoMarker
	case err != nil:
		return fmt.Errorf("read the marker of the database: %w", err)
	case row == file:
		return nil
	}
	return fmt.Errorf(wordForeign+": %w",
		filepath.Join(s.dataDir, markerFile), file, row, ErrForeign)
}

// mark gives database and data dir one id, where they have none.
func (s *Store) mark(ctx context.Context) error {
	var id string
	err := s.Do(ctx, func(tx *Tx) error {
		if _, err := tx.q.AddMeta(ctx, metaMarker, tx.NewID()); err != nil {
			return err
		}
		var err error
		id, err = tx.q.MetaByName(ctx, metaMarker)
		return err
	})
	if err != nil {
		return fmt.Errorf("mark the database: %w", err)
	}
	file, err := s.readMarker()
	if err != nil || file != "" || s.dataDir == "" {
		return err
	}
	path := filepath.Join(s.dataDir, markerFile)
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return fmt.Errorf("mark the data dir: %w", err)
	}
	return nil
}

// readMarker is the id in the data dir; empty when there is none.
func (s *Store) readMarker() (string, error) {
	if s.dataDir == "" {
		return "", nil
	}
	text, err := os.ReadFile(filepath.Join(s.dataDir, markerFile))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the marker of the data dir: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
