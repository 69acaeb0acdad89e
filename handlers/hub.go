package handlers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"genjin/bots"
	"genjin/cards"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/evidence"
	"genjin/web"
)

// Options is what the hub needs. Org, Rules and Calendar are asked each time, so
// that a reload is seen by the next event.
type Options struct {
	Store          *store.Store
	Evidence       *evidence.Folder
	Bots           []bots.Bot
	Inlets         []bots.Inlet // ways in beside the bots themselves
	Org            func() *sales.Org
	Rules          func() *sales.Rules
	Calendar       func() *worktime.Calendar
	Location       *time.Location
	PublicURL      string
	Now            func() time.Time
	Logger         *slog.Logger
	TrustedProxies []netip.Prefix
	Ready          func(ctx context.Context) Readiness
	// RulesAt gives the rules of a version, for requests that began with it; nil:
	// those in force.
	RulesAt func(ctx context.Context, tx *store.Tx, version int64) (*sales.Rules, error)
	Metrics http.Handler
}

// Readiness is whether the hub can do its work, in words for a person. An empty
// Database means that it can commit.
type Readiness struct {
	Database string
	Queue    string   // ok or degraded
	Channels []string // what is wrong with a platform's connection
	Config   []string // what is wrong with org.yaml or rules.yaml, so that an older version is in force
}

// Hub takes what people write, send and press.
type Hub struct {
	Options

	bots   map[string]bots.Bot
	inlets map[string]bots.Inlet
	uses   map[speech.Verb]use
	acts   map[string]use
	pages  *web.Pages

	uploads chan struct{} // one place for each upload under way
}

// use is one use case: it decides, saves and answers, inside the transaction of
// the call.
type use func(ctx context.Context, c *call, cmd speech.Command) error

// New makes a hub.
func New(o Options) *Hub {
	h := &Hub{Options: o, bots: map[string]bots.Bot{}, inlets: map[string]bots.Inlet{}, uses: useCases(), acts: clickCases(), uploads: make(chan struct{}, uploadsAtOnce)}
	for _, in := range o.Inlets {
		h.inlets[in.Name()] = in
	}
	for _, b := range o.Bots {
		h.bots[b.Name()], h.inlets[b.Name()] = b, b
	}
	pages, err := web.NewPages()
	if err != nil { // they are part of the binary
		h.Logger.LogAttrs(context.Background(), slog.LevelError, "pages", slog.Any("error", err))
	}
	h.pages = pages
	return h
}

// call is one event being handled: everything happens in its transaction, at
// its instant. It may run again after a lost race, so nothing outside changes.
type call struct {
	*Hub

	tx      *store.Tx
	event   bots.Event
	from    store.Source
	me      sales.Person
	w       cards.Words
	answer  bots.Answer
	outcome string // for the record: what came of it
	said    string // what the person was told last
	voice   voice
}

// Handle takes one event. An event that was seen before gets the same answer
// and changes nothing. The error is a store's that cannot confirm: the platform
// must come again.
func (h *Hub) Handle(ctx context.Context, e bots.Event, address string) (bots.Answer, error) {
	if e.FromBot {
		return bots.Answer{}, nil
	}
	if e.Key == "" {
		e.Key = digest(e)
	}
	var answer bots.Answer
	err := h.Store.Do(ctx, func(tx *store.Tx) error {
		var err error
		answer, err = h.once(ctx, tx, e, address)
		return err
	})
	if err == nil {
		return answer, nil
	}
	if errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrConflict) || ctx.Err() != nil {
		return bots.Answer{}, fmt.Errorf("event %s: %w", e.Key, err)
	}
	return h.oops(ctx, e, err)
}

// once handles an event unless it was handled before.
func (h *Hub) once(ctx context.Context, tx *store.Tx, e bots.Event, address string) (bots.Answer, error) {
	in, seen, err := tx.Seen(ctx, e.Bot, e.Key)
	if err != nil {
		return bots.Answer{}, err
	}
	if seen {
		return answerOf(in)
	}
	c := h.newCall(tx, e)
	c.from.Address = address
	if err := c.handle(ctx); err != nil {
		return bots.Answer{}, err
	}
	if err := c.speak(ctx); err != nil {
		return bots.Answer{}, err
	}
	return c.answer, c.record(ctx)
}

// newCall begins the handling of an event. Who is known is called as org.yaml
// does: a platform may write one person's id in more than one way.
func (h *Hub) newCall(tx *store.Tx, e bots.Event) *call {
	if p, known := h.Org().ByAccount(e.Bot, e.User); known {
		e.User = p.Accounts[e.Bot]
	}
	return &call{
		Hub: h, tx: tx, event: e, from: store.Source{Bot: e.Bot, Event: e.Key}, outcome: "ok",
		w: cards.Words{Org: h.Org(), Rules: h.Rules(), Cal: h.Calendar(), Loc: h.Location, PublicURL: h.PublicURL, Now: tx.Now()},
	}
}

