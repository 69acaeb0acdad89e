package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
)

const aPDF = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

// desk is a room with a place for evidence and an upload page.
type desk struct {
	*room

	routes http.Handler
	log    *bytes.Buffer
	dir    string
}

func newDesk(t *testing.T, more ...func(*Options)) *desk {
	t.Helper()
	d := &desk{log: &bytes.Buffer{}, dir: t.TempDir()}
	ev, err := evidence.Open(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ev.Close(); err != nil {
			t.Error(err)
		}
	})
	var mu sync.Mutex
	d.room = onWeCom(t, append([]func(*Options){func(o *Options) {
		o.Evidence, o.Logger = ev, slog.New(slog.NewJSONHandler(lockedWriter{&mu, d.log}, nil))
	}}, more...)...)
	d.routes = d.hub.Routes()
	return d
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// linkIn cuts the path of the upload page out of a text.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "https://hub.example/upload/")
	if !ok {
		t.Fatalf("no link in:\n%s", text)
	}
	token, _, _ := strings.Cut(rest, "\n")
	return uploadPath + token
}

// formOf is a form with one file.
func formOf(name, content string) (body *bytes.Buffer, kind string) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, file := range [][2]string{{"", ""}, {name, content}} { // the field that was left empty comes too
		if part, err := w.CreateFormFile("file", file[0]); err == nil {
			_, _ = io.WriteString(part, file[1])
		}
	}
	_ = w.Close()
	return body, w.FormDataContentType()
}

func (d *desk) posts(path, name, content string) *httptest.ResponseRecorder {
	d.t.Helper()
	body, kind := formOf(name, content)
	return ask(d.t, d.routes, "POST "+path, body, "Content-Type", kind)
}

func (d *desk) files() []sales.File {
	d.t.Helper()
	var all []sales.File
	d.view(func(tx *store.Tx) (err error) {
		all, err = tx.RecentFiles(d.t.Context(), li, time.Time{})
		return err
	})
	return all
}

// TestUploadMoves: a refused move names the page first; the file that comes by it
// lets the move go on, and the answer is in the chat and on the page.
func TestUploadMoves(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	n := d.deal("华东智造", "128万")
	refused := d.says(li, "推进 华东智造 需求确认").has(t, "需求纪要", "传好就自动推进")
	path := linkIn(t, refused.text)
	if strings.Index(refused.text, path) > strings.Index(refused.text, "好了") {
		t.Errorf("the page does not come first:\n%s", refused.text)
	}
	for range 3 {
		w := ask(t, d.routes, "GET "+path, nil)
		if w.Code != 200 || w.Header().Get("Content-Security-Policy") == "" {
			t.Fatalf("look: %d", w.Code)
		}
		for _, want := range []string{"华东智造", "初步接触 → 需求确认", "需求纪要", "20 MB", `data-most="20971520"`, `type="file"`, `capture="environment"`, `accept=".pdf`, "upload.js"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("no %q on\n%s", want, w.Body)
			}
		}
	}
	d.now = d.now.Add(20 * time.Minute) // longer than a file counts, and than the move is old
	d.new()
	w := d.posts(path, "纪要.pdf", aPDF)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "已上传") || !strings.Contains(w.Body.String(), "→ 需求确认") || strings.Contains(w.Body.String(), "<form") {
		t.Fatalf("upload: %d %s", w.Code, w.Body)
	}
	all := d.new()
	if len(all) != 1 || all[0].User != "LiLei" || all[0].Bot != "wecom" {
		t.Fatalf("told: %v", texts(all))
	}
	all[0].has(t, "已推进", "华东智造", "纪要.pdf")
	if d.stage(n) != "needs" {
		t.Errorf("stage %s", d.stage(n))
	}
	f := d.files()
	if len(f) != 1 || f[0].Status != sales.FileUsed || f[0].Bot != pageBot || !f[0].Private || f[0].Name != "纪要.pdf" || f[0].Type != "pdf" {
		t.Errorf("file %+v", f)
	}
	for method := range map[string]bool{"GET": true, "POST": true} {
		body, kind := formOf("纪要.pdf", aPDF)
		if w := ask(t, d.routes, method+" "+path, body, "Content-Type", kind); w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "链接已失效") {
			t.Errorf("%s again: %d %s", method, w.Code, w.Body)
		}
	}
	if token := strings.TrimPrefix(path, uploadPath); strings.Contains(d.log.String(), token) {
		t.Error("the log holds a token")
	}
}

