package wecomsim

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Call is one request that the platform's API has received.
type Call struct {
	Method, Path string
	API          string // method and pattern: "POST /cgi-bin/message/send"
	Status       int    // 0: the connection was cut without an answer
	Code         int    // errcode
	At           time.Time
}

// journalLimit is how many calls are remembered one by one; all are counted.
const journalLimit = 20_000

type journal struct {
	mu     sync.Mutex
	calls  []Call
	counts map[string]int
}

func (j *journal) add(c Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts = map[string]int{}
	}
	j.counts[c.API]++
	if len(j.calls) >= 2*journalLimit {
		j.calls = slices.Clone(j.calls[journalLimit:])
	}
	j.calls = append(j.calls, c)
}

// Calls counts the calls of an API, named with or without its method:
// "POST /cgi-bin/message/send", or "/cgi-bin/message/send".
func (s *Server) Calls(api string) int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	n := 0
	for name, count := range s.journal.counts {
		_, path, _ := strings.Cut(name, " ")
		if name == api || path == api {
			n += count
		}
	}
	return n
}

// Log gives the latest calls, oldest first.
func (s *Server) Log() []Call {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return slices.Clone(s.journal.calls[max(0, len(s.journal.calls)-journalLimit):])
}
