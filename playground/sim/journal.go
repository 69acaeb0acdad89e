package sim

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
	Code         int    // the platform's own; 0 is success
	At           time.Time
	LogID        string // where the platform gives one
}

// journalLimit is how many calls are remembered one by one; all are counted.
const journalLimit = 20_000

// Journal remembers the calls of an API. Its zero value is empty.
type Journal struct {
	mu     sync.Mutex
	calls  []Call
	counts map[string]int
}

// Note adds a call.
func (j *Journal) Note(c Call) {
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
func (j *Journal) Calls(api string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for name, count := range j.counts {
		_, path, _ := strings.Cut(name, " ")
		if name == api || path == api {
			n += count
		}
	}
	return n
}

// Log gives the latest calls, oldest first.
func (j *Journal) Log() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.calls[max(0, len(j.calls)-journalLimit):])
}
