package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options says which database to open and how.
type Options struct {
	URL     string           // postgres://…, or a SQLite file; empty = genjin.db in DataDir
	DataDir string           // marker file, SQLite file, evidence
	Now     func() time.Time // the clock; required
	Logger  *slog.Logger     // nil = silent
	Lock    bool             // hold the SQLite file as its one server
}

// Store is an open database. It is safe for use by many goroutines.
type Store struct {
	engine  engine
	clock   func() time.Time
	log     *slog.Logger
	dataDir string
	wake    chan struct{}
	unlock  func() error

	keyMu sync.Mutex // guards key
	key   *auditKey  // nil until its first use
}

// engine is what SQLite and PostgreSQL do differently.
type engine interface {
	do(ctx context.Context, tx *Tx, fn func(*Tx) error) error
	view(ctx context.Context, tx *Tx, fn func(*Tx) error) error
	readAll(ctx context.Context, tx *Tx, fn func(*Tx) error) error // a view that may take as long as it needs
	freeze(ctx context.Context, dir string) (*frozen, error)       // copies the database into a backup
	aside(ctx context.Context, next int64) error                   // keeps what a migration is about to change
	nextNumber(ctx context.Context, tx *Tx) (int64, error)
	migrator(ctx context.Context) (*migrator, error)
	databaseTime(ctx context.Context) (time.Time, error)
	check(ctx context.Context) error // refuses settings that would break the promise
	close(ctx context.Context) error
}

// How often a closure runs when it keeps losing races.
const maxRuns = 12

// Open opens the database without touching its schema: [Store.Migrate] brings
// it up, [Store.Ready] says whether it fits. With o.Lock a SQLite file has one
// holder; the second one gets [ErrLocked] with the process id of the first.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		return nil, errors.New("open store: no clock given")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{clock: o.Now, log: o.Logger, dataDir: o.DataDir, wake: make(chan struct{}, 1)}
	if o.DataDir != "" {
		if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("open store: make the data dir: %w", err)
		}
	}
	if err := s.open(ctx, o); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) error {
	if isPostgres(o.URL) {
		p, err := openPostgres(ctx, o.URL, s.now)
		if err != nil {
			return err
		}
		s.engine = p
		return nil
	}
	file, wait := sqlitePath(o), commandWait
	if o.Lock {
		wait = serverWait
		unlock, err := lockFile(file + ".lock")
		if err != nil {
			return err
		}
		s.unlock = unlock
	}
	e, err := openSQLite(ctx, file, wait, s.now)
	if err != nil {
		if s.unlock != nil {
			err = errors.Join(err, s.unlock())
		}
		return err
	}
	s.engine = e
	return nil
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func sqlitePath(o Options) string {
	if o.URL == "" {
		return filepath.Join(o.DataDir, "genjin.db")
	}
	return strings.TrimPrefix(strings.TrimPrefix(o.URL, "sqlite://"), "file:")
}

// Close lets what has begun come to its end, then closes the database.
func (s *Store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := s.engine.close(ctx)
	if s.unlock != nil {
		err = errors.Join(err, s.unlock())
	}
	return err
}

// Do runs fn in one transaction with one instant and commits it. After a lost
// race it runs fn again, so fn has no effect outside tx and calls no network. It
// must not call Do itself: on SQLite it would wait for its own end.
// [ErrUnavailable] means that the commit is not known to have happened.
func (s *Store) Do(ctx context.Context, fn func(tx *Tx) error) error {
	for run := 1; ; run++ {
		tx := &Tx{store: s}
		err := s.engine.do(ctx, tx, fn)
		switch {
		case err == nil:
			if tx.rings {
				s.ring()
			}
			return nil
		case !isRace(err):
			return err
		case run == maxRuns:
			return fmt.Errorf("lost %d races in a row: %w", run, err)
		}
		if err := pause(ctx, run); err != nil {
			return err
		}
	}
}

// View runs fn on one consistent state of the database. Nothing can be written.
func (s *Store) View(ctx context.Context, fn func(tx *Tx) error) error {
	return s.engine.view(ctx, &Tx{store: s}, fn)
}

// Wake rings after a commit that made work due now.
func (s *Store) Wake() <-chan struct{} { return s.wake }

// DatabaseTime is the database's own clock, to compare with ours. With SQLite
// there is only one.
func (s *Store) DatabaseTime(ctx context.Context) (time.Time, error) {
	return s.engine.databaseTime(ctx)
}

func (s *Store) ring() {
	select {
	case s.wake <- struct{}{}:
	default: // it has rung already
	}
}

// now is the instant as the database keeps it: UTC, in whole milliseconds.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// pause waits a little, each time longer and never twice the same, so that two
// losers do not meet again.
func pause(ctx context.Context, run int) error {
	most := min(int64(run)*int64(4*time.Millisecond), int64(40*time.Millisecond))
	t := time.NewTimer(time.Duration(1 + rand.Int64N(most))) //nolint:gosec // jitter, not a secret
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return unavailable("wait after a lost race", ctx.Err())
	}
}
