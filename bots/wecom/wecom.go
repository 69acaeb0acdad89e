package wecom

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"genjin/bots"
	"genjin/bots/pace"
)

// Name is the platform's word in configuration, paths and rows.
const Name = "wecom"

// Options is one self-built app of a company, with its 智能机器人 if it has one.
type Options struct {
	CorpID     string
	AgentID    int
	Secret     string
	Token      string // of the app's callback, as is the next
	AESKey     string
	BotToken   string // of the 智能机器人's callback; empty: there is none
	BotAESKey  string
	APIBase    string // https://qyapi.weixin.qq.com
	PublicURL  string // where a card leads that has no other link
	Robots     func(team string) string
	OAuth      bool // the company's 可信域名 is set up: pages may ask who opens them
	Redis      func() redis.UniversalClient
	HTTPClient *http.Client
	Now        func() time.Time // the hub's clock: how long a card may be changed
	Logger     *slog.Logger
}

// Bot is a WeCom app as a [bots.Bot].
type Bot struct {
	Options
	*inlet

	robot  *Robot // nil: there is none
	http   *http.Client
	wall   func() time.Time // tokens and paces live by real time, not by a demo's clock
	sdk    *exchange
	tokens *tokens
	limits *pace.Limits
	said   *recent[string, string]      // key of a message's part → what the platform called it
	spent  *recent[string, struct{}]    // response codes that were used
	doubt  *recent[string, string]      // response code → key of the update that may have used it
	media  *recent[string, storedMedia] // files that the platform holds
}

var (
	_ bots.Bot        = (*Bot)(nil)
	_ bots.Fetcher    = (*Bot)(nil)
	_ bots.Checker    = (*Bot)(nil)
	_ bots.Mute       = (*Bot)(nil)
	_ bots.Forgetful  = (*Bot)(nil)
	_ bots.Counted    = (*Bot)(nil)
	_ bots.Perishable = (*Bot)(nil)
	_ bots.Identifier = (*Bot)(nil)
	_ bots.GroupMaker = (*Bot)(nil)
)

// remembered is how many of each thing a bot keeps in mind.
const remembered = 4096

// New makes a bot. It calls nobody.
func New(o Options) (*Bot, error) {
	if o.CorpID == "" || o.AgentID <= 0 || o.Secret == "" {
		return nil, errors.New("wecom: corp id, agent id and secret are needed")
	}
	o = o.filled()
	in, err := newInlet(o.CorpID, o.AgentID, o.Token, o.AESKey, o.Now)
	if err != nil {
		return nil, fmt.Errorf("wecom: callback of the app: %w", err)
	}
	b := &Bot{
		Options: o, inlet: in, http: client(o.HTTPClient), wall: time.Now, sdk: sdkExchange(),
		said: newRecent[string, string](remembered), spent: newRecent[string, struct{}](remembered),
		doubt: newRecent[string, string](remembered), media: newRecent[string, storedMedia](remembered),
	}
	if o.BotToken != "" {
		if b.robot, err = NewRobot(o.BotToken, o.BotAESKey, o.Now); err != nil {
			return nil, fmt.Errorf("wecom: callback of the 智能机器人: %w", err)
		}
	}
	b.limits = pace.New(b.wall)
	b.tokens = newTokens(b)
	return b, nil
}

func (o Options) filled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.APIBase == "" {
		o.APIBase = "https://qyapi.weixin.qq.com"
	}
	o.APIBase = strings.TrimRight(o.APIBase, "/")
	return o
}

// client gives an HTTP client whose every step has a limit, the whole of a call
// being limited by its context. It follows no redirects: the API makes none, and
// one would carry the token away.
func client(given *http.Client) *http.Client {
	c := &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext, TLSHandshakeTimeout: 5 * time.Second,
		ResponseHeaderTimeout: callTimeout, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute,
	}}
	if given != nil {
		own := *given
		c = &own
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// Name implements [bots.Bot].
func (*Bot) Name() string { return Name }

// Mute implements [bots.Mute]: the answer to a callback is an empty 200.
func (*Bot) Mute() {}

// Robot gives the way in of the 智能机器人, or nil where there is none.
func (b *Bot) Robot() *Robot { return b.robot }
