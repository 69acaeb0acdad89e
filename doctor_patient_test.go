package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/config"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// hubHost is where the patient's hub is for the world.
const hubHost = "hub.example.com"

// patient is an installation in perfect health: both platforms, org.yaml, a
// database, a certificate, a hub that answers. Tests plant one fault each.
type patient struct {
	surroundings

	t        *testing.T
	env      map[string]string
	dir      string
	org      string // the text of org.yaml
	wecom    *wecomsim.Server
	memory   planted
	notAfter time.Time                                       // of the certificate
	names    []string                                        // on the certificate
	edge     func(http.Handler) http.Handler                 // what stands before the hub; nil: nothing
	dial     func(context.Context, string) (string, error)   // where a host leads; nil: to the hub
	hubEnv   func(env map[string]string) func(string) string // what the hub was started with; nil: the same
	before   func(*patient)                                  // after all is set up
}

// planted is a store in which some answers are planted.
type planted struct {
	memory

	counts      *store.Counts
	audit       *store.AuditHealth
	auditErr    error
	undelivered []int64
	ready       error
	ahead       time.Duration // of the database's clock
}

func (p planted) Ready(ctx context.Context) error {
	if p.ready != nil {
		return p.ready
	}
	return p.memory.Ready(ctx)
}

func (p planted) DatabaseTime(context.Context) (time.Time, error) {
	return time.Now().Add(p.ahead), nil
}

func (p planted) Counts(ctx context.Context) (store.Counts, error) {
	if p.counts != nil {
		return *p.counts, nil
	}
	return p.memory.Counts(ctx)
}

func (p planted) AuditHealth(ctx context.Context) (store.AuditHealth, error) {
	if p.audit != nil || p.auditErr != nil {
		return *cmpOr(p.audit, &store.AuditHealth{}), p.auditErr
	}
	return p.memory.AuditHealth(ctx)
}

func cmpOr[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

func (p planted) Undelivered(ctx context.Context, before time.Time) ([]int64, error) {
	if p.undelivered != nil {
		return p.undelivered, nil
	}
	return p.memory.Undelivered(ctx, before)
}

// healthyOrg is a small company where everybody can be reached.
const healthyOrg = `teams:
  - {id: east, name: 华东区, manager: wang, groups: {feishu: oc_east, wecom: chateast}}
people:
  - {id: li, name: 李雷, role: rep, team: east, feishu: ou_li, wecom: LiLei}
  - {id: wang, name: 王芳, role: manager, team: east, feishu: ou_wang, wecom: WangFang}
  - {id: admin, name: 管理员, role: admin, team: east, feishu: ou_admin}
`

// newPatient starts the world around a healthy installation.
func newPatient(t *testing.T) *patient {
	t.Helper()
	fs, wc := feishusim.New(demoApp(time.Now)), wecomsim.New(demoWeCom(time.Now))
	feishuBase, stopFeishu := fs.Start()
	wecomBase, stopWeCom := wc.Start()
	t.Cleanup(stopFeishu)
	t.Cleanup(stopWeCom)
	for _, id := range []string{"LiLei", "WangFang"} {
		wc.AddUser(wecomsim.User{UserID: id, Name: id})
	}
	dir := t.TempDir()
	p := &patient{t: t, wecom: wc, dir: dir, org: healthyOrg, env: demoWeComEnv(wecomBase), notAfter: time.Now().AddDate(0, 3, 0), names: []string{hubHost}}
	none := func(string) string { return "" }
	for name := range map[string]bool{
		"GENJIN_FEISHU_APP_ID": true, "GENJIN_FEISHU_APP_SECRET": true, "GENJIN_FEISHU_ENCRYPT_KEY": true, "GENJIN_FEISHU_VERIFICATION_TOKEN": true,
		"GENJIN_FEISHU_API_BASE": true, "GENJIN_DATA_DIR": true,
	} {
		p.env[name] = demoEnv(none, dir, feishuBase)(name)
	}
	p.env["GENJIN_PUBLIC_URL"] = "https://" + hubHost
	p.env["GENJIN_ORG"] = filepath.Join(dir, "org.yaml")
	p.env["GENJIN_REDIS_URL"] = "redis://:pw@10.0.0.5:6379/0"
	s, err := store.Open(t.Context(), store.Options{DataDir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	asIs := realSurroundings(&env{ctx: t.Context(), getenv: func(name string) string { return p.env[name] }, out: io.Discard})
	p.surroundings = asIs
	p.environ = nil
	p.served = func(config.Config) (string, bool, error) { return "42", true, nil }
	p.free = func(string) (uint64, error) { return 50 << 30, nil }
	p.askRedis = func(context.Context, string) (string, error) { return "noeviction", nil }
	p.open = func(ctx context.Context, cfg config.Config) (memory, error) {
		cfg.DatabaseURL = "" // whatever the environment says: the patient's is a file
		m, err := asIs.open(ctx, cfg)
		p.memory.memory = m
		return p.memory, err
	}
	return p
}

// findings is what the doctor says of the patient.
func (p *patient) findings() []finding {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, "org.yaml"), []byte(p.org), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.web = p.client(p.hub())
	if p.before != nil {
		p.before(p)
	}
	var all []finding
	d := &doctor{surroundings: p.surroundings, tell: func(f finding) { all = append(all, f) }}
	d.run(p.t.Context())
	return all
}

// hub answers as a hub does: its own ways in, and the mark of a request back.
func (p *patient) hub() *httptest.Server {
	p.t.Helper()
	getenv := func(name string) string { return p.env[name] }
	if p.hubEnv != nil {
		getenv = p.hubEnv(p.env)
	}
	inlets := map[string]bots.Inlet{}
	if cfg, err := config.Load(getenv, os.ReadFile); err == nil { // else the doctor does not come so far
		on, err := platformsOf(cfg, nil, platformParts{now: time.Now, log: slog.New(slog.DiscardHandler)})
		if err != nil {
			p.t.Fatal(err)
		}
		for _, b := range on.bots {
			inlets[b.Name()] = b
		}
		for _, in := range on.inlets {
			inlets[in.Name()] = in
		}
	}
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("X-Request-Id"))
		if r.URL.Path == "/healthz" {
			_, _ = io.WriteString(w, `{"status":"ok"}`)
			return
		}
		if r.URL.Path == "/readyz" {
			_, _ = io.WriteString(w, `{"status":"ok","database":"ok","queue":"ok","channels":"ok"}`)
			return
		}
		name, is := strings.CutPrefix(r.URL.Path, "/webhooks/")
		in, on := inlets[name]
		if !is || !on {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		switch got, err := in.Decode(r); {
		case err != nil:
			w.WriteHeader(http.StatusUnauthorized)
		case got.Response != nil:
			_, _ = w.Write(got.Response.Body)
		}
	})
	if p.edge != nil {
		handler = p.edge(handler)
	}
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{p.certificate()}}
	s.StartTLS()
	p.t.Cleanup(s.Close)
	return s
}

// certificate is one that the client trusts.
func (p *patient) certificate() tls.Certificate {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: p.names, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: p.notAfter,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		p.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		p.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// client reaches the hub at its public name, and everything else where it is.
func (p *patient) client(hub *httptest.Server) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(hub.TLS.Certificates[0].Leaf)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if host, port, _ := net.SplitHostPort(addr); host == hubHost || port == strconv.Itoa(443) {
				addr = hub.Listener.Addr().String()
				if p.dial != nil {
					var err error
					if addr, err = p.dial(ctx, host); err != nil {
						return nil, err
					}
				}
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
	p.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 2 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
