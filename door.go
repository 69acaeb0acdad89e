package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// lastCall is how long a door that is being shut still lets people in.
const lastCall = 250 * time.Millisecond

// door is a listener that lets in who stands before it when it is shut. To close
// it at once would break off connections that the system has taken for us, and
// that nobody has heard yet.
type door struct{ *net.TCPListener }

// shut begins the last call.
func (d door) shut(now time.Time) { _ = d.SetDeadline(now.Add(lastCall)) }

// Accept implements [net.Listener]. After the last call it gives [net.ErrClosed].
func (d door) Accept() (net.Conn, error) {
	c, err := d.TCPListener.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errors.Join(net.ErrClosed, d.Close())
	}
	return c, err
}

// visitors are the connections that a server has, by its [http.Server.ConnState].
type visitors struct{ n atomic.Int64 }

func (v *visitors) note(_ net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		v.n.Add(1)
	case http.StateClosed, http.StateHijacked:
		v.n.Add(-1)
	case http.StateActive, http.StateIdle: // still inside
	}
}

// leave has everybody answered and gone, or ends with ctx. [http.Server.Shutdown]
// hangs up on who is just being heard for the first time: it comes after this.
func (v *visitors) leave(ctx context.Context, srv *http.Server) {
	srv.SetKeepAlivesEnabled(false) // nobody stays behind their answer
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	for v.n.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
