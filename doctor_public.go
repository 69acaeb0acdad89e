package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"genjin/bots/wecom"
)

// certWarns is how long before its end a certificate is worth a word.
const certWarns = 14 * 24 * time.Hour

// pushed tells whether a platform pushes to the public URL.
func (d *doctor) pushed() bool {
	return d.cfg.WeCom.On || d.cfg.Feishu.On && d.cfg.Feishu.Mode == "webhook"
}

// lookPublicURL judges the address that platforms push to and messages link to.
func (d *doctor) lookPublicURL(context.Context) {
	u, err := url.Parse(d.cfg.PublicURL)
	if err != nil {
		return // lookConfig has told
	}
	local := hidden(u.Hostname())
	switch {
	case len(d.on()) == 0:
		d.say(levelFine, "public_url", sayPublicURL, d.cfg.PublicURL)
	case d.pushed() && local:
		d.say(levelBad, "public_url", sayPublicLocal, d.cfg.PublicURL)
	case d.pushed() && u.Scheme != "https":
		d.say(levelBad, "public_url", sayPublicPlain, d.cfg.PublicURL)
	case local:
		d.say(levelWarn, "public_url", sayPublicLinks, d.cfg.PublicURL)
	default:
		d.say(levelFine, "public_url", sayPublicURL, d.cfg.PublicURL)
	}
	d.lookOAuth(u)
}

// lookOAuth judges whether the address can be a 可信域名 where one is needed.
func (d *doctor) lookOAuth(u *url.URL) {
	if w := d.cfg.WeCom; w.On && w.OAuth && (hidden(u.Hostname()) || !named(u)) {
		d.say(levelBad, "oauth", sayOAuth, d.cfg.PublicURL)
	}
}

// named tells whether an address can be a 可信域名: a name, over https.
func named(u *url.URL) bool {
	_, err := netip.ParseAddr(u.Hostname())
	return err != nil && u.Scheme == "https"
}

// hidden tells whether nobody outside reaches a host.
func hidden(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast())
}

// answer is what came back of a request.
type answer struct {
	status int
	body   string
	header http.Header
	tls    *tls.ConnectionState
	took   time.Duration
}

// bodyLook is how much of an answer is looked at.
const bodyLook = 4 << 10

// ask makes a request below the public URL.
func (d *doctor) ask(ctx context.Context, method, path, body string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, d.cfg.PublicURL+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	mark := rand.Text()[:12]
	req.Header.Set("X-Request-Id", mark)
	from := d.now()
	resp, err := d.web.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(resp.Body, bodyLook))
	if err != nil {
		return answer{}, err
	}
	a := answer{status: resp.StatusCode, body: string(text), header: resp.Header, tls: resp.TLS, took: d.now().Sub(from)}
	if resp.Header.Get("X-Request-Id") != mark {
		return a, errNotOurs // the hub gives the mark back
	}
	return a, nil
}

// errNotOurs is an answer of something that is not the hub.
var errNotOurs = errors.New("not our answer")

// lookReach makes sure that the hub answers at the public URL, as far as this
// machine can see.
func (d *doctor) lookReach(ctx context.Context) {
	if !d.cfg.Feishu.On && !d.cfg.WeCom.On && !d.isServed {
		return
	}
	a, err := d.ask(ctx, http.MethodGet, "/healthz", "")
	if a.tls != nil && len(a.tls.PeerCertificates) > 0 {
		d.endOfCert = a.tls.PeerCertificates[0].NotAfter
	}
	at := d.cfg.PublicURL + "/healthz"
	switch {
	case errors.Is(err, errNotOurs):
		d.say(levelBad, "reach", sayNotOurs, at, a.status)
	case err != nil:
		d.unreached(at, err)
	case a.status != http.StatusOK || !strings.Contains(a.body, `"ok"`):
		d.say(levelBad, "reach", sayNotOurs, at, a.status)
	default:
		d.reached = true
		d.say(levelFine, "reach", sayReach, at)
	}
}

// lookReady asks the running hub how it is: a second look at the database, and
// the only one at its queue and its long connection.
func (d *doctor) lookReady(ctx context.Context) {
	if !d.reached {
		return
	}
	a, err := d.ask(ctx, http.MethodGet, "/readyz", "")
	var r struct {
		Status   string `json:"status"`
		Database string `json:"database"`
		Queue    string `json:"queue"`
		Channels any    `json:"channels"`
		Config   any    `json:"config"`
	}
	if err != nil || json.Unmarshal([]byte(a.body), &r) != nil {
		d.say(levelWarn, "ready", sayNotOurs, d.cfg.PublicURL+"/readyz", a.status)
		return
	}
	switch {
	case a.status != http.StatusOK:
		d.say(levelBad, "ready", sayNotReady, cut(r.Database))
	case r.Queue != "ok":
		d.say(levelWarn, "ready", sayDegraded)
	case r.Channels != "ok":
		d.say(levelBad, "ready", sayChannels, sentences(r.Channels))
	case r.Config != nil && r.Config != "ok":
		d.say(levelBad, "ready", sayMisfits, cut(sentences(r.Config)))
	default:
		d.say(levelFine, "ready", sayReady)
	}
}

