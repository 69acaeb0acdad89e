package wecomsim

import (
	"net/http"
	"net/url"
	"time"
)

const (
	// maxBody is more than any upload may have, so that the API itself refuses it.
	maxBody   = 40 << 20
	replyPath = "/cgi-bin/aibot/response"
)

// call is one request to an API.
type call struct {
	r     *http.Request
	api   string // method and path
	query url.Values
	body  []byte
	now   time.Time
}

// reply is what an API answers: an error, fields beside errcode, or a file.
type reply struct {
	err    apiError
	top    map[string]any
	file   *blob
	status int // 0: 200, as always but with faults
	warn   bool
}

// apiFunc is one API of the platform.
type apiFunc func(*call) reply

func fail(e apiError) reply           { return reply{err: e} }
func answer(top map[string]any) reply { return reply{top: top} }
func (r reply) failed() bool          { return r.err.code != 0 }
func (c *call) q(k string) string     { return c.query.Get(k) }

// routes is the URL map of the platform.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	open := map[string]apiFunc{
		"GET /cgi-bin/gettoken": s.getToken,
		"GET " + robotFilePath:  s.lent,
		"GET " + picturePath:    s.lent,
	}
	guarded := map[string]apiFunc{}
	for api, f := range open {
		s.mount(mux, api, f)
	}
	for api, f := range guarded {
		s.mount(mux, api, func(c *call) reply {
			if e := s.authorize(c); e.code != 0 {
				return fail(e)
			}
			return f(c)
		})
	}
	mux.HandleFunc("/", s.gate("unknown", func(*call) reply { return fail(errNoSuchAPI) }))
	return mux
}
