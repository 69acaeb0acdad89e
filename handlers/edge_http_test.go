package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/store"
)

func ask(t *testing.T, h http.Handler, what string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	method, path, _ := strings.Cut(what, " ")
	req := httptest.NewRequestWithContext(t.Context(), method, path, body)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestWebhookStatus(t *testing.T) {
	t.Parallel()
	var next struct {
		in   bots.Inbound
		err  error
		read bool
	}
	r := newRoom(t, func(o *Options) {
		o.Bots = []bots.Bot{fakeBot{decode: func(req *http.Request) (bots.Inbound, error) {
			if next.read {
				_, err := io.ReadAll(req.Body)
				return bots.Inbound{}, err
			}
			return next.in, next.err
		}}}
	})
	routes := r.hub.Routes()
	for _, c := range []struct {
		err    error
		status int
		reason string
	}{
		{&bots.DecodeError{Fault: bots.FaultMalformed, Reason: "json"}, 400, "json"},
		{&bots.DecodeError{Fault: bots.FaultSignature, Reason: "signature_invalid"}, 401, "signature_invalid"},
		{&bots.DecodeError{Fault: bots.FaultMethod, Reason: "method"}, 405, "method"},
		{&bots.DecodeError{Fault: bots.FaultTooLarge, Reason: "too_large"}, 413, "too_large"},
		{&bots.DecodeError{Fault: bots.FaultMedia, Reason: "content_type"}, 415, "content_type"},
		{errors.New("planted"), 500, "unexpected"},
		{fmt.Errorf("x: %w", store.ErrUnavailable), 503, "unavailable"},
	} {
		next.err = c.err
		w := ask(t, routes, "POST /webhooks/feishu", strings.NewReader("{}"))
		if w.Code != c.status || !strings.Contains(w.Body.String(), `"`+c.reason+`"`) || strings.Contains(w.Body.String(), "planted") {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
	}
	next.err, next.read = nil, true
	if w := ask(t, routes, "POST /webhooks/feishu", bytes.NewReader(make([]byte, bodyMax+1))); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", w.Code)
	}
	if w := ask(t, routes, "POST /webhooks/nobody", nil); w.Code != http.StatusNotFound {
		t.Errorf("unknown platform: %d", w.Code)
	}
	next.in, next.read = bots.Inbound{Response: &bots.Response{Body: []byte("challenge")}}, false
	if w := ask(t, routes, "POST /webhooks/feishu", nil); w.Code != 200 || w.Body.String() != "challenge" {
		t.Errorf("challenge: %d %s", w.Code, w.Body)
	}
	e := r.event(li)
	e.Kind, e.Click = bots.EventClick, &bots.Click{Action: "nothing"}
	next.in = bots.Inbound{Events: []bots.Event{e}}
	if w := ask(t, routes, "POST /webhooks/feishu", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "不能用") {
		t.Errorf("click: %d %s", w.Code, w.Body)
	}
}

// TestNever200BeforeCommit: while the database is away nothing is acknowledged.
func TestNever200BeforeCommit(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	e := r.event(li)
	e.Text = fullLead
	r.hub.inlets["feishu"] = fakeBot{decode: func(*http.Request) (bots.Inbound, error) { return bots.Inbound{Events: []bots.Event{e}}, nil }}
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	w := ask(t, r.hub.Routes(), "POST /webhooks/feishu", nil)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	state := Readiness{Queue: "ok"}
	r := newRoom(t, func(o *Options) { o.Ready = func(context.Context) Readiness { return state } })
	routes := r.hub.Routes()
	if w := ask(t, routes, "GET /healthz", nil); w.Code != 200 || w.Header().Get("X-Request-Id") == "" {
		t.Errorf("healthz: %d", w.Code)
	}
	if w := ask(t, routes, "GET /readyz", nil, "X-Request-Id", "abc-1"); w.Code != 200 || !strings.Contains(w.Body.String(), `"queue":"ok"`) || w.Header().Get("X-Request-Id") != "abc-1" {
		t.Errorf("ready: %d %s", w.Code, w.Body)
	}
	state = Readiness{Queue: "degraded"}
	if w := ask(t, routes, "GET /readyz", nil); w.Code != 200 || !strings.Contains(w.Body.String(), `"queue":"degraded"`) {
		t.Errorf("without Redis: %d %s", w.Code, w.Body)
	}
	state = Readiness{Queue: "ok", Database: "disk full"}
	if w := ask(t, routes, "GET /readyz", nil); w.Code != 503 || !strings.Contains(w.Body.String(), "disk full") {
		t.Errorf("without a database: %d %s", w.Code, w.Body)
	}
	if w := ask(t, routes, "POST /healthz", nil); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("method: %d", w.Code)
	}
}

