package storetest

import (
	"testing"
	"time"

	"genjin/store"
)

// Option changes how a test's store is opened.
type Option func(*store.Options)

// WithClock gives the store another clock than the real one.
func WithClock(now func() time.Time) Option {
	return func(o *store.Options) { o.Now = now }
}

// WithDataDir puts the store's files in a directory of the test's choice.
func WithDataDir(dir string) Option {
	return func(o *store.Options) { o.DataDir = dir }
}

// New opens a migrated store on SQLite in a directory of its own.
func New(tb testing.TB, more ...Option) *store.Store {
	tb.Helper()
	return open(tb, store.Options{DataDir: tb.TempDir(), Now: time.Now}, more)
}

// Open opens and migrates the database at this URL.
func Open(tb testing.TB, url string, more ...Option) *store.Store {
	tb.Helper()
	return open(tb, store.Options{URL: url, DataDir: tb.TempDir(), Now: time.Now}, more)
}

func open(tb testing.TB, o store.Options, more []Option) *store.Store {
	tb.Helper()
	for _, m := range more {
		m(&o)
	}
	s, err := store.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close store: %v", err)
		}
	})
	if err := s.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return s
}
