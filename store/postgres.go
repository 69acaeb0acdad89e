package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"genjin/store/dbgen"
)

const (
	// postgresConns leaves room for several replicas on a server with the usual
	// hundred; more of them make nothing faster.
	postgresConns = 16
	// patience bounds one run of a transaction: a server that stands still
	// must not hold a caller for ever.
	patience = 10 * time.Second
)

// postgresEngine keeps everything in a PostgreSQL database that several
// replicas may share.
type postgresEngine struct {
	config  *pgx.ConnConfig
	now     func() time.Time
	db      *sql.DB
	numbers numberBlock
	once    sync.Once
}

func openPostgres(ctx context.Context, url string, now func() time.Time) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > 2*time.Second {
		config.ConnectTimeout = 2 * time.Second
	}
	for name, value := range map[string]string{
		"application_name": "genjin", "statement_timeout": "10s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s",
	} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	p := &postgresEngine{config: config, now: now, db: stdlib.OpenDB(*config)}
	p.db.SetMaxOpenConns(postgresConns)
	p.db.SetMaxIdleConns(postgresConns)
	p.db.SetConnMaxIdleTime(5 * time.Minute)
	// Numbers are taken outside the transactions that use them, so they need a
	// connection that no transaction holds.
	p.numbers.db = stdlib.OpenDB(*config)
	p.numbers.db.SetMaxOpenConns(1)
	if err := p.check(ctx); err != nil {
		return nil, errors.Join(err, p.close(ctx))
	}
	return p, nil
}

// check refuses a server that answers before a commit is on its disk.
func (p *postgresEngine) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var mode string
	if err := p.db.QueryRowContext(ctx, "SHOW synchronous_commit").Scan(&mode); err != nil {
		return unavailable("reach the database", err)
	}
	if mode == "off" {
		return errNotSynced
	}
	return nil
}

func (p *postgresEngine) do(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	return p.run(ctx, nil, func(t *sql.Tx) error {
		tx.bind(&connection{db: t}, p.now())
		return p.closure(tx, fn)
	}, (*sql.Tx).Commit)
}

func (p *postgresEngine) view(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	return p.run(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(t *sql.Tx) error {
		tx.bind(&connection{db: t}, p.now())
		return p.closure(tx, fn)
	}, (*sql.Tx).Rollback)
}

// closure runs fn and gives its error the kind of the first statement that met
// a lost connection.
func (p *postgresEngine) closure(tx *Tx, fn func(*Tx) error) error {
	err := classify(protected(func() error { return fn(tx) }))
	if c, ok := tx.db.(*connection); ok && c.broken != nil && !errors.Is(err, ErrUnavailable) {
		return unavailable("talk to the database", errors.Join(c.broken, err))
	}
	return err
}

// run is one transaction from begin to end.
func (p *postgresEngine) run(ctx context.Context, o *sql.TxOptions, fn, end func(*sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t, err := p.begin(ctx, o)
	if err != nil {
		return unavailable("begin", err)
	}
	open := true
	defer func() {
		if open { // the caller's goroutine ends inside fn
			_ = t.Rollback()
		}
	}()
	err = fn(t)
	open = false
	if err != nil {
		back := t.Rollback()
		if back != nil && !errors.Is(err, ErrUnavailable) {
			return unavailable("roll back", errors.Join(err, back))
		}
		return err
	}
	switch err := classify(end(t)); {
	case err == nil, errors.Is(err, errRace), errors.Is(err, ErrUnavailable):
		return err
	default: // the server may have committed and its word been lost
		return unavailable("commit", err)
	}
}

// begin opens a transaction. A connection that died in the pool, say when the
// server was restarted, makes room for the next one.
func (p *postgresEngine) begin(ctx context.Context, o *sql.TxOptions) (*sql.Tx, error) {
	for dead := 0; ; dead++ {
		t, err := p.db.BeginTx(ctx, o)
		if err == nil || ctx.Err() != nil || dead > postgresConns || !isDead(err) {
			return t, err
		}
	}
}

// isDead reports a connection that was good once, not a server that cannot be
// reached.
func isDead(err error) bool {
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	return !connect && (isNetwork(err) || isPostgresAway(err))
}

func (p *postgresEngine) nextNumber(ctx context.Context, _ *Tx) (int64, error) {
	return p.numbers.next(ctx, p.now())
}

func (p *postgresEngine) databaseTime(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var ms int64
	err := p.db.QueryRowContext(ctx, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)").Scan(&ms)
	if err != nil {
		return time.Time{}, unavailable("ask the database for the time", err)
	}
	return instant(ms), nil
}

func (p *postgresEngine) migrator(context.Context) (*migrator, error) {
	return &migrator{db: stdlib.OpenDB(*p.patient()), dialect: goose.DialectPostgres, locked: true}, nil
}

// patient is a configuration for work that takes its time.
func (p *postgresEngine) patient() *pgx.ConnConfig {
	config := p.config.Copy()
	delete(config.RuntimeParams, "statement_timeout")
	delete(config.RuntimeParams, "lock_timeout")
	delete(config.RuntimeParams, "idle_in_transaction_session_timeout")
	return config
}

func (p *postgresEngine) close(context.Context) error {
	var err error
	p.once.Do(func() { err = errors.Join(p.numbers.db.Close(), p.db.Close()) })
	return err
}

var _ dbgen.DBTX = (*connection)(nil)

// connection remembers the first error that says the connection broke, in case
// the closure turns it into another.
type connection struct {
	db     *sql.Tx
	broken error
}

// ExecContext implements [dbgen.DBTX].
func (c *connection) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := c.db.ExecContext(ctx, query, args...)
	return res, c.note(err)
}

// PrepareContext implements [dbgen.DBTX].
func (c *connection) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	stmt, err := c.db.PrepareContext(ctx, query)
	return stmt, c.note(err)
}

// QueryContext implements [dbgen.DBTX].
func (c *connection) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := c.db.QueryContext(ctx, query, args...)
	return rows, c.note(err)
}

// QueryRowContext implements [dbgen.DBTX].
func (c *connection) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := c.db.QueryRowContext(ctx, query, args...)
	_ = c.note(row.Err()) // the caller meets it in Scan
	return row
}

func (c *connection) note(err error) error {
	if err != nil && c.broken == nil && (isPostgresAway(err) || isNetwork(err)) {
		c.broken = err
	}
	return classify(err)
}