// TestFormPage: looking at the page uses nothing up, the finished submission does.
func TestFormPage(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := newRoom(t, func(o *Options) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	routes := r.hub.Routes()
	text := r.says(li, "线索").text
	_, rest, ok := strings.Cut(text, "https://hub.example/form/")
	if !ok {
		t.Fatalf("no link in:\n%s", text)
	}
	token, _, _ := strings.Cut(rest, "\n")
	path := "/form/" + token
	for range 3 {
		if w := ask(t, routes, "GET "+path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), `name="company"`) {
			t.Fatalf("look: %d %s", w.Code, w.Body)
		}
	}
	post := func(form url.Values) *httptest.ResponseRecorder {
		return ask(t, routes, "POST "+path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	}
	w := post(url.Values{"company": {"华东智造"}, "contact": {"张伟"}, "phone": {"12345"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "华东智造") || !strings.Contains(w.Body.String(), "手机号") {
		t.Fatalf("wrong: %d %s", w.Code, w.Body)
	}
	good := url.Values{"company": {"华东智造"}, "contact": {"张伟"}, "phone": {"13800138000"}}
	if w := post(good); w.Code != 200 || !strings.Contains(w.Body.String(), "线索 #1") {
		t.Fatalf("submit: %d %s", w.Code, w.Body)
	}
	if w := post(good); w.Code != http.StatusGone {
		t.Errorf("again: %d", w.Code)
	}
	if w := ask(t, routes, "GET "+path, nil); w.Code != http.StatusGone {
		t.Errorf("look again: %d", w.Code)
	}
	all := r.new()
	if len(all) != 1 || all[0].User != "ou_li" {
		t.Fatalf("told: %v", texts(all))
	}
	all[0].has(t, "线索 #1", "华东智造")
	if w := ask(t, routes, "POST "+path, strings.NewReader("{}"), "Content-Type", "application/json; charset=gbk"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("gbk: %d", w.Code)
	}
	if w := ask(t, routes, "GET /form/guess", nil); w.Code != http.StatusGone {
		t.Errorf("guessed token: %d", w.Code)
	}
	if strings.Contains(log.String(), token) || strings.Contains(log.String(), "13800138000") {
		t.Error("the log holds a token or a phone number")
	}
}

func TestFormPageExpires(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, rest, _ := strings.Cut(r.says(li, "线索").text, "https://hub.example/form/")
	token, _, _ := strings.Cut(rest, "\n")
	r.now = r.now.Add(draftLife + 1)
	if w := ask(t, r.hub.Routes(), "GET /form/"+token, nil); w.Code != http.StatusGone {
		t.Errorf("expired: %d", w.Code)
	}
}

// TestTooLargeIsHeardByWhoWritesItAll: a sender that reads no answer before it
// wrote everything is told all the same, also by a way in that does not read;
// what is far too large is cut off, and who asks first is not told to go on.
func TestTooLargeIsHeardByWhoWritesItAll(t *testing.T) {
	t.Parallel()
	r := newRoom(t, func(o *Options) {
		o.Bots = []bots.Bot{fakeBot{decode: func(*http.Request) (bots.Inbound, error) {
			return bots.Inbound{}, &bots.DecodeError{Fault: bots.FaultTooLarge, Reason: "body_too_large"}
		}}}
	})
	routes := r.hub.Routes()
	for name, c := range map[string]struct {
		size, read int
		header     []string
	}{
		"a little too large": {bodyMax + 1, bodyMax + 1, nil},
		"far too large":      {64 << 20, drainMax, nil},
		"who asks first":     {bodyMax + 1, 0, []string{"Expect", "100-continue"}},
	} {
		body := bytes.NewReader(make([]byte, c.size))
		w := ask(t, routes, "POST /webhooks/feishu", io.NopCloser(body), c.header...)
		if read := c.size - body.Len(); w.Code != http.StatusRequestEntityTooLarge || read != c.read {
			t.Errorf("%s: %d, %d bytes read, want %d", name, w.Code, read, c.read)
		}
	}
}
