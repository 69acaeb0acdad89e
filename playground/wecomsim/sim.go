package wecomsim

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"genjin/playground/sim"
)

const connectLimit = 2 * time.Second

// Options say which app the simulated platform knows, and how it behaves.
type Options struct {
	CorpID  string
	AgentID int
	Secret  string // of the app
	Token   string // of the app's callback
	AESKey  string // EncodingAESKey of the app's callback

	BotID     string // the 智能机器人; it is optional
	BotToken  string
	BotAESKey string
	BotName   string // how people mention it; @hub always works

	CallbackURL    string // the hub's webhook for the app, see [Server.SetCallbackURL]
	BotCallbackURL string // and for the 智能机器人

	Now         func() time.Time // the platform's clock; it only moves forward
	RetryDelays []time.Duration  // waits before a callback is pushed again; at most three are used
	Logger      *slog.Logger

	NoLimits     bool // leave out the rate limits, for tests that are about something else
	FileMessages bool // people can send files to the app itself
	NotRoot      bool // the app is not visible to the root department: group chats are refused
	TellsMobiles bool // mobiles and e-mails are given, as to apps made before 2022-06-20

	Domain string // the app's 可信域名
}

// Server is the simulated platform. It is an [http.Handler] of the platform's
// API; its other methods are what people do and see.
type Server struct {
	*sim.Life
	sim.FaultBox[FaultKind]
	sim.Journal

	o      Options
	log    *slog.Logger
	mux    *http.ServeMux
	client *http.Client
	conns  *http.Transport
	limits limiter
	pushes pushState // what stands between people and the hub, see push.go

	mu          sync.Mutex
	base        string // where the API is, as far as is known
	callbackURL string
	botURL      string

	tokens    map[string]time.Time // access tokens and when they end
	token     string               // the one handed out at present
	users     map[string]*User     // by lower-case user id
	userOrder []string             // keys of users
	depts     map[int]Department
	visible   *visibleRange // nil: everybody
	deptOrder []int
	chats     map[string]*Chat
	chatOrder []string
	messages  map[string]*message
	byChat    map[string][]*message // see [Server.roomLocked]
	lost      []*message            // accepted, and dropped by a limit
	pressed   []pressed             // the latest, oldest first
	sends     map[string]*sending   // by msgid
	bodies    map[[32]byte]sentBody // for the duplicate check
	taskIDs   map[string]string     // task ids of the app and the msgid of their card
	codes     map[string]*updateCode
	replies   map[string]*replyCode
	oauth     map[string]oauthCode
	blobs     map[string]*blob
}

// New makes a platform without people. It starts nothing: see [Server.Start].
func New(o Options) *Server {
	o = o.withDefaults()
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectLimit}).DialContext,
		MaxIdleConnsPerHost: 64,
	}
	s := &Server{
		Life: sim.NewLife(o.Now, o.Logger),
		o:    o, log: o.Logger, conns: transport,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		callbackURL: o.CallbackURL, botURL: o.BotCallbackURL,
		tokens: map[string]time.Time{}, users: map[string]*User{}, depts: map[int]Department{},
		chats: map[string]*Chat{}, messages: map[string]*message{}, byChat: map[string][]*message{},
		sends: map[string]*sending{}, bodies: map[[32]byte]sentBody{}, taskIDs: map[string]string{},
		codes: map[string]*updateCode{}, replies: map[string]*replyCode{}, oauth: map[string]oauthCode{},
		blobs: map[string]*blob{},
	}
	s.addDepartmentLocked(Department{ID: rootDepartment, Name: "公司"})
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
		o.RetryDelays = []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second}
	}
	if o.CorpID == "" {
		o.CorpID = "ww_simulated"
	}
	if o.AgentID == 0 {
		o.AgentID = 1000002
	}
	if o.BotID == "" {
		o.BotID = "aib_simulated"
	}
	if o.BotName == "" {
		o.BotName = "跟进"
	}
	return o
}

// Start serves the platform's API on a free port of the loopback interface
// until stop is called; stop also ends the platform itself, as [Server.Close].
func (s *Server) Start() (baseURL string, stop func()) {
	baseURL, stop = s.Serve("wecom", s, s.Close)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = baseURL
	return baseURL, stop
}

// ServeHTTP is the platform's API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// Close ends what the platform does by itself: retries, answers that hang. It
// waits for them.
func (s *Server) Close() {
	s.End()
	s.Join()
	s.conns.CloseIdleConnections()
}

// SetCallbackURL says where the app's callbacks are pushed to.
func (s *Server) SetCallbackURL(u string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callbackURL = u
}

// SetBotCallbackURL says where the callbacks of the 智能机器人 are pushed to.
func (s *Server) SetBotCallbackURL(u string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.botURL = u
}
