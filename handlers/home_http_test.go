package handlers

import (
	"strings"
	"testing"
)

// TestHome says what this is, and nothing else.
func TestHome(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	w := ask(t, d.routes, "GET /", nil)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "请在飞书或企业微信里找「跟进」机器人") || strings.Contains(w.Body.String(), "华东智造") || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestLookingWithoutReading: what only asks for the head is answered as who reads.
func TestLookingWithoutReading(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, path := range []string{"/healthz", "/readyz", "/form/unknown"} {
		get, head := ask(t, d.routes, "GET "+path, nil), ask(t, d.routes, "HEAD "+path, nil)
		if get.Code != head.Code || get.Code == 404 || get.Code == 405 {
			t.Errorf("%s: GET %d, HEAD %d", path, get.Code, head.Code)
		}
	}
}

// TestLost: a mistyped address is a page for who reads, and JSON for programs.
func TestLost(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	page := ask(t, d.routes, "GET /forn/x", nil, "Accept", "text/html,*/*;q=0.8")
	if page.Code != 404 || !strings.Contains(page.Body.String(), "没有这个页面") || page.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d %s", page.Code, page.Body)
	}
	if w := ask(t, d.routes, "GET /forn/x", nil, "Accept", "*/*"); w.Code != 404 || !strings.Contains(w.Body.String(), `"error":"not_found"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
