package feishu

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// Name is the platform's word in configuration, paths and rows.
const Name = "feishu"

// Options is one Feishu app.
type Options struct {
	AppID             string
	AppSecret         string
	EncryptKey        string // compulsory for the webhook
	VerificationToken string
	APIBase           string // https://open.feishu.cn
	HTTPClient        *http.Client
	Now               func() time.Time
	Logger            *slog.Logger
}

// Bot is a Feishu app as a [bots.Bot].
type Bot struct {
	Options

	key    [32]byte // of the events' encryption
	sdk    *larkcore.Config
	http   *http.Client
	tokens tokens
	limits limits
	cards  keyed // PATCH of one message is serialized

	me     atomic.Pointer[string] // the bot's own open id, once asked
	tenant atomic.Pointer[string] // the tenant of the first event: another one is foreign
}

var (
	_ bots.Bot     = (*Bot)(nil)
	_ bots.Fetcher = (*Bot)(nil)
)

// callTimeout bounds one call of the API, from dialling to the last byte.
const callTimeout = 10 * time.Second

// New makes a bot. It calls nobody.
func New(o Options) (*Bot, error) {
	if o.AppID == "" || o.AppSecret == "" {
		return nil, errors.New("feishu: app id and secret are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.APIBase == "" {
		o.APIBase = "https://open.feishu.cn"
	}
	b := &Bot{Options: o, key: keyOf(o.EncryptKey), http: o.HTTPClient}
	if b.http == nil {
		b.http = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext, TLSHandshakeTimeout: 5 * time.Second,
			ResponseHeaderTimeout: callTimeout, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute,
		}}
	}
	b.sdk = &larkcore.Config{
		BaseUrl: o.APIBase, AppId: o.AppID, AppSecret: o.AppSecret, AppType: larkcore.AppTypeSelfBuilt,
		HttpClient: &http.Client{Transport: b.http.Transport, Timeout: callTimeout}, Logger: sdkLog{o.Logger},
	}
	larkcore.NewSerialization(b.sdk)
	b.tokens.fetch = b.fetchToken
	b.tokens.now = time.Now // tokens live by the platform's clock, not by the demo's
	b.limits.now = time.Now
	return b, nil
}

// Name implements [bots.Bot].
func (*Bot) Name() string { return Name }

// keyed is a set of locks by name; a lock nobody holds takes no room.
type keyed struct {
	mu    sync.Mutex
	locks map[string]*keyedLock
}

type keyedLock struct {
	sync.Mutex
	users int
}

// lock waits for the lock of a name and returns how to let go of it.
func (k *keyed) lock(name string) (unlock func()) {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]*keyedLock{}
	}
	l := k.locks[name]
	if l == nil {
		l = &keyedLock{}
		k.locks[name] = l
	}
	l.users++
	k.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.locks, name)
		}
	}
}
