package feishu_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"genjin/bots"
	"genjin/playground/feishusim"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	r := h.sim.SendFile(t.Context(), li, "", "a.pdf", []byte("%PDF-1.4 content"), feishusim.NoRetry())
	m, ok := h.sim.Message(r.MessageID)
	if !ok {
		t.Fatal("no message")
	}
	fetch := func() string {
		t.Helper()
		body, err := h.bot.Fetch(t.Context(), bots.File{Key: m.FileKey, MessageID: m.ID, Name: "a.pdf"})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err := errors.Join(err, body.Close()); err != nil {
			t.Error(err)
		}
		return string(text)
	}
	if got := fetch(); got != "%PDF-1.4 content" {
		t.Errorf("%q", got)
	}
	h.sim.TokenRevoke()
	if got := fetch(); got != "%PDF-1.4 content" {
		t.Errorf("with a new token: %q", got)
	}
	for _, f := range []bots.File{{Key: "file_other", MessageID: m.ID}, {Key: "../../../x", MessageID: m.ID}, {Key: m.FileKey, MessageID: "om_x/../" + m.ID}} {
		if _, err := h.bot.Fetch(t.Context(), f); sendError(t, err).Retry {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestFetchAnswers tells files from errors, and errors that pass from others.
func TestFetchAnswers(t *testing.T) {
	t.Parallel()
	fetch := func(answer http.HandlerFunc) (string, error) {
		b := api(t, answer)
		body, err := b.Fetch(t.Context(), bots.File{Key: "k", MessageID: "om_1"})
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(body)
		return string(text), errors.Join(err, body.Close())
	}
	got, err := fetch(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="x.json"`)
		say(w, `{"code":234003}`)
		if r.Header.Get("Authorization") != "Bearer t-canary" || r.URL.Query().Get("type") != "file" {
			t.Errorf("%v %v", r.Header, r.URL)
		}
	})
	if err != nil || got != `{"code":234003}` {
		t.Errorf("a file that is JSON: %q %v", got, err)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		code   bots.SendCode
		retry  bool
	}{
		"not in the message": {400, `{"code":234003,"msg":"File not in msg."}`, bots.CodeRefused, false},
		"too fast":           {429, `{"code":99991400}`, bots.CodeLimited, true},
		"no scope":           {400, `{"code":99991672}`, bots.CodeConfig, true},
		"down":               {502, `<html>`, bots.CodeUnavailable, true},
		"an empty success":   {200, `{"code":0}`, bots.CodeUnavailable, true},
		"a redirect":         {302, ``, bots.CodeUnavailable, true},
	} {
		_, err := fetch(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://169.254.169.254/")
			w.WriteHeader(c.status)
			say(w, c.body)
		})
		if se := sendError(t, err); se.Code != c.code || se.Retry != c.retry {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSendFile: a file is uploaded once, however often its message is tried.
func TestSendFile(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	for api, f := range map[string]bots.Upload{
		"POST /open-apis/im/v1/files":  {Name: "方案.pdf", Type: "application/pdf", SHA256: "1", Data: []byte("%PDF-1.4 x")},
		"POST /open-apis/im/v1/images": {Name: "签字.png", Type: "image/png", SHA256: "2", Data: []byte("\x89PNG\r\n\x1a\nxxxx")},
	} {
		m := bots.Message{Key: f.Name, User: li, File: &f}
		h.LoseAnswers(t)
		if _, err := h.bot.Send(t.Context(), m); sendError(t, err).Code != bots.CodeUnknown {
			t.Errorf("%s: %v", f.Name, err)
		}
		if _, err := h.bot.Send(t.Context(), m); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if n := h.sim.Calls(api); n != 1 {
			t.Errorf("%s: %d uploads", f.Name, n)
		}
	}
	if n := len(h.Seen(t)); n != 2 {
		t.Errorf("%d messages are seen", n)
	}
	for _, f := range []bots.Upload{{Name: "leer.pdf"}, {Name: "gross.pdf", Data: bytes.Repeat([]byte("x"), 30<<20+1)}} {
		if _, err := h.bot.Send(t.Context(), bots.Message{Key: f.Name, User: li, File: &f}); sendError(t, err).Code != bots.CodeRefused {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}