func answerOf(in store.Inbox) (bots.Answer, error) {
	var a bots.Answer
	if len(in.Answer) == 0 {
		return a, nil
	}
	if err := json.Unmarshal(in.Answer, &a); err != nil {
		return a, fmt.Errorf("answer to event %s: %w", in.Key, err)
	}
	return a, nil
}

// record puts the event into the inbox, with the answer that copies of it get.
func (c *call) record(ctx context.Context) error {
	answer, err := json.Marshal(c.answer)
	if err != nil {
		return fmt.Errorf("answer to event %s: %w", c.event.Key, err)
	}
	return c.tx.Receive(ctx, store.Inbox{
		Bot: c.event.Bot, Key: c.event.Key, Type: c.event.Type, User: c.event.User, Person: c.me.ID, At: c.tx.Now(), Hash: digest(c.event),
		Outcome: c.outcome, Answer: answer,
	})
}

func digest(e bots.Event) string {
	text, err := json.Marshal(e)
	if err != nil { // an event holds nothing that cannot be written
		text = []byte(e.MessageID + e.Text)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// handle finds out who acts, and hands the event to its use case.
func (c *call) handle(ctx context.Context) error {
	switch c.event.Kind {
	case bots.EventUserLeft:
		return c.userLeft(ctx)
	case bots.EventUserBack:
		return c.userBack(ctx)
	case bots.EventRecalled:
		return c.recalled(ctx)
	case bots.EventBotAdded:
		return c.botAdded(ctx)
	case bots.EventUnknown, bots.EventUserChanged:
		c.outcome = "recorded"
		return nil
	case bots.EventMessage, bots.EventClick, bots.EventEntered, bots.EventMenu:
	}
	me, known := c.w.Org.ByAccount(c.event.Bot, c.event.User)
	if !known || me.Left {
		return c.stranger(ctx)
	}
	gone, err := c.gone(ctx)
	if err != nil {
		return err
	}
	if gone {
		return c.stranger(ctx)
	}
	c.me = me
	return c.serve(ctx)
}

// serve hands a known person's event to its use case.
func (c *call) serve(ctx context.Context) error {
	switch c.event.Kind {
	case bots.EventMessage:
		return c.message(ctx)
	case bots.EventClick:
		return c.click(ctx)
	case bots.EventEntered:
		return c.entered(ctx)
	case bots.EventMenu:
		return c.run(ctx, speech.Parse(c.event.Text, c.stages))
	case bots.EventUnknown, bots.EventUserChanged, bots.EventUserLeft, bots.EventUserBack, bots.EventRecalled, bots.EventBotAdded:
	}
	c.outcome = "recorded"
	return nil
}

// stranger refuses politely. Nothing of what was said is kept.
func (c *call) stranger(ctx context.Context) error {
	c.outcome = "stranger"
	switch {
	case c.event.Kind == bots.EventClick:
		c.toast(bots.ToneError, c.w.Say("stranger"))
		return nil
	case c.event.Kind == bots.EventMessage && c.event.Mentioned && c.event.User != "":
		return c.whisper(ctx, c.w.Say("stranger"))
	}
	return nil
}

// message takes a person's words and files.
func (c *call) message(ctx context.Context) error {
	if err := c.files(ctx); err != nil {
		return err
	}
	if !c.event.Private && !c.event.Mentioned {
		c.outcome = "not_addressed"
		return nil
	}
	if err := c.tx.Wrote(ctx, c.me.ID, c.event.Bot, c.event.Chat); err != nil {
		return err
	}
	return c.run(ctx, speech.Parse(c.event.Text, c.stages))
}

// oops answers an event that went wrong on our side. The transaction left no
// trace; the event is recorded, so that it does not come again and again, and
// the person gets a reference that the log knows.
func (h *Hub) oops(ctx context.Context, e bots.Event, cause error) (bots.Answer, error) {
	ref := rand.Text()[:6]
	h.Logger.LogAttrs(ctx, slog.LevelError, "event went wrong", slog.String("ref", ref), slog.String("bot", e.Bot), slog.String("event", e.Key), slog.Any("error", cause))
	var answer bots.Answer
	err := h.Store.Do(ctx, func(tx *store.Tx) error {
		in, seen, err := tx.Seen(ctx, e.Bot, e.Key)
		if err != nil {
			return err
		}
		if seen {
			answer, err = answerOf(in)
			return err
		}
		c := h.newCall(tx, e)
		c.me, _ = c.w.Org.ByAccount(e.Bot, e.User)
		c.outcome = "oops:" + ref
		if err := errors.Join(c.apologise(ctx, ref), c.speak(ctx)); err != nil {
			return err
		}
		answer = c.answer
		return c.record(ctx)
	})
	if err != nil {
		return bots.Answer{}, fmt.Errorf("event %s: %w", e.Key, errors.Join(cause, err))
	}
	return answer, nil
}

func (c *call) apologise(ctx context.Context, ref string) error {
	switch {
	case c.event.Kind == bots.EventClick:
		c.toast(bots.ToneError, c.w.Oops(ref))
	case c.me.ID != "" && (c.event.Private || c.event.Mentioned):
		return c.whisper(ctx, c.w.Oops(ref))
	}
	return nil
}
