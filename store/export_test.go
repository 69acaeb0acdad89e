package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// Dump is every row of every table, in order, but for what Ready and Migrate note.
func Dump(ctx context.Context, tx *Tx) ([]string, error) {
	tables, err := tableNames(ctx, tx, tx.sqlite())
	var all []string
	for _, table := range tables {
		if err != nil || table == "goose_db_version" {
			continue
		}
		var rows []string
		rows, err = dumpTable(ctx, tx, table)
		all = append(all, rows...)
	}
	return all, err
}

func (tx *Tx) sqlite() bool {
	_, ok := tx.db.(*statements)
	return ok
}

func dumpTable(ctx context.Context, tx *Tx, table string) ([]string, error) {
	rows, err := tx.db.QueryContext(ctx, "SELECT * FROM "+quoteName(table))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // a test's own
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []string
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return nil, err
		}
		line := []string{table}
		for i, v := range values {
			line = append(line, fmt.Sprintf("%s=%v", names[i], *v.(*any)))
		}
		if row := strings.Join(line, " "); !strings.HasPrefix(row, "meta name=ready") {
			all = append(all, row)
		}
	}
	slices.Sort(all)
	return all, rows.Err()
}
