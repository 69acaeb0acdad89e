package wecom_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/bots/wecom"
)

func answer(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) }

// api is a platform that answers as it is told.
func api(t *testing.T, f http.HandlerFunc) *wecom.Bot {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/gettoken") {
			answer(w, `{"errcode":0,"errmsg":"ok","access_token":"tok-canary","expires_in":7200}`)
			return
		}
		f(w, r)
	}))
	t.Cleanup(srv.Close)
	b, err := wecom.New(wecom.Options{
		CorpID: corpID, AgentID: agentID, Secret: appSecret, Token: appToken, AESKey: appAESKey, APIBase: srv.URL + "/", HTTPClient: srv.Client(),
		Robots: func(string) string { return robotKey },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCodes goes through the platform's codes, by its documentation.
func TestCodes(t *testing.T) {
	t.Parallel()
	for want, codes := range map[bots.SendError][]int{
		{Code: bots.CodeUnavailable, Retry: true}:                                      {-1, 6000},
		{Code: bots.CodeLimited, Retry: true, After: time.Minute, API: "message/send"}: {45009},
		{Code: bots.CodeLimited, Retry: true, After: time.Second, API: "message/send"}: {45033},
		{Code: bots.CodeConfig, Retry: true, After: time.Second}:                       {40014, 42001},
		{Code: bots.CodeConfig, Retry: true, After: 30 * time.Second}:                  {60020, 40001, 40013, 48002, 301002, 43012, 60011, 41001},
		{Code: bots.CodeNoReach}: {81013, 60111, 86001, 86003, 86006, 40003, 93000},
		{Code: bots.CodeStale}:   {60140, 42015},
		{Code: bots.CodeRefused}: {42014, 42027, 42051, 40058, 45002, 44004, 42052, 123456},
	} {
		for _, code := range codes {
			b := api(t, func(w http.ResponseWriter, _ *http.Request) {
				answer(w, fmt.Sprintf(`{"errcode":%d,"errmsg":"nein"}`, code))
			})
			_, err := b.Send(t.Context(), bots.Message{Key: "k", User: lilei, Text: "x"})
			se := *sendError(t, err)
			if !strings.Contains(se.Platform, strconv.Itoa(code)) {
				t.Errorf("%d is not named: %v", code, err)
			}
			if se.Platform, se.Err = "", nil; se != want {
				t.Errorf("%d: %+v, want %+v", code, se, want)
			}
		}
	}
}

// TestAnswersThatAreNone: what is no answer of the API tells nothing, or that
// nothing was done.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		code   bots.SendCode
		retry  bool // for a member: the platform knows a second try
	}{
		"500":           {500, `{"errcode":-1}`, bots.CodeUnavailable, true},
		"503":           {503, "", bots.CodeUnavailable, true},
		"502":           {502, "<html>", bots.CodeUnknown, true},
		"504":           {504, "", bots.CodeUnknown, true},
		"page":          {200, "<html>", bots.CodeUnknown, true},
		"nothing":       {200, "", bots.CodeUnknown, true},
		"no code":       {200, `{"msgid":"m"}`, bots.CodeUnknown, true},
		"another shape": {200, `{"errcode":0,"msgid":[1]}`, bots.CodeUnknown, true},
		"404":           {404, "", bots.CodeRefused, false},
		"redirect":      {302, "", bots.CodeUnknown, true},
		"warning":       {200, `{"errcode":0,"errmsg":"ok. Warning: wrong json format. ","msgid":"m"}`, bots.CodeRefused, false},
		"invalid user":  {200, `{"errcode":0,"errmsg":"ok","invaliduser":"lilei"}`, bots.CodeNoReach, false},
		"no licence":    {200, `{"errcode":0,"errmsg":"ok","unlicenseduser":"lilei"}`, bots.CodeNoReach, false},
	} {
		b := api(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(c.status)
			answer(w, c.body)
		})
		_, err := b.Send(t.Context(), bots.Message{Key: "k", User: lilei, Text: "x"})
		if se := sendError(t, err); se.Code != c.code || se.Retry != c.retry {
			t.Errorf("%s: %+v", name, se)
		}
		if c.code != bots.CodeUnknown {
			continue
		}
		for _, m := range []bots.Message{
			{Key: "g", Chat: east, Text: "x"}, {Key: "r", Chat: "robot:east", Text: "x"}, {Key: "a", Chat: "reply:LiLei:" + b.APIBase + "/cgi-bin/aibot/response?response_code=x", Text: "x"},
		} {
			if name == "another shape" {
				break // nobody looks at these answers
			}
			_, err := b.Send(t.Context(), m)
			if se := sendError(t, err); se.Code != bots.CodeUnknown || se.Retry || !b.Forgets(m) {
				t.Errorf("%s to %s: %+v, forgets %v", name, m.Chat, se, b.Forgets(m))
			}
		}
	}
}

// TestBodiesAreClean: no \u escapes (40033), an agentid that is a number, and the
// same bytes for the same message from every process.
func TestBodiesAreClean(t *testing.T) {
	t.Parallel()
	var bodies []string
	server := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		answer(w, `{"errcode":0,"errmsg":"ok","msgid":"m"}`)
	}
	card := bots.Card{Title: "A&B <x>", Tone: bots.ToneAct, Blocks: []bots.Block{{Buttons: []bots.Button{{Text: "好", Action: "a", Value: map[string]string{"z": "1", "b": "2", "c": "&="}}}}}}
	for _, m := range []bots.Message{{Key: "k", User: lilei, Text: "a<b>&\"\u2028\u2029\x01\\u2028 \U0001F600\xff"}, {Key: "c", User: lilei, Card: &card}} {
		for range 2 {
			bodies = nil
			say(t, api(t, server), m)
			say(t, api(t, server), m)
			if len(bodies) != 2 || bodies[0] != bodies[1] {
				t.Errorf("not the same bytes: %q", bodies)
			}
			if strings.Contains(strings.ReplaceAll(bodies[0], `\\u`, ""), `\u`) || !strings.Contains(bodies[0], `"agentid":1000002,`) || !strings.Contains(bodies[0], "<") {
				t.Errorf("%q", bodies[0])
			}
		}
	}
}
