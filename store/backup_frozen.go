package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// frozen is the database as it stood at one instant, copied into a backup.
type frozen struct {
	file  string                                                 // its name in the backup
	view  func(ctx context.Context, fn func(tx *Tx) error) error // the state that was copied
	check func(ctx context.Context) error                        // the copy holds that state
	close func() error
}

const (
	sqliteFile   = "genjin.db"
	postgresFile = "genjin.dump"
)

// freeze copies the file and opens the copy: what is looked at afterwards is
// the backup itself.
func (e *sqliteEngine) freeze(ctx context.Context, dir string) (*frozen, error) {
	file := filepath.Join(dir, sqliteFile)
	if err := vacuumInto(ctx, e.file, file); err != nil {
		return nil, fmt.Errorf("copy the database: %w", err)
	}
	s := &Store{clock: e.now, dataDir: dir}
	c, err := openSQLite(ctx, file, commandWait, e.now)
	if err != nil {
		return nil, err
	}
	s.engine = c
	return &frozen{
		file: sqliteFile,
		view: s.View,
		check: func(ctx context.Context) error {
			return s.View(ctx, func(tx *Tx) error {
				var verdict string
				if err := tx.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
					return fmt.Errorf("check the copy of the database: %w", err)
				}
				if verdict != "ok" {
					return fmt.Errorf(wordCopyBroken, verdict)
				}
				return nil
			})
		},
		close: func() error {
			return errors.Join(c.close(context.WithoutCancel(ctx)), syncFile(file))
		},
	}, nil
}

func (e *sqliteEngine) readAll(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	return e.view(ctx, tx, fn)
}
