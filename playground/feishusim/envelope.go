package feishusim

import (
	"encoding/json"
	"strconv"
	"time"
)

// Header fields of an envelope, for [Server.Envelope]. What is left empty is
// filled in as the platform would.
type Header struct {
	EventID   string
	AppID     string
	TenantKey string
	Token     string
	CreateAt  time.Time
	Micros    bool // create_time in microseconds, as card callbacks have it
	V1        bool // the old envelope: uuid, ts, type event_callback
}

// Envelope wraps an event of the given type as the platform does, in clear.
func (s *Server) Envelope(event any, kind string, h Header) []byte {
	h = s.filled(h)
	var out any
	if h.V1 {
		out = map[string]any{
			"ts":   strconv.FormatInt(h.CreateAt.Unix(), 10) + "." + strconv.Itoa(h.CreateAt.Nanosecond()/100),
			"uuid": h.EventID, "token": h.Token, "type": "event_callback", "event": event,
		}
	} else {
		created := millis(h.CreateAt)
		if h.Micros {
			created = strconv.FormatInt(h.CreateAt.UnixMicro(), 10)
		}
		out = map[string]any{
			"schema": "2.0",
			"header": map[string]any{
				"event_id": h.EventID, "event_type": kind, "create_time": created,
				"token": h.Token, "app_id": h.AppID, "tenant_key": h.TenantKey,
			},
			"event": event,
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return []byte("null")
	}
	return b
}

func (s *Server) filled(h Header) Header {
	if h.EventID == "" {
		h.EventID = newID("")
	}
	if h.AppID == "" {
		h.AppID = s.o.AppID
	}
	if h.TenantKey == "" {
		h.TenantKey = s.o.TenantKey
	}
	if h.Token == "" {
		h.Token = s.o.VerificationToken
	}
	if h.CreateAt.IsZero() {
		h.CreateAt = s.o.Now()
	}
	return h
}
