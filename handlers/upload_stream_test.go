package handlers

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"genjin/bots"
)

// TestUploadWho: the platform's own browser tells who opens the page.
func TestUploadWho(t *testing.T) {
	t.Parallel()
	signIn := muteBot{signIn: "https://open.example/sso", users: map[string]string{"mine": "lilei", "hers": "WangFang"}}
	d := newDesk(t, func(o *Options) { o.Bots = []bots.Bot{fakeBot{}, signIn} })
	d.deal("华东智造", "128万")
	path := linkIn(t, d.says(li, "上传 华东智造").text)
	look := func(query, agent, cookie string) *httptest.ResponseRecorder {
		return ask(t, d.routes, "GET "+path+query, nil, "User-Agent", agent, "Cookie", cookie)
	}
	const phone = "Mozilla/5.0 (iPhone) wxwork/4.1 MicroMessenger/7"
	w := look("", phone, "")
	to := w.Header().Get("Location")
	if w.Code != http.StatusFound || !strings.HasPrefix(to, "https://open.example/sso?page=https://hub.example"+path) {
		t.Fatalf("%d %s", w.Code, to)
	}
	_, state, _ := strings.Cut(to, "&state=")
	if w := look("?code=hers&state="+state, phone, ""); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "华东智造") {
		t.Errorf("somebody else: %d", w.Code)
	}
	if w := look("?code=used&state="+state, phone, ""); w.Code != http.StatusForbidden {
		t.Errorf("a code that is none: %d", w.Code)
	}
	if w := look("?code=mine&state=other", phone, ""); w.Code != http.StatusFound {
		t.Errorf("another's state: %d", w.Code)
	}
	w = look("?code=mine&state="+state, phone, "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "华东智造") {
		t.Fatalf("the person: %d", w.Code)
	}
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	if w := look("?code=used&state="+state, phone, cookie); w.Code != 200 {
		t.Errorf("looking again: %d", w.Code)
	}
	if w := look("", "Mozilla/5.0 Chrome", ""); w.Code != 200 {
		t.Errorf("another browser: %d", w.Code)
	}
}

// TestUploadStreams sends 19 MiB over a real connection, more slowly than other
// requests may be: what has come lies on disk before the rest is sent.
func TestUploadStreams(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	path := linkIn(t, d.says(li, "上传 华东智造").text)
	srv := httptest.NewUnstartedServer(d.routes)
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	srv.Start()
	defer srv.Close()
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	onDisk := int64(0)
	go func() {
		part, err := form.CreateFormFile("file", "大纪要.pdf")
		block := bytes.Repeat([]byte("x"), 1<<20)
		copy(block, aPDF)
		for i := 0; i < 19 && err == nil; i++ {
			_, err = part.Write(block)
			time.Sleep(20 * time.Millisecond)
			clear(block[:len(aPDF)])
			copy(block[len(block)-len(aPDF):], aPDF)
		}
		onDisk = d.leftovers()
		if err == nil {
			err = form.Close()
		}
		_ = w.CloseWithError(err)
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+path, r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(text), "19.0 MB") {
		t.Fatalf("%d %s %v", resp.StatusCode, text, err)
	}
	if onDisk < 15<<20 || d.leftovers() != 0 {
		t.Errorf("%d bytes on disk while the last are sent, %d after", onDisk, d.leftovers())
	}
}

// leftovers is how many bytes lie in temporary files.
func (d *desk) leftovers() (n int64) {
	files, err := filepath.Glob(filepath.Join(d.dir, "evidence", "tmp-*"))
	if err != nil {
		d.t.Error(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			n += info.Size()
		}
	}
	return n
}
