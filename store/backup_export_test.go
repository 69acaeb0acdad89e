package store

import (
	"context"
	"errors"
	"io"
)

// Names of the inside that tests of backups need.
const Restoring = restoring

// PickTool is pickTool.
func PickTool(ctx context.Context, paths []string, name string, server int) (string, error) {
	return pickTool(ctx, paths, name, server)
}

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
