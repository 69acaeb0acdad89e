package feishu

import (
	"context"
	"sync"
)

// keyed is a set of locks by name; a lock nobody holds takes no room.
type keyed struct {
	mu    sync.Mutex
	locks map[string]*keyedLock
}

type keyedLock struct {
	turn  chan struct{} // holds one token while the lock is free
	users int
}

// lock waits for the lock of a name and returns how to let go of it.
func (k *keyed) lock(ctx context.Context, name string) (unlock func(), err error) {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]*keyedLock{}
	}
	l := k.locks[name]
	if l == nil {
		l = &keyedLock{turn: make(chan struct{}, 1)}
		l.turn <- struct{}{}
		k.locks[name] = l
	}
	l.users++
	k.mu.Unlock()
	select {
	case <-l.turn:
		return func() {
			l.turn <- struct{}{}
			k.leave(name, l)
		}, nil
	case <-ctx.Done():
		k.leave(name, l)
		return nil, ctx.Err()
	}
}

func (k *keyed) leave(name string, l *keyedLock) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(k.locks, name)
	}
}
