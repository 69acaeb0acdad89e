package wecomsim

import (
	"log/slog"
	"net/url"
)

// pressesLimit is how many pressed buttons are remembered.
const pressesLimit = 500

// Press is a button that a person pressed, with the push that tells of it.
type Press struct {
	ID     int    // counts up from 1
	Button string // what stands on it
	Bot    bool   // told to the callback of the 智能机器人
	Query  url.Values
	Body   []byte
}

// pressed is a button that was pressed.
type pressed struct {
	id     int
	button string
	d      *delivery
}

func (s *Server) notePressLocked(button string, d *delivery) {
	id := 1
	if n := len(s.pressed); n > 0 {
		id = s.pressed[n-1].id + 1
	}
	s.pressed = append(s.pressed, pressed{id, button, d})
	if n := len(s.pressed); n > pressesLimit {
		s.pressed = s.pressed[n-pressesLimit:]
	}
}

// Presses gives the buttons that were pressed after the one with this id, oldest
// first.
func (s *Server) Presses(after int) []Press {
	s.mu.Lock()
	all := s.pressed
	s.mu.Unlock()
	var out []Press
	for _, p := range all {
		if p.id <= after {
			continue
		}
		query, body, err := s.sealed(p.d.to, p.d.plain)
		if err != nil {
			s.log.ErrorContext(s.Context(), "cannot seal", slog.Any("error", err))
			continue
		}
		out = append(out, Press{ID: p.id, Button: p.button, Bot: p.d.to == inletBot, Query: query, Body: body})
	}
	return out
}
