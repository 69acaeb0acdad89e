package sim

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Life is what a platform does by itself, from [NewLife] to [Life.End]: it
// answers, tries again, and tells who watches that something has changed.
type Life struct {
	now    func() time.Time
	log    *slog.Logger
	ctx    context.Context //nolint:containedctx // the life of the platform itself, ended by End
	cancel context.CancelFunc
	tasks  sync.WaitGroup

	mu       sync.Mutex
	moved    chan struct{}
	changed  chan struct{}
	onChange []func()
	revision int64
	ended    bool
}

// NewLife begins a life on the platform's clock, which only moves forward.
func NewLife(now func() time.Time, log *slog.Logger) *Life {
	ctx, cancel := context.WithCancel(context.Background())
	return &Life{now: now, log: log, ctx: ctx, cancel: cancel, moved: make(chan struct{}), changed: make(chan struct{})}
}

// Context ends with the life.
func (l *Life) Context() context.Context { return l.ctx }

// End ends what the platform does by itself; [Life.Join] waits for it.
func (l *Life) End() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.cancel()
}

// Join waits until everything that was begun has come to its end.
func (l *Life) Join() { l.tasks.Wait() }

// Background runs f unless the platform has ended.
func (l *Life) Background(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.tasks.Go(f)
	}
}

// ClockMoved tells that the platform's clock has jumped forward, so that what
// has become due is done now.
func (l *Life) ClockMoved() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.moved)
	l.moved = make(chan struct{})
}

// Passed waits until delay has passed since an instant, on the platform's clock
// or in real time; false means that the platform has ended.
func (l *Life) Passed(since time.Time, delay time.Duration) bool {
	due := since.Add(delay)
	t := time.NewTimer(delay)
	defer t.Stop()
	for {
		l.mu.Lock()
		moved := l.moved
		l.mu.Unlock()
		if !l.now().Before(due) {
			return true
		}
		select {
		case <-moved:
		case <-t.C:
			return true
		case <-l.ctx.Done():
			return false
		}
	}
}

// Wait passes time unless the caller or the platform ends; true: all of it passed.
func (l *Life) Wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-l.ctx.Done():
	}
	return false
}

// OnChange has f called, in its own time, whenever something that people see
// has changed.
func (l *Life) OnChange(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.onChange = append(l.onChange, f)
}

// Revision grows with every change that people see.
func (l *Life) Revision() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.revision
}

// Changed gives a channel that is closed at the next change that people see.
func (l *Life) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// Touch tells everybody who watches that something has changed.
func (l *Life) Touch() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.revision++
	close(l.changed)
	l.changed = make(chan struct{})
	if l.ended {
		return
	}
	for _, f := range l.onChange {
		l.tasks.Go(f)
	}
}

// Serve answers h on a free port of the loopback interface until stop is
// called, which calls end first. name is for the log.
func (l *Life) Serve(name string, h http.Handler, end func()) (base string, stop func()) {
	var lc net.ListenConfig
	ln, err := lc.Listen(l.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		l.log.ErrorContext(l.ctx, "simulated platform cannot listen", slog.String("platform", name), slog.Any("error", err))
		return "http://127.0.0.1:0", end
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			l.log.ErrorContext(l.ctx, "simulated platform ended", slog.String("platform", name), slog.Any("error", err))
		}
	}()
	var once sync.Once
	return "http://" + ln.Addr().String(), func() {
		once.Do(func() {
			end()
			_ = srv.Close()
			<-served
		})
	}
}
