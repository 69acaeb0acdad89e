package playground

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// screen is the whole page.
type screen struct {
	Title, Assets, Prefix string
	Spot                  spot
	Here, Now             string
	People, Trace         template.HTML
	Tour, Faults          template.HTML
	Phones                []view
	Samples               []sample
	Toast                 toast
	Rev                   string
}

// view is a phone with the chat that is open on it.
type view struct {
	Key, Name string
	Spot      spot
	Room      room
	Account   bool // the person has one
	Head      template.HTML
	Messages  []piece
	New       int // what the person has not seen on this phone
}

// piece is one message, drawn.
type piece struct {
	ID   string        `json:"id"`
	Rev  string        `json:"rev"`
	HTML template.HTML `json:"html"`
}

// draw makes the whole page; what stands on the phones in sight counts as seen.
func (p *page) draw(ctx context.Context, s spot, sight []string) screen {
	v := screen{
		Title: words["title"], Assets: p.PathPrefix + "/static", Prefix: p.PathPrefix, Spot: s, Samples: p.samples, Here: p.query(s), Now: p.clockText(p.Clock.Now()),
	}
	for _, d := range p.phones {
		v.Phones = append(v.Phones, p.view(d, s.with(d.Key), slices.Contains(sight, d.Key)))
	}
	v.People = p.peopleHTML(s)
	v.Tour, v.Faults, v.Trace = p.tourHTML(s), p.faultsHTML(s), p.traceHTML(ctx)
	v.Rev = revision(v)
	return v
}

// view draws a phone.
func (p *page) view(d *device, s spot, seen bool) view {
	v := view{Key: d.Key, Name: d.Name, Spot: s}
	if v.Room, v.Account = s.room(d.Key); v.Account {
		v.Messages = p.messages(d, s, v.Room, seen)
		v.New = p.unseenBy(d, s.As)
	}
	v.Head = p.headHTML(d, s, v.Room)
	return v
}

