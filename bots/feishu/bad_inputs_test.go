package feishu_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"genjin/bots"
	"genjin/bots/botstest"
	"genjin/playground/feishusim"
)

// badInput is one line of the list of bad inputs that the project was given.
type badInput struct {
	ID       string `json:"id"`
	Surface  string `json:"surface"`
	Expected struct {
		HTTP   []int  `json:"http"`
		Effect string `json:"effect"`
		Reason string `json:"reason"`
	} `json:"expected"`
}

// elsewhere are the inputs whose effect needs the whole hub.
var elsewhere = map[string]string{
	"FE-11": "the inbox: the first of two wins", "FE-41": "the scenarios: events in random order", "FE-43": "the web server's trusted proxies",
	"FC-02": "the approval's rules", "FC-04": "the approval's rules", "FC-06": "the approval's rules", "FC-08": "the approval's rules",
	"FC-10": "the approval's rules", "FC-12": "the approval's rules", "FC-18": "the approval's rules",
	"FC-14": "there is no such token: cards are changed with PATCH alone, TestOnlyPatch",
}

func stampOf(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// bad builds the requests.
type bad struct {
	h    *harness
	good botstest.Push
}

func (b bad) plain(hd feishusim.Header, more ...any) []byte {
	return b.h.sim.Envelope(message("om_1", "p2p", "text", `{"text":"A"}`, more...), messages, hd)
}

// raw is a body that is signed as it is.
func (b bad) raw(text string) *http.Request { return b.at(stampOf(time.Now()), []byte(text)) }

func (b bad) at(stamp string, body []byte) *http.Request {
	return post(body, http.Header{"X-Lark-Request-Timestamp": {stamp}, "X-Lark-Request-Nonce": {"n"}, "X-Lark-Signature": {b.h.sim.Sign(stamp, "n", string(body))}})
}

func (b bad) sealedAt(stamp string) *http.Request {
	body, _ := b.h.sim.Sealed(b.plain(feishusim.Header{EventID: "e2"}))
	return b.at(stamp, body)
}

func (b bad) sealed(plain []byte) *http.Request {
	body, header := b.h.sim.Sealed(plain)
	return post(body, header)
}

// requests gives the request of an input by its id.
func (b bad) requests() map[string]func() *http.Request {
	return map[string]func() *http.Request{
		"FE-01": func() *http.Request { return post(b.good.Body, nil) },
		"FE-03": func() *http.Request {
			return post(bytes.Replace(b.good.Body, []byte(`":`), []byte(`": `), 1), b.good.Header)
		},
		"FE-07": func() *http.Request { return b.sealedAt(stampOf(time.Now().Add(-24 * time.Hour))) },
		"FE-09": func() *http.Request { return b.sealedAt("abc") },
		"FE-13": func() *http.Request {
			return post([]byte(`{"challenge":"abc","token":"v-token","type":"url_verification"}`), nil)
		},
		"FE-15": func() *http.Request { return b.raw(string(b.plain(feishusim.Header{EventID: "e4"}))) },
		"FE-17": func() *http.Request { return b.raw(`{"encrypt":"` + strings.Repeat("QUJD", 11) + `"}`) },
		"FE-19": func() *http.Request { return b.raw(`{"encrypt":"` + strings.Repeat("QUJD", 16) + `"}`) },
		"FE-21": func() *http.Request {
			return b.sealed(b.plain(feishusim.Header{EventID: "e5", TenantKey: "t_unknown"}))
		},
		"FE-23": func() *http.Request {
			return b.sealed(b.h.sim.Envelope(map[string]any{"type": "approval_instance"}, "approval_instance", feishusim.Header{EventID: "u1", V1: true}))
		},
		"FE-25": func() *http.Request { return b.sealed(b.plain(feishusim.Header{EventID: strings.Repeat("a", 10_000)})) },
		"FE-27": func() *http.Request {
			r := post(b.good.Body, b.good.Header)
			r.Header.Set("Content-Type", "text/plain")
			return r
		},
		"FE-29": func() *http.Request { return post(bytes.Repeat([]byte("a"), 1<<20+1), b.good.Header) },
		"FE-31": func() *http.Request {
			r := post(b.good.Body, b.good.Header)
			r.Body = http.NoBody
			r.Body = http.MaxBytesReader(nil, readCloser{iotest.ErrReader(os.ErrDeadlineExceeded)}, 1<<20)
			return r
		},
		"FE-33": func() *http.Request { return b.raw(strings.Repeat("[", 20_000)) },
		"FE-35": func() *http.Request { return b.raw(`{"a":1} {"a":2}`) },
		"FE-37": func() *http.Request {
			return b.sealed(bytes.Replace(b.plain(feishusim.Header{EventID: "e6"}), []byte(`A`), []byte(`\\ud800`), 1))
		},
		"FE-39": func() *http.Request { p := b.h.PushFromBot(nil, "A"); return post(p.Body, p.Header) },
		"FC-16": func() *http.Request {
			return b.sealed([]byte(`{"token":"v-token","open_id":"ou_li","open_message_id":"om","action":{"value":{"a":"approve"}}}`))
		},
	}
}

type readCloser struct {
	r interface{ Read([]byte) (int, error) }
}

func (r readCloser) Read(p []byte) (int, error) { return r.r.Read(p) }
func (readCloser) Close() error                 { return nil }

// statusOf is what the webhook's edge makes of a fault.
var statusOf = map[bots.Fault]int{
	bots.FaultMalformed: http.StatusBadRequest, bots.FaultSignature: http.StatusUnauthorized, bots.FaultMethod: http.StatusMethodNotAllowed,
	bots.FaultTooLarge: http.StatusRequestEntityTooLarge, bots.FaultMedia: http.StatusUnsupportedMediaType,
}

// TestBadInputs goes through the list, as far as one request tells.
func TestBadInputs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/bad_inputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []badInput
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 30 {
		t.Fatalf("%d inputs: %v", len(all), err)
	}
	h := newFeishu(t)
	b := bad{h: h, good: h.Push(t, "A")}
	_ = h.read(t, b.good) // the company is known from here
	requests := b.requests()
	for _, c := range all {
		request, here := requests[c.ID]
		switch _, other := elsewhere[c.ID]; {
		case c.ID == "FE-05":
			continue // TestVectors
		case other && !here:
			continue
		case !here:
			t.Errorf("%s is tested nowhere", c.ID)
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			in, err := h.bot.Decode(request())
			status, reason := http.StatusOK, "ok"
			if de, is := errors.AsType[*bots.DecodeError](err); is {
				status, reason = statusOf[de.Fault], de.Reason
			}
			if !slices.Contains(c.Expected.HTTP, status) {
				t.Errorf("status %d, want one of %v: %v", status, c.Expected.HTTP, err)
			}
			if status != http.StatusOK && reason != c.Expected.Reason {
				t.Errorf("reason %s, want %s", reason, c.Expected.Reason)
			}
			if status == http.StatusOK {
				accepted(t, c, in)
			}
		})
	}
}

// accepted looks at what came of an input that is answered with 200.
func accepted(t *testing.T, c badInput, in bots.Inbound) {
	t.Helper()
	if c.ID == "FE-13" {
		if in.Response == nil || string(in.Response.Body) != `{"challenge":"abc"}` {
			t.Errorf("%+v", in)
		}
		return
	}
	if len(in.Events) != 1 || in.Events[0].Key == "" {
		t.Fatalf("%+v", in)
	}
	e := in.Events[0]
	for id, ok := range map[string]bool{
		"FE-21": e.Kind == bots.EventUnknown && e.Type == "foreign",
		"FE-23": e.Key == "u:u1" && e.Type == "approval_instance",
		"FE-37": e.Kind == bots.EventMessage && e.Text == "\uFFFD",
		"FE-39": e.FromBot,
		"FC-16": e.Kind == bots.EventUnknown && e.Type == "card.action.trigger_v1",
	} {
		if c.ID == id && !ok {
			t.Errorf("%s: %+v", id, e)
		}
	}
}
