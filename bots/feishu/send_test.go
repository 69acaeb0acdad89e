package feishu_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"genjin/bots"
	"genjin/bots/feishu"
	"genjin/playground/feishusim"
)

func sendError(t *testing.T, err error) *bots.SendError {
	t.Helper()
	var se *bots.SendError
	if !errors.As(err, &se) {
		t.Fatalf("no error, or one of another kind: %v", err)
	}
	return se
}

const (
	createAPI = "POST /open-apis/im/v1/messages"
	tokenAPI  = "POST /open-apis/auth/v3/tenant_access_token/internal"
)

// TestTokenRenewal has the platform revoke the token while many send.
func TestTokenRenewal(t *testing.T) {
	t.Parallel()
	h := newFeishu(t, func(o *feishusim.Options) { o.NoLimits = true })
	for i := range 40 {
		h.sim.AddUser(feishusim.User{OpenID: fmt.Sprint("ou_p", i), Name: fmt.Sprint("人", i)})
	}
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "warm", User: li, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	h.sim.TokenRevoke()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := h.bot.Send(t.Context(), bots.Message{Key: fmt.Sprint("k", i), User: fmt.Sprint("ou_p", i), Text: "x"}); err != nil && sendError(t, err).Code != bots.CodeLimited {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := h.sim.Calls(tokenAPI); n != 2 {
		t.Errorf("%d tokens fetched, want 2", n)
	}
}

// TestWrongSecret is for a person to mend; it says so, and not the secret.
func TestWrongSecret(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	sim := feishusim.New(feishusim.Options{AppID: "cli_a", AppSecret: "right"})
	base, stop := sim.Start()
	t.Cleanup(stop)
	b, err := feishu.New(feishu.Options{AppID: "cli_a", AppSecret: appSecret, APIBase: base + "/", HTTPClient: h.bot.HTTPClient})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Send(t.Context(), bots.Message{Key: "k", User: li, Text: "x"})
	if se := sendError(t, err); se.Code != bots.CodeConfig || !se.Retry || !strings.Contains(se.Platform, "10014") || strings.Contains(err.Error(), appSecret) {
		t.Errorf("%v", err)
	}
}

// TestNobodyThere: nothing can have been accepted where nobody answered the dial.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	b, err := feishu.New(feishu.Options{AppID: "cli_a", AppSecret: "s", APIBase: "http://127.0.0.1:1", HTTPClient: h.bot.HTTPClient})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Send(t.Context(), bots.Message{Key: "k", User: li, Text: "x"})
	if se := sendError(t, err); se.Code != bots.CodeUnavailable || !se.Retry {
		t.Errorf("%v", err)
	}
}

func say(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) }

// api is a platform that answers as it is told.
func api(t *testing.T, answer http.HandlerFunc) *feishu.Bot {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Tt-Logid", "log-1")
		if strings.HasSuffix(r.URL.Path, "/tenant_access_token/internal") {
			say(w, `{"code":0,"tenant_access_token":"t-canary","expire":7200}`)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(srv.Close)
	b, err := feishu.New(feishu.Options{AppID: "cli_a", AppSecret: "s", APIBase: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCodes goes through the platform's codes, by its documentation.
func TestCodes(t *testing.T) {
	t.Parallel()
	codes := map[bots.SendCode][]int{
		bots.CodeLimited:     {99991400, 230020, 232019, 11232, 11233},
		bots.CodeUnavailable: {230049, 1395001, 2091003, 2091006, 300000, 300317},
		bots.CodeConfig:      {99991403, 99991672, 99991661},
		bots.CodeNoReach:     {230002, 230006, 230013, 230018, 230029, 230034, 230035, 230038, 230053, 232009, 99992361, 99992354},
		bots.CodeStale:       {230031, 230011, 230110},
		bots.CodeRefused:     {230001, 230017, 230022, 230025, 230028, 230099, 234567},
	}
	retried := map[bots.SendCode]bool{bots.CodeLimited: true, bots.CodeUnavailable: true, bots.CodeConfig: true}
	for want, all := range codes {
		for _, code := range all {
			b := api(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				say(w, fmt.Sprintf(`{"code":%d,"msg":"words"}`, code))
			})
			_, err := b.Send(t.Context(), bots.Message{Key: "k", User: li, Text: "x"})
			se := sendError(t, err)
			if se.Code != want || se.Retry != retried[want] || !strings.Contains(se.Platform, strconv.Itoa(code)) || !strings.Contains(se.Platform, "log-1") {
				t.Errorf("%d: %+v, want code %d", code, se, want)
			}
		}
	}
}

// TestOddAnswers: what does not say that the message was taken leaves a doubt,
// and never a secret in the words.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		code   bots.SendCode
		retry  bool
	}{
		"no data":  {func(w http.ResponseWriter) { say(w, `{"code":0,"msg":"ok"}`) }, bots.CodeUnknown, true},
		"no id":    {func(w http.ResponseWriter) { say(w, `{"code":0,"data":{}}`) }, bots.CodeUnknown, true},
		"odd data": {func(w http.ResponseWriter) { say(w, `{"code":0,"data":[]}`) }, bots.CodeUnknown, true},
		"cut":      {func(w http.ResponseWriter) { say(w, `{"code":0,"data":{"mess`) }, bots.CodeUnknown, true},
		"a redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusFound)
		}, bots.CodeUnknown, true},
		"a 403 page": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden); say(w, `{"message":"proxy"}`) }, bots.CodeUnavailable, true},
		"503": {func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusServiceUnavailable)
			say(w, `{"code":5,"msg":"x"}`)
		}, bots.CodeUnavailable, true},
		"429, no code": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests); say(w, `{}`) }, bots.CodeLimited, true},
	} {
		b := api(t, func(w http.ResponseWriter, _ *http.Request) { c.answer(w) })
		_, err := b.Send(t.Context(), bots.Message{Key: "k", User: li, Text: "x"})
		if se := sendError(t, err); se.Code != c.code || se.Retry != c.retry || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v %+v", name, err, se)
		}
	}
}

