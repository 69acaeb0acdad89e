package store

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Reason says why the database cannot be used, on a page that anybody may open:
// in one sentence, without addresses, users and paths. The whole of it belongs
// in the log.
func Reason(err error) string {
	switch {
	case errors.Is(err, ErrSchema):
		return strings.TrimSuffix(err.Error(), ": "+ErrSchema.Error())
	case errors.Is(err, ErrForeign):
		return wordNotOneSet
	case errors.Is(err, errNotSynced):
		return wordNotSynced
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteReason(e.Code())
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	if _, broken := errors.AsType[*net.OpError](err); refused || broken {
		return wordNoServer
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresReason(e.Code)
	}
	return wordNoCommit
}

// Kinds are the store's own names for errors that reach a command's end: they
// stand behind the sentence that tells a person what went wrong.
func Kinds() []string {
	kinds := []error{
		ErrUnavailable, ErrSchema, ErrLocked, ErrForeign,
		ErrNoBackup, ErrNotEmpty, ErrRunning, ErrBackupBad, ErrNoTool,
	}
	names := make([]string, 0, len(kinds))
	for _, k := range kinds {
		names = append(names, k.Error())
	}
	return names
}

func sqliteReason(code int) string {
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return wordFileBusy
	case sqlite3.SQLITE_FULL:
		return wordDiskFull
	case sqlite3.SQLITE_READONLY:
		return wordReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return wordFileBroken
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
		return wordFileUnusable
	default:
		return wordNoCommit
	}
}

func postgresReason(code string) string {
	switch code {
	case "53100":
		return wordDiskFull
	case "25006":
		return wordReadOnly
	default:
		return fmt.Sprintf(wordServerSays, code)
	}
}
