package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/cards"
	"genjin/config"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/storetest"
)

// The people of the sample company.
const (
	li, han, wang, zhao, ops, admin = "li", "han", "wang", "zhao", "ops", "admin"
)

// fakeBot is a platform that takes events as they are.
type fakeBot struct {
	decode func(*http.Request) (bots.Inbound, error)
}

func (fakeBot) Name() string                                   { return "feishu" }
func (f fakeBot) Decode(r *http.Request) (bots.Inbound, error) { return f.decode(r) }
func (fakeBot) Answer(_ bots.Event, a bots.Answer) bots.Response {
	return bots.Response{Body: []byte(a.Text)}
}

func (fakeBot) Send(context.Context, bots.Message) (bots.CardRef, error) {
	return "", nil
}

func (fakeBot) Update(context.Context, bots.CardRef, bots.Message) (bots.CardRef, error) {
	return "", nil
}

// muteBot is WeCom as the hub sees it: nobody is shown the response to a click.
type muteBot struct {
	fakeBot

	signIn string            // where browsers are sent to; "" = not set up
	users  map[string]string // code → account
}

func (muteBot) Name() string { return "wecom" }
func (muteBot) Mute()        {}

func (b muteBot) SignIn(page, state string) string {
	if b.signIn == "" {
		return ""
	}
	return b.signIn + "?page=" + page + "&state=" + state
}

func (b muteBot) Identify(_ context.Context, code string) (string, error) {
	if user, ok := b.users[code]; ok {
		return user, nil
	}
	return "", &bots.SendError{Code: bots.CodeRefused, Err: errors.New("40029")}
}

// room is a hub with a real store, a clock that tests move, and people who
// speak to it.
type room struct {
	t     *testing.T
	hub   *Hub
	store *store.Store
	now   time.Time
	bot   string // the platform that people use
	seq   int
	last  string // id of the last message that was looked at
}

func newRoom(t *testing.T, more ...func(*Options)) *room {
	t.Helper()
	r := emptyRoom(t)
	r.furnish(storetest.New(t, storetest.WithClock(func() time.Time { return r.now })), more...)
	return r
}

// eachRoom runs fn on SQLite and on PostgreSQL.
func eachRoom(t *testing.T, fn func(r *room)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, ...storetest.Option) *store.Store{"SQLite": storetest.New, "PostgreSQL": storetest.NewPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := emptyRoom(t)
			r.furnish(open(t, storetest.WithClock(func() time.Time { return r.now })))
			fn(r)
		})
	}
}

var testZone = time.FixedZone("CST", 8*3600)

func emptyRoom(t *testing.T) *room {
	t.Helper()
	return &room{t: t, bot: "feishu", now: time.Date(2026, 11, 25, 10, 0, 0, 0, testZone)}
}

