package feishusim

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
	FaultRateLimit                             // 429 with x-ogw-ratelimit-reset of Delay (1 s)
	FaultRateLimitBare                         // 429 without a header
	FaultRateLimitOld                          // 400 with code 99991400, as older APIs do
	FaultSlow                                  // the answer takes Delay (1 s)
	FaultTrickle                               // the answer comes byte by byte, Delay (1 s) apart
	FaultResetAfterAccept                      // the call is done, then the connection is cut without an answer
	FaultRefuseCards                           // every card is refused with 230099
	FaultNoScope                               // the app lacks the scope: 99991672
	FaultDropEvents                            // events and clicks never reach the hub
	FaultDuplicatePush                         // after success the event comes again: same message, new event id
	FaultReorder                               // every second event is overtaken by the next one
	FaultHalfOpen                              // long connections stand but carry nothing
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
	for kind, e := range statusFaults {
		f, ok := s.Strikes(kind, path)
		if !ok {
			continue
		}
		entry.Status, entry.Code = e.status, e.code
		if e.code == 0 {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(e.status)
			_, _ = w.Write([]byte(e.msg))
			return true
		}
		rep := fail(e)
		if kind == FaultRateLimit {
			rep.wait = int((f.Pause() + time.Second - 1) / time.Second)
		}
		s.write(w, c, rep)
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
