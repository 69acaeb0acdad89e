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
func New(t testing.TB, more ...Option) *store.Store {
	t.Helper()
	return open(t, store.Options{DataDir: t.TempDir(), Now: time.Now}, more)
}

// Open opens and migrates the database at this URL.
func Open(t testing.TB, url string, more ...Option) *store.Store {
	t.Helper()
	return open(t, store.Options{URL: url, DataDir: t.TempDir(), Now: time.Now}, more)
}

func open(t testing.TB, o store.Options, more []Option) *store.Store {
	t.Helper()
	for _, m := range more {
		m(&o)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
