package store

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

// The places of a member of a group.
const (
	memberWaits int32 = iota + 1
	memberRuns
	memberGone // its caller left before its turn
)

// member is one transaction on its way through the writer. Its closure runs on
// the caller's goroutine while the writer waits, so that a panic or a test's
// FailNow is the caller's own.
type member struct {
	place atomic.Int32
	turn  chan *statements // the writer: go
	ran   chan error       // the caller: my closure came to its end
	done  chan error       // the writer: committed, or why not
	err   error            // of the closure, kept until the commit is known
}

func newMember() *member {
	m := &member{turn: make(chan *statements, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	m.place.Store(memberWaits)
	return m
}

// claim is the writer's: false when the caller has left.
func (m *member) claim() bool { return m.place.CompareAndSwap(memberWaits, memberRuns) }

// leave is the caller's: false when the writer was faster.
func (m *member) leave() bool { return m.place.CompareAndSwap(memberWaits, memberGone) }

// protect runs fn and reports how it ended, whatever way that is.
func protect(fn func() error, report func(error)) {
	err := errLeft
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrPanicked, p, debug.Stack())
		}
		report(err)
	}()
	err = fn()
}

// protected is protect for callers that stay.
func protected(fn func() error) (err error) {
	protect(fn, func(e error) { err = e })
	return err
}

// do brings one transaction through the writer.
func (w *writer) do(ctx context.Context, run func(*statements) error) error {
	m := newMember()
	select {
	case w.queue <- m:
	case <-ctx.Done():
		return unavailable("wait for the writer", ctx.Err())
	case <-w.stop:
		return unavailable("the store is closed", nil)
	}
	st, err := w.await(ctx, m)
	if err != nil {
		return err
	}
	protect(func() error { return run(st) }, func(err error) { m.ran <- err })
	return <-m.done
}

// await waits for a member's turn. A caller that gives up leaves the queue,
// unless the writer was faster.
func (w *writer) await(ctx context.Context, m *member) (*statements, error) {
	select {
	case st := <-m.turn:
		return st, nil
	case err := <-m.done:
		return nil, err
	case <-ctx.Done():
		if m.leave() {
			return nil, unavailable("wait for the writer", ctx.Err())
		}
	case <-w.over:
		if m.leave() {
			return nil, unavailable("the store is closed", nil)
		}
	}
	select {
	case st := <-m.turn:
		return st, nil
	case err := <-m.done:
		return nil, err
	}
}
