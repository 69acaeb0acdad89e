package feishusim

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"genjin/playground/sim"
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
	*sim.Life
	sim.FaultBox[FaultKind]
	sim.Journal

	o       Options
	log     *slog.Logger
	mux     *http.ServeMux
	client  *http.Client
	conns   *http.Transport
	limits  limiter
	sockets socketPool

	mu        sync.Mutex
	eventURL  string
	held      *delivery            // an event that waits to be overtaken, see [FaultReorder]
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
	s := &Server{
		Life:   sim.NewLife(o.Now, o.Logger),
		limits: limiter{clock: time.Now},
		o:      o, log: o.Logger, conns: transport, eventURL: o.EventURL,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
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
func (s *Server) Start() (baseURL string, stop func()) { return s.Serve("feishu", s, s.Close) }

// Close ends what the platform does by itself: retries, long connections,
// answers that hang. It waits for them.
func (s *Server) Close() {
	s.End()
	s.KillSockets()
	s.Join()
	s.conns.CloseIdleConnections()
}

// SetEventURL says where events and card callbacks are pushed to.
func (s *Server) SetEventURL(u string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eventURL = u
}
