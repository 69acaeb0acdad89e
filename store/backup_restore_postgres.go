package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// withPostgres opens the target for a moment. The server knows this connection
// by another name than a hub's.
func (r *restore) withPostgres(ctx context.Context, fn func(s *postgresSnapshot) error) error {
	p, err := openPostgres(ctx, r.o.URL, r.o.Now)
	if err != nil {
		return err
	}
	p.config.RuntimeParams["application_name"] = "genjin restore"
	s, err := p.snapshot(ctx)
	if err != nil {
		return errors.Join(err, p.close(ctx))
	}
	return errors.Join(fn(s), s.close(), p.close(ctx))
}

// postgresIdle refuses a database that has a hub connected.
func (r *restore) postgresIdle(ctx context.Context) error {
	return r.withPostgres(ctx, func(s *postgresSnapshot) error {
		var n int
		var from string
		err := s.conn.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(host(client_addr)), 'localhost') FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'genjin' AND pid <> ALL($1::int[])`, s.p.pids(ctx)).Scan(&n, &from)
		if err != nil {
			return unavailable("ask who uses the database", err)
		}
		if n > 0 {
			return fmt.Errorf(wordConnected+": %w", n, from, ErrRunning)
		}
		return nil
	})
}

// pids are the connections of this engine's own pool.
func (p *postgresEngine) pids(ctx context.Context) []int32 {
	var pid int32
	if err := p.db.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return []int32{}
	}
	return []int32{pid}
}

// postgresEmpty refuses a database that has tables.
func (r *restore) postgresEmpty(ctx context.Context) error {
	return r.withPostgres(ctx, func(s *postgresSnapshot) error {
		tables, err := tablesOf(ctx, s.conn)
		if err != nil || len(tables) == 0 {
			return err
		}
		names := make([]string, 0, len(tables))
		for _, t := range tables {
			names = append(names, t.name)
		}
		return fmt.Errorf(wordTablesThere+": %w", s.p.config.Database, len(names), strings.Join(names[:min(5, len(names))], "、"), ErrNotEmpty)
	})
}

// loadDump has pg_restore fill the database, in one transaction.
func (r *restore) loadDump(ctx context.Context) error {
	if !r.m.has(postgresFile) {
		return fmt.Errorf(wordPartGone+": %w", postgresFile, ErrBackupBad)
	}
	return r.withPostgres(ctx, func(s *postgresSnapshot) error {
		version, err := serverVersion(ctx, s.conn)
		if err != nil {
			return err
		}
		fit, err := fitTools(ctx, toolPaths("pg_restore"), "pg_restore", version)
		if err != nil {
			return err
		}
		return s.p.load(ctx, fit, version, filepath.Join(r.o.Dir, postgresFile))
	})
}

// load fills a database from a dump. A newer pg_dump may have written it than the
// oldest pg_restore here can read: then the next one is asked.
func (p *postgresEngine) load(ctx context.Context, fit []tool, server int, dump string) (err error) {
	for _, t := range fit {
		args := []string{"--no-owner", "--no-privileges", "--no-password", dump}
		if t.major <= server {
			args = append([]string{"--single-transaction", "--exit-on-error"}, args...)
		}
		err = p.runTool(ctx, t.path, args...)
		failed, is := errors.AsType[*toolError](err)
		switch {
		case !is:
			return err
		case t.major > server && failed.newerSetting():
			return nil
		case !strings.Contains(failed.said, "unsupported version"):
			return err
		}
	}
	return fmt.Errorf(wordToolBehind+": %w: %w", fit[len(fit)-1].path, ErrNoTool, err)
}

// newerSetting tells whether nothing went wrong but this: a pg_restore from 17 on
// begins with a setting that older servers do not know, and goes on.
func (e *toolError) newerSetting() bool {
	errs := strings.Count(e.said, "pg_restore: error:")
	return errs > 0 && errs == strings.Count(e.said, "Command was: SET transaction_timeout = 0;")
}

// dropTables empties the database again.
func (r *restore) dropTables(ctx context.Context) error {
	p, err := openPostgres(ctx, r.o.URL, r.o.Now)
	if err != nil {
		return err
	}
	tables, err := tablesOf(ctx, p.db)
	for _, t := range tables {
		if err == nil {
			_, err = p.db.ExecContext(ctx, "DROP TABLE "+t.quoted())
		}
	}
	return errors.Join(err, p.close(ctx))
}
