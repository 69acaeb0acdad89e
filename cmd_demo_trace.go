package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"genjin/bots"
	"genjin/playground"
	"genjin/store"
)

// traceRows is how much of the record the page shows.
const traceRows = 80

// tracer tells what the hub did from the store's own record, in words. What
// people wrote and pressed it asks the simulated platform: the hub keeps no
// copy of it.
type tracer struct {
	hub     *hub
	sims    outside
	presses presses

	mu    sync.Mutex
	names map[string]string // of objects: the company, the file's name
}

// step is what one transaction wrote: the event, the decision, the messages.
type step struct {
	at       time.Time
	event    *store.Inbox
	leaves   []store.TraceLeaf
	messages []store.Message
}

// events are the latest steps, oldest first.
func (t *tracer) events(ctx context.Context, _ int64) ([]playground.TraceEvent, error) {
	rows, err := t.hub.store.Trace(ctx, traceRows)
	if err != nil {
		return nil, err
	}
	if err := t.learn(ctx, rows.Leaves); err != nil {
		return nil, err
	}
	steps := stepsOf(rows)
	out := make([]playground.TraceEvent, 0, len(steps))
	for _, s := range steps {
		out = append(out, t.event(ctx, s))
	}
	return out, nil
}

// stepsOf gathers rows by the instant of their transaction.
func stepsOf(rows store.Trace) []*step {
	all := map[int64]*step{}
	at := func(when time.Time) *step {
		ms := when.UnixMilli()
		if all[ms] == nil {
			all[ms] = &step{at: when}
		}
		return all[ms]
	}
	for i := range rows.Events {
		at(rows.Events[i].At).event = &rows.Events[i]
	}
	for _, l := range slices.Backward(rows.Leaves) {
		s := at(l.At)
		s.leaves = append(s.leaves, l)
	}
	for _, m := range slices.Backward(rows.Messages) {
		s := at(m.CreatedAt)
		s.messages = append(s.messages, m)
	}
	steps := make([]*step, 0, len(all))
	for _, s := range all {
		steps = append(steps, s)
	}
	slices.SortFunc(steps, func(a, b *step) int { return a.at.Compare(b.at) })
	return steps
}

// event is a step in words.
func (t *tracer) event(ctx context.Context, s *step) playground.TraceEvent {
	e := playground.TraceEvent{ID: s.at.UnixMilli(), At: s.at, State: "done"}
	if s.event != nil {
		e.Title, e.On = t.heard(ctx, *s.event), s.event.Bot
		words, state := decided(s.event.Outcome)
		e.State = state
		e.Lines = append(e.Lines, playground.TraceLine{Label: "决定", Text: words})
		if toast := decode[bots.Answer](s.event.Answer).Text; toast != "" {
			e.Lines = append(e.Lines, playground.TraceLine{Label: "提示", Text: short(toast)})
		}
	}
	for _, l := range s.leaves {
		text := t.leaf(l)
		if e.Title == "" {
			e.Title = "后台：" + text
		}
		e.Lines = append(e.Lines, playground.TraceLine{Label: "变更", Text: text})
	}
	if e.Title == "" && len(s.messages) > 0 {
		e.Title = "后台：" + notice(s.messages[0]) + " → " + t.receivers(s.messages)
		if one := s.messages[0].Bot; !slices.ContainsFunc(s.messages, func(m store.Message) bool { return m.Bot != one }) {
			e.On = one
		}
	}
	for _, m := range s.messages {
		to := t.receiver(m)
		e.Lines = append(e.Lines, playground.TraceLine{Label: "消息", Text: "→ " + to + "：" + said(m), State: string(m.State), On: m.Bot})
		if m.State != store.MessageSent && m.State != store.MessageDropped {
			e.State = string(m.State)
		}
	}
	return e
}

// receivers are all whom messages are for.
func (t *tracer) receivers(messages []store.Message) string {
	var names []string
	for _, m := range messages {
		if to := t.receiver(m); !slices.Contains(names, to) {
			names = append(names, to)
		}
	}
	return strings.Join(names, "、")
}

// notice is what a background message is for.
func notice(m store.Message) string {
	words := cmp.Or(noticeWords[m.Kind], m.Kind)
	if m.Update != "" {
		return "更新" + words
	}
	return words
}

// heard is what a person did, as they would say it.
func (t *tracer) heard(ctx context.Context, in store.Inbox) string {
	who := t.hub.nameOf(in.Person, in.User)
	button, ok := t.sims.pressed(in)
	if !ok {
		button, ok = t.presses.button(ctx, t.hub, t.sims.wecom, in)
	}
	if ok {
		return who + " 点了「" + button + "」"
	}
	_, id, _ := strings.Cut(in.Key, ":")
	m, ok := t.sims.spoken(in.Bot, id)
	if !ok {
		return who + " " + cmp.Or(eventWords[in.Type], in.Type)
	}
	if team := t.team(m.chat); team != "" {
		who += " 在" + team
	}
	switch {
	case m.image:
		return who + " 发来图片"
	case m.file != "":
		return who + " 发来 " + m.file
	}
	return who + "：" + short(m.text)
}

// decided is what came of an event, and the state that goes with it.
func decided(outcome string) (words, state string) {
	if why, refused := strings.CutPrefix(outcome, "refused:"); refused {
		return "没有照做：" + cmp.Or(refusalWords[why], "原因写在答复里"), "refused"
	}
	if ref, broken := strings.CutPrefix(outcome, "oops:"); broken {
		return "出错了，编号 " + ref, "failed"
	}
	return cmp.Or(outcomeWords[outcome], outcome), "done"
}
