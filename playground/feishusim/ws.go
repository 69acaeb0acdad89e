package feishusim

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"genjin/playground/sim"
)

const (
	socketPath   = "/simulated/ws"
	maxSockets   = 50
	pingSeconds  = 120
	serviceID    = 33554678
	socketBuffer = 64
)

var errSocketGone = errors.New("the long connection ended before the answer")

// socketPool holds the long connections of the app.
type socketPool struct {
	mu      sync.Mutex
	all     []*socket
	tickets map[string]bool
}

// socket is one long connection.
type socket struct {
	conn    *websocket.Conn
	write   sync.Mutex
	mu      sync.Mutex
	waiting map[string]chan []byte // payloads of answers, by message id
	gone    chan struct{}
}

// socketAnswer is what a client says about a frame.
type socketAnswer struct {
	Code int    `json:"code"`
	Data []byte `json:"data"`
}

// clientConfig is what the platform tells its clients about themselves.
func clientConfig() map[string]int {
	return map[string]int{"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 1, "PingInterval": pingSeconds}
}

// socketEndpoint tells a client where to connect to.
func (s *Server) socketEndpoint(c *call) reply {
	var in struct {
		AppID     string `json:"AppID"`
		AppSecret string `json:"AppSecret"`
	}
	switch {
	case !c.decode(&in):
		return fail(errFields)
	case in.AppID != s.o.AppID || in.AppSecret != s.o.AppSecret:
		return fail(apiError{http.StatusOK, 1000040345, "app_id or app_secret is invalid"})
	}
	ticket := newID("")
	s.sockets.mu.Lock()
	if s.sockets.tickets == nil {
		s.sockets.tickets = map[string]bool{}
	}
	s.sockets.tickets[ticket] = true
	s.sockets.mu.Unlock()
	q := url.Values{"device_id": {newID("")}, "service_id": {strconv.Itoa(serviceID)}, "access_key": {ticket}}
	scheme := "ws"
	if c.r.TLS != nil {
		scheme = "wss"
	}
	return answer(map[string]any{
		"URL": scheme + "://" + c.r.Host + socketPath + "?" + q.Encode(), "ClientConfig": clientConfig(),
	})
}

// serveSocket is the long connection itself.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.Note(sim.Call{Method: r.Method, Path: socketPath, API: "GET " + socketPath, At: s.o.Now(), Status: http.StatusSwitchingProtocols})
	refuse := func(status, authCode int, msg string) {
		w.Header().Set("Handshake-Status", strconv.Itoa(status))
		w.Header().Set("Handshake-Msg", msg)
		w.Header().Set("Handshake-Autherrcode", strconv.Itoa(authCode))
		w.WriteHeader(http.StatusBadRequest)
	}
	ticket := r.URL.Query().Get("access_key")
	s.sockets.mu.Lock()
	known, full := s.sockets.tickets[ticket], len(s.sockets.all) >= maxSockets
	delete(s.sockets.tickets, ticket)
	s.sockets.mu.Unlock()
	switch {
	case !known:
		refuse(http.StatusForbidden, 0, "forbidden")
		return
	case full:
		refuse(514, 1000040350, "the number of connections exceeded the limit")
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{conn: conn, waiting: map[string]chan []byte{}, gone: make(chan struct{})}
	s.sockets.mu.Lock()
	s.sockets.all = append(s.sockets.all, k)
	s.sockets.mu.Unlock()
	s.changedSockets()
	k.listen(s)
	s.sockets.mu.Lock()
	s.sockets.all = slices.DeleteFunc(s.sockets.all, func(o *socket) bool { return o == k })
	s.sockets.mu.Unlock()
	close(k.gone)
	_ = conn.Close()
	s.changedSockets()
}

func (s *Server) changedSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Touch()
}

// listen reads frames until the connection ends.
func (k *socket) listen(s *Server) {
	for {
		_, raw, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		f, err := decodeFrame(raw)
		if _, deaf := s.Strikes(FaultHalfOpen, ""); err != nil || deaf {
			continue
		}
		if f.method == methodControl && f.header("type") == "ping" {
			config, _ := json.Marshal(clientConfig()) //nolint:errchkjson // a map of numbers always marshals
			k.send(&frame{service: f.service, method: methodControl, headers: [][2]string{{"type", "pong"}}, payload: config})
			continue
		}
		k.mu.Lock()
		waiting := k.waiting[f.header("message_id")]
		k.mu.Unlock()
		if waiting != nil {
			select {
			case waiting <- f.payload:
			default:
			}
		}
	}
}

func (k *socket) send(f *frame) {
	k.write.Lock()
	defer k.write.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(pushLimit))
	_ = k.conn.WriteMessage(websocket.BinaryMessage, f.encode()) // a dead connection shows in listen
}

// count is how many connections stand.
func (p *socketPool) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// push hands an event to one connection, whichever, and waits for its answer.
func (p *socketPool) push(ctx context.Context, s *Server, payload []byte) (status int, body []byte, err error) {
	p.mu.Lock()
	if len(p.all) == 0 {
		p.mu.Unlock()
		return 0, nil, errSocketGone
	}
	k := p.all[rand.IntN(len(p.all))] //nolint:gosec // chance, not a secret
	p.mu.Unlock()
	id := newID("")
	answers := make(chan []byte, 1)
	k.mu.Lock()
	k.waiting[id] = answers
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		delete(k.waiting, id)
		k.mu.Unlock()
	}()
	if _, deaf := s.Strikes(FaultHalfOpen, ""); !deaf {
		for _, f := range split(id, payload, s.o.FrameBytes) {
			k.send(f)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, pushLimit)
	defer cancel()
	select {
	case raw := <-answers:
		return readAnswer(raw)
	case <-k.gone:
		return 0, nil, errSocketGone
	case <-ctx.Done():
		return 0, nil, ctx.Err() //nolint:wrapcheck // asTimeout looks for the deadline itself
	}
}

// readAnswer gives the code and the data of a client's answer.
func readAnswer(raw []byte) (status int, body []byte, err error) {
	var a socketAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		return http.StatusInternalServerError, raw, nil //nolint:nilerr // an unreadable answer counts as a failed one
	}
	if len(a.Data) == 0 {
		a.Data = []byte("{}")
	}
	return a.Code, a.Data, nil
}

// split cuts a payload into frames of at most size bytes (0: one frame).
func split(id string, payload []byte, size int) []*frame {
	if size <= 0 {
		size = max(len(payload), 1)
	}
	chunks := slices.Collect(slices.Chunk(payload, size))
	trace := newID("")
	frames := make([]*frame, 0, len(chunks))
	for i, chunk := range chunks {
		frames = append(frames, &frame{
			service: serviceID, method: methodData, payload: chunk,
			headers: [][2]string{
				{"type", "event"},
				{"message_id", id},
				{"trace_id", trace},
				{"sum", strconv.Itoa(len(chunks))},
				{"seq", strconv.Itoa(i)},
			},
		})
	}
	return frames
}

// Sockets is how many long connections stand.
func (s *Server) Sockets() int { return s.sockets.count() }

// KillSockets cuts all long connections.
func (s *Server) KillSockets() {
	s.sockets.mu.Lock()
	all := slices.Clone(s.sockets.all)
	s.sockets.mu.Unlock()
	for _, k := range all {
		_ = k.conn.Close()
	}
}
