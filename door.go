package main

import (
	"errors"
	"net"
	"os"
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
