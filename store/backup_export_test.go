package store

import (
	"context"
	"errors"
	"io"
	"time"
)

// Names of the inside that tests of backups need.
const Restoring = restoring

// PickTool gives the first of fitTools.
func PickTool(ctx context.Context, paths []string, name string, server int) (string, error) {
	fit, err := fitTools(ctx, paths, name, server)
	if err != nil {
		return "", err
	}
	return fit[0].path, nil
}

// ToolPaths is toolPaths.
func ToolPaths(name string) []string { return toolPaths(name) }

// Libpq is libpq.
func Libpq(url string) (dsn, options string) { return libpq(url) }

// ReadDump lists the tables of a dump's text with the hashes of their rows.
func ReadDump(r io.Reader) ([]string, error) {
	var all []string
	err := readDump(r, func(b dumpBlock) error {
		all = append(all, b.table+" "+b.columns+" "+b.sum)
		return nil
	})
	return all, err
}

// CheckDump holds a dump against the database as it stands now.
func CheckDump(ctx context.Context, s *Store, file string) error {
	p, ok := s.engine.(*postgresEngine)
	if !ok {
		return errors.New("not PostgreSQL")
	}
	snap, err := p.snapshot(ctx)
	if err != nil {
		return err
	}
	version, err := serverVersion(ctx, snap.conn)
	if err != nil {
		return errors.Join(err, snap.close())
	}
	tables, err := tablesOf(ctx, snap.conn)
	if err == nil {
		err = snap.sameAsDump(ctx, file, version, tables)
	}
	return errors.Join(err, snap.close())
}

// LoadDump fills an empty database from a dump, with the programs at these paths.
func LoadDump(ctx context.Context, url, dump string, server int, paths ...string) error {
	p, err := openPostgres(ctx, url, time.Now)
	if err != nil {
		return err
	}
	fit, err := fitTools(ctx, paths, "pg_restore", server)
	if err == nil {
		err = p.load(ctx, fit, server, dump)
	}
	return errors.Join(err, p.close(ctx))
}
