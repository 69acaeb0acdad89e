package wecomsim

import (
	"strings"
	"time"
)

const tokenLife = 2 * time.Hour

// getToken gives the app's access token: the same one until it ends.
func (s *Server) getToken(c *call) reply {
	switch {
	case c.q("corpid") == "":
		return fail(errNoCorpID)
	case c.q("corpsecret") == "":
		return fail(errNoSecret)
	case c.q("corpid") != s.o.CorpID:
		return fail(errCorpID)
	case c.q("corpsecret") != s.o.Secret:
		return fail(errSecret)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if end, ok := s.tokens[s.token]; !ok || !c.now.Before(end) {
		s.token = newID("tok-")
		s.tokens[s.token] = c.now.Add(tokenLife)
	}
	left := int(s.tokens[s.token].Sub(c.now) / time.Second)
	return answer(map[string]any{"access_token": s.token, "expires_in": left})
}

// ExpireTokens ends all access tokens before their time. With garbage the
// platform does not even know them any more: 40014 instead of 42001.
func (s *Server) ExpireTokens(garbage bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
	for t := range s.tokens {
		s.tokens[t] = time.Time{}
	}
	if garbage {
		s.tokens = map[string]time.Time{}
	}
}

// authorize checks who calls.
func (s *Server) authorize(c *call) apiError {
	token := strings.TrimSpace(c.q("access_token"))
	s.mu.Lock()
	defer s.mu.Unlock()
	end, known := s.tokens[token]
	switch {
	case token == "":
		return errNoToken
	case !known:
		return errToken
	case !c.now.Before(end):
		return errExpired
	}
	return apiError{}
}
