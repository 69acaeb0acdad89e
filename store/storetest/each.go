package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"genjin/store"
)

// shared is the one server that all tests of a binary use through [Each].
type shared struct {
	once   sync.Once
	server *PostgresServer
	err    error
	mu     sync.Mutex // one database is made at a time
}

var server shared //nolint:gochecknoglobals // one server for the whole test binary

const template = "genjin_template"

// Each runs fn on SQLite and on PostgreSQL, in parallel, each on a store of its own.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store), more ...Option) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		fn(t, New(t, more...))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		fn(t, NewPostgres(t, more...))
	})
}

// NewPostgres opens a migrated store on a PostgreSQL database of its own.
func NewPostgres(tb testing.TB, more ...Option) *store.Store {
	tb.Helper()
	return Open(tb, PostgresURL(tb), more...)
}

// PostgresURL makes a migrated database on the shared server and returns its URL.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	return sharedDatabase(tb, template)
}

// EmptyPostgresURL makes a database without anything in it on the shared server.
func EmptyPostgresURL(tb testing.TB) string {
	tb.Helper()
	return sharedDatabase(tb, "template0")
}

func sharedDatabase(tb testing.TB, from string) string {
	tb.Helper()
	bin := postgresBin(tb)
	server.once.Do(func() { server.err = startShared(bin) })
	if server.err != nil {
		tb.Fatal(server.err)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	return server.server.database(tb, from)
}

// startShared starts the server and migrates the database that others are
// copied from. Nothing of it must survive a power cut, so it syncs nothing.
func startShared(bin string) error {
	p, err := newPostgres(bin, []string{"fsync=off", "full_page_writes=off"})
	if err != nil {
		return err
	}
	server.server = p
	if err := p.exec("CREATE DATABASE " + template); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, store.Options{URL: p.URL(template), Now: time.Now})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // migrated or not
	return s.Migrate(ctx)
}
