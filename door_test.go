package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestDoorLetsInWhoStandsBeforeIt: connections that were made before the door was
// shut are taken, though nobody had asked for them yet.
func TestDoorLetsInWhoStandsBeforeIt(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := door{l.(*net.TCPListener)} //nolint:forcetypeassert // asked for tcp
	const waiting = 20
	for range waiting {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close() //nolint:errcheck // a test's own
	}
	d.shut(time.Now())
	for i := range waiting {
		c, err := d.Accept()
		if err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
		_ = c.Close()
	}
	if _, err := d.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the door is open: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if c, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("somebody came in after that")
	}
}

// TestWhoIsInsideIsAnswered: a connection whose request comes only when the server
// is stopping is heard and answered.
func TestWhoIsInsideIsAnswered(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var inside visitors
	srv := &http.Server{ConnState: inside.note, ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })}
	served := make(chan error, 1)
	d := door{l.(*net.TCPListener)} //nolint:forcetypeassert // asked for tcp
	go func() { served <- srv.Serve(d) }()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // a test's own
	d.shut(time.Now())
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() {
		inside.leave(t.Context(), srv)
		stopped <- srv.Shutdown(t.Context())
	}()
	time.Sleep(20 * time.Millisecond) // it is waiting by now
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("hung up on: %v", err)
	}
	_ = resp.Body.Close()
	if err := <-stopped; err != nil || resp.StatusCode != http.StatusNoContent || !resp.Close {
		t.Errorf("status %d, closing %t, %v", resp.StatusCode, resp.Close, err)
	}
}
