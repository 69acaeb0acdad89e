package main

import (
	"context"
	"errors"
	"net"
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
