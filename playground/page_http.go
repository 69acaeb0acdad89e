package playground

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"genjin/web"
)

const (
	pollFor   = 4 * time.Second // short, so that a stop need not wait for it
	pollEvery = 400 * time.Millisecond
)

// show is the page.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	s, ok := p.place(r.URL.Query())
	if !ok {
		http.Error(w, words["no-person"], http.StatusNotFound)
		return
	}
	v := p.draw(r.Context(), s, []string{s.On})
	v.Toast = p.takeToast(s.As.Key())
	p.render(w, "playground/index.html", v)
}

// parts shows every component in its states.
func (p *page) parts(w http.ResponseWriter, _ *http.Request) {
	p.render(w, "playground/parts.html", partsData(p))
}

func (p *page) render(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := p.pages.Render(&b, name, data); err != nil {
		p.Logger.Error("page not drawn", slog.String("page", name), slog.Any("error", err))
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	web.Guard(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

// news is what the script asks for.
type news struct {
	Rev    string        `json:"rev"`
	Now    string        `json:"now"`
	People template.HTML `json:"people"`
	Tour   template.HTML `json:"tour"`
	Faults template.HTML `json:"faults"`
	Trace  template.HTML `json:"trace"`
	Phones []phoneNews   `json:"phones"`
}

type phoneNews struct {
	Key  string        `json:"key"`
	Head template.HTML `json:"head"`
	Chat []piece       `json:"chat"`
	New  int           `json:"new"`
}

// state gives the page's parts once they differ from what the script has, or
// after a few seconds.
func (p *page) state(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s, ok := p.place(q)
	if !ok {
		http.Error(w, words["no-person"], http.StatusNotFound)
		return
	}
	sight := q["sight"]
	v := p.draw(r.Context(), s, sight)
	for end := time.Now().Add(pollFor); v.Rev == q.Get("rev") && time.Now().Before(end) && r.Context().Err() == nil; v = p.draw(r.Context(), s, sight) {
		p.wait(r.Context())
	}
	web.Guard(w.Header())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out := news{Rev: v.Rev, Now: v.Now, People: v.People, Tour: v.Tour, Faults: v.Faults, Trace: v.Trace}
	for _, f := range v.Phones {
		out.Phones = append(out.Phones, phoneNews{f.Key, f.Head, f.Messages, f.New})
	}
	if err := json.NewEncoder(w).Encode(out); err != nil {
		p.Logger.InfoContext(r.Context(), "state not written", slog.Any("error", err))
	}
}

// wait passes a moment, or less when something happens on a phone.
func (p *page) wait(ctx context.Context) {
	first, second := p.phones[0].changed(), (<-chan struct{})(nil) // nothing ever comes from nil
	if len(p.phones) > 1 {
		second = p.phones[1].changed()
	}
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	select {
	case <-first:
	case <-second:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// file gives a file that stands in a chat, never to be shown inline.
func (p *page) file(w http.ResponseWriter, r *http.Request) {
	d, ok := p.device(r.PathValue("phone"))
	if !ok {
		http.Error(w, words["no-file"], http.StatusNotFound)
		return
	}
	m, ok := d.message(r.PathValue("id"))
	if !ok || len(m.FileData) == 0 {
		http.Error(w, words["no-file"], http.StatusNotFound)
		return
	}
	web.Guard(w.Header())
	w.Header().Set("Content-Type", cmp.Or(pictureType(m.FileData), "application/octet-stream"))
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.FileName}))
	w.Header().Set("Content-Length", strconv.Itoa(len(m.FileData)))
	_, _ = w.Write(m.FileData)
}

// pictureType is the media type of a picture that the page may show in the
// chat; empty = anything else.
func pictureType(data []byte) string {
	switch kind := http.DetectContentType(data); kind {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return kind
	}
	return ""
}
