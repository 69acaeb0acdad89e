package wecomsim

import (
	"net/http"
	"time"

	"genjin/playground/sim"
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

// Fault is one of them with where and how often it strikes.
type Fault = sim.Fault[FaultKind]

// obstruct lets the API's faults strike before the call is looked at; true
// means that it is over.
func (s *Server) obstruct(w http.ResponseWriter, c *call, entry *sim.Call) bool {
	path := c.r.URL.Path
	if f, ok := s.Strikes(FaultSlow, path); ok {
		s.Wait(c.r, f.Pause())
	}
	if _, down := s.Strikes(FaultDown, path); down {
		sim.Cut(w)
		return true
	}
	if _, deaf := s.Strikes(FaultBlackHole, path); deaf {
		s.Wait(c.r, 24*time.Hour)
		sim.Cut(w)
		return true
	}
	for _, f := range instead {
		if _, ok := s.Strikes(f.kind, path); !ok {
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
	if rep.failed() {
		return false
	}
	_, lost := s.Strikes(FaultResetAfterAccept, c.r.URL.Path)
	if lost {
		sim.Cut(w)
	}
	return lost
}

// send writes the answer, in one go or byte by byte.
func (s *Server) send(w http.ResponseWriter, c *call, status int, body []byte) {
	w.WriteHeader(status)
	f, slowly := s.Strikes(FaultTrickle, c.r.URL.Path)
	if !slowly {
		_, _ = w.Write(body)
		return
	}
	sim.Trickle(w, body, func() bool { return s.Wait(c.r, f.Pause()) })
}
