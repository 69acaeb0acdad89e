package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/config"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// world is a hub with the simulated Feishu around it and the sample company in
// it. Tests speak to it as people do and look at what people see.
type world struct {
	t         testing.TB
	sim       *feishusim.Server
	wecom     *wecomsim.Server // nil where people are on Feishu alone
	dual      bool             // the hub is on WeCom too
	alone     bool             // people are on WeCom alone
	phone     phone            // what people hold in their hands
	people    func()           // makes people known beside the sample company, if set
	unlimited bool             // the platforms limit nothing
	groupless bool             // the team's group on WeCom is not there yet
	narrow    bool             // the app on WeCom is not for the whole company
	clock     *movable
	hub       *hub
	base      string // the hub's address
	log       *lockedBuffer
	stop      func()
	env       map[string]string

	getenv func(string) string // what the hub was started with
}

// lockedBuffer is a log that can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// options change a world before it starts.
type options func(*world)

// with sets an environment variable of the hub.
func with(name, value string) options { return func(w *world) { w.env[name] = value } }

// at starts the world's clock at a given instant instead of the next working
// morning, so that quiet hours do not depend on when tests run.
func at(t time.Time) options {
	return func(w *world) { w.clock.ahead.Store(int64(time.Until(t))) }
}

// shanghai is a wall-clock time in the hub's zone.
func shanghai(year int, month time.Month, day, hour, minute int) time.Time {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return time.Date(year, month, day, hour, minute, 0, 0, loc)
}

// newWorld starts a world on a Wednesday morning; it ends with the test.
func newWorld(t testing.TB, opts ...options) *world {
	t.Helper()
	w := &world{t: t, clock: &movable{}, log: &lockedBuffer{}, env: map[string]string{}}
	w.clock.ahead.Store(int64(time.Until(shanghai(2026, 11, 25, 10, 0))))
	for _, o := range opts {
		o(w)
	}
	app := demoApp(w.clock.Now)
	app.NoLimits = w.unlimited
	app.RetryDelays = []time.Duration{200 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
	w.sim = feishusim.New(app)
	base, stopSim := w.sim.Start()
	w.phone = feishuPhone{w.sim}
	stopWeCom := w.prepareWeCom()
	if w.people != nil {
		w.people()
	}
	w.env["GENJIN_ADDR"] = "127.0.0.1:0"
	dir := t.TempDir()
	if w.env["GENJIN_DATA_DIR"] != "" {
		dir = w.env["GENJIN_DATA_DIR"]
	}
	w.env["GENJIN_DATA_DIR"] = dir
	getenv := demoEnv(func(name string) string { return w.env[name] }, dir, base)
	w.getenv = func(name string) string {
		if v, set := w.env[name]; set {
			return v
		}
		return getenv(name)
	}
	w.start(w.getenv)
	t.Cleanup(func() {
		w.stop()
		stopSim()
		stopWeCom()
		if t.Failed() {
			t.Logf("hub log:\n%s", w.log)
		}
	})
	return w
}

// start runs the hub in this process and waits until it answers.
func (w *world) start(getenv func(string) string) {
	w.t.Helper()
	cfg, err := config.Load(getenv, os.ReadFile)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- serve(ctx, cfg, []string{"web", "worker"}, parts{
			clock: w.clock.Now, out: w.log,
			mount: func(h *hub) map[string]http.Handler {
				w.hub = h
				sims := outside{w.sim, w.wecom}
				if w.groupless { // the page would put the teams' groups there
					sims.wecom = nil
				}
				return playgroundRoutes(h, sims, w.clock)
			},
			ready: func(addr string) { ready <- addr },
		})
	}()
	select {
	case addr := <-ready:
		w.base = "http://" + addr
	case err := <-done:
		w.t.Fatalf("hub: %v\n%s", err, w.log)
	}
	w.sim.SetEventURL(w.base + "/webhooks/feishu")
	if w.wecom != nil {
		w.wecom.SetCallbackURL(w.base + "/webhooks/wecom")
		w.wecom.SetBotCallbackURL(w.base + "/webhooks/wecom-bot")
	}
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("hub ended with %v", err)
		}
	})
}

