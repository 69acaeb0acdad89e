package wecom

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/silenceper/wechat/v2/util"

	"genjin/bots"
)

// sdkExchange gives the one exchange of the process. The SDK keeps its HTTP
// client in a global that every call reads: it is set once, before the first
// call, to a client that knows every bot.
//
//nolint:gochecknoglobals // the SDK's client is a global: its owner must be one too
var sdkExchange = sync.OnceValue(func() *exchange {
	x := &exchange{errands: map[string]*errand{}}
	util.DefaultHTTPClient = &http.Client{
		Transport:     x,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return x
})

// exchange carries the SDK's calls. The SDK puts secrets and tokens into
// addresses, and addresses into its errors; so it gets a name instead of each
// (a slip), and the exchange puts the real one in its place on the way out. The
// slip also brings the context along, which the SDK does not pass on.
type exchange struct {
	mu      sync.Mutex
	errands map[string]*errand // by slip
}

// errand is one call that the SDK makes for a bot.
type errand struct {
	bot  *Bot
	req  request
	put  map[string]string // parameter → what really stands there
	ctx  context.Context   // the SDK passes none on
	code int               // the platform's, once it answered
}

// issue takes an errand in and gives its slip.
func (x *exchange) issue(e *errand) string {
	slip := rand.Text()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.errands[slip] = e
	return slip
}

func (x *exchange) retire(slip string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.errands, slip)
}

func (x *exchange) find(query url.Values) (*errand, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, name := range []string{"access_token", "corpsecret"} {
		if e := x.errands[query.Get(name)]; e != nil {
			return e, nil
		}
	}
	return nil, errors.New("a call of nobody's")
}

// RoundTrip implements [http.RoundTripper]. An answer that is an error for the
// platform is one here already: the SDK would lose its code.
func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	e, err := x.find(query)
	if err != nil {
		return nil, err
	}
	for name, value := range e.put {
		query.Set(name, value)
	}
	address := e.bot.APIBase + r.URL.Path + "?" + query.Encode()
	req, err := http.NewRequestWithContext(e.ctx, r.Method, address, r.Body) //nolint:gosec // the base is configured, the path is one of the SDK's
	if err != nil {
		return nil, errors.New("no such address")
	}
	req.Header, req.ContentLength = r.Header.Clone(), r.ContentLength
	resp, err := e.bot.http.Do(req) //nolint:gosec // as above
	if err != nil {
		return nil, e.req.transportError(err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, e.req.transportError(err)
	}
	if e.code, err = e.req.read(resp.StatusCode, text); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil
}

// sdkError gives what went wrong in a call of the SDK in our words: the
// exchange's own error, or else what the SDK could not understand.
func (r request) sdkError(err error) error {
	if se, is := errors.AsType[*bots.SendError](err); is {
		return se
	}
	if _, is := errors.AsType[*json.SyntaxError](err); is {
		return r.unclear(http.StatusOK, errors.New("the answer cannot be read"))
	}
	msg := err.Error()
	if i := strings.Index(msg, "uri="); i >= 0 {
		msg = msg[:i]
	}
	return r.unclear(http.StatusOK, fmt.Errorf("sdk: %s", words(msg)))
}