// TestUploadFirst: a file that no move waits for counts for ten minutes.
func TestUploadFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	n := d.deal("华东智造", "128万")
	path := linkIn(t, d.says(li, "上传 华东智造").has(t, "需求确认", "需求纪要", "30 分钟").text)
	d.new()
	body, kind := formOf("纪要.pdf", aPDF)
	w := ask(t, d.routes, "POST "+path, body, "Content-Type", kind, "Accept", "application/json")
	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got["state"] != "done" || !strings.Contains(got["text"], "纪要.pdf") || got["title"] != "✓ 已上传" {
		t.Fatalf("%d %s %v", w.Code, w.Body, err)
	}
	if all := d.new(); len(all) != 1 || all[0].User != "LiLei" {
		t.Fatalf("told: %v", texts(all))
	} else {
		all[0].has(t, "纪要.pdf", "10 分钟内可作凭证")
	}
	if d.stage(n) != "contact" {
		t.Fatalf("stage %s", d.stage(n))
	}
	d.says(li, "推进 华东智造 需求确认").has(t, "已推进")
}

// TestUploadUnfitIsSaid: a file that the next stage cannot use is taken, for
// another purpose maybe, and the page says so.
func TestUploadUnfitIsSaid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	n := d.deal("华东智造", "128万")
	d.gives(li, "纪要.pdf", "pdf")
	d.says(li, "推进 华东智造 需求确认").has(t, "已推进")
	for name, warned := range map[string]bool{"说明.txt": true, "方案.pdf": false} {
		path := linkIn(t, d.says(li, "上传 #"+itoa(n)).has(t, "方案报价").text)
		body, kind := formOf(name, map[bool]string{true: "PNG or PDF: neither", false: aPDF}[warned])
		w := ask(t, d.routes, "POST "+path, body, "Content-Type", kind, "Accept", "application/json")
		var got map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Fatalf("%d %s %v", w.Code, w.Body, err)
		}
		if strings.Contains(got["text"], "用不上") != warned || strings.Count(got["text"], name) != 1 {
			t.Errorf("%s:\n%s", name, got["text"])
		}
	}
}

