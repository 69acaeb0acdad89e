package wecomsim

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// FaultKind is something that can go wrong with the platform.
type FaultKind int

// The faults. Those of the API take a path; the others ignore it.
const (
	FaultDown             FaultKind = iota + 1 // the connection is cut before anything happens
	FaultBlackHole                             // no answer until the caller gives up
	FaultHTTP500                               // 500 with a JSON error
	FaultHTML502                               // 502 with a page of HTML
	FaultHTTP504                               // 504 with nothing
	FaultRateLimit                             // errcode 45009
	FaultConcurrency                           // errcode 45033
	FaultBusy                                  // errcode -1
	FaultSlow                                  // the answer takes Delay (1 s)
	FaultTrickle                               // the answer comes byte by byte, Delay (1 s) apart
	FaultResetAfterAccept                      // the call is done, then the connection is cut without an answer
	FaultRefuseCards                           // every card is refused with 42045
	FaultNoRight                               // the app may not call the API: 48002
	FaultBadIP                                 // the caller's address is not trusted: 60020
	FaultWrongJSON                             // errcode 0 with a warning, and nothing happens
	FaultDropEvents                            // callbacks never reach the hub
	FaultDuplicatePush                         // after success the same callback comes again
	FaultReorder                               // every second callback is overtaken by the next one
)

// Fault is a fault with where and how often it strikes.
type Fault struct {
	Kind  FaultKind
	Path  string        // prefix of the API's path; empty: every API
	Delay time.Duration // see the kinds
	Share int           // percent of the calls; 0: all
	Times int           // stops after so many strikes; 0: until cleared
}

type faultBox struct {
	mu  sync.Mutex
	all []*Fault
}

// SetFault switches a fault on; one of the same kind and path is replaced.
func (s *Server) SetFault(f Fault) {
	s.ClearFault(f.Kind, f.Path)
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.all = append(s.faults.all, &f)
}

// ClearFault switches one fault off.
func (s *Server) ClearFault(kind FaultKind, path string) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	kept := s.faults.all[:0:0]
	for _, f := range s.faults.all {
		if f.Kind != kind || f.Path != path {
			kept = append(kept, f)
		}
	}
	s.faults.all = kept
}

// ClearFaults switches all faults off.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.all = nil
}

// Faults lists the faults that are on.
func (s *Server) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	all := make([]Fault, 0, len(s.faults.all))
	for _, f := range s.faults.all {
		all = append(all, *f)
	}
	return all
}

// hit tells whether a fault strikes now.
func (b *faultBox) hit(kind FaultKind, path string) *Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, f := range b.all {
		if f.Kind != kind || !strings.HasPrefix(path, f.Path) || (f.Share > 0 && rand.IntN(100) >= f.Share) { //nolint:gosec // chance, not a secret
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				b.all = append(b.all[:i:i], b.all[i+1:]...)
			}
		}
		return f
	}
	return nil
}

func (f *Fault) delay() time.Duration {
	if f.Delay > 0 {
		return f.Delay
	}
	return time.Second
}

// obstruct lets the API's faults strike before the call is looked at; true
// means that it is over.
func (s *Server) obstruct(w http.ResponseWriter, c *call, entry *Call) bool {
	path := c.r.URL.Path
	if f := s.faults.hit(FaultSlow, path); f != nil {
		s.wait(c.r, f.delay())
	}
	switch {
	case s.faults.hit(FaultDown, path) != nil:
		cut(w)
		return true
	case s.faults.hit(FaultBlackHole, path) != nil:
		s.wait(c.r, 24*time.Hour)
		cut(w)
		return true
	}
	for _, f := range instead {
		if s.faults.hit(f.kind, path) == nil {
			continue
		}
		entry.Status, entry.Code = max(f.status, http.StatusOK), f.err.code
		if f.status == 0 || f.err.code != 0 {
			s.write(w, c, reply{err: f.err, status: f.status})
			return true
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(f.err.msg))
		return true
	}
	return false
}

// cutAfter loses the answer of a call that has been done.
func (s *Server) cutAfter(w http.ResponseWriter, c *call, rep reply) bool {
	if rep.failed() || s.faults.hit(FaultResetAfterAccept, c.r.URL.Path) == nil {
		return false
	}
	cut(w)
	return true
}

// send writes the answer, in one go or byte by byte.
func (s *Server) send(w http.ResponseWriter, c *call, status int, body []byte) {
	w.WriteHeader(status)
	f := s.faults.hit(FaultTrickle, c.r.URL.Path)
	if f == nil {
		_, _ = w.Write(body)
		return
	}
	flush := http.NewResponseController(w)
	for i := range body {
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		_ = flush.Flush()
		if !s.wait(c.r, f.delay()) {
			return
		}
	}
}

// wait passes time unless the caller or the platform ends; true: all of it passed.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_ = conn.Close()
}
