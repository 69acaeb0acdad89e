package playground

import (
	"context"
	"fmt"
	"slices"

	"genjin/playground/wecomsim"
)

// weComPhone shows the simulated WeCom.
type weComPhone struct {
	sim    *wecomsim.Server
	people []Person
}

func (w *weComPhone) account(q Person) string { return q.WeCom }

// rooms: the app first, then the 智能机器人, which takes files, then the groups.
func (w *weComPhone) rooms(q Person) []room {
	all := []room{
		{
			Box: q.WeCom, Name: words["wecom-app"], Images: true,
			Note: words["wecom-app-note"], Hint: words["hint-private"], Empty: words["empty-wecom"],
		},
		{
			ID: wecomsim.WithBot, Box: wecomsim.WithBot + ":" + q.WeCom, Name: words["wecom-bot"],
			Note: words["wecom-bot-note"], Hint: words["hint-private"], Empty: words["empty-wecom-bot"],
		},
	}
	for _, c := range w.sim.Chats() {
		if !slices.Contains(c.Members, q.WeCom) {
			continue
		}
		r := room{ID: c.ID, Box: c.ID, Name: c.Name, Group: true, Members: membersOf(w.people, c.Members, w.account)}
		r.Note, r.Hint, r.Empty = words["wecom-group-note"], words["hint-group"], words["empty-group"]
		if !c.Aibot {
			r.Note, r.Hint, r.Empty = words["wecom-deaf-note"], words["hint-deaf"], words["empty-deaf"]
		}
		all = append(all, r)
	}
	return all
}

func (w *weComPhone) messages(_ Person, r room) []message {
	all := w.sim.Messages(r.Box)
	out := make([]message, 0, len(all))
	for _, m := range all {
		out = append(out, weComMessage(m))
	}
	return out
}

func (w *weComPhone) message(id string) (message, bool) {
	m, ok := w.sim.Message(id)
	return weComMessage(m), ok
}

func weComMessage(m wecomsim.Message) message {
	out := message{
		ID: m.ID, SenderID: m.SenderID, Type: m.Type, Text: m.Text, Card: m.Card, FileName: m.FileName, FileData: m.FileData,
		Updates: m.Updates, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt, Recalled: m.Recalled,
	}
	if m.Type == "markdown" {
		out.spans = markdown(m.Text, func(id string) string { return id })
	}
	return out
}

func (w *weComPhone) card(_ Person, m message, where *place) *card {
	if m.Card == nil {
		return nil
	}
	seen, _ := w.sim.Message(m.ID)
	return readWeComCard(m.Card, seen.Buttons, where)
}

func (w *weComPhone) say(ctx context.Context, q Person, r room, text string) toast {
	res := w.sim.SendText(ctx, q.WeCom, r.ID, text)
	if res.Dropped && r.Group {
		return toast{r.Note, "warning"}
	}
	return weComOutcome(res)
}

// give sends a file; where people's clients take none, or the hub hears of none,
// the visitor is told where else.
func (w *weComPhone) give(ctx context.Context, q Person, r room, u upload) toast {
	var res wecomsim.PushResult
	if u.Image {
		res = w.sim.SendImage(ctx, q.WeCom, r.ID, u.Data)
	} else {
		res = w.sim.SendFile(ctx, q.WeCom, r.ID, u.Name, u.Data)
	}
	if res.Dropped && r.Note != "" {
		return toast{r.Note, "warning"}
	}
	return weComOutcome(res)
}

func weComOutcome(res wecomsim.PushResult) toast {
	return outcome{Dropped: res.Dropped, Held: res.Held, OK: res.OK(), Status: res.Status, Err: res.Err}.toast()
}

// press: what the hub says to a click stands on the card or in the chat, so a
// click that was taken has no words of its own.
func (w *weComPhone) press(ctx context.Context, q Person, b pressed) toast {
	res := w.sim.Click(ctx, q.WeCom, b.Message, b.Button, b.Form)
	switch {
	case res.Blocked != "":
		return toast{fmt.Sprintf(words["blocked"], res.Blocked), "warning"}
	case res.Err != nil:
		return toast{fmt.Sprintf(words["click-lost"], "连不上"), "danger"}
	case !res.Done():
		return toast{fmt.Sprintf(words["click-lost"], fmt.Sprintf("HTTP %d", res.HTTPStatus)), "danger"}
	}
	return toast{words["click-silent"], "quiet"}
}

func (w *weComPhone) faults() []faultSwitch {
	all := make([]faultSwitch, 0, len(weComFaults))
	for _, x := range weComFaults {
		all = append(all, x.faultSwitch)
	}
	return all
}

func (w *weComPhone) isOn(id string) bool {
	for _, x := range weComFaults {
		if x.ID == id {
			return slices.ContainsFunc(w.sim.Faults(), func(o wecomsim.Fault) bool { return o.Kind == x.fault.Kind && o.Path == x.fault.Path })
		}
	}
	return false
}

func (w *weComPhone) turn(id string, on bool) {
	for _, x := range weComFaults {
		switch {
		case x.ID != id:
		case on:
			w.sim.SetFault(x.fault)
		default:
			w.sim.ClearFault(x.fault.Kind, x.fault.Path)
		}
	}
}

func (w *weComPhone) changed() <-chan struct{} { return w.sim.Changed() }

func (w *weComPhone) clockMoved() { w.sim.ClockMoved() }
