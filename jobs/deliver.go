package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

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

// sameCause is a cause without what differs from one message to the next: the
// ids in it.
func sameCause(cause string) string {
	words := strings.FieldsFunc(cause, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
	})
	return strings.Join(slices.DeleteFunc(words, func(w string) bool {
		return len(w) > idLeast && strings.ContainsFunc(w, unicode.IsDigit)
	}), " ")
}

// idLeast is how long a word with digits may be and still be a platform's code.
const idLeast = 8

// causeOf is why a platform did not take something, whatever it was asked.
func causeOf(se *bots.SendError) string {
	if se.Err == nil {
		return sameCause(se.Platform)
	}
	return sameCause(se.Err.Error())
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
