package main

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sync"

	"genjin/bots"
	"genjin/bots/wecom"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// presses knows what stood on the buttons that people pressed on WeCom. Its
// events name no button, only what the button means: the hub's own reader tells
// which press is which event.
type presses struct {
	mu      sync.Mutex
	last    int               // the last press that was read
	buttons map[string]string // by the event's key
}

// button is what stood on the button of a click.
func (p *presses) button(ctx context.Context, h *hub, sim *wecomsim.Server, in store.Inbox) (string, bool) {
	if in.Bot != wecom.Name || sim == nil {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buttons == nil {
		p.buttons = map[string]string{}
	}
	for _, press := range sim.Presses(p.last) {
		p.last = press.ID
		if key := h.keyOf(ctx, press); key != "" {
			p.buttons[key] = press.Button
		}
	}
	button, ok := p.buttons[in.Key]
	return button, ok
}

// keyOf is the key of the event that a press makes.
func (h *hub) keyOf(ctx context.Context, press wecomsim.Press) string {
	name := wecom.Name
	if press.Bot {
		name = wecom.RobotName
	}
	inlets := slices.Clone(h.inlets)
	for _, b := range h.bots {
		inlets = append(inlets, bots.Inlet(b))
	}
	for _, in := range inlets {
		if in.Name() != name {
			continue
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/?"+press.Query.Encode(), bytes.NewReader(press.Body))
		if err != nil {
			return ""
		}
		if got, err := in.Decode(r); err == nil && len(got.Events) == 1 {
			return got.Events[0].Key
		}
	}
	return ""
}
