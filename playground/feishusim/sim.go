package feishusim

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say which app the simulated platform knows, and how it behaves.
type Options struct {
	AppID, AppSecret  string
	EncryptKey        string // empty: events are sent in clear and unsigned
	VerificationToken string
	TenantKey         string
	BotOpenID         string
	BotName           string // how people mention the hub; @hub always works
	EventURL          string // the hub's webhook, see [Server.SetEventURL]

	Now         func() time.Time // the platform's clock; it only moves forward
	RetryDelays []time.Duration  // waits before an event is pushed again: 15 s, 5 min, 1 h, 6 h
	Logger      *slog.Logger

	NoLimits           bool // leave out the rate limits, for tests that are about something else
	OnlyMentions       bool // the app lacks im:message.group_msg: in groups only @-messages arrive
	DuplicateUUIDFails bool // a uuid used again is an error instead of the first message
	FrameBytes         int  // long connection: payloads longer than this are split into several frames
}

// Server is the simulated platform. It is an [http.Handler] of the Open
// Platform's API; its other methods are what people do and see.
type Server struct {
	o       Options
	log     *slog.Logger
	mux     *http.ServeMux
	client  *http.Client
	conns   *http.Transport
	ctx     context.Context //nolint:containedctx // the life of the platform itself, ended by Close
	cancel  context.CancelFunc
	tasks   sync.WaitGroup // retries and other work after an answer
	limits  limiter
	faults  faultBox
	journal journal
	sockets socketPool

	mu        sync.Mutex
	eventURL  string
	held      *delivery // an event that waits to be overtaken, see [FaultReorder]
	moved     chan struct{}
	changed   chan struct{}
	onChange  []func()
	revision  int64
	closed    bool
	tokens    map[string]time.Time // tenant tokens and when they end
	token     string               // the one handed out at present
	users     map[string]*User     // by open id
	userOrder []string
	depts     map[string]Department
	scope     *contactScope // nil: everybody
	deptOrder []string
	chats     map[string]*Chat
	chatOrder []string
	messages  map[string]*message
	byChat    map[string][]*message
	sentUUID  map[string]sentRecord
	chatUUID  map[string]sentRecord
	blobs     map[string]*blob
	cards     map[string]*cardToken
}

// New makes a platform without people. It starts nothing: see [Server.Start].
func New(o Options) *Server {
	o = o.withDefaults()
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectLimit}).DialContext,
		MaxIdleConnsPerHost: 64,
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		limits: limiter{clock: time.Now},
		o:      o, log: o.Logger, conns: transport, ctx: ctx, cancel: cancel, eventURL: o.EventURL,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		moved: make(chan struct{}), changed: make(chan struct{}),
		tokens: map[string]time.Time{}, users: map[string]*User{}, depts: map[string]Department{},
		chats: map[string]*Chat{}, messages: map[string]*message{}, byChat: map[string][]*message{},
		sentUUID: map[string]sentRecord{}, chatUUID: map[string]sentRecord{},
		blobs: map[string]*blob{}, cards: map[string]*cardToken{},
	}
	s.mux = s.routes()
	return s
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.RetryDelays == nil {
		o.RetryDelays = []time.Duration{15 * time.Second, 5 * time.Minute, time.Hour, 6 * time.Hour}
	}
	if o.AppID == "" {
		o.AppID = "cli_simulated"
	}
	if o.TenantKey == "" {
		o.TenantKey = "tenant_simulated"
	}
	if o.BotOpenID == "" {
		o.BotOpenID = "ou_bot_" + o.AppID
	}
	if o.BotName == "" {
		o.BotName = "跟进"
	}
	return o
}

// Start serves the platform's API on a free port of the loopback interface
// until stop is called; stop also ends the platform itself, as [Server.Close].
func (s *Server) Start() (baseURL string, stop func()) {
	var lc net.ListenConfig
	l, err := lc.Listen(s.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		s.log.ErrorContext(s.ctx, "simulated feishu cannot listen", slog.Any("error", err))
		return "http://127.0.0.1:0", s.Close
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.ErrorContext(s.ctx, "simulated feishu ended", slog.Any("error", err))
		}
	}()
	var once sync.Once
	return "http://" + l.Addr().String(), func() {
		once.Do(func() {
			s.Close()
			_ = srv.Close()
			<-served
		})
	}
}

// Close ends what the platform does by itself: retries, long connections,
// answers that hang. It waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.KillSockets()
	s.tasks.Wait()
	s.conns.CloseIdleConnections()
}

// background runs f unless the platform has ended.
func (s *Server) background(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.tasks.Go(f)
	}
}

// SetEventURL says where events and card callbacks are pushed to.
func (s *Server) SetEventURL(u string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eventURL = u
}

// ClockMoved tells that [Options].Now has jumped forward, so that retries that
// have become due are made now.
func (s *Server) ClockMoved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.moved)
	s.moved = make(chan struct{})
}

// OnChange has f called, in its own time, whenever something that people see
// has changed.
func (s *Server) OnChange(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onChange = append(s.onChange, f)
}

// Revision grows with every change that people see.
func (s *Server) Revision() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.revision
}

// touchLocked wakes everybody who watches.
func (s *Server) touchLocked() {
	s.revision++
	close(s.changed)
	s.changed = make(chan struct{})
	if s.closed {
		return
	}
	for _, f := range s.onChange {
		s.tasks.Go(f)
	}
}
