package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

// MigrateDown takes the whole schema back, and the data dir's marker.
func MigrateDown(ctx context.Context, s *Store) error {
	m, err := s.engine.migrator(ctx)
	if err != nil {
		return err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(m.dialect, m.db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, 0)
	return errors.Join(err, m.db.Close(), os.Remove(filepath.Join(s.dataDir, markerFile)))
}

// QueryStrings runs a query of one text column.
func QueryStrings(ctx context.Context, tx *Tx, query string) ([]string, error) {
	rows, err := tx.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // a test's own
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// Exec runs a statement in a transaction.
func Exec(ctx context.Context, tx *Tx, statement string) error {
	_, err := tx.db.ExecContext(ctx, statement)
	return err
}

// JobID is the id of the job with this key.
func JobID(ctx context.Context, s *Store, key string) string {
	var id string
	_ = s.View(ctx, func(tx *Tx) error {
		j, err := tx.q.JobByKey(ctx, key)
		id = j.ID
		return err
	})
	return id
}
