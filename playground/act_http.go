package playground

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const maxUpload = 30 << 20 // more takes none of the platforms

// send has the visitor say something, send files, or both: files first.
func (p *page) send(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+1<<20)
	if err := r.ParseMultipartForm(8 << 20); err != nil && !strings.Contains(err.Error(), "isn't multipart") { //nolint:gosec // the reader above bounds it
		p.done(w, r, toast{words["too-large"], "danger"})
		return
	}
	d, who, to, ok := p.inRoom(w, r)
	if !ok {
		return
	}
	said := p.giveFiles(r, d, who, to)
	if text := strings.TrimSpace(r.FormValue("text")); text != "" {
		said = d.say(r.Context(), who, to, text)
	}
	p.done(w, r, said)
}

// giveFiles sends what was picked from the visitor's own files.
func (p *page) giveFiles(r *http.Request, d *device, who Person, to room) toast {
	said := toast{words["empty"], "warning"}
	if r.MultipartForm == nil {
		return said
	}
	for _, h := range r.MultipartForm.File["file"] {
		f, err := h.Open()
		if err != nil {
			continue
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if err == nil && len(data) > 0 {
			said = d.give(r.Context(), who, to, upload{h.Filename, data, to.Images && pictureType(data) != ""})
		}
	}
	return said
}

// sendSample has the visitor send a file from the shelf.
func (p *page) sendSample(w http.ResponseWriter, r *http.Request) {
	if d, who, to, ok := p.inRoom(w, r); ok {
		p.done(w, r, p.giveSample(r.Context(), d, who, to, r.FormValue("sample")))
	}
}

func (p *page) giveSample(ctx context.Context, d *device, who Person, to room, id string) toast {
	f, ok := p.sample(id)
	if !ok {
		return toast{words["no-file"], "danger"}
	}
	return d.give(ctx, who, to, upload{f.Name, f.data, f.Image})
}

// sample finds a file on the shelf.
func (p *page) sample(id string) (sample, bool) {
	i := slices.IndexFunc(p.samples, func(f sample) bool { return f.ID == id })
	if i < 0 {
		return sample{}, false
	}
	return p.samples[i], true
}

// outcome is what became of a message, on any platform.
type outcome struct {
	Dropped, Held, OK bool
	Status            int
	Err               error
}

// toast says it.
func (o outcome) toast() toast {
	switch {
	case o.Dropped:
		return toast{words["dropped"], "warning"}
	case o.Held:
		return toast{words["held"], "warning"}
	case o.OK:
		return toast{words["sent"], "quiet"} // the message itself stands in the chat
	case o.Err != nil:
		return toast{fmt.Sprintf(words["not-taken"], "连不上"), "danger"}
	}
	return toast{fmt.Sprintf(words["not-taken"], fmt.Sprintf("HTTP %d", o.Status)), "danger"}
}

// click has the visitor press a button of a card.
func (p *page) click(w http.ResponseWriter, r *http.Request) {
	d, s, ok := p.here(w, r)
	if !ok {
		return
	}
	p.done(w, r, d.press(r.Context(), s.As, pressed{r.FormValue("message"), r.FormValue("button"), filledIn(r.PostForm)}))
}

// filledIn is what stands in the fields of a card: "f.name" has one value,
// "f.many.name" any number of them, and "f.none.name" says that there is such a
// field when none of its boxes is ticked.
func filledIn(posted url.Values) map[string]any {
	form := map[string]any{}
	for name, values := range posted {
		field, isField := strings.CutPrefix(name, "f.")
		many, several := strings.CutPrefix(field, "many.")
		none, empty := strings.CutPrefix(field, "none.")
		switch {
		case !isField:
		case several:
			form[many] = values
		case empty && !posted.Has("f.many."+none):
			form[none] = []string{}
		case !empty && values[0] != "":
			form[field] = values[0]
		}
	}
	return form
}

// moveClock jumps forward and lets the platform's waiting retries go.
func (p *page) moveClock(w http.ResponseWriter, r *http.Request) {
	now := p.Clock.Now().In(p.Location)
	to := now
	switch r.FormValue("to") {
	case "morning":
		to = p.NextMorning(now)
	case "hour":
		to = now.Add(time.Hour)
	case "days":
		to = p.AddWorkdays(now, 3)
	}
	if to.After(now) {
		p.Clock.Advance(to.Sub(now))
		for _, d := range p.phones {
			d.clockMoved()
		}
	}
	p.done(w, r, toast{fmt.Sprintf(words["clock-moved"], p.clockText(p.Clock.Now())), "accent"})
}

// switchFault turns a fault on or off: "wecom.down=1".
func (p *page) switchFault(w http.ResponseWriter, r *http.Request) {
	which, on, _ := strings.Cut(r.FormValue("pair"), "=")
	key, id, _ := strings.Cut(which, ".")
	d, ok := p.device(key)
	i := -1
	if ok {
		i = slices.IndexFunc(d.faults(), func(f faultSwitch) bool { return f.ID == id })
	}
	if i < 0 {
		p.done(w, r, toast{words["unknown"], "danger"})
		return
	}
	name := d.Name + " " + d.faults()[i].Name
	d.turn(id, on == "1")
	if on == "1" {
		p.done(w, r, toast{fmt.Sprintf(words["fault-on"], name), "warning"})
		return
	}
	p.done(w, r, toast{fmt.Sprintf(words["fault-off"], name), "accent"})
}

// step does the next act of the tour.
func (p *page) step(w http.ResponseWriter, r *http.Request) {
	if _, _, ok := p.here(w, r); !ok {
		return
	}
	g, ok := p.progress()
	who, a, more := g.next()
	if !ok || !more {
		p.done(w, r, toast{words["unknown"], "warning"})
		return
	}
	f, file := p.sample(a.Sample)
	d, to := p.tourRoom(who, file && !f.Image)
	said := toast{}
	switch {
	case file:
		said = p.giveSample(r.Context(), d, who, to, f.ID)
	case a.Text != "":
		said = d.say(r.Context(), who, to, a.Text)
	}
	p.done(w, r, said)
}

// inRoom finds the chat that the visitor acts in, or tells them why there is none.
func (p *page) inRoom(w http.ResponseWriter, r *http.Request) (*device, Person, room, bool) {
	d, s, ok := p.here(w, r)
	if !ok {
		return nil, Person{}, room{}, false
	}
	to, ok := s.room(d.Key)
	if !ok {
		p.done(w, r, toast{words["no-account"], "warning"})
	}
	return d, s.As, to, ok
}

// here finds where the visitor stands and which phone they use, or says that
// they are nowhere.
func (p *page) here(w http.ResponseWriter, r *http.Request) (*device, spot, bool) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, words["unknown"], http.StatusBadRequest)
		return nil, spot{}, false
	}
	s, ok := p.place(r.Form)
	if !ok {
		http.Error(w, words["no-person"], http.StatusNotFound)
		return nil, spot{}, false
	}
	d, ok := p.device(s.On)
	return d, s, ok
}

// done answers an act: the script gets the toast, a plain form the page again.
func (p *page) done(w http.ResponseWriter, r *http.Request, said toast) {
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if err := json.NewEncoder(w).Encode(said); err != nil {
			p.Logger.InfoContext(r.Context(), "answer not written", slog.Any("error", err))
		}
		return
	}
	s, ok := p.place(r.Form)
	if !ok {
		http.Redirect(w, r, p.PathPrefix, http.StatusSeeOther)
		return
	}
	p.mu.Lock()
	p.last[s.As.Key()] = said
	p.mu.Unlock()
	http.Redirect(w, r, p.url(s), http.StatusSeeOther)
}

func (p *page) takeToast(as string) toast {
	p.mu.Lock()
	defer p.mu.Unlock()
	said := p.last[as]
	delete(p.last, as)
	return said
}
