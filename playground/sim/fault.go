package sim

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is a fault of a platform's own kinds, with where and how often it strikes.
type Fault[K comparable] struct {
	Kind  K
	Path  string        // prefix of the API's path; empty: every API
	Delay time.Duration // see the kinds
	Share int           // percent of the calls; 0: all
	Times int           // stops after so many strikes; 0: until cleared
}

// Pause is the fault's delay, a second where none is given.
func (f Fault[K]) Pause() time.Duration {
	if f.Delay > 0 {
		return f.Delay
	}
	return time.Second
}

// FaultBox holds the faults that are on: none in its zero value.
type FaultBox[K comparable] struct {
	mu  sync.Mutex
	all []Fault[K]
}

// SetFault switches a fault on; one of the same kind and path is replaced.
func (b *FaultBox[K]) SetFault(f Fault[K]) {
	b.ClearFault(f.Kind, f.Path)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, f)
}

// ClearFault switches one fault off.
func (b *FaultBox[K]) ClearFault(kind K, path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := b.all[:0:0]
	for _, f := range b.all {
		if f.Kind != kind || f.Path != path {
			kept = append(kept, f)
		}
	}
	b.all = kept
}

// ClearFaults switches all faults off.
func (b *FaultBox[K]) ClearFaults() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = nil
}

// Faults lists the faults that are on.
func (b *FaultBox[K]) Faults() []Fault[K] {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Fault[K]{}, b.all...)
}

// Strikes tells whether a fault strikes a call of the path now, and which.
func (b *FaultBox[K]) Strikes(kind K, path string) (Fault[K], bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, f := range b.all {
		if f.Kind != kind || !strings.HasPrefix(path, f.Path) || (f.Share > 0 && rand.IntN(100) >= f.Share) { //nolint:gosec // chance, not a secret
			continue
		}
		if f.Times > 0 {
			if b.all[i].Times--; b.all[i].Times == 0 {
				b.all = append(b.all[:i:i], b.all[i+1:]...)
			}
		}
		return f, true
	}
	return Fault[K]{}, false
}

// Cut ends the connection without an answer.
func Cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_ = conn.Close()
}

// Trickle writes a body byte by byte, with a pause behind each; a pause that
// gives false ends it.
func Trickle(w http.ResponseWriter, body []byte, pause func() bool) {
	flush := http.NewResponseController(w)
	for i := range body {
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		_ = flush.Flush()
		if !pause() {
			return
		}
	}
}
