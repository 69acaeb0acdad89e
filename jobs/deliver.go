package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// note is one thing to tell a person or a group.
type note struct {
	Kind    string // approval, digest, overdue …: for the record
	Subject string // what it is about: approval:1287
	Text    string
	Card    *bots.Card
	Update  string // id of the message whose card it replaces
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

// tellGroup says n in a team's groups on the platforms that are connected.
func (e *Engine) tellGroup(ctx context.Context, tx *store.Tx, t sales.Team, n note) error {
	for _, bot := range e.platforms() {
		chat := t.Groups[bot]
		if chat == "" {
			continue
		}
		if _, err := e.post(ctx, tx, store.Outgoing{Bot: bot, Chat: chat}, n); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) post(ctx context.Context, tx *store.Tx, to store.Outgoing, n note) (string, error) {
	body, err := json.Marshal(bots.Message{Text: n.Text, Card: n.Card})
	if err != nil {
		return "", fmt.Errorf("message %s: %w", n.Subject, err)
	}
	to.ID = tx.NewID()
	to.Kind, to.Subject, to.Body, to.Update = n.Kind, n.Subject, body, n.Update
	return tx.Post(ctx, to)
}

// alarm tells the admins about something that a person must look at.
func (e *Engine) alarm(ctx context.Context, j store.Job, cause error) error {
	return e.Store.Do(ctx, func(tx *store.Tx) error {
		return e.alarmIn(ctx, tx, "dead job", j.ID, cause.Error())
	})
}

// alarmIn tells the admins once per cause and hour, however often it strikes:
// fifty alarms about one outage hide the one about another.
func (e *Engine) alarmIn(ctx context.Context, tx *store.Tx, what, id, cause string) error {
	hour := tx.Now().UTC().Format("2006-01-02T15")
	first, err := tx.Once(ctx, "alarm:"+what+":"+hour)
	if err != nil || !first {
		return err
	}
	for _, p := range e.Org().WithRole(sales.RoleAdmin) {
		n := note{Kind: "alarm", Subject: what + ":" + id, Text: e.words().Alarm(what, id, cause)}
		if _, _, err := e.tell(ctx, tx, p, n); err != nil {
			return err
		}
	}
	return nil
}

// otherRoad is taken when a message was refused for good: a card becomes a text
// with its reply code, a person who cannot be reached is tried on their other
// platform, and what nobody can be told goes to their manager and the admins.
func (e *Engine) otherRoad(ctx context.Context, tx *store.Tx, m store.Message, se *bots.SendError) error {
	var body bots.Message
	if err := json.Unmarshal(m.Body, &body); err != nil {
		return fmt.Errorf("message %s: %w", m.ID, err)
	}
	n := note{Kind: m.Kind, Subject: m.Subject, Text: body.Text, Card: body.Card}
	if se.Code == bots.CodeRefused && body.Card != nil && m.Update == "" {
		n.Card, n.Text = nil, body.Card.Plain()
		_, err := e.post(ctx, tx, store.Outgoing{Bot: m.Bot, User: m.User, Chat: m.Chat, Person: m.Person}, n)
		return err
	}
	person, known := e.Org().Person(m.Person)
	if known && m.Update == "" && m.Kind != "alarm" {
		rest := slices.DeleteFunc(e.platforms(), func(bot string) bool { return bot == m.Bot })
		if _, bot, err := e.tellOn(ctx, tx, person, n, rest); err != nil || bot != "" {
			return err
		}
		if boss, ok := e.Org().Manager(person.ID); ok {
			to := note{Kind: "alarm", Subject: m.Subject, Text: e.words().Unreached(person, n.title())}
			if _, _, err := e.tell(ctx, tx, boss, to); err != nil {
				return err
			}
		}
	}
	return e.alarmIn(ctx, tx, "undelivered", m.ID, se.Error())
}

// title is what a message is about, in one line.
func (n note) title() string {
	if n.Card != nil {
		return n.Card.Title
	}
	line, _, _ := strings.Cut(n.Text, "\n")
	return line
}
