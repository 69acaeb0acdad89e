package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"genjin/bots"
	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/storetest"
)

func TestMain(m *testing.M) {
	QuietRedis(slog.New(slog.DiscardHandler))
	// The Redis client dials on in the background for a second after it was
	// closed; nothing of ours can end that.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

// platform is a chat platform that does what the test says.
type platform struct {
	name string

	mu      sync.Mutex
	sent    []bots.Message
	updates []update
	calls   int
	fail    func(m bots.Message, update bool) error
}

type update struct {
	ref bots.CardRef
	m   bots.Message
}

func (p *platform) Name() string { return p.name }

func (*platform) Decode(*http.Request) (bots.Inbound, error) { return bots.Inbound{}, nil }

func (*platform) Answer(bots.Event, bots.Answer) bots.Response { return bots.Response{} }

func (p *platform) Send(_ context.Context, m bots.Message) (bots.CardRef, error) {
	return p.say(m, "")
}

func (p *platform) Update(_ context.Context, ref bots.CardRef, m bots.Message) (bots.CardRef, error) {
	return p.say(m, ref)
}

func (p *platform) say(m bots.Message, ref bots.CardRef) (bots.CardRef, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	if p.fail != nil {
		if err := p.fail(m, ref != ""); err != nil {
			return "", err
		}
	}
	if ref != "" {
		p.updates = append(p.updates, update{ref, m})
		return ref, nil
	}
	p.sent = append(p.sent, m)
	return bots.CardRef("ref:" + m.Key), nil
}

// refuse makes every call fail this way; nil lets them through.
func (p *platform) refuse(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = func(bots.Message, bool) error { return err }
}

func (p *platform) called() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// to is what was said to a person or a chat, as it can be read.
func (p *platform) to(id string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, m := range p.sent {
		if m.User == id || m.Chat == id {
			text := m.Text
			if m.Card != nil {
				text = m.Card.Plain()
			}
			all = append(all, text)
		}
	}
	return all
}

// world is an engine with a store and platforms, and a clock that tests move.
type world struct {
	t      *testing.T
	engine *Engine
	store  *store.Store
	feishu *platform
	wecom  *platform
	org    *sales.Org
	rules  *sales.Rules
	log    *lines

	mu  sync.Mutex
	now time.Time
}

var zone = time.FixedZone("CST", 8*3600)

// people: the rep li and the manager wang are on Feishu, wang's boss zhao on
// both platforms, gone has left; nobody is nowhere.
func people() ([]sales.Person, []sales.Team) {
	person := func(id string, role sales.Role, manager string, bot ...string) sales.Person {
		p := sales.Person{ID: id, Name: "名" + id, Role: role, Team: "east", Manager: manager, Accounts: map[string]string{}}
		for _, b := range bot {
			p.Accounts[b] = b + "_" + id
		}
		return p
	}
	gone := person("gone", sales.RoleRep, "wang", "feishu")
	gone.Left = true
	return []sales.Person{
		person("zhao", sales.RoleManager, "", "feishu", "wecom"), person("wang", sales.RoleManager, "zhao", "feishu"),
		person("li", sales.RoleRep, "wang", "feishu"), person("han", sales.RoleRep, "wang", "feishu"),
		person("nobody", sales.RoleManager, "wang"), person("ops", sales.RoleOps, "zhao", "feishu"),
		person("admin", sales.RoleAdmin, "zhao", "feishu"), gone,
	}, []sales.Team{{ID: "east", Name: "华东区", Manager: "wang", Groups: map[string]string{"feishu": "oc_east"}}}
}

func testRules() *sales.Rules {
	return &sales.Rules{
		Version:  1,
		Pipeline: []sales.Stage{{ID: "contact", Name: "初步接触", OverdueIn: 3}, {ID: "needs", Name: "需求确认", OverdueIn: 5}, {ID: "won", Name: "赢单", Won: true}},
		Overdue:  sales.OverdueRules{At: []worktime.TimeOfDay{9 * 60, 17*60 + 30}, RepeatIn: 2, CopyRole: sales.RoleOps},
		Approvals: sales.ApprovalRules{
			RemindAfter: 4 * time.Hour, RemindEvery: 4 * time.Hour, EscalateAt: 2, DigestAt: []worktime.TimeOfDay{9 * 60, 17*60 + 30},
		},
		Hours: worktime.WorkHours{From: 9 * 60, To: 18 * 60}, Quiet: worktime.QuietHours{From: 21 * 60, To: 8*60 + 30},
	}
}

func newWorld(t *testing.T, more ...func(*Options)) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 11, 24, 10, 0, 0, 0, zone), log: &lines{}, rules: testRules(),
		feishu: &platform{name: "feishu"}, wecom: &platform{name: "wecom"},
	}
	folk, teams := people()
	w.organise(folk, teams)
	w.store = storetest.New(t, storetest.WithClock(w.clock))
	w.engine = w.hire(more...)
	return w
}

func (w *world) organise(folk []sales.Person, teams []sales.Team) {
	w.t.Helper()
	org, err := sales.NewOrg(folk, teams)
	if err != nil {
		w.t.Fatal(err)
	}
	w.org = org
}

