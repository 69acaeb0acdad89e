package wecomsim

import (
	"bytes"
	"mime"
	"net/http"
	"testing"
	"time"
)

var pngHead = []byte("\x89PNG\r\n\x1a\n0000000000000000")

func TestUploads(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	const path = "/cgi-bin/media/upload?type="
	got := p.upload(path+"file", "合同 1.pdf", []byte("%PDF-1.7"))
	p.want(got, 0)
	if got.str("type") != "file" || got.str("created_at") != "1795514400" || got.str("media_id") == "" {
		t.Errorf("got %v", got)
	}
	p.want(p.upload(path+"image", "a.png", pngHead), 0)
	p.want(p.upload(path+"image", "a.png", []byte("not a picture")), 40123)
	p.want(p.upload(path+"image", "a.png", append(pngHead, make([]byte, 10<<20)...)), 40009)
	p.want(p.upload(path+"file", "a.pdf", make([]byte, 20<<20+1)), 45001)
	p.want(p.upload(path+"file", "a.pdf", []byte("12345")), 40006)
	p.want(p.upload(path+"file", "a.pdf", nil), 44001)
	p.want(p.upload(path+"folder", "a.pdf", []byte("123456")), 40005)
	p.want(p.postRaw(path+"file", "{}"), 44001)
	id := got.str("media_id")
	p.want(p.send("LiLei", "file", map[string]any{"media_id": id}), 0)
	if m := p.Messages("LiLei")[0]; m.FileName != "合同 1.pdf" || string(m.FileData) != "%PDF-1.7" || m.Text != "[合同 1.pdf]" {
		t.Errorf("李雷 sees %+v", m)
	}
	p.want(p.send("LiLei", "image", map[string]any{"media_id": id}), 40007)
	p.clock.advance(3*24*time.Hour + time.Second)
	p.login()
	p.want(p.send("LiLei", "file", map[string]any{"media_id": id}), 40007)
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	id := p.upload("/cgi-bin/media/upload?type=file", "合同 1.pdf", []byte("0123456789")).str("media_id")
	path := "/cgi-bin/media/get?media_id=" + id
	resp, data := p.do(http.MethodGet, path, nil, nil)
	_, disposition, err := mime.ParseMediaType(resp.head.Get("Content-Disposition"))
	if err != nil || disposition["filename"] != "合同 1.pdf" || string(data) != "0123456789" || resp.status != http.StatusOK {
		t.Errorf("%v %v %q", resp.status, resp.head, data)
	}
	for head, want := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-2": "89", "bytes=8-99": "89", "bytes=9-9223372036854775807": "9"} {
		resp, data := p.do(http.MethodGet, path, map[string]string{"Range": head}, nil)
		if resp.status != http.StatusPartialContent || string(data) != want {
			t.Errorf("%s: %v %q", head, resp.status, data)
		}
		if head == "bytes=2-4" && resp.head.Get("Content-Range") != "bytes 2-4/10" {
			t.Errorf("Content-Range %q", resp.head.Get("Content-Range"))
		}
	}
	for _, head := range []string{"bytes=10-", "bytes=4-2", "lines=1-2", "bytes=x-", "bytes=-0"} {
		if resp, _ := p.do(http.MethodGet, path, map[string]string{"Range": head}, nil); resp.status != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("%s: %v", head, resp.status)
		}
	}
	p.want(p.get("/cgi-bin/media/get?media_id=x"), 40007)
	p.want(p.get("/cgi-bin/media/get"), 41006)
	p.clock.advance(3*24*time.Hour + time.Second)
	p.login()
	p.want(p.get(path), 40007)
}

func TestLargeDownloads(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	whole := bytes.Repeat([]byte("abcdefgh"), 3<<20)
	p.mu.Lock()
	id := p.keepLocked(&blob{kind: "file", name: "big.bin", data: whole, at: p.clock.Now()})
	p.mu.Unlock()
	path := "/cgi-bin/media/get?media_id=" + id
	p.want(p.get(path), 830002)
	_, first := p.do(http.MethodGet, path, map[string]string{"Range": "bytes=0-20971519"}, nil)
	_, rest := p.do(http.MethodGet, path, map[string]string{"Range": "bytes=20971520-"}, nil)
	if !bytes.Equal(append(first, rest...), whole) {
		t.Errorf("the parts have %d and %d bytes", len(first), len(rest))
	}
}
