package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// leaf is a line of the audit log as people read it.
func (t *tracer) leaf(l store.TraceLeaf) string {
	kind, id, _ := strings.Cut(l.Object, ":")
	about := objectWords[kind]
	if _, err := strconv.Atoi(id); err == nil {
		about += " #" + id
		if kind == "rules" || kind == "org" { // not a number that people write
			about = objectWords[kind] + "第 " + id + " 版"
		}
	}
	t.mu.Lock()
	about = strings.TrimSpace(about + " " + t.names[l.Object])
	t.mu.Unlock()
	if kind == "person" {
		about = t.hub.nameOf(id, id)
	}
	word := cmp.Or(actionWords[l.Action], l.Action)
	if kind == "approval" {
		word = strings.TrimSpace(t.hub.nameOf(l.Actor, "") + " " + word)
	}
	return about + "：" + t.detail(l, word)
}

// detail adds to the word of an action what changed, where that is short.
func (t *tracer) detail(l store.TraceLeaf, word string) string {
	switch l.Action {
	case "lead.create", "lead.rescore":
		return word + scores(l)
	case "deal.create":
		d := decode[sales.Deal](l.After)
		if d.Amount.Fen == 0 {
			return word + "，" + t.stage(d.Stage)
		}
		return fmt.Sprintf("%s，%s，%s", word, d.Amount.Short(), t.stage(d.Stage))
	case "deal.move", "deal.undo", "deal.win", "deal.lose", "deal.stay":
		from, to := decode[sales.Deal](l.Before).Stage, decode[sales.Deal](l.After).Stage
		if from == to {
			return "留在「" + t.stage(to) + "」"
		}
		return word + "，" + t.stage(from) + " → " + t.stage(to)
	case "approval.ask":
		return word + "，批准后进入「" + t.stage(decode[sales.Approval](l.After).Move.To) + "」"
	case "file.receive":
		if l.Reason != "" {
			return "不能用，" + cmp.Or(fileWords[l.Reason], l.Reason)
		}
	}
	if strings.HasPrefix(l.Action, "approval.") && l.Reason != "" {
		return word + "（" + short(l.Reason) + "）"
	}
	return word
}

// scores are the score before, if there was one, and after.
func scores(l store.TraceLeaf) string {
	after := decode[sales.Score](l.After)
	if l.Action == "lead.create" {
		after = decode[sales.Lead](l.After).Score
	}
	now := fmt.Sprintf("%s 级 %d 分", after.Grade, after.Total)
	if before := decode[sales.Score](l.Before); before.Grade != "" {
		return fmt.Sprintf("，%s 级 %d 分 → %s", before.Grade, before.Total, now)
	}
	return "，" + now
}

// learn finds the names of what the lines are about.
func (t *tracer) learn(ctx context.Context, leaves []store.TraceLeaf) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hub.store.View(ctx, func(tx *store.Tx) error {
		for _, l := range leaves {
			if _, known := t.names[l.Object]; known {
				continue
			}
			name, err := nameOfObject(ctx, tx, l.Object)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			t.names[l.Object] = name
		}
		return nil
	})
}

// nameOfObject is the company of a lead, deal or approval, or a file's name.
func nameOfObject(ctx context.Context, tx *store.Tx, object string) (string, error) {
	kind, id, _ := strings.Cut(object, ":")
	number, _ := strconv.ParseInt(id, 10, 64) // 0: nothing has this number
	switch kind {
	case "lead":
		l, err := tx.Lead(ctx, number)
		return l.Company, err
	case "deal":
		d, err := tx.Deal(ctx, number)
		return d.Company, err
	case "approval":
		a, err := tx.Approval(ctx, number)
		return a.Company, err
	case "file":
		f, err := tx.File(ctx, id)
		return f.Name, err
	}
	return "", nil
}

// receiver is who a message is for.
func (t *tracer) receiver(m store.Message) string {
	if team := t.team(m.Chat); team != "" {
		return team + "群"
	}
	to := cmp.Or(m.Chat, m.User)
	if kind, reply, ok := strings.Cut(to, ":"); ok && strings.HasPrefix(kind, "reply") { // where somebody asked, see bots.Event
		to, _, _ = strings.Cut(reply, ":")
		if p, known := t.hub.org.Load().ByAccount(m.Bot, to); known {
			to = p.Name
		}
	}
	return t.hub.nameOf(m.Person, to)
}

// team is the name of the team whose group a chat is.
func (t *tracer) team(chat string) string {
	for _, team := range t.hub.org.Load().Teams() {
		if chat != "" && slices.Contains(slices.Collect(maps.Values(team.Groups)), chat) {
			return team.Name
		}
	}
	return ""
}

func (t *tracer) stage(id string) string {
	if s, ok := t.hub.rules.Load().StageByID(id); ok {
		return s.Name
	}
	return id
}

// said is the gist of a message, and how often it was tried in vain.
func said(m store.Message) string {
	body := decode[bots.Message](m.Body)
	text := body.Text
	switch {
	case body.Card != nil:
		text = "[卡片] " + body.Card.Title
	case body.File != nil:
		text = "[文件] " + body.File.Name
	}
	text = short(text)
	if m.State != store.MessageSent && m.Tries > 0 {
		text += fmt.Sprintf("（已试 %d 次）", m.Tries)
	}
	return text
}

// traceText is how many characters of what was said stand in a line.
const traceText = 36

// short is a text in one line, cut.
func short(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if r := []rune(line); len(r) > traceText {
		return string(r[:traceText]) + "…"
	}
	return line
}

// decode reads a value of the record; what cannot be read is empty: the page
// shows less then.
func decode[T any](raw json.RawMessage) T {
	var v T
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &v)
	}
	return v
}

// nameOf is a person's name, or what stands for somebody without one.
func (h *hub) nameOf(id, other string) string {
	if p, ok := h.org.Load().Person(id); ok {
		return p.Name
	}
	return cmp.Or(other, "机器人")
}
