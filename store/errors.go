package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The kinds of error a caller can act on; everything else is a fault of ours.
var (
	ErrNotFound    = errors.New("not found")                                 // nothing has this number or id
	ErrConflict    = errors.New("changed by somebody else meanwhile")        // the revision is no longer the current one
	ErrUnavailable = errors.New("the database cannot confirm the change")    // answer 503: the sender comes again
	ErrSchema      = errors.New("the database schema does not fit")          // older or newer than this program
	ErrLocked      = errors.New("the database is served by another process") // exit 1
	ErrForeign     = errors.New("the data dir belongs to another database")  // marker file and database differ
	ErrLost        = errors.New("the lease is no longer ours")               // somebody else does this job now
	ErrPanicked    = errors.New("the transaction's code panicked")           // rolled back
)

// errNotSynced is a server that answers before the disk has it.
var errNotSynced = errors.New(wordNotSynced)

// errRace marks a transaction that may succeed when it runs again.
var errRace = errors.New("lost a race")

var errLeft = errors.New("the caller left in mid-transaction")

func unavailable(what string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: %w", what, ErrUnavailable)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
}

func isRace(err error) bool { return errors.Is(err, errRace) || errors.Is(err, ErrConflict) }

// classify gives an error of the database its kind.
func classify(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrUnavailable), errors.Is(err, errRace):
		return err
	case isSQLiteAway(err), isPostgresAway(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	case isPostgresRace(err):
		return fmt.Errorf("%w: %w", errRace, err)
	default:
		return err
	}
}

// isSQLiteAway reports errors after which nobody knows what reached the disk,
// or that another process holds the file.
func isSQLiteAway(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_PROTOCOL:
		return true
	default:
		return false
	}
}

// isPostgresAway reports what the server says when it stops, has no room, or
// cannot be reached.
func isPostgresAway(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || len(pg.Code) < 2 {
		return false
	}
	switch pg.Code[:2] {
	case "08", "53", "57", "58", "XX": // connection, resources, operator, system, internal
		return true
	default:
		return pg.Code == "55P03" || pg.Code == "25P03" || pg.Code == "25006" // lock, idle too long, standby
	}
}

// isNetwork reports a connection that broke or was given up. Only the code that
// talks to the database may ask: elsewhere such an error can mean anything.
func isNetwork(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || pgconn.Timeout(err)
}

func isPostgresRace(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "23505" || isStalePlan(pg))
}

// isStalePlan reports a prepared query from before a migration that changed its
// table. The driver drops it, so that the next run makes it again.
func isStalePlan(pg *pgconn.PgError) bool {
	return pg.Code == "0A000" && strings.Contains(pg.Message, "cached plan")
}

func isNoTable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "42P01"
	}
	return err != nil && strings.Contains(err.Error(), "no such table")
}

// found gives "no rows" its kind, with what was looked for.
func found(err error, what string, which any) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s %v: %w", what, which, ErrNotFound)
	default:
		return fmt.Errorf("load %s %v: %w", what, which, err)
	}
}
