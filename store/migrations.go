package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrator is a connection of its own for bringing the schema up.
type migrator struct {
	db      *sql.DB
	dialect goose.Dialect
	locked  bool // several processes may try at once
}

// Migrate brings the schema up to this program's. A newer one is refused and
// left as it is. Then it gives a fresh database and its data dir their marker.
func (s *Store) Migrate(ctx context.Context) error {
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	want, err := latestMigration()
	if err != nil {
		return err
	}
	if have > want {
		return schemaNewer(have, want)
	}
	if err := s.checkMarker(ctx); err != nil {
		return err
	}
	if have < want {
		if err := s.keepAside(ctx, have); err != nil {
			return err
		}
		m, err := s.engine.migrator(ctx)
		if err != nil {
			return err
		}
		if err := errors.Join(m.up(ctx), m.db.Close()); err != nil {
			return fmt.Errorf("migrate: %w", classify(err))
		}
	}
	return s.mark(ctx)
}

func (m *migrator) up(ctx context.Context) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if m.locked {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(m.dialect, m.db, files, options...)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Ready says whether the hub can work: the schema is exactly ours
// ([ErrSchema]), data dir and database belong together ([ErrForeign]), and the
// database can commit ([ErrUnavailable]).
func (s *Store) Ready(ctx context.Context) error {
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	want, err := latestMigration()
	switch {
	case err != nil:
		return err
	case have > want:
		return schemaNewer(have, want)
	case have < want:
		return fmt.Errorf(wordSchemaOld+": %w", have, want, ErrSchema)
	}
	if err := s.engine.check(ctx); err != nil {
		return err
	}
	if err := s.checkMarker(ctx); err != nil {
		return err
	}
	return s.Do(ctx, func(tx *Tx) error {
		if err := tx.q.SetMeta(ctx, metaReady, strconv.FormatInt(millis(tx.now), 10)); err != nil {
			return fmt.Errorf("try a commit: %w", err)
		}
		return nil
	})
}

// SQLite reports whether the database is a file of this machine.
func (s *Store) SQLite() bool {
	_, ok := s.engine.(*sqliteEngine)
	return ok
}

func schemaNewer(have, want int64) error {
	return fmt.Errorf(wordSchemaNew+": %w", have, want, ErrSchema)
}

// schemaVersion is the number of the last migration that was applied; 0 = none.
func (s *Store) schemaVersion(ctx context.Context) (int64, error) {
	var n int64
	err := s.View(ctx, func(tx *Tx) error {
		return tx.db.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&n)
	})
	if isNoTable(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return n, nil
}

// latestMigration is the number of the last migration of this program.
func latestMigration() (int64, error) {
	numbers, err := migrationNumbers()
	if err != nil {
		return 0, err
	}
	return numbers[len(numbers)-1], nil
}
