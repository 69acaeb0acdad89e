package wecomsim

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"

	"genjin/playground/sim"
)

// mount serves an API under its path, and tells those who use another method.
func (s *Server) mount(mux *http.ServeMux, api string, f apiFunc) {
	method, path, _ := strings.Cut(api, " ")
	wrong := errNeedPost
	if method == http.MethodGet {
		wrong = errNeedGet
	}
	mux.HandleFunc(path, s.gate(api, func(c *call) reply {
		if c.r.Method != method {
			return fail(wrong)
		}
		return f(c)
	}))
}

// gate does for every API what the platform's gateway does: faults and the log.
func (s *Server) gate(api string, f apiFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{r: r, api: api, query: r.URL.Query(), now: s.o.Now()}
		s.learnBase(r)
		entry := sim.Call{Method: r.Method, Path: r.URL.Path, API: api, At: c.now}
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
		rep := f(c)
		entry.Code, entry.Status = rep.err.code, max(rep.status, http.StatusOK)
		if s.cutAfter(w, c, rep) {
			entry.Status = 0
			s.Note(entry)
			return
		}
		s.Note(entry)
		s.write(w, c, rep)
	}
}

// learnBase keeps the address under which the platform is called, for the
// addresses that it hands out itself.
func (s *Server) learnBase(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.base == "" {
		s.base = "http://" + r.Host
	}
}

func (s *Server) write(w http.ResponseWriter, c *call, rep reply) {
	if rep.file != nil {
		s.writeFile(w, c, rep)
		return
	}
	out := map[string]any{"errcode": rep.err.code, "errmsg": "ok"}
	maps.Copy(out, rep.top)
	if rep.warn {
		out["errmsg"] = wrongJSON
	}
	if rep.err.msg != "" {
		out["errmsg"] = rep.err.msg
	}
	if rep.failed() {
		out["errmsg"] = rep.err.msg + ", hint: [" + newID("") + "], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query"
	}
	body, err := json.Marshal(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	s.send(w, c, max(rep.status, http.StatusOK), body)
}
