package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// Kinds of messages that something depends on.
const (
	kindAlarm    = "alarm"
	kindReminder = "reminder"
)

// note is one thing to tell a person or a group.
type note struct {
	Kind    string // approval, digest, overdue …: for the record
	Subject string // what it is about: approval:1287
	Text    string
	Card    *bots.Card
	File    *bots.Upload
}

// platforms are the names of the platforms that are connected, in order.
func (e *Engine) platforms() []string {
	names := make([]string, 0, len(e.Bots))
	for _, b := range e.Bots {
		names = append(names, b.Name())
	}
	return names
}

// tell says n to a person, on the platform where they are. It returns the
// message's id and platform. Nobody is told through a platform they are not on;
// somebody on none is logged, since the hub has no other road.
func (e *Engine) tell(ctx context.Context, tx *store.Tx, p sales.Person, n note) (id, bot string, err error) {
	return e.tellOn(ctx, tx, p, n, e.platforms())
}

func (e *Engine) tellOn(ctx context.Context, tx *store.Tx, p sales.Person, n note, on []string) (id, bot string, err error) {
	last, err := tx.LastWrote(ctx, p.ID)
	if err != nil {
		return "", "", err
	}
	bot, account, ok := sales.Route(p, last.Bot, on)
	if !ok {
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "person on no connected platform", slog.String("person", p.ID), slog.String("kind", n.Kind))
		return "", "", nil
	}
	id, err = e.post(ctx, tx, store.Outgoing{Bot: bot, User: account, Person: p.ID}, n)
	return id, bot, err
}

// tellGroup says n in a team's groups on the platforms that are connected, such
// that everybody in the team hears it and as few as can be hear it twice: in
// the group that reaches most people first, then where it reaches more.
func (e *Engine) tellGroup(ctx context.Context, tx *store.Tx, t sales.Team, n note) error {
	var rest []sales.Person // who has not heard it
	for _, p := range e.Org().People() {
		if p.Team == t.ID && !p.Left {
			rest = append(rest, p)
		}
	}
	groups := slices.DeleteFunc(e.platforms(), func(bot string) bool { return t.Groups[bot] == "" })
	for first := true; len(groups) > 0; first = false {
		reach := func(bot string) (n int) {
			for _, p := range rest {
				if p.Accounts[bot] != "" {
					n++
				}
			}
			return n
		}
		bot := slices.MaxFunc(groups, func(a, b string) int { return reach(a) - reach(b) })
		if !first && reach(bot) == 0 {
			return nil
		}
		if _, err := e.post(ctx, tx, store.Outgoing{Bot: bot, Chat: t.Groups[bot]}, n); err != nil {
			return err
		}
		groups = slices.DeleteFunc(groups, func(b string) bool { return b == bot })
		rest = slices.DeleteFunc(rest, func(p sales.Person) bool { return p.Accounts[bot] != "" })
	}
	return nil
}

func (e *Engine) post(ctx context.Context, tx *store.Tx, to store.Outgoing, n note) (string, error) {
	body, err := json.Marshal(bots.Message{Text: n.Text, Card: n.Card, File: n.File})
	if err != nil {
		return "", fmt.Errorf("message %s: %w", n.Subject, err)
	}
	to.ID = tx.NewID()
	to.Kind, to.Subject, to.Body = n.Kind, n.Subject, body
	return tx.Post(ctx, to)
}

// alarm is something that a person must look at.
type alarm struct {
	what  string // a word of the catalogue
	scope string // whose: the same trouble elsewhere is told on its own
	id    string // what to look for
	cause string
}

// alarmIn tells the admins once per trouble, scope and hour, however often it
// strikes: fifty alarms about one outage hide the one about another.
func (e *Engine) alarmIn(ctx context.Context, tx *store.Tx, a alarm) error {
	hour := tx.Now().UTC().Format("2006-01-02T15")
	first, err := tx.Once(ctx, "alarm:"+a.what+":"+a.scope+":"+hour)
	if err != nil || !first {
		return err
	}
	e.Logger.LogAttrs(ctx, slog.LevelError, "alarm", slog.String("what", a.what), slog.String("id", a.id), slog.String("cause", a.cause))
	for _, p := range e.Org().WithRole(sales.RoleAdmin) {
		n := note{Kind: kindAlarm, Subject: a.what + ":" + a.id, Text: e.words().Alarm(a.what, a.id, a.cause)}
		if _, _, err := e.tell(ctx, tx, p, n); err != nil {
			return err
		}
	}
	return nil
}

