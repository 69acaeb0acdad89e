package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"genjin/store/dbgen"
)

var _ dbgen.DBTX = (*statements)(nil)

// statements runs the generated queries on one SQLite connection and keeps each
// prepared. A query is never interrupted: SQLite would roll back the whole
// transaction, and with it the neighbours in the group.
type statements struct {
	conn   *sql.Conn
	kept   map[string]*sql.Stmt
	broken error // after this error nobody knows whether the transaction still stands
}

func newStatements(conn *sql.Conn) *statements {
	return &statements{conn: conn, kept: map[string]*sql.Stmt{}}
}

// run executes a word like BEGIN or COMMIT.
func (s *statements) run(ctx context.Context, word string) error {
	_, err := s.ExecContext(ctx, word)
	return err
}

// ExecContext implements [dbgen.DBTX].
func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := s.PrepareContext(ctx, query) //nolint:sqlclosecheck // kept
	if err != nil {
		return nil, err
	}
	res, err := stmt.ExecContext(ctx, args...)
	return res, s.note(err)
}

// PrepareContext implements [dbgen.DBTX].
func (s *statements) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.kept[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, s.note(err)
	}
	s.kept[query] = stmt
	return stmt, nil
}

// QueryContext implements [dbgen.DBTX].
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := s.PrepareContext(ctx, query) //nolint:sqlclosecheck // kept
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	return rows, s.note(err)
}

// QueryRowContext implements [dbgen.DBTX].
func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	stmt, err := s.PrepareContext(ctx, query) //nolint:sqlclosecheck // kept
	if err != nil {
		return s.conn.QueryRowContext(ctx, query, args...) // brings the same error in a Row
	}
	row := stmt.QueryRowContext(ctx, args...)
	_ = s.note(row.Err()) // the caller meets it in Scan
	return row
}

func (s *statements) note(err error) error {
	if err != nil && s.broken == nil && isSQLiteAway(err) {
		s.broken = err
	}
	return classify(err)
}

// take gives the first such error away and forgets it.
func (s *statements) take() error {
	err := s.broken
	s.broken = nil
	return err
}

// close gives the connection up for good: the pool must not hand it out again.
func (s *statements) close() error {
	for _, stmt := range s.kept {
		_ = stmt.Close() // the connection goes with them
	}
	if err := s.conn.Raw(func(any) error { return driver.ErrBadConn }); err != nil && !errors.Is(err, driver.ErrBadConn) {
		return fmt.Errorf("close connection: %w", err)
	}
	return nil
}
