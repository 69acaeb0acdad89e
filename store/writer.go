package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

const (
	groupMembers = 128                   // most transactions in one commit
	groupTime    = 20 * time.Millisecond // no new member joins a commit after this
)

// writer is the one that writes to SQLite. Transactions that come while another
// commits are committed together; each runs under a savepoint, so that one that
// fails takes nothing of its neighbours with it.
type writer struct {
	db    *sql.DB
	now   func() time.Time
	queue chan *member
	stop  chan struct{} // closed: take no more
	over  chan struct{} // closed: nothing runs any more

	stopping sync.Once

	// Only the loop touches these.
	st    *statements // of the one connection; nil = to be opened
	begun bool
	group []*member // had their turn, wait for the commit
}

func newWriter(db *sql.DB, now func() time.Time) *writer {
	w := &writer{db: db, now: now, queue: make(chan *member, 4*groupMembers), stop: make(chan struct{}), over: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) loop() {
	defer close(w.over)
	for {
		select {
		case m := <-w.queue:
			w.commitGroup(m)
		case <-w.stop:
			select {
			case m := <-w.queue: // what was taken is brought to its end
				w.commitGroup(m)
			default:
				w.drop()
				return
			}
		}
	}
}

// commitGroup runs first and whoever waits behind it, and commits them together.
func (w *writer) commitGroup(first *member) {
	ctx := context.Background()
	start := w.now()
	for m := first; m != nil; m = w.next(start) {
		if err := w.begin(ctx); err != nil {
			w.refuse(m, err)
			return
		}
		if !m.claim() {
			continue
		}
		if err := w.member(ctx, m); err != nil {
			w.fail(ctx, err)
			return
		}
	}
	if !w.begun {
		return
	}
	if err := w.st.run(ctx, "COMMIT"); err != nil {
		w.fail(ctx, unavailable("commit", err))
		return
	}
	w.begun = false
	w.settle(nil)
}

// next is whoever waits, as long as the group takes members.
func (w *writer) next(start time.Time) *member {
	if len(w.group) >= groupMembers || w.now().Sub(start) > groupTime {
		return nil
	}
	select {
	case m := <-w.queue:
		return m
	default:
		return nil
	}
}

func (w *writer) begin(ctx context.Context) error {
	if w.begun {
		return nil
	}
	if w.st == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return unavailable("open the database for writing", err)
		}
		w.st = newStatements(conn)
	}
	if err := w.st.run(ctx, "BEGIN IMMEDIATE"); err != nil {
		_ = w.st.take()
		return unavailable("begin", err)
	}
	w.begun = true
	return nil
}

// member gives one transaction its turn. An error of its own stays its own; the
// error that member returns is about the whole group.
func (w *writer) member(ctx context.Context, m *member) error {
	alone := len(w.group) == 0 // then rolling back the transaction is rolling back the member
	w.group = append(w.group, m)
	if !alone {
		if err := w.words(ctx, "SAVEPOINT member"); err != nil {
			return err
		}
	}
	m.turn <- w.st
	m.err = classify(<-m.ran)
	if err := w.st.take(); err != nil {
		return unavailable("write", err)
	}
	switch {
	case m.err == nil && alone:
		return nil
	case m.err == nil:
		return w.words(ctx, "RELEASE member")
	case alone:
		if err := w.words(ctx, "ROLLBACK"); err != nil {
			return err
		}
		w.begun = false
		w.settle(nil)
		return nil
	default:
		return w.words(ctx, "ROLLBACK TO member", "RELEASE member")
	}
}

func (w *writer) words(ctx context.Context, words ...string) error {
	for _, word := range words {
		if err := w.st.run(ctx, word); err != nil {
			return unavailable(word, err)
		}
	}
	return nil
}

// settle tells every member of the group how it ended.
func (w *writer) settle(err error) {
	for i, m := range w.group {
		if err != nil {
			m.done <- err
		} else {
			m.done <- m.err
		}
		w.group[i] = nil
	}
	w.group = w.group[:0]
}

// fail rolls everything back: nobody's change can be confirmed.
func (w *writer) fail(ctx context.Context, err error) {
	if w.begun {
		w.begun = false
		if back := w.st.run(ctx, "ROLLBACK"); back != nil {
			w.drop() // SQLite may have rolled back by itself; a new connection is sure to be clean
		} else {
			_ = w.st.take()
		}
	}
	w.settle(err)
}

// refuse turns away a member and all who wait behind it: the database does not
// let us begin, and each would wait as long again.
func (w *writer) refuse(m *member, err error) {
	for m != nil {
		if m.claim() {
			m.done <- err
		}
		select {
		case m = <-w.queue:
		default:
			m = nil
		}
	}
	w.settle(err)
}

// drop closes the connection for good; the next transaction opens a new one.
func (w *writer) drop() {
	if w.st == nil {
		return
	}
	_ = w.st.close() // it is of no more use, whatever it says
	w.st = nil
}

func (w *writer) close(ctx context.Context) error {
	w.stopping.Do(func() { close(w.stop) })
	select {
	case <-w.over:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close store: writes still run: %w", ctx.Err())
	}
}