func (r *room) furnish(s *store.Store, more ...func(*Options)) {
	t, loc := r.t, testZone
	t.Helper()
	r.store = s
	org, err := config.ParseOrg("org.yaml", config.SampleOrg(), loc)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := config.ParseRules("rules.yaml", config.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	rules.Version = 1
	cal := worktime.NewCalendar(loc, rules.Hours, worktime.BuiltinHolidays()...)
	o := Options{
		Store: r.store, Bots: []bots.Bot{fakeBot{}, muteBot{}}, Org: func() *sales.Org { return org }, Rules: func() *sales.Rules { return rules },
		Calendar: func() *worktime.Calendar { return cal }, Location: loc, PublicURL: "https://hub.example", Now: func() time.Time { return r.now },
		Logger: slog.New(slog.NewTextHandler(testWriter{t}, nil)),
	}
	for _, m := range more {
		m(&o)
	}
	r.hub = New(o)
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Helper()
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// said is a message of the hub.
type said struct {
	store.Message

	body bots.Message
	text string // everything that can be read
}

// account is a person's on the platform in use.
func (r *room) account(who string) string {
	if p, ok := r.hub.Org().Person(who); ok && r.bot != "feishu" {
		return p.Accounts[r.bot]
	}
	return "ou_" + who
}

func (r *room) event(who string) bots.Event {
	r.seq++
	return bots.Event{
		Bot: r.bot, Key: fmt.Sprintf("e%d", r.seq), Kind: bots.EventMessage, Type: "im.message.receive_v1", At: r.now, User: r.account(who), Chat: "p_" + who,
		Private: true, Mentioned: true, MessageID: fmt.Sprintf("om_%d", r.seq),
	}
}

func (r *room) handle(e bots.Event) bots.Answer {
	r.t.Helper()
	a, err := r.hub.Handle(r.t.Context(), e, "192.0.2.1")
	if err != nil {
		r.t.Fatalf("%s: %v", e.Text, err)
	}
	return a
}

// new are the messages since the last look.
func (r *room) new() []said {
	r.t.Helper()
	var all []said
	if err := r.store.View(r.t.Context(), func(tx *store.Tx) error {
		messages, err := tx.Messages(r.t.Context(), store.MessageFilter{After: r.last})
		for _, m := range messages {
			s := said{Message: m}
			if err := json.Unmarshal(m.Body, &s.body); err != nil {
				return err
			}
			s.text = s.body.Text
			if s.body.Card != nil {
				s.text += s.body.Card.Plain()
			}
			all = append(all, s)
			r.last = m.ID
		}
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
	return all
}

// says has a person write privately, and gives the hub's one answer.
func (r *room) says(who, text string) said {
	r.t.Helper()
	e := r.event(who)
	e.Text = text
	return r.answered(e)
}

// shouts has a person write in the group of the east; mentioned, unless the
// text is said to nobody.
func (r *room) shouts(who, text string) []said {
	r.t.Helper()
	e := r.event(who)
	e.Text, e.Chat, e.Private = text, "oc_east", false
	r.new()
	r.handle(e)
	return r.new()
}

func (r *room) answered(e bots.Event) said {
	r.t.Helper()
	r.new()
	r.handle(e)
	all := r.new()
	if len(all) != 1 {
		r.t.Fatalf("%q got %d answers, want 1: %v", e.Text, len(all), texts(all))
	}
	return all[0]
}

func texts(all []said) []string {
	out := make([]string, 0, len(all))
	for _, s := range all {
		out = append(out, s.text)
	}
	return out
}

// has checks that an answer holds all words.
func (s said) has(t *testing.T, words ...string) said {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(s.text, w) {
			t.Errorf("no %q in:\n%s", w, s.text)
		}
	}
	return s
}

// sends has a person send a file, privately or in a group; it is still on its way.
func (r *room) sends(who, name, group string) sales.File {
	r.t.Helper()
	e := r.event(who)
	e.Files = []bots.File{{Bot: r.bot, Key: "file_" + e.Key, MessageID: e.MessageID, Name: name}}
	if group != "" {
		e.Chat, e.Private, e.Mentioned = group, false, false
	}
	r.handle(e)
	var f sales.File
	r.view(func(tx *store.Tx) (err error) {
		f, err = tx.FileByPlatform(r.t.Context(), r.bot, e.MessageID, "file_"+e.Key)
		return err
	})
	return f
}

// arrives is what jobs does when a file was fetched.
func (r *room) arrives(f sales.File, kind string) {
	r.t.Helper()
	r.do(func(tx *store.Tx) error {
		f, err := tx.File(r.t.Context(), f.ID)
		if err != nil {
			return err
		}
		f.Status, f.Type, f.SHA256, f.Size = sales.FileReady, kind, strings.Repeat("a", 64), 1234
		if kind == "" {
			f.Status, f.Reason = sales.FileRefused, "type_not_allowed"
		}
		if err := tx.Save(r.t.Context(), sales.Change{Files: []sales.File{f}}, store.Source{}); err != nil {
			return err
		}
		f.Revision++
		return r.hub.Resume(r.t.Context(), tx, f)
	})
}

// has a file that is here, without looking at the answer.
func (r *room) gives(who, name, kind string) {
	r.t.Helper()
	r.arrives(r.sends(who, name, ""), kind)
	r.now = r.now.Add(time.Second)
}

func (r *room) do(f func(tx *store.Tx) error) {
	r.t.Helper()
	if err := r.store.Do(r.t.Context(), f); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) view(f func(tx *store.Tx) error) {
	r.t.Helper()
	if err := r.store.View(r.t.Context(), f); err != nil {
		r.t.Fatal(err)
	}
}

// button finds a button of a card by its text.
func button(t *testing.T, c *bots.Card, text string) bots.Button {
	t.Helper()
	for _, b := range c.Blocks {
		all := b.Buttons
		if b.Form != nil {
			all = append(all, b.Form.Buttons...)
		}
		for _, button := range all {
			if button.Text == text {
				return button
			}
		}
	}
	t.Fatalf("no button %q on %q", text, c.Title)
	return bots.Button{}
}

// clicks has a person press a button.
func (r *room) clicks(who string, b bots.Button, form map[string]string) bots.Answer {
	r.t.Helper()
	e := r.event(who)
	e.Kind, e.Private, e.Mentioned, e.Text = bots.EventClick, false, false, ""
	e.Click = &bots.Click{Action: b.Action, Value: b.Value, Form: form}
	return r.handle(e)
}

// asks sends the card of an approval to a person, as jobs does.
func (r *room) asks(who string, number int64) *bots.Card {
	r.t.Helper()
	var card bots.Card
	r.do(func(tx *store.Tx) error {
		a, err := tx.Approval(r.t.Context(), number)
		if err != nil {
			return err
		}
		c := store.Card{Nonce: fmt.Sprintf("nonce-%s-%d-%d", who, number, r.seq), Kind: cardApproval, Number: number, Person: who, Bot: r.bot, Revision: a.Version}
		w := cards.Words{Org: r.hub.Org(), Rules: r.hub.Rules(), Cal: r.hub.Calendar(), Loc: r.hub.Location}
		card = w.Approval(a, nil, sales.ApprovalTask{Approver: who}, c.Nonce)
		body, err := json.Marshal(bots.Message{Card: &card})
		if err != nil {
			return err
		}
		if c.MessageID, err = tx.Post(r.t.Context(), store.Outgoing{Bot: r.bot, User: r.account(who), Person: who, Kind: cardApproval, Body: body}); err != nil {
			return err
		}
		return tx.AddCard(r.t.Context(), c)
	})
	r.seq++
	return &card
}

// lead submits a lead and gives its number.
func (r *room) lead(company string) int64 {
	r.t.Helper()
	const who = li
	return number(r.t, r.says(who, "线索 公司="+company+" 联系人=张伟 电话=13800138000 行业=智能制造 规模=500").text, "线索")
}

// deal makes a deal and gives its number.
func (r *room) deal(company, amount string) int64 {
	r.t.Helper()
	const who = li
	lead := r.lead(company)
	return number(r.t, r.says(who, fmt.Sprintf("转商机 #%d 金额=%s 产品=MES", lead, amount)).text, "商机")
}

// atContract brings a deal to a pending approval and gives its number.
func (r *room) atContract(company, amount string) int64 {
	r.t.Helper()
	const who = li
	r.deal(company, amount)
	for _, step := range []string{"需求确认", "方案报价", "商务谈判 参会=张伟 总经理、李娜 财务总监"} {
		r.gives(who, step+".pdf", "pdf")
		r.says(who, "推进 "+company+" "+step).has(r.t, "→ "+strings.Fields(step)[0])
	}
	r.gives(who, "签字.pdf", "pdf")
	return number(r.t, r.says(who, "推进 "+company+" 合同签订").text, "审批")
}

func (r *room) approval(number int64) sales.Approval {
	r.t.Helper()
	var a sales.Approval
	r.view(func(tx *store.Tx) (err error) { a, err = tx.Approval(r.t.Context(), number); return err })
	return a
}

func (r *room) stage(deal int64) string {
	r.t.Helper()
	var d sales.Deal
	r.view(func(tx *store.Tx) (err error) { d, err = tx.Deal(r.t.Context(), deal); return err })
	return d.Stage
}

// number cuts the #12 out of a text.
func number(t *testing.T, text, before string) int64 {
	t.Helper()
	_, rest, ok := strings.Cut(text, before+" #")
	end := strings.IndexFunc(rest+" ", func(r rune) bool { return r < '0' || r > '9' })
	if n := speech.Number(rest[:max(end, 0)]); ok && n > 0 {
		return n
	}
	t.Fatalf("no %q with a number in:\n%s", before, text)
	return 0
}
