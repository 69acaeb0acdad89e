package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"

	"genjin/store/dbgen"
)

// postgresSnapshot is one state of the database, for as long as it is open.
type postgresSnapshot struct {
	p    *postgresEngine
	db   *sql.DB
	conn *sql.Conn
}

// snapshot opens one. The settings are those of pg_dump, so that rows read here
// look and stand as they do there.
func (p *postgresEngine) snapshot(ctx context.Context) (*postgresSnapshot, error) {
	s := &postgresSnapshot{p: p, db: stdlib.OpenDB(*p.patient())}
	s.db.SetMaxOpenConns(1)
	var err error
	if s.conn, err = s.db.Conn(ctx); err != nil {
		return nil, errors.Join(unavailable("reach the database", err), s.db.Close())
	}
	for _, word := range []string{
		"SET statement_timeout = 0", "SET lock_timeout = 0", "SET idle_in_transaction_session_timeout = 0",
		"SET datestyle = ISO", "SET intervalstyle = postgres", "SET extra_float_digits = 3", "SET synchronize_seqscans = off",
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	} {
		if _, err := s.conn.ExecContext(ctx, word); err != nil {
			return nil, errors.Join(unavailable("begin", err), s.close())
		}
	}
	return s, nil
}

// close ends the transaction with its connection.
func (s *postgresSnapshot) close() error { return errors.Join(s.conn.Close(), s.db.Close()) }

var _ dbgen.DBTX = (*sql.Conn)(nil)

func (s *postgresSnapshot) view(_ context.Context, fn func(*Tx) error) error {
	tx := &Tx{}
	tx.bind(s.conn, s.p.now())
	return classify(protected(func() error { return fn(tx) }))
}

func (p *postgresEngine) readAll(ctx context.Context, _ *Tx, fn func(*Tx) error) error {
	s, err := p.snapshot(ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.view(ctx, fn), s.close())
}

// freeze has pg_dump write the state of a snapshot, which stays open: what is
// looked at afterwards is what was written.
func (p *postgresEngine) freeze(ctx context.Context, dir string) (*frozen, error) {
	s, err := p.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	f, err := s.dump(ctx, filepath.Join(dir, postgresFile))
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return f, nil
}

func (s *postgresSnapshot) dump(ctx context.Context, file string) (*frozen, error) {
	version, err := serverVersion(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	writer, err := findTool(ctx, "pg_dump", version)
	if err != nil {
		return nil, err
	}
	var id string
	if err := s.conn.QueryRowContext(ctx, "SELECT pg_export_snapshot()").Scan(&id); err != nil {
		return nil, unavailable("hold the state of the database", err)
	}
	tables, err := tablesOf(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	args := []string{"--format=custom", "--no-password", "--encoding=UTF8", "--no-owner", "--no-privileges", "--snapshot=" + id, "--file=" + file}
	for _, t := range tables {
		args = append(args, "--table="+t.quoted())
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil { // before pg_dump would let others read it
		return nil, err
	}
	if err := s.p.runTool(ctx, writer.path, args...); err != nil {
		return nil, err
	}
	return &frozen{
		file: postgresFile, view: s.view, close: func() error { return errors.Join(s.close(), syncFile(file)) },
		check: func(ctx context.Context) error { return s.sameAsDump(ctx, file, writer.major, tables) },
	}, nil
}

// pgTable is a table of the hub.
type pgTable struct{ schema, name string }

func (t pgTable) quoted() string { return quoteName(t.schema) + "." + quoteName(t.name) }

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// tablesOf lists the tables in the schema where the hub's are.
func tablesOf(ctx context.Context, db dbgen.DBTX) ([]pgTable, error) {
	rows, err := db.QueryContext(ctx, `SELECT table_schema, table_name FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`)
	if err != nil {
		return nil, unavailable("list the tables", err)
	}
	defer rows.Close() //nolint:errcheck // read to its end
	var all []pgTable
	for rows.Next() {
		var t pgTable
		if err := rows.Scan(&t.schema, &t.name); err != nil {
			return nil, fmt.Errorf("list the tables: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

// serverVersion is the major version of the server.
func serverVersion(ctx context.Context, db dbgen.DBTX) (int, error) {
	var n int
	if err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&n); err != nil {
		return 0, unavailable("ask for the server's version", err)
	}
	return n / 10_000, nil
}