// The people and groups of the sample company.
const (
	li, wang, zhao = "ou_li", "ou_wang", "ou_zhao" // rep, manager, manager's manager
	han            = "ou_han"                      // rep beside li
	ops            = "ou_ops"
	east           = "oc_east" // their group
)

// says has a person write to the hub: privately, or in a group where @hub
// addresses it.
func (w *world) says(who, text string, chat ...string) feishusim.PushResult {
	w.t.Helper()
	r := w.phone.says(w.t.Context(), who, text, append(chat, "")[0])
	if !r.OK() {
		w.t.Fatalf("%s says %q: status %d %s %v", who, text, r.Status, r.Body, r.Err)
	}
	return r
}

// sends has a person send a file privately, or in a group.
func (w *world) sends(who, name string, data []byte, chat ...string) {
	w.t.Helper()
	if r := w.phone.sends(w.t.Context(), who, attachment{name, data}, append(chat, "")[0]); !r.OK() {
		w.t.Fatalf("%s sends %s: status %d %s %v", who, name, r.Status, r.Body, r.Err)
	}
}

// patience is how long a test waits for what must come: a busy machine is no fault.
const patience = 45 * time.Second

// sees waits until the hub has said something with all the words in a chat (a
// person's open id means their private chat), and gives it.
func (w *world) sees(chat string, words ...string) feishusim.Message {
	w.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		for _, m := range w.messages(chat) {
			if feishusim.FromBot(words...)(m) {
				return m
			}
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s does not see %q; there is:\n%s", chat, words, w.transcript(chat))
		}
	}
}

// messages are what stands in a chat.
func (w *world) messages(chat string) []feishusim.Message { return w.phone.messages(chat) }

// message gives one message as it stands now.
func (w *world) message(chat, id string) feishusim.Message {
	w.t.Helper()
	for _, m := range w.messages(chat) {
		if m.ID == id {
			return m
		}
	}
	w.t.Fatalf("no message %s in %s:\n%s", id, chat, w.transcript(chat))
	return feishusim.Message{}
}

// seesNot checks that the hub has not said something with all the words.
func (w *world) seesNot(chat string, words ...string) {
	w.t.Helper()
	w.settled()
	for _, m := range w.messages(chat) {
		if feishusim.FromBot(words...)(m) {
			w.t.Fatalf("%s sees %q though it should not:\n%s", chat, words, m.Text)
		}
	}
}

// transcript is a chat as text.
func (w *world) transcript(chat string) string {
	var b strings.Builder
	for _, m := range w.messages(chat) {
		b.WriteString("[" + m.SenderID + "] " + m.Text + "\n")
	}
	return b.String()
}

// clicks has a person press a button. What they are told about it is the toast,
// or on WeCom, which has none, the messages that follow.
func (w *world) clicks(who string, m feishusim.Message, button string, form map[string]any) feishusim.ClickResult {
	w.t.Helper()
	r := w.presses(who, m, button, form)
	if !r.Done() {
		w.t.Fatalf("%s clicks %s: %+v\n%s", who, button, r, m.Text)
	}
	return r
}

// presses is clicks for buttons that may not work any more.
func (w *world) presses(who string, m feishusim.Message, button string, form map[string]any) feishusim.ClickResult {
	w.t.Helper()
	if !w.alone {
		return w.sim.Click(w.t.Context(), who, m.ID, button, form)
	}
	w.settled()
	before := len(w.messages(who))
	r := w.phone.clicks(w.t.Context(), who, m.ID, button, form)
	w.settled()
	for _, told := range w.messages(who)[before:] {
		r.Toast += told.Text + "\n"
	}
	return r
}

// settled waits until the hub has nothing left to do that is due, and does nothing.
func (w *world) settled() {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		n, err := w.hub.store.Counts(w.t.Context())
		if err == nil && n.DueJobs == 0 && n.LeasedJobs == 0 && n.Messages[string(store.MessagePending)] == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("hub does not come to rest: %+v %v", n, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// number cuts the #12 out of what the hub said.
func number(t testing.TB, text, before string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before+" #")
	if !ok {
		t.Fatalf("no %q with a number in:\n%s", before, text)
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	return rest[:end]
}

// pdf is a small real PDF.
func pdf(title string) []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n%" + title + "\nxref\n0 4\ntrailer<</Root 1 0 R/Size 4>>\nstartxref\n9\n%%EOF\n")
}