// sentences are what a field of /readyz says, in one line.
func sentences(field any) string {
	all, is := field.([]any)
	if !is {
		return fmt.Sprint(field)
	}
	words := make([]string, 0, len(all))
	for _, s := range all {
		words = append(words, strings.ReplaceAll(fmt.Sprint(s), "\n", "；"))
	}
	return strings.Join(words, "；")
}

// unreached words why the public URL gave no answer.
func (d *doctor) unreached(at string, err error) {
	var (
		dns     *net.DNSError
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		timeout net.Error
	)
	switch {
	case errors.As(err, &dns):
		d.say(levelBad, "reach", sayNoName, at, dns.Name)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		d.say(levelBad, "tls", sayCertOver, at)
	case errors.As(err, &host), errors.As(err, &unknown), errors.As(err, &invalid):
		d.say(levelBad, "tls", sayCertWrong, at, cut(cause(err)))
	case errors.As(err, &timeout) && timeout.Timeout():
		d.say(levelBad, "reach", sayNoAnswer, at)
	default:
		d.say(levelBad, "reach", sayRefused, at, cut(cause(err)))
	}
}

// cause is an HTTP client's error without the method and the URL.
func cause(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// lookCert tells when the certificate of the public URL ends.
func (d *doctor) lookCert(context.Context) {
	if d.endOfCert.IsZero() {
		return
	}
	left := d.endOfCert.Sub(d.now())
	days := int(left / (24 * time.Hour))
	if left <= certWarns {
		d.say(levelWarn, "tls", sayCertSoon, d.endOfCert.Format(time.DateOnly), days)
		return
	}
	d.say(levelFine, "tls", sayCert, d.endOfCert.Format(time.DateOnly), days)
}

// lookCallbacks makes sure that what the platforms push to is there. Where the
// hub itself was not reached there is nothing to add.
func (d *doctor) lookCallbacks(ctx context.Context) {
	if !d.reached {
		return
	}
	if d.cfg.Feishu.On && d.cfg.Feishu.Mode == "webhook" {
		d.feishuCallback(ctx)
	}
	w := d.cfg.WeCom
	if !w.On {
		return
	}
	d.wecomCallback(ctx, wecom.Name, callback{token: w.Token.Reveal(), key: w.AESKey.Reveal(), receiver: w.CorpID})
	if w.BotToken != "" {
		d.wecomCallback(ctx, wecom.RobotName, callback{token: w.BotToken.Reveal(), key: w.BotAESKey.Reveal()})
	}
}

// feishuCallback pushes something without a signature: to be turned away is to
// be there.
func (d *doctor) feishuCallback(ctx context.Context) {
	const path = "/webhooks/feishu"
	a, err := d.ask(ctx, http.MethodPost, path, "{}")
	d.callback("callback_feishu", path, a, err, a.status == http.StatusBadRequest || a.status == http.StatusUnauthorized)
}

// callback is what a WeCom address is checked with.
type callback struct{ token, key, receiver string }

// checkWithin is how fast WeCom wants its URL check answered.
const checkWithin = time.Second

// wecomCallback checks the address as WeCom does when it is saved: a signed,
// sealed text comes back open, within a second.
func (d *doctor) wecomCallback(ctx context.Context, name string, c callback) {
	path, id := "/webhooks/"+name, "callback_"+strings.ReplaceAll(name, "-", "_")
	crypt, err := wecom.NewCrypt(c.token, c.key, c.receiver)
	if err != nil {
		d.say(levelBad, id, sayMistake, err)
		return
	}
	word, nonce, stamp := rand.Text(), rand.Text()[:10], strconv.FormatInt(d.now().Unix(), 10)
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		d.say(levelBad, id, sayMistake, err)
		return
	}
	sealed := crypt.Seal([]byte(word), salt)
	query := url.Values{"msg_signature": {crypt.Sign(stamp, nonce, sealed)}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {sealed}}
	a, err := d.ask(ctx, http.MethodGet, path+"?"+query.Encode(), "")
	switch {
	case err == nil && a.status == http.StatusUnauthorized:
		d.say(levelBad, id, sayCallbackKeys, d.cfg.PublicURL+path)
	case err == nil && a.body == word && a.took > checkWithin:
		d.say(levelWarn, id, sayCallbackSlow, d.cfg.PublicURL+path, a.took.Round(time.Millisecond))
	default:
		d.callback(id, path, a, err, a.body == word)
	}
}

// callback tells how an address answered.
func (d *doctor) callback(id, path string, a answer, err error, right bool) {
	at := d.cfg.PublicURL + path
	switch {
	case err != nil && !errors.Is(err, errNotOurs):
		d.say(levelBad, id, sayRefused, at, cut(cause(err)))
	case err == nil && right:
		d.say(levelFine, id, sayCallback, at)
	case err == nil && a.status == http.StatusNotFound:
		d.say(levelBad, id, sayCallbackOff, at)
	default:
		d.say(levelBad, id, sayNotOurs, at, a.status)
	}
}