// alarmOnce is [Engine.alarmIn] in a transaction of its own, for what strikes
// with every try: this process asks the store once per hour.
func (e *Engine) alarmOnce(ctx context.Context, a alarm) error {
	key := a.what + ":" + a.scope
	hour := e.Now().Truncate(time.Hour)
	if last, ok := e.alarmed.Load(key); ok && last == hour {
		return nil
	}
	err := e.Store.Do(ctx, func(tx *store.Tx) error { return e.alarmIn(ctx, tx, a) })
	if err == nil {
		e.alarmed.Store(key, hour)
	}
	return err
}

// otherRoad is taken when a message was refused for good: a card of which there
// is another copy is not missed, any other becomes a text with its reply code; a
// person who cannot be reached is tried on their other platform, and what nobody
// can be told goes to their manager and the admins.
func (e *Engine) otherRoad(ctx context.Context, tx *store.Tx, m store.Message, se *bots.SendError) error {
	if m.Update == "" {
		found, err := e.detour(ctx, tx, m, se)
		if err != nil || found {
			return err
		}
	}
	return e.alarmIn(ctx, tx, alarm{what: "undelivered", scope: m.Bot + ":" + m.Person + m.Chat, id: m.ID, cause: se.Error()})
}

// detour brings a message that is no change of a card by another road, and tells
// whether there was one. Where there was none the person's manager is told.
func (e *Engine) detour(ctx context.Context, tx *store.Tx, m store.Message, se *bots.SendError) (bool, error) {
	copied, err := e.otherCopy(ctx, tx, m)
	if err != nil || copied {
		return copied, err
	}
	var body bots.Message
	if err := json.Unmarshal(m.Body, &body); err != nil {
		return false, fmt.Errorf("message %s: %w", m.ID, err)
	}
	n := note{Kind: m.Kind, Subject: m.Subject, Text: body.Text, Card: body.Card, File: body.File}
	if se.Code == bots.CodeRefused && body.Card != nil {
		// The card's row stays with the message that failed: a text cannot be
		// changed later, and what is written decides without a card.
		n.Card, n.Text = nil, body.Card.Plain()
		_, err := e.post(ctx, tx, store.Outgoing{Bot: m.Bot, User: m.User, Chat: m.Chat, Person: m.Person}, n)
		return true, err
	}
	person, known := e.Org().Person(m.Person)
	if !known || person.Left || m.Kind == kindAlarm {
		return false, nil
	}
	moved, err := e.otherPlatform(ctx, tx, person, m, n)
	if err != nil || moved {
		return moved, err
	}
	return false, e.tellBoss(ctx, tx, person, n)
}

// otherPlatform says a message where the person is too, and takes its card's
// row along, since a click must come from where the card stands. What was moved
// once is not moved back.
func (e *Engine) otherPlatform(ctx context.Context, tx *store.Tx, p sales.Person, m store.Message, n note) (bool, error) {
	first, err := tx.Once(ctx, "moved:"+m.ID)
	if err != nil || !first {
		return false, err
	}
	rest := slices.DeleteFunc(e.platforms(), func(bot string) bool { return bot == m.Bot })
	id, bot, err := e.tellOn(ctx, tx, p, n, rest)
	if err != nil || bot == "" {
		return false, err
	}
	if _, err := tx.Once(ctx, "moved:"+id); err != nil {
		return false, err
	}
	c, has, err := tx.CardByMessage(ctx, m.ID)
	if err != nil || !has {
		return true, err
	}
	c.Bot, c.MessageID = bot, id
	return true, tx.SetCard(ctx, c)
}

// tellBoss tells somebody's manager that they could not be told.
func (e *Engine) tellBoss(ctx context.Context, tx *store.Tx, p sales.Person, n note) error {
	boss, ok := e.Org().Manager(p.ID)
	if !ok {
		return nil
	}
	_, _, err := e.tell(ctx, tx, boss, note{Kind: kindAlarm, Subject: n.Subject, Text: e.words().Unreached(p, n.title())})
	return err
}

// title is what a message is about, in one line.
func (n note) title() string {
	if n.Card != nil {
		return n.Card.Title
	}
	if n.File != nil {
		return n.File.Name
	}
	line, _, _ := strings.Cut(n.Text, "\n")
	return line
}
