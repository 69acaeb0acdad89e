package wecom_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/wecomsim"
)

func upload(name, kind string, data []byte) *bots.Upload {
	sum := sha256.Sum256(data)
	return &bots.Upload{Name: name, Type: kind, SHA256: hex.EncodeToString(sum[:]), Data: data}
}

func pdf(name string, size int) *bots.Upload {
	return upload(name, "application/pdf", append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), size)...))
}

func picture(t *testing.T) *bots.Upload {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return upload("图.png", "image/png", out.Bytes())
}

const uploadAPI = "POST /cgi-bin/media/upload"

// TestFilesGoOut on each road, uploaded once for as long as the platform keeps it.
func TestFilesGoOut(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	o := h.options()
	o.Now = h.now
	b := h.another(t, func(w *wecomOptions) { *w = o })
	contract := pdf("合同 \"终\".pdf", 3000)
	for i, m := range []bots.Message{{User: lilei}, {User: hanmei}, {Chat: east}, {Chat: "robot:east"}} {
		m.Key, m.File = fmt.Sprint("f", i), contract
		if a, again := say(t, b, m), say(t, b, m); a != again || !b.Forgets(m) {
			t.Errorf("%d: %q and %q", i, a, again)
		}
	}
	for _, chat := range []string{lilei, hanmei, east, "wild"} {
		all := h.sim.Messages(chat)
		if len(all) != 1 || all[0].Type != "file" || !bytes.Equal(all[0].FileData, contract.Data) || !strings.HasSuffix(all[0].FileName, ".pdf") {
			t.Errorf("%s: %d messages, %+v", chat, len(all), all)
		}
	}
	if n := h.sim.Calls(uploadAPI); n != 1 {
		t.Errorf("uploaded %d times", n)
	}
	say(t, b, bots.Message{Key: "img", User: lilei, File: picture(t)})
	if all := h.sim.Messages(lilei); all[len(all)-1].Type != "image" {
		t.Errorf("a picture is a %s", all[len(all)-1].Type)
	}
	h.later.Store(int64(73 * time.Hour))
	b.SetWall(h.now)
	say(t, b, bots.Message{Key: "later", User: lilei, File: contract})
	if n := h.sim.Calls(uploadAPI); n != 3 {
		t.Errorf("after three days: uploaded %d times in all, want 3", n)
	}
}

// TestForgottenUpload: the platform lost a file that the hub believes there.
func TestForgottenUpload(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	contract := pdf("合同.pdf", 10)
	say(t, h.bot, bots.Message{Key: "a", User: lilei, File: contract})
	h.later.Store(int64(73 * time.Hour)) // by the platform's clock alone
	h.bot.SetWall(h.now)
	say(t, h.bot, bots.Message{Key: "b", User: lilei, File: contract})
	if n := countSeen(h, lilei, "合同.pdf"); n != 2 || h.sim.Calls(uploadAPI) != 2 {
		t.Errorf("seen %d times, uploaded %d times", n, h.sim.Calls(uploadAPI))
	}
}

// TestFilesThatDoNotFit say why, and nobody is called.
func TestFilesThatDoNotFit(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	for _, f := range []*bots.Upload{upload("empty.txt", "text/plain", nil), upload("tiny.txt", "text/plain", []byte("12345")), upload("big.bin", "", make([]byte, 20<<20+1))} {
		for _, m := range []bots.Message{{User: lilei}, {Chat: east}, {Chat: "robot:east"}} {
			m.Key, m.File = f.Name, f
			_, err := h.bot.Send(t.Context(), m)
			if se := sendError(t, err); se.Code != bots.CodeRefused || se.Retry || !strings.Contains(err.Error(), "20 MiB") {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	if n := len(h.sim.Log()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestFileWithLostAnswer must not be tried again: it would be seen twice.
func TestFileWithLostAnswer(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	h.LoseAnswers(t)
	_, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: lilei, File: pdf("合同.pdf", 10)})
	if se := sendError(t, err); se.Code != bots.CodeUnknown || se.Retry {
		t.Errorf("%v", err)
	}
}

// noise is data in which no two parts are alike.
func noise(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(data)
	return data
}

// fetched reads what was sent.
func (h *harness) fetched(t *testing.T, e bots.Event) (name string, data []byte) {
	t.Helper()
	if len(e.Files) != 1 {
		t.Fatalf("event %+v", e)
	}
	r, err := h.bot.Fetch(t.Context(), e.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	data, err = io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	named, is := r.(bots.Named)
	if !is {
		t.Fatal("a file without a name")
	}
	return named.FileName(), data
}

// TestFetch brings what people send to the app and to the 智能机器人, with the
// names that only the download tells; large files come in parts.
func TestFetch(t *testing.T) {
	t.Parallel()
	h := newWeCom(t, func(o *wecomsim.Options) { o.FileMessages = true })
	e := h.listen(t)
	for _, size := range []int{10, 20<<20 + 1} {
		data := noise(size)
		name, got := h.fetched(t, e.last(t, h.sim.SendFile(t.Context(), lilei, "", "合同 终.pdf", data)))
		if name != "合同 终.pdf" || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: %d came as %q", size, len(got), name)
		}
	}
	if n := h.sim.Calls("GET /cgi-bin/media/get"); n != 1+3 {
		t.Errorf("%d downloads", n)
	}
	data := noise(3 << 20)
	if name, got := h.fetched(t, e.last(t, h.sim.SendFile(t.Context(), lilei, wecomsim.WithBot, "合同.pdf", data))); name != "合同.pdf" || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came as %q", len(got), name)
	}
	if _, got := h.fetched(t, e.last(t, h.sim.SendImage(t.Context(), lilei, "", picture(t).Data))); !bytes.Equal(got, picture(t).Data) {
		t.Error("another picture came")
	}
}

// TestFetchRenewsTheToken.
func TestFetchRenewsTheToken(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	ev := h.listen(t).last(t, h.sim.SendImage(t.Context(), lilei, "", picture(t).Data))
	for _, garbage := range []bool{true, false} {
		h.fetched(t, ev)
		h.sim.ExpireTokens(garbage)
		h.fetched(t, ev)
	}
}

// TestFetchFails in words that the ledger understands.
func TestFetchFails(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	e := h.listen(t)
	image := e.last(t, h.sim.SendImage(t.Context(), lilei, "", picture(t).Data)).Files[0]
	sealed := e.last(t, h.sim.SendFile(t.Context(), lilei, wecomsim.WithBot, "a.pdf", noise(100))).Files[0]
	fails := func(f bots.File, code bots.SendCode) {
		t.Helper()
		r, err := h.bot.Fetch(t.Context(), f)
		if r != nil {
			_ = r.Close()
		}
		if se := sendError(t, err); se.Code != code {
			t.Errorf("%s: %v", f.Key, err)
		}
	}
	fails(bots.File{Key: "nosuch"}, bots.CodeRefused)
	fails(bots.File{Key: h.base + "/nosuch"}, bots.CodeRefused)
	fails(bots.File{Key: "file:///etc/passwd"}, bots.CodeRefused)
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultHTML502})
	fails(image, bots.CodeUnavailable)
	h.sim.ClearFaults()
	h.later.Store(int64(4 * 24 * time.Hour))
	h.bot.SetWall(h.now)
	fails(image, bots.CodeRefused)
	fails(sealed, bots.CodeRefused)
}

