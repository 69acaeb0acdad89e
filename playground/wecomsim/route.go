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
	part   byteRange // of the file
	status int       // 0: 200, as always but with faults
	warn   bool      // a field had the wrong type: "ok", and nothing done
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
		"GET /cgi-bin/gettoken":              s.getToken,
		"POST /cgi-bin/webhook/send":         s.sendByRobot,
		"POST /cgi-bin/webhook/upload_media": s.uploadRobotMedia,
		"POST " + replyPath:                  s.answerByBot,
		"GET " + robotFilePath:               s.lent,
		"GET " + picturePath:                 s.lent,
	}
	guarded := map[string]apiFunc{
		"POST /cgi-bin/message/send":                 s.sendMessage,
		"POST /cgi-bin/message/update_template_card": s.updateCard,
		"POST /cgi-bin/message/recall":               s.recall,
		"POST /cgi-bin/media/upload":                 s.uploadMedia,
		"GET /cgi-bin/media/get":                     s.getMedia,
		"GET /cgi-bin/user/get":                      s.getUser,
		"GET /cgi-bin/user/simplelist":               s.listUsers(false),
		"GET /cgi-bin/user/list":                     s.listUsers(true),
		"POST /cgi-bin/user/list_id":                 s.listUserIDs,
		"GET /cgi-bin/department/list":               s.listDepartments(false),
		"GET /cgi-bin/department/simplelist":         s.listDepartments(true),
		"GET /cgi-bin/department/get":                s.getDepartment,
		"GET /cgi-bin/auth/getuserinfo":              s.oauthUser("userid"),
		"GET /cgi-bin/user/getuserinfo":              s.oauthUser("UserId"),
		"POST /cgi-bin/appchat/create":               s.createChat,
		"POST /cgi-bin/appchat/update":               s.updateChat,
		"GET /cgi-bin/appchat/get":                   s.getChat,
		"POST /cgi-bin/appchat/send":                 s.sendToChat,
		"GET /cgi-bin/getcallbackip":                 s.callbackIPs,
		"GET /cgi-bin/agent/get":                     s.getAgent,
	}
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