// TestUUID: it fits, is stable, and differs by key.
func TestUUID(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	b := api(t, func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		_, _ = body.ReadFrom(r.Body)
		_, after, _ := strings.Cut(body.String(), `"uuid":"`)
		uuid, _, _ := strings.Cut(after, `"`)
		mu.Lock()
		seen[uuid]++
		mu.Unlock()
		say(w, `{"code":0,"data":{"message_id":"om_1"}}`)
	})
	for _, key := range []string{"a", "a", "b", strings.Repeat("x", 500)} {
		if _, err := b.Send(t.Context(), bots.Message{Key: key, User: "ou_" + key, Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for uuid := range seen {
		if uuid == "" || len(uuid) > 50 {
			t.Errorf("uuid %q", uuid)
		}
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
}

// TestTextIsNotMarkup: what the platform would read as a mention, a style or a
// link with another address is shown as it was written.
func TestTextIsNotMarkup(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	const words = `<at user_id="all">所有人</at> <b>粗</b> [点我](http://evil.example) a<3 && b>2 http://hub.example/upload/x`
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Text: words}); err != nil {
		t.Fatal(err)
	}
	seen := strings.Join(h.Seen(t), "\n")
	for _, bad := range []string{"<at", "</at", "<b>", "]("} {
		if strings.Contains(seen, bad) {
			t.Errorf("%q is markup in %s", bad, seen)
		}
	}
	for _, good := range []string{"所有人", "点我", "a<3 && b>2", "http://hub.example/upload/x"} {
		if !strings.Contains(seen, good) {
			t.Errorf("%q is lost in %s", good, seen)
		}
	}
}

// TestUpdatesOneByOne: two updates of one card are never on their way at once.
func TestUpdatesOneByOne(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	b := api(t, func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
		if r.Method != http.MethodPatch || r.URL.Path != "/open-apis/im/v1/messages/om_1" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		say(w, `{"code":0,"data":{}}`)
	})
	c := bots.Card{Title: "x"}
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			if ref, err := b.Update(t.Context(), "om_1", bots.Message{Key: fmt.Sprint("k", i), Card: &c}); err != nil || ref != "om_1" {
				t.Errorf("%q %v", ref, err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d at once", most.Load())
	}
	if _, err := b.Update(t.Context(), "om_1", bots.Message{Key: "k", Text: "x"}); sendError(t, err).Code != bots.CodeRefused {
		t.Errorf("an update without a card: %v", err)
	}
	huge := new(harness).Huge()
	if _, err := b.Update(t.Context(), "om_1", bots.Message{Key: "k", Card: &huge}); sendError(t, err).Code != bots.CodeRefused {
		t.Errorf("too large a card: %v", err)
	}
}

// TestUpdatesArePaced: 5 a second of one card; the platform is not asked for more.
func TestUpdatesArePaced(t *testing.T) {
	t.Parallel()
	var calls, limited atomic.Int32
	b := api(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		say(w, `{"code":0,"data":{}}`)
	})
	c := bots.Card{Title: "x"}
	for i := range 8 {
		_, err := b.Update(t.Context(), "om_1", bots.Message{Key: fmt.Sprint("k", i), Card: &c})
		if err != nil && sendError(t, err).Code == bots.CodeLimited {
			limited.Add(1)
		}
	}
	if calls.Load() != 5 || limited.Load() != 3 {
		t.Errorf("%d calls, %d told to wait", calls.Load(), limited.Load())
	}
	if _, err := b.Update(t.Context(), "om_2", bots.Message{Key: "other", Card: &c}); err != nil {
		t.Errorf("another card: %v", err)
	}
}

// TestOnlyPatch (FC-14): cards are changed as often as wished, since the token
// of a click, good for two changes, is never used.
func TestOnlyPatch(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	c := bots.Card{Title: "零"}
	ref, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Card: &c})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		c.Title = fmt.Sprint("第", i)
		if _, err := h.bot.Update(t.Context(), ref, bots.Message{Key: c.Title, Card: &c}); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.sim.Calls("POST /open-apis/interactive/v1/card/update"); n != 0 || h.Seen(t)[0] != "第3" {
		t.Errorf("%d delayed updates, %v", n, h.Seen(t))
	}
}