// TestCutDownloadIsNoFile: a file whose end is missing is an error, not a file.
func TestCutDownloadIsNoFile(t *testing.T) {
	t.Parallel()
	b := api(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="%E5%90%88%E5%90%8C.pdf"`)
		w.Header().Set("Content-Length", "100")
		answer(w, "only this")
	})
	r, err := b.Fetch(t.Context(), bots.File{Key: "m"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if named, is := r.(bots.Named); !is || named.FileName() != "合同.pdf" {
		t.Errorf("named %v", r)
	}
	if got, err := io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q %v", got, err)
	}
}

// TestPartsAreAWholeFile: a large file is whole whatever the size of the parts
// that the platform gives, and nothing else than whole.
func TestPartsAreAWholeFile(t *testing.T) {
	t.Parallel()
	data := noise(1000)
	for name, c := range map[string]struct {
		part  int                        // the most that the platform gives at once
		said  func(from, end int) string // Content-Range
		bytes func(from, end int) []byte // what comes
		whole bool
	}{
		"parts smaller than asked for": {part: 300, whole: true},
		"all at once":                  {part: 1000, whole: true},
		"a part from elsewhere":        {part: 300, bytes: func(_, end int) []byte { return data[:min(end, 300)] }, said: func(_, end int) string { return fmt.Sprintf("bytes 0-%d/1000", min(end, 300)-1) }},
		"of how much is not said":      {part: 300, said: func(from, end int) string { return fmt.Sprintf("bytes %d-%d/*", from, end-1) }},
		"which part is not said":       {part: 300, said: func(int, int) string { return "" }},
		"nothing more comes":           {part: 300, bytes: func(from, end int) []byte { return data[from:min(end, 600)] }},
		"another size each time":       {part: 300, said: func(from, end int) string { return fmt.Sprintf("bytes %d-%d/%d", from, end-1, 1000+from) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := api(t, func(w http.ResponseWriter, r *http.Request) {
				asked := r.Header.Get("Range")
				if asked == "" {
					answer(w, `{"errcode":830002,"errmsg":"media size exceeds limit"}`)
					return
				}
				var from int
				if _, err := fmt.Sscanf(asked, "bytes=%d-", &from); err != nil {
					t.Error(err)
				}
				end := min(from+c.part, len(data))
				said, body := fmt.Sprintf("bytes %d-%d/%d", from, end-1, len(data)), data[min(from, end):end]
				if c.said != nil {
					said = c.said(from, end)
				}
				if c.bytes != nil {
					body = c.bytes(from, end)
				}
				w.Header().Set("Content-Disposition", `attachment; filename="a.bin"`)
				w.Header().Set("Content-Range", said)
				w.WriteHeader(http.StatusPartialContent)
				answer(w, string(body))
			})
			var got []byte
			r, err := b.Fetch(t.Context(), bots.File{Key: "m"})
			if err == nil {
				got, err = io.ReadAll(r)
				_ = r.Close()
			}
			if whole := err == nil && bytes.Equal(got, data); whole != c.whole || err == nil && !whole {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}
