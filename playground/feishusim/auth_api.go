package feishusim

import (
	"strings"
	"time"
)

const (
	tokenLife  = 2 * time.Hour
	tokenRenew = 30 * time.Minute // with more than this left the same token is given again
)

// tenantToken hands out the app's token: the same one while at least half an
// hour of it is left, then a new one beside it.
func (s *Server) tenantToken(c *call) reply {
	var in struct {
		AppID     string `json:"app_id"`
		AppSecret string `json:"app_secret"`
	}
	switch {
	case !c.decode(&in):
		return fail(errFields)
	case in.AppID != s.o.AppID:
		return fail(errAppID)
	case in.AppSecret != s.o.AppSecret:
		return fail(errSecret)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.tokens[s.token].Sub(c.now)
	if left < tokenRenew {
		for t, end := range s.tokens {
			if !end.After(c.now) {
				delete(s.tokens, t)
			}
		}
		s.token, left = newID("t-"), tokenLife
		s.tokens[s.token] = c.now.Add(left)
	}
	return reply{top: map[string]any{"msg": "ok", "tenant_access_token": s.token, "expire": int(left / time.Second)}}
}

// authorize checks the tenant token of a call.
func (s *Server) authorize(c *call) apiError {
	head := c.r.Header.Get("Authorization")
	token, bearer := strings.CutPrefix(head, "Bearer ")
	switch {
	case head == "" || !bearer || token == "":
		return errNoToken
	case !strings.HasPrefix(token, "t-") && !strings.HasPrefix(token, "u-"):
		return errTokenKind
	}
	s.mu.Lock()
	end, known := s.tokens[token]
	s.mu.Unlock()
	if !known || !end.After(c.now) {
		return errTokenInvalid
	}
	if _, on := s.Strikes(FaultNoScope, c.r.URL.Path); on {
		return errNoScope
	}
	return apiError{}
}

// TokenRevoke makes every tenant token invalid at once.
func (s *Server) TokenRevoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
	clear(s.tokens)
}

func (s *Server) botInfo(*call) reply {
	return reply{top: map[string]any{"msg": "ok", "bot": map[string]any{
		"activate_status": 2, "app_name": s.o.BotName, "avatar_url": "", "ip_white_list": []string{}, "open_id": s.o.BotOpenID,
	}}}
}
