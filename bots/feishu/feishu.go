package feishu

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
	"genjin/bots/pace"
)

// Name is the platform's word in configuration, paths and rows.
const Name = "feishu"

// Options is one Feishu app.
type Options struct {
	AppID             string
	AppSecret         string
	EncryptKey        string // compulsory for the webhook, as is the next
	VerificationToken string
	APIBase           string // https://open.feishu.cn
	HTTPClient        *http.Client
	Now               func() time.Time // the hub's clock: how old a push may be
	Logger            *slog.Logger
}

// Bot is a Feishu app as a [bots.Bot].
type Bot struct {
	Options

	block  cipher.Block // of the events' encryption
	sdk    *larkcore.Config
	http   *http.Client
	wall   func() time.Time // tokens and paces live by real time, not by a demo's clock
	tokens tokens
	limits *pace.Limits
	cards  keyed // PATCH of one message is serialized
	files  uploads
	me     identity
}

var (
	_ bots.Bot     = (*Bot)(nil)
	_ bots.Fetcher = (*Bot)(nil)
	_ bots.Checker = (*Bot)(nil)
)

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
	o.APIBase = strings.TrimRight(o.APIBase, "/")
	block, err := blockOf(o.EncryptKey)
	if err != nil {
		return nil, fmt.Errorf("feishu: encrypt key: %w", err)
	}
	b := &Bot{Options: o, block: block, http: client(o.HTTPClient), wall: time.Now}
	b.sdk = &larkcore.Config{
		BaseUrl: o.APIBase, AppId: o.AppID, AppSecret: o.AppSecret, AppType: larkcore.AppTypeSelfBuilt,
		HttpClient: b.http, Logger: sdkLog{o.Logger},
	}
	larkcore.NewSerialization(b.sdk)
	b.tokens.fetch, b.tokens.now, b.limits = b.fetchToken, b.wall, pace.New(b.wall, apiSecondPace(), apiMinutePace())
	return b, nil
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
