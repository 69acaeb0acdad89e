package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

const (
	// How long a writer waits for another process. A server must answer a
	// webhook within 3 s, be it with 503; a command beside a busy one has time.
	serverWait  = 2 * time.Second
	commandWait = 5 * time.Second
	readWait    = 2 * time.Second
	sqliteViews = 8 // reads at once
)

// sqliteEngine keeps everything in one file: one writer, several readers.
type sqliteEngine struct {
	file    string
	now     func() time.Time
	write   *sql.DB
	read    *sql.DB
	writer  *writer
	readers chan *statements // nil ones are still to be opened
	once    sync.Once
}

func openSQLite(ctx context.Context, file string, wait time.Duration, now func() time.Time) (*sqliteEngine, error) {
	// Half the time per commit at the same durability; not to be had everywhere.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	createPrivate(file)
	write, err := sql.Open("sqlite", sqliteDSN(file, wait, "_pragma=journal_mode(WAL)"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", sqliteDSN(file, readWait, "_pragma=query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	read.SetMaxOpenConns(sqliteViews)
	read.SetMaxIdleConns(sqliteViews)
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, classify(err)), write.Close(), read.Close())
	}
	e := &sqliteEngine{file: file, now: now, write: write, read: read, writer: newWriter(write, now), //nolint:contextcheck // it outlives the opening
		readers: make(chan *statements, sqliteViews)}
	for range sqliteViews {
		e.readers <- nil
	}
	return e, nil
}

// createPrivate makes a database that is not there yet with rights for its owner
// alone, whatever the umask: SQLite would let others read it, and gives the files
// beside it the same rights. Where that cannot be, the opening says why.
func createPrivate(file string) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err == nil {
		_ = f.Close() // nothing was written
	}
}

// sqliteDSN sets what every connection must have: a commit that is on the disk
// when it returns, and foreign keys.
func sqliteDSN(file string, wait time.Duration, more ...string) string {
	params := append([]string{
		fmt.Sprintf("_pragma=busy_timeout(%d)", wait.Milliseconds()),
		"_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)",
		"_pragma=temp_store(MEMORY)", // what a savepoint must remember is kept there
		"_pragma=journal_size_limit(67108864)",
	}, more...)
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath(), RawQuery: strings.Join(params, "&")}
	return u.String()
}

func (e *sqliteEngine) do(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	return e.writer.do(ctx, func(st *statements) error {
		tx.bind(st, e.now())
		return fn(tx)
	})
}

func (e *sqliteEngine) view(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	var st *statements
	select {
	case st = <-e.readers:
	case <-ctx.Done():
		return unavailable("wait for a reader", ctx.Err())
	case <-e.writer.over:
		return unavailable("the store is closed", nil)
	}
	defer func() { e.readers <- st }()
	if st == nil {
		conn, err := e.read.Conn(ctx)
		if err != nil {
			return unavailable("open the database for reading", err)
		}
		st = newStatements(conn)
	}
	if err := st.run(ctx, "BEGIN"); err != nil {
		return unavailable("begin", err)
	}
	defer func() {
		if err := st.run(ctx, "ROLLBACK"); err != nil {
			_ = st.close()
			st = nil
		} else {
			_ = st.take()
		}
	}()
	tx.bind(st, e.now())
	return classify(protected(func() error { return fn(tx) }))
}

func (e *sqliteEngine) nextNumber(ctx context.Context, tx *Tx) (int64, error) {
	return tx.q.NextCounter(ctx, 1, numbers)
}

func (e *sqliteEngine) databaseTime(context.Context) (time.Time, error) { return e.now(), nil }

func (e *sqliteEngine) check(context.Context) error { return nil } // sqliteDSN sets it all

func (e *sqliteEngine) migrator(context.Context) (*migrator, error) {
	db, err := sql.Open("sqlite", sqliteDSN(e.file, 10*time.Second, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", e.file, err)
	}
	db.SetMaxOpenConns(1)
	return &migrator{db: db, dialect: goose.DialectSQLite3}, nil
}

func (e *sqliteEngine) close(ctx context.Context) error {
	var err error
	e.once.Do(func() {
		err = e.writer.close(ctx)
		for range sqliteViews {
			select {
			case st := <-e.readers:
				if st != nil {
					err = errors.Join(err, st.close())
				}
			case <-ctx.Done():
				err = errors.Join(err, fmt.Errorf("close store: reads still run: %w", ctx.Err()))
			}
		}
		err = errors.Join(err, e.read.Close(), e.write.Close())
	})
	return err
}
