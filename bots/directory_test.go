package bots_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"genjin/bots"
)

// TestPatiently asks a platform that is well, busy, down, wrongly set up or
// never well.
func TestPatiently(t *testing.T) {
	t.Parallel()
	busy := &bots.SendError{Code: bots.CodeLimited, Retry: true, After: 7 * time.Second}
	down := &bots.SendError{Code: bots.CodeUnavailable, Retry: true}
	setUp := &bots.SendError{Code: bots.CodeConfig, Retry: true, After: time.Second}
	refused := &bots.SendError{Code: bots.CodeRefused}
	long := &bots.SendError{Code: bots.CodeLimited, Retry: true, After: time.Hour}
	other := errors.New("no platform's")
	for name, c := range map[string]struct {
		answers []error
		want    error
		asked   int
		took    time.Duration
	}{
		"well":             {[]error{nil}, nil, 1, 0},
		"busy for once":    {[]error{busy, nil}, nil, 2, 7 * time.Second},
		"down for a while": {[]error{down, down, nil}, nil, 3, 600 * time.Millisecond},
		"never well":       {[]error{down, down, down, down, down}, down, 4, 1400 * time.Millisecond},
		"wrongly set up":   {[]error{setUp, nil}, setUp, 1, 0},
		"refused":          {[]error{refused, nil}, refused, 1, 0},
		"busy for long":    {[]error{long, nil}, long, 1, 0},
		"another error":    {[]error{other, nil}, other, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked, began := 0, time.Now()
				err := bots.Patiently(t.Context(), 4, func(context.Context) error {
					asked++
					return c.answers[asked-1]
				})
				if !errors.Is(err, c.want) || asked != c.asked || time.Since(began) != c.took {
					t.Errorf("asked %d times in %v: %v; want %d in %v: %v", asked, time.Since(began), err, c.asked, c.took, c.want)
				}
			})
		})
	}
	t.Run("given up", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		err := bots.Patiently(ctx, 9, func(context.Context) error { cancel(); return busy })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, busy) {
			t.Errorf("got %v", err)
		}
	})
}
