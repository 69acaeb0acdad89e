package playground

import (
	"context"
	"fmt"
	"slices"

	"genjin/playground/feishusim"
)

// feishuPhone shows the simulated Feishu.
type feishuPhone struct {
	sim    *feishusim.Server
	people []Person
	groups []Group
}

func (f *feishuPhone) account(q Person) string { return q.OpenID }

func (f *feishuPhone) rooms(q Person) []room {
	all := []room{{Box: q.OpenID, Name: words["bot"], Hint: words["hint-private"], Empty: words["empty-private"]}}
	chats := f.sim.Chats()
	for _, g := range f.groups {
		i := slices.IndexFunc(chats, func(c feishusim.Chat) bool { return c.ID == g.ChatID })
		if i < 0 || !slices.Contains(chats[i].Members, q.OpenID) {
			continue
		}
		all = append(all, room{
			ID: g.ChatID, Box: g.ChatID, Name: g.Name, Group: true, Members: membersOf(f.people, chats[i].Members, f.account),
			Hint: words["hint-group"], Empty: words["empty-group"],
		})
	}
	return all
}

func (f *feishuPhone) messages(q Person, r room) []message {
	all := f.sim.Messages(r.Box)
	out := make([]message, 0, len(all))
	for _, m := range all {
		if m.VisibleTo == "" || m.VisibleTo == q.OpenID {
			out = append(out, feishuMessage(m))
		}
	}
	return out
}

func (f *feishuPhone) message(id string) (message, bool) {
	m, ok := f.sim.Message(id)
	return feishuMessage(m), ok
}

func feishuMessage(m feishusim.Message) message {
	return message{
		ID: m.ID, SenderID: m.SenderID, Type: m.Type, Text: m.Text, Card: m.Card, FileName: m.FileName, FileData: m.FileData,
		Updates: m.Updates, VisibleTo: m.VisibleTo, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt, Recalled: m.Recalled,
	}
}

func (f *feishuPhone) card(_ Person, m message, where *place) *card {
	if m.Type != "interactive" {
		return nil
	}
	return readCard(m.Card, where, f.people)
}

func (f *feishuPhone) say(ctx context.Context, q Person, r room, text string) toast {
	return feishuOutcome(f.sim.SendText(ctx, q.OpenID, r.ID, text))
}

func (f *feishuPhone) give(ctx context.Context, q Person, r room, u upload) toast {
	if u.Image {
		return feishuOutcome(f.sim.SendImage(ctx, q.OpenID, r.ID, u.Data))
	}
	return feishuOutcome(f.sim.SendFile(ctx, q.OpenID, r.ID, u.Name, u.Data))
}

func feishuOutcome(res feishusim.PushResult) toast {
	return outcome{Dropped: res.Dropped, Held: res.Held, OK: res.OK(), Status: res.Status, Err: res.Err}.toast()
}

func (f *feishuPhone) press(ctx context.Context, q Person, b pressed) toast {
	res := f.sim.Click(ctx, q.OpenID, b.Message, b.Button, b.Form)
	switch {
	case res.Blocked != "":
		return toast{fmt.Sprintf(words["blocked"], res.Blocked), "warning"}
	case res.ClientCode != 0:
		return toast{clientCodes[res.ClientCode], "danger"}
	case res.Toast == "":
		return toast{words["click-silent"], "accent"}
	}
	return toast{res.Toast, toastTone(res.ToastType)}
}

func toastTone(kind string) string {
	switch kind {
	case "success", "warning":
		return kind
	case "error":
		return "danger"
	default:
		return "accent"
	}
}

func (f *feishuPhone) faults() []faultSwitch {
	all := make([]faultSwitch, 0, len(feishuFaults))
	for _, x := range feishuFaults {
		all = append(all, x.faultSwitch)
	}
	return all
}

func (f *feishuPhone) isOn(id string) bool {
	for _, x := range feishuFaults {
		if x.ID == id {
			return slices.ContainsFunc(f.sim.Faults(), func(o feishusim.Fault) bool { return o.Kind == x.fault.Kind && o.Path == x.fault.Path })
		}
	}
	return false
}

func (f *feishuPhone) turn(id string, on bool) {
	for _, x := range feishuFaults {
		switch {
		case x.ID != id:
		case on:
			f.sim.SetFault(x.fault)
		default:
			f.sim.ClearFault(x.fault.Kind, x.fault.Path)
		}
	}
}

func (f *feishuPhone) changed() <-chan struct{} { return f.sim.Changed() }

func (f *feishuPhone) clockMoved() { f.sim.ClockMoved() }