// TestUploadStates: what each page answers, and that nothing but a good file
// changes anything.
func TestUploadStates(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	d.gives(li, "纪要.pdf", "pdf")
	d.says(li, "推进 华东智造 需求确认")
	d.says(li, "推进 华东智造 方案报价").has(t, "方案文件")
	path := linkIn(t, d.says(li, "上传 华东智造").has(t, "传好就自动推进").text)
	before := len(d.files())
	d.new()
	for name, c := range map[string]struct {
		file, content string
		status        int
		reason        string
	}{
		"type":  {"x.exe", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", 422, "type_not_allowed"},
		"unfit": {"x.csv", "a,b\n1,2\n3,4\n", 422, "unfit"},
		"empty": {"x.pdf", "", 422, "file_empty"},
		"large": {"x.pdf", aPDF + strings.Repeat("x", uploadMax), 413, "file_too_large"},
		"huge":  {"x.pdf", strings.Repeat("x", uploadMax+1<<20), 413, "file_too_large"},
		"none":  {"", "", 422, "no_file"},
	} {
		body, kind := formOf(c.file, c.content)
		w := ask(t, d.routes, "POST "+path, body, "Content-Type", kind, "Accept", "application/json")
		if w.Code != c.status || !strings.Contains(w.Body.String(), `"reason":"`+c.reason+`"`) || !strings.Contains(w.Body.String(), `"state":"open"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if n := d.leftovers(); n != 0 {
		t.Errorf("%d bytes are left over", n)
	}
	// For a browser the same is a page that can be used again.
	if w := d.posts(path, "x.csv", "a,b\n1,2\n"); w.Code != 422 || !strings.Contains(w.Body.String(), "「方案报价」要") || !strings.Contains(w.Body.String(), `id="f-file"`) {
		t.Errorf("unfit: %d %s", w.Code, w.Body)
	}
	body, kind := formOf("x.pdf", aPDF)
	half := io.MultiReader(bytes.NewReader(body.Bytes()[:body.Len()/2]), iotest.ErrReader(io.ErrUnexpectedEOF))
	if w := ask(t, d.routes, "POST "+path, half, "Content-Type", kind); w.Code != 400 || !strings.Contains(w.Body.String(), "上传中断了") {
		t.Errorf("broke off: %d", w.Code)
	}
	cut := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\n\r\n" + aPDF + "\r\n--b\r\nContent-Disp" // all of the file, not of the form
	if w := ask(t, d.routes, "POST "+path, strings.NewReader(cut), "Content-Type", "multipart/form-data; boundary=b"); w.Code != 400 {
		t.Errorf("cut: %d", w.Code)
	}
	if w := ask(t, d.routes, "POST "+path, strings.NewReader("x"), "Content-Type", "text/plain"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("no form: %d", w.Code)
	}
	if w := ask(t, d.routes, "GET /upload/guess", nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "没有这个链接") {
		t.Errorf("unknown: %d", w.Code)
	}
	for range uploadsAtOnce {
		d.hub.uploads <- struct{}{}
	}
	if w := d.posts(path, "x.pdf", aPDF); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "正忙") {
		t.Errorf("busy: %d %s", w.Code, w.Body)
	}
	for range uploadsAtOnce {
		<-d.hub.uploads
	}
	if n := len(d.files()); n != before || len(d.new()) != 0 {
		t.Errorf("%d files, %d before", n, before)
	}
	if w := ask(t, d.routes, "GET "+path, nil); w.Code != 200 {
		t.Errorf("the page is gone: %d", w.Code)
	}
	d.now = d.now.Add(draftLife)
	if w := d.posts(path, "x.pdf", aPDF); w.Code != http.StatusGone {
		t.Errorf("expired: %d", w.Code)
	}
}

// TestUploadUnavailable: while the database is away nothing is promised.
func TestUploadUnavailable(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	path := linkIn(t, d.says(li, "上传 华东智造").text)
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := d.posts(path, "x.pdf", aPDF); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "暂时不能上传") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestUploadOnce: of several uploads at once one is taken, on either database.
func TestUploadOnce(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(r *room) {
		t := r.t
		r.deal("华东智造", "128万")
		token := strings.TrimPrefix(linkIn(t, r.says(li, "推进 华东智造 需求确认").text), uploadPath)
		r.new()
		const tries = 8
		var (
			all   sync.WaitGroup
			mu    sync.Mutex
			ends  = map[uploadState]int{}
			held  = make(chan struct{})
			start = make(chan struct{})
		)
		// Somebody holds the token until all have looked at the page, and lets go.
		all.Go(func() {
			planted := errors.New("planted")
			err := r.store.Do(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Once(t.Context(), keptPage+token)
				close(held)
				<-start
				return errors.Join(planted, err)
			})
			if !errors.Is(err, planted) {
				t.Error(err)
			}
		})
		<-held
		for range tries {
			all.Go(func() {
				p, err := r.hub.finishUpload(t.Context(), token, evidence.Stored{SHA256: strings.Repeat("a", 64), Size: 9, Type: "pdf", Name: "纪要.pdf"}, "")
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				ends[p.state]++
			})
		}
		time.Sleep(200 * time.Millisecond)
		close(start)
		all.Wait()
		if ends[uploadDone] != 1 || ends[uploadGone] != tries-1 {
			t.Errorf("%v", ends)
		}
		if told := r.new(); len(told) != 1 {
			t.Errorf("told %v", texts(told))
		}
	})
}

// TestUploadCancelled: 取消 ends the page of the move, and a move that was made
// otherwise is not made again.
func TestUploadCancelled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	path := linkIn(t, d.says(li, "推进 华东智造 需求确认").text)
	d.says(li, "取消").has(t, "已取消")
	if w := ask(t, d.routes, "GET "+path, nil); w.Code != http.StatusGone {
		t.Errorf("cancelled: %d", w.Code)
	}
	d.says(li, "推进 华东智造 需求确认")
	path = linkIn(t, d.says(li, "上传 华东智造").has(t, "自动推进").text) // another page for the same move
	d.gives(li, "纪要.png", "png")
	d.says(li, "好了").has(t, "已推进")
	d.new()
	if w := d.posts(path, "纪要.pdf", aPDF); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if all := d.new(); len(all) != 1 || !strings.Contains(all[0].text, "可作凭证") {
		t.Errorf("told %v", texts(all))
	}
}

// TestUploadOffered: where a chat takes files the page comes second; a file that
// could not be fetched brings it; others' deals have none.
func TestUploadOffered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bot = "feishu"
	d.deal("华东智造", "128万")
	text := d.says(li, "推进 华东智造 需求确认").text
	if strings.Index(text, "好了") > strings.Index(text, linkIn(t, text)) {
		t.Errorf("the page comes first:\n%s", text)
	}
	d.says(han, "上传 华东智造").has(t, "没有找到")
	d.says(admin, "上传 华东智造").has(t, "李雷", "只有负责人和主管能操作")
	fails := func(reason string) string {
		f := d.sends(li, "x.pdf", "")
		d.new()
		d.do(func(tx *store.Tx) error {
			f, err := tx.File(t.Context(), f.ID)
			if err != nil {
				return err
			}
			f.Status, f.Reason = sales.FileRefused, reason
			if err := tx.Save(t.Context(), sales.Change{Files: []sales.File{f}}, store.Source{}); err != nil {
				return err
			}
			f.Revision++
			return d.hub.Resume(t.Context(), tx, f)
		})
		return strings.Join(texts(d.new()), "\n")
	}
	path := linkIn(t, fails("fetch_failed"))
	if w := ask(t, d.routes, "GET "+path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "需求确认") {
		t.Errorf("it does not know the move that waits: %d %s", w.Code, w.Body)
	}
	if got := fails("file_damaged"); strings.Contains(got, "/upload/") {
		t.Errorf("a page does not help here: %s", got)
	}
	d.bot = "wecom"
	d.says(li, "取消")
	path = linkIn(t, fails("file_damaged"))
	if w := ask(t, d.routes, "GET "+path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "李雷 的凭证") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestUploadGroup: a move that was asked for in a group is answered there; its
// page goes to the person alone.
func TestUploadGroup(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	e := d.event(li)
	e.Text, e.Chat, e.Private, e.Reply = "推进 华东智造 需求确认", "wrchat", false, "reply:LiLei:https://x"
	m := d.answered(e)
	if m.User != "LiLei" || m.Chat != "" {
		t.Fatalf("the link goes to %q %q", m.User, m.Chat)
	}
	d.new()
	if w := d.posts(linkIn(t, m.text), "纪要.pdf", aPDF); w.Code != 200 {
		t.Fatalf("%d", w.Code)
	}
	if all := d.new(); len(all) != 1 || all[0].Chat != "reply:LiLei:https://x" {
		t.Errorf("%+v", all)
	}
}

// TestUploadDenied: who left uploads nothing.
func TestUploadDenied(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智造", "128万")
	path := linkIn(t, d.says(li, "上传 华东智造").text)
	d.handle(bots.Event{Bot: "wecom", Key: "gone", Kind: bots.EventUserLeft, User: "LiLei"})
	if w := d.posts(path, "x.pdf", aPDF); w.Code != http.StatusForbidden {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
