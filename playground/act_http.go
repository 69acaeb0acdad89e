package playground

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"genjin/playground/feishusim"
)

const maxUpload = 30 << 20 // Feishu's own limit for a file

// send has the visitor say something, send files, or both: files first.
func (p *page) send(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+1<<20)
	if err := r.ParseMultipartForm(8 << 20); err != nil && !strings.Contains(err.Error(), "isn't multipart") { //nolint:gosec // the reader above bounds it
		p.done(w, r, toast{words["too-large"], "danger"})
		return
	}
	s, ok := p.here(w, r)
	if !ok {
		return
	}
	said := toast{words["empty"], "warning"}
	if r.MultipartForm != nil {
		for _, h := range r.MultipartForm.File["file"] {
			f, err := h.Open()
			if err != nil {
				continue
			}
			data, err := io.ReadAll(f)
			_ = f.Close()
			if err == nil && len(data) > 0 {
				said = outcome(p.Sim.SendFile(r.Context(), s.As.OpenID, s.ChatID, h.Filename, data))
			}
		}
	}
	if words := strings.TrimSpace(r.FormValue("text")); words != "" {
		said = outcome(p.Sim.SendText(r.Context(), s.As.OpenID, s.ChatID, words))
	}
	p.done(w, r, said)
}

// sendSample has the visitor send a file from the shelf.
func (p *page) sendSample(w http.ResponseWriter, r *http.Request) {
	s, ok := p.here(w, r)
	if !ok {
		return
	}
	p.done(w, r, p.sendFrom(r, s, r.FormValue("sample")))
}

func (p *page) sendFrom(r *http.Request, s spot, id string) toast {
	i := slices.IndexFunc(p.samples, func(f sample) bool { return f.ID == id })
	if i < 0 {
		return toast{words["no-file"], "danger"}
	}
	if f := p.samples[i]; !f.Image {
		return outcome(p.Sim.SendFile(r.Context(), s.As.OpenID, s.ChatID, f.Name, f.data))
	}
	return outcome(p.Sim.SendImage(r.Context(), s.As.OpenID, s.ChatID, p.samples[i].data))
}

// outcome says what became of a message.
func outcome(res feishusim.PushResult) toast {
	switch {
	case res.Dropped:
		return toast{words["dropped"], "warning"}
	case res.Held:
		return toast{words["held"], "warning"}
	case !res.OK():
		why := fmt.Sprintf("HTTP %d", res.Status)
		if res.Err != nil {
			why = "连不上"
		}
		return toast{fmt.Sprintf(words["not-taken"], why), "danger"}
	}
	return toast{words["sent"], "quiet"} // the message itself stands in the chat
}

// click has the visitor press a button of a card.
func (p *page) click(w http.ResponseWriter, r *http.Request) {
	s, ok := p.here(w, r)
	if !ok {
		return
	}
	form := map[string]any{}
	for name, values := range r.PostForm {
		field, isField := strings.CutPrefix(name, "f.")
		several := strings.HasPrefix(field, "many.")
		switch {
		case !isField:
		case several:
			form[strings.TrimPrefix(field, "many.")] = values
		case values[0] != "":
			form[field] = values[0]
		}
	}
	res := p.Sim.Click(r.Context(), s.As.OpenID, r.FormValue("message"), r.FormValue("button"), form)
	said := toast{res.Toast, toastTone(res.ToastType)}
	switch {
	case res.Blocked != "":
		said = toast{fmt.Sprintf(words["blocked"], res.Blocked), "warning"}
	case res.ClientCode != 0:
		said = toast{clientCodes[res.ClientCode], "danger"}
	case said.Text == "":
		said = toast{words["click-silent"], "accent"}
	}
	p.done(w, r, said)
}

func toastTone(kind string) string {
	switch kind {
	case "success", "warning":
		return kind
	case "error":
		return "danger"
	default:
		return "accent"
	}
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
		p.Sim.ClockMoved()
	}
	p.done(w, r, toast{fmt.Sprintf(words["clock-moved"], p.clockText(p.Clock.Now())), "accent"})
}

// switchFault turns a fault on or off.
func (p *page) switchFault(w http.ResponseWriter, r *http.Request) {
	id, on, _ := strings.Cut(r.FormValue("pair"), "=")
	i := slices.IndexFunc(switches, func(f faultSwitch) bool { return f.ID == id })
	if i < 0 {
		p.done(w, r, toast{words["unknown"], "danger"})
		return
	}
	f := switches[i]
	if on == "1" {
		p.Sim.SetFault(f.fault)
		p.done(w, r, toast{fmt.Sprintf(words["fault-on"], f.Name), "warning"})
		return
	}
	p.Sim.ClearFault(f.fault.Kind, f.fault.Path)
	p.done(w, r, toast{fmt.Sprintf(words["fault-off"], f.Name), "accent"})
}

// step does the next act of the tour.
func (p *page) step(w http.ResponseWriter, r *http.Request) {
	g, ok := p.progress()
	who, a, more := g.next()
	if !ok || !more {
		p.done(w, r, toast{words["unknown"], "warning"})
		return
	}
	s := spot{As: who}
	said := toast{}
	switch {
	case a.Sample != "":
		said = p.sendFrom(r, s, a.Sample)
	case a.Text != "":
		said = outcome(p.Sim.SendText(r.Context(), who.OpenID, "", a.Text))
	}
	p.done(w, r, said)
}

// here finds where the visitor stands, or says that they are nowhere.
func (p *page) here(w http.ResponseWriter, r *http.Request) (spot, bool) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, words["unknown"], http.StatusBadRequest)
		return spot{}, false
	}
	s, ok := p.place(r.FormValue("as"), r.FormValue("chat"))
	if !ok {
		http.Error(w, words["no-person"], http.StatusNotFound)
	}
	return s, ok
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
	as, chat := r.FormValue("as"), r.FormValue("chat")
	p.mu.Lock()
	p.last[as] = said
	p.mu.Unlock()
	q := url.Values{"as": {as}}
	if chat != "" {
		q.Set("chat", chat)
	}
	http.Redirect(w, r, p.PathPrefix+"?"+q.Encode(), http.StatusSeeOther)
}

func (p *page) takeToast(as string) toast {
	p.mu.Lock()
	defer p.mu.Unlock()
	said := p.last[as]
	delete(p.last, as)
	return said
}
