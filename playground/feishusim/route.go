package feishusim

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"genjin/playground/sim"
)

// maxBody is more than any upload may have, so that the API itself refuses it.
const maxBody = 40 << 20

// call is one request to an API.
type call struct {
	r     *http.Request
	api   string // method and pattern, the unit of rate limits and of counting
	logID string
	body  []byte
	now   time.Time
}

// reply is what an API answers: an error, data, fields beside the code, or a file.
type reply struct {
	err  apiError
	data any
	top  map[string]any
	file *blob
	wait int // seconds, for x-ogw-ratelimit-reset
}

// apiFunc is one API of the platform.
type apiFunc func(*call) reply

func fail(e apiError) reply       { return reply{err: e} }
func answer(data any) reply       { return reply{data: data} }
func (r reply) failed() bool      { return r.err.code != 0 }
func (c *call) q(k string) string { return c.r.URL.Query().Get(k) }

// routes is the URL map of the platform.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	open := map[string]apiFunc{
		"POST /open-apis/auth/v3/tenant_access_token/internal": s.tenantToken,
		"POST /callback/ws/endpoint":                           s.socketEndpoint,
	}
	guarded := map[string]apiFunc{
		"GET /open-apis/bot/v3/info":                          s.botInfo,
		"POST /open-apis/im/v1/messages":                      s.sendMessage,
		"GET /open-apis/im/v1/messages":                       s.listMessages,
		"POST /open-apis/im/v1/messages/{id}/reply":           s.replyMessage,
		"GET /open-apis/im/v1/messages/{id}":                  s.getMessage,
		"PATCH /open-apis/im/v1/messages/{id}":                s.patchMessage,
		"PUT /open-apis/im/v1/messages/{id}":                  s.editMessage,
		"DELETE /open-apis/im/v1/messages/{id}":               s.deleteMessage,
		"PATCH /open-apis/im/v1/messages/{id}/urgent_app":     s.urgentApp,
		"GET /open-apis/im/v1/messages/{id}/resources/{key}":  s.messageResource,
		"POST /open-apis/im/v1/files":                         s.uploadFile,
		"GET /open-apis/im/v1/files/{key}":                    s.ownResource,
		"POST /open-apis/im/v1/images":                        s.uploadImage,
		"GET /open-apis/im/v1/images/{key}":                   s.ownResource,
		"GET /open-apis/im/v1/chats":                          s.listChats,
		"POST /open-apis/im/v1/chats":                         s.createChat,
		"GET /open-apis/im/v1/chats/{id}":                     s.getChat,
		"GET /open-apis/im/v1/chats/{id}/members":             s.chatMembers,
		"POST /open-apis/im/v1/chats/{id}/members":            s.addMembers,
		"GET /open-apis/contact/v3/scopes":                    s.contactScopes,
		"GET /open-apis/contact/v3/users/{id}":                s.getUser,
		"GET /open-apis/contact/v3/users/batch":               s.batchUsers,
		"POST /open-apis/contact/v3/users/batch_get_id":       s.userIDs,
		"GET /open-apis/contact/v3/users/find_by_department":  s.departmentUsers,
		"GET /open-apis/contact/v3/departments":               s.listDepartments,
		"GET /open-apis/contact/v3/departments/{id}":          s.getDepartment,
		"GET /open-apis/contact/v3/departments/{id}/children": s.childDepartments,
		"POST /open-apis/interactive/v1/card/update":          s.delayedUpdate,
		"POST /open-apis/ephemeral/v1/send":                   s.ephemeralCard,
	}
	for pattern, f := range open {
		mux.HandleFunc(pattern, s.gate(pattern, f, false))
	}
	for pattern, f := range guarded {
		mux.HandleFunc(pattern, s.gate(pattern, f, true))
	}
	mux.HandleFunc("GET "+socketPath, s.serveSocket)
	mux.HandleFunc("/", s.gate("unknown", func(*call) reply { return fail(errNoSuchAPI) }, false))
	return mux
}

// ServeHTTP is the Open Platform's API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// gate does for every API what the platform's gateway does: faults, identity,
// limits, the log.
func (s *Server) gate(api string, f apiFunc, guarded bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{r: r, api: api, logID: newID(""), now: s.o.Now()}
		w.Header().Set("X-Tt-Logid", c.logID)
		entry := sim.Call{Method: r.Method, Path: r.URL.Path, API: api, At: c.now, LogID: c.logID}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			entry.Status = http.StatusRequestEntityTooLarge
			s.Note(entry)
			http.Error(w, "request entity too large", entry.Status)
			return
		}
		c.body = body
		if s.obstruct(w, c, &entry) {
			s.Note(entry)
			return
		}
		rep := s.decide(c, f, guarded)
		entry.Code, entry.Status = rep.err.code, max(rep.err.status, http.StatusOK)
		if s.cutAfter(w, c, rep) {
			entry.Status = 0
			s.Note(entry)
			return
		}
		s.Note(entry)
		s.write(w, c, rep)
	}
}

// decide checks who calls and how often, then lets the API answer.
func (s *Server) decide(c *call, f apiFunc, guarded bool) reply {
	if guarded {
		if e := s.authorize(c); e.code != 0 {
			return fail(e)
		}
		if !s.o.NoLimits {
			if wait := s.limits.api(c.api); wait > 0 {
				return reply{err: errTooFast, wait: wait}
			}
		}
	}
	return f(c)
}

func (s *Server) write(w http.ResponseWriter, c *call, rep reply) {
	if rep.file != nil {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(rep.file.name, `"`, "")+`"`)
		s.send(w, c, http.StatusOK, rep.file.data)
		return
	}
	out := map[string]any{"code": rep.err.code, "msg": "success"}
	maps.Copy(out, rep.top)
	if rep.data != nil {
		out["data"] = rep.data
	}
	if rep.failed() {
		out["msg"] = rep.err.msg
		out["error"] = map[string]any{"log_id": c.logID, "troubleshooter": "see the simulator's log"}
	}
	if rep.wait > 0 {
		w.Header().Set("x-ogw-ratelimit-limit", strconv.Itoa(apiPerSecond))
		w.Header().Set("x-ogw-ratelimit-reset", strconv.Itoa(rep.wait))
	}
	body, err := json.Marshal(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	s.send(w, c, max(rep.err.status, http.StatusOK), body)
}

// decode reads a JSON body strictly enough to notice trailing garbage.
func (c *call) decode(into any) bool {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	if err := dec.Decode(into); err != nil {
		return false
	}
	_, err := dec.Token()
	return err == io.EOF
}