// revision changes whenever something on the page does.
func revision(v screen) string {
	h := sha256.New()
	for _, f := range v.Phones {
		fmt.Fprintln(h, f.Head, f.New) //nolint:errcheck // a hash takes everything
		for _, m := range f.Messages {
			fmt.Fprintln(h, m.ID, m.Rev) //nolint:errcheck // a hash takes everything
		}
	}
	for _, s := range []template.HTML{v.People, v.Tour, v.Faults, v.Trace} {
		fmt.Fprintln(h, s) //nolint:errcheck // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// html draws a piece; what cannot be drawn is logged and left out.
func (p *page) html(name string, data any) template.HTML {
	var b bytes.Buffer
	if err := p.pages.Render(&b, name, data); err != nil {
		p.Logger.Error("page piece not drawn", slog.String("piece", name), slog.Any("error", err))
		return ""
	}
	return template.HTML(b.String()) //nolint:gosec // came out of html/template a line above
}

// bubble is one message as its piece draws it.
type bubble struct {
	message
	Mine    bool
	Hub     bool
	Name    string
	Face    string
	Time    string
	Card    *card
	Spans   []span
	Edited  bool
	FileURL string
	Picture bool // FileURL is one
}

// messages draws what stands in the open chat, and remembers that it was seen.
func (p *page) messages(d *device, s spot, r room, seen bool) []piece {
	all := d.messages(s.As, r)
	out := make([]piece, 0, len(all))
	day := ""
	for _, m := range all {
		b := p.bubble(d, s, m)
		if at := p.dayText(m.CreatedAt); at != day {
			day, b.Time = at, at+" "+b.Time
		}
		out = append(out, piece{
			ID: m.ID, HTML: p.html("message", b),
			Rev: strconv.Itoa(m.Updates) + "-" + strconv.FormatInt(m.UpdatedAt.UnixMilli(), 36) + "-" + strconv.FormatBool(m.Recalled),
		})
	}
	if seen {
		p.mu.Lock()
		p.seen[d.Key+" "+r.Box] = len(all)
		p.mu.Unlock()
	}
	return out
}

func (p *page) bubble(d *device, s spot, m message) bubble {
	b := bubble{
		message: m, Mine: m.SenderID == d.account(s.As), Hub: m.SenderID == hub, Name: d.nameOf(p.People, m.SenderID),
		Edited: m.Updates > 0, Time: m.CreatedAt.In(p.Location).Format("15:04"), Spans: m.spans,
	}
	if b.Hub {
		b.Name = words["hub"]
	}
	b.Face = first(b.Name)
	if b.Spans == nil {
		b.Spans = linked(m.Text)
	}
	if m.Recalled {
		return b
	}
	b.Card = d.card(s.As, m, &place{Prefix: p.PathPrefix, Message: m.ID, Spot: s})
	if len(m.FileData) > 0 {
		b.FileURL, b.Picture = p.PathPrefix+"/file/"+d.Key+"/"+m.ID, m.Type == "image" && pictureType(m.FileData) != ""
	}
	return b
}

// entry is a line of a list of people or chats.
type entry struct {
	URL, Name, Hint, Face string
	Current               bool
	New                   int
}

func (p *page) peopleHTML(s spot) template.HTML {
	var people, others []entry
	for _, q := range p.People {
		to := spot{As: q, On: s.On}
		e := entry{
			URL: p.url(to), Name: q.Name, Hint: cmp.Or(q.Hint, roleWord(q.Role)), Face: first(q.Name), Current: q.Key() == s.As.Key(),
		}
		for _, d := range p.phones {
			e.New += p.unseenBy(d, q)
		}
		if q.Main {
			people = append(people, e)
		} else {
			others = append(others, e)
		}
	}
	if len(people) == 0 {
		people, others = others, nil
	}
	return p.html("people", map[string]any{"People": people, "Others": others})
}

// headHTML draws the top of a phone: whose it is, and their chats.
func (p *page) headHTML(d *device, s spot, at room) template.HTML {
	var rooms []entry
	if account := d.account(s.As); account != "" {
		for _, r := range d.rooms(s.As) {
			rooms = append(rooms, entry{URL: p.url(s.turned(d.Key, r)), Name: r.Name, Current: r.ID == at.ID, New: p.unseen(d, s.As, r)})
		}
	}
	return p.html("head-line", map[string]any{"Key": d.Key, "Name": d.Name, "As": s.As, "Room": at, "Rooms": rooms})
}

// unseen counts what the hub has said in a chat since it was last open.
func (p *page) unseen(d *device, q Person, r room) int {
	all := d.messages(q, r)
	p.mu.Lock()
	seen := p.seen[d.Key+" "+r.Box]
	p.mu.Unlock()
	n := 0
	for _, m := range all[min(seen, len(all)):] {
		if m.SenderID == hub {
			n++
		}
	}
	return n
}

// unseenBy counts it in all private chats of a person on a phone.
func (p *page) unseenBy(d *device, q Person) int {
	n := 0
	if d.account(q) == "" {
		return n
	}
	for _, r := range d.rooms(q) {
		if !r.Group {
			n += p.unseen(d, q, r)
		}
	}
	return n
}

func (p *page) faultsHTML(s spot) template.HTML {
	type line struct {
		faultSwitch
		Pair string
		On   bool
	}
	type list struct {
		Name  string
		Lines []line
	}
	lists := make([]list, 0, len(p.phones))
	count := 0
	for _, d := range p.phones {
		l := list{Name: d.Name}
		for _, f := range d.faults() {
			on := d.isOn(f.ID)
			if on {
				count++
			}
			l.Lines = append(l.Lines, line{f, d.Key + "." + f.ID, on})
		}
		lists = append(lists, l)
	}
	return p.html("faults", map[string]any{"Lists": lists, "Count": count, "Prefix": p.PathPrefix, "Spot": s})
}

func (p *page) dayText(t time.Time) string {
	t = t.In(p.Location)
	return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), weekdays[t.Weekday()])
}

func (p *page) clockText(t time.Time) string {
	return p.dayText(t) + " " + t.In(p.Location).Format("15:04")
}

func roleWord(role string) string {
	if w := roles[role]; w != "" {
		return w
	}
	return role
}

// first is the character on somebody's portrait.
func first(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	if n == 0 || r == utf8.RuneError {
		return "?"
	}
	return string(r)
}