// hire makes one more engine on the same store.
func (w *world) hire(more ...func(*Options)) *Engine {
	w.t.Helper()
	cal := worktime.NewCalendar(zone, w.rules.Hours, worktime.BuiltinHolidays()...)
	o := Options{
		Store: w.store, Bots: []bots.Bot{w.feishu, w.wecom}, Org: func() *sales.Org { return w.org }, Rules: func() *sales.Rules { return w.rules },
		Calendar: func() *worktime.Calendar { return cal }, Location: zone, PublicURL: "https://hub.example", Now: w.clock,
		Logger: slog.New(slog.NewTextHandler(w.log, nil)), Lease: time.Second,
	}
	for _, m := range more {
		m(&o)
	}
	e, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = e.Close() })
	return e
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) at(hour, minute int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = time.Date(w.now.Year(), w.now.Month(), w.now.Day(), hour, minute, 0, 0, zone)
}

func (w *world) do(f func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.store.Do(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// work does what is due now, until nothing is.
func (w *world) work() {
	w.t.Helper()
	for range 100 {
		due, err := w.store.DueJobs(w.t.Context(), 100, "", 0)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, j := range due {
			w.engine.do(w.t.Context(), j.ID)
		}
	}
	w.t.Fatal("there is no end to the work")
}

// settle works for a while, so that what waits a moment is done too.
func (w *world) settle() {
	w.t.Helper()
	for range 3 {
		w.work()
		w.pass(replaceAfter + time.Second)
	}
	w.work()
}

// post puts a message into the ledger.
func (w *world) post(to store.Outgoing, m bots.Message) string {
	w.t.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		w.t.Fatal(err)
	}
	to.Body = body
	if to.Bot == "" {
		to.Bot = "feishu"
	}
	w.do(func(tx *store.Tx) error {
		to.ID, err = tx.Post(w.t.Context(), to)
		return err
	})
	return to.ID
}

func (w *world) message(id string) (m store.Message) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { m, err = tx.Message(w.t.Context(), id); return err })
	return m
}

// openJob is the oldest open job, due or not.
func (w *world) openJob() store.Job {
	w.t.Helper()
	was := w.clock()
	defer func() { w.mu.Lock(); w.now = was; w.mu.Unlock() }()
	w.pass(1000 * time.Hour)
	due, err := w.store.DueJobs(w.t.Context(), 10, "", 0)
	if err != nil || len(due) == 0 {
		w.t.Fatalf("open jobs: %d, %v", len(due), err)
	}
	return slices.MinFunc(due, func(a, b store.Job) int { return strings.Compare(a.ID, b.ID) })
}

// approval saves a request of li for a deal, waiting for these people.
func (w *world) approval(number int64, approvers ...string) sales.Approval {
	w.t.Helper()
	step := sales.ApprovalStep{Name: "主管", All: true}
	for _, id := range approvers {
		boss, _ := w.org.Manager(id)
		step.Tasks = append(step.Tasks, sales.ApprovalTask{Approver: id, Boss: boss.ID})
	}
	a := sales.Approval{
		ID: w.store.NewID(), Number: number, Version: 1, RulesVersion: 1, Requester: "li", Owner: "li", DealNumber: 3, Company: "华东智造",
		Amount: money.Amount{Fen: 128_000_000}, Move: sales.Move{ID: "m1", From: "contact", To: "needs", By: "li", At: w.clock()},
		Steps: []sales.ApprovalStep{step}, Status: sales.ApprovalPending, CreatedAt: w.clock(), UpdatedAt: w.clock(),
	}
	return w.save(a, sales.EffectApprovalAsked)
}

// save stores a request with what must follow.
func (w *world) save(a sales.Approval, effects ...sales.EffectKind) sales.Approval {
	w.t.Helper()
	c := sales.Change{Approvals: []sales.Approval{a}}
	for _, k := range effects {
		c.Effects = append(c.Effects, sales.Effect{Kind: k, Number: a.Number, Actor: "wang"})
	}
	w.do(func(tx *store.Tx) error { return tx.Save(w.t.Context(), c, store.Source{}) })
	a.Revision++
	return a
}

func (w *world) cards(kind string, number int64) (all []store.Card) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { all, err = tx.CardsOf(w.t.Context(), kind, number); return err })
	return all
}

func (w *world) deal(number int64, owner string) sales.Deal {
	w.t.Helper()
	d := sales.Deal{
		ID: w.store.NewID(), Number: number, Company: "华东智造", CompanyKey: "华东智造", Owner: owner, Stage: "contact",
		Amount: money.Amount{Fen: 128_000_000}, StageSince: w.clock(), TouchedAt: w.clock(), CreatedAt: w.clock(), UpdatedAt: w.clock(),
	}
	w.do(func(tx *store.Tx) error {
		return tx.Save(w.t.Context(), sales.Change{Deals: []sales.Deal{d}}, store.Source{})
	})
	return d
}

// said fails unless these many messages with these words went to id.
func (w *world) said(p *platform, id string, want int, words ...string) {
	w.t.Helper()
	n := 0
	for _, text := range p.to(id) {
		if !slices.ContainsFunc(words, func(s string) bool { return !strings.Contains(text, s) }) {
			n++
		}
	}
	if n != want {
		w.t.Errorf("%s was told %q %d times, want %d; all: %q", id, words, n, want, p.to(id))
	}
}

// lines keeps what was logged.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(p))
	return len(p), nil
}

func (l *lines) count(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, line := range l.all {
		if strings.Contains(line, word) {
			n++
		}
	}
	return n
}
