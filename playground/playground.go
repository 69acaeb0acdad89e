package playground

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/web"
)

// Options say who is on the page and what it may move.
type Options struct {
	Sim        *feishusim.Server
	WeCom      *wecomsim.Server // nil: the page shows Feishu alone
	People     []Person
	Groups     []Group
	Clock      Clock
	PathPrefix string // where the page is mounted: "/playground"
	// Trace tells what the hub did after the event with that id, oldest first;
	// 0 asks for the latest. About a hundred are enough.
	Trace func(ctx context.Context, after int64) ([]TraceEvent, error)
	// NextMorning and AddWorkdays know the company's calendar. Without them
	// the page knows weekends only.
	NextMorning func(time.Time) time.Time
	AddWorkdays func(time.Time, int) time.Time
	Location    *time.Location
	Logger      *slog.Logger
}

// Person is somebody whom the visitor can be.
type Person struct {
	OpenID string // on Feishu; empty = no account
	WeCom  string // user id on WeCom; empty = no account
	Name   string
	Role   string // rep, manager …, or words for it
	Hint   string
	Main   bool // plays a part on the tour: stands above the others
}

// Key names the person in addresses and forms.
func (q Person) Key() string { return cmp.Or(q.OpenID, q.WeCom) }

// Group is a group chat on Feishu.
type Group struct{ ChatID, Name string }

// Clock is the time that hub and platform live in; it only moves forward.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration)
}

// TraceEvent is something that the hub did.
type TraceEvent struct {
	ID    int64
	At    time.Time
	Title string
	Lines []TraceLine
	State string
	On    string // the platform that it came from: "feishu", "wecom"; empty: from none
}

// TraceLine is a part of it: what was decided, what changed, who was told. Only
// messages have a state and a platform of their own.
type TraceLine struct{ Label, Text, State, On string }

// page is the playground.
type page struct {
	Options
	pages   *web.Pages
	samples []sample
	phones  []*device

	mu   sync.Mutex
	seen map[string]int // how many messages of a phone's chat have been looked at
	last map[string]toast
}

// toast is what was said about the visitor's latest act.
type toast struct {
	Text string `json:"text"`
	Tone string `json:"tone"`
}

// New makes the page; mount it at PathPrefix and below.
func New(o Options) http.Handler {
	p, err := newPage(o)
	if err != nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		})
	}
	return p.routes()
}

func newPage(o Options) (*page, error) {
	if o.PathPrefix == "" {
		o.PathPrefix = "/playground"
	}
	if o.Location == nil {
		o.Location = time.FixedZone("UTC+8", 8*60*60)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.NextMorning == nil {
		o.NextMorning = nextMorning
	}
	if o.AddWorkdays == nil {
		o.AddWorkdays = addWeekdays
	}
	pages, err := web.NewPages()
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	samples, err := newSamples()
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	p := &page{Options: o, pages: pages, samples: samples, seen: map[string]int{}, last: map[string]toast{}}
	p.phones = append(p.phones, &device{&feishuPhone{o.Sim, o.People, o.Groups}, "feishu", words["feishu"]})
	if o.WeCom != nil {
		p.phones = append(p.phones, &device{&weComPhone{o.WeCom, o.People}, "wecom", words["wecom"]})
	}
	return p, nil
}

// routes is the URL map of the page.
func (p *page) routes() http.Handler {
	mux := http.NewServeMux()
	at := func(method, path string, f http.HandlerFunc) { mux.HandleFunc(method+" "+p.PathPrefix+path, f) }
	at("GET", "", p.show)
	at("GET", "/{$}", p.show)
	at("GET", "/state", p.state)
	at("GET", "/file/{phone}/{id}", p.file)
	at("GET", "/parts", p.parts)
	at("POST", "/send", p.send)
	at("POST", "/sample", p.sendSample)
	at("POST", "/click", p.click)
	at("POST", "/clock", p.moveClock)
	at("POST", "/fault", p.switchFault)
	at("POST", "/step", p.step)
	mux.Handle("GET "+p.PathPrefix+"/static/", web.Static(p.PathPrefix+"/static"))
	return http.NewCrossOriginProtection().Handler(mux)
}

// nextMorning is 09:00 on the next weekday.
func nextMorning(t time.Time) time.Time {
	next := addWeekdays(t, 1)
	return time.Date(next.Year(), next.Month(), next.Day(), 9, 0, 0, 0, next.Location())
}

// addWeekdays is the same clock time n weekdays later.
func addWeekdays(t time.Time, n int) time.Time {
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			n--
		}
	}
	return t
}
