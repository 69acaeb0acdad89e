package playground

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// phone is a simulated platform as the page needs it: who has an account there,
// what stands in its chats, and what a person can do in them.
type phone interface {
	// account is a person's id there; empty: they have none.
	account(q Person) string
	// rooms are the chats of a person, the one to begin with first.
	rooms(q Person) []room
	// messages are what the person sees in a chat, oldest first.
	messages(q Person, r room) []message
	message(id string) (message, bool)
	// card draws the card of a message; nil: it has none.
	card(q Person, m message, where *place) *card
	say(ctx context.Context, q Person, r room, text string) toast
	give(ctx context.Context, q Person, r room, f upload) toast
	press(ctx context.Context, q Person, p pressed) toast
	// faults are the switches of what can go wrong there.
	faults() []faultSwitch
	isOn(fault string) bool
	turn(fault string, on bool)
	changed() <-chan struct{}
	clockMoved()
}

// device is a phone on the page.
type device struct {
	phone
	Key  string // in addresses and forms
	Name string
}

// room is a chat on a phone.
type room struct {
	ID      string // in addresses; empty: the private chat with the hub
	Box     string // the same for everybody who sees the same chat
	Name    string
	Group   bool
	Members []Person
	Note    string // what to know before writing here
	Hint    string // stands in the empty field
	Empty   string // what to do while nothing stands here
	Images  bool   // takes pictures only
}

// message is what stands in a chat.
type message struct {
	ID, SenderID         string
	Type, Text           string
	Card                 json.RawMessage
	FileName             string
	FileData             []byte
	Updates              int
	VisibleTo            string
	CreatedAt, UpdatedAt time.Time
	Recalled             bool
	spans                []span // a text with marks; empty: plain
}

// upload is a file that the visitor sends.
type upload struct {
	Name  string
	Data  []byte
	Image bool
}

// pressed is a button with what was filled in beside it.
type pressed struct {
	Message, Button string
	Form            map[string]any
}

// faultSwitch is a fault that the visitor can switch on.
type faultSwitch struct{ ID, Name, Hint string }

// hub is the sender of what the hub says.
const hub = "bot"

// device finds a phone by its key.
func (p *page) device(key string) (*device, bool) {
	i := slices.IndexFunc(p.phones, func(d *device) bool { return d.Key == key })
	if i < 0 {
		return nil, false
	}
	return p.phones[i], true
}

// nameOf is the name of who has an account on the phone.
func (d *device) nameOf(people []Person, account string) string {
	return nameOf(people, account, d.account)
}

func nameOf(people []Person, account string, of func(Person) string) string {
	for _, q := range people {
		if account != "" && of(q) == account {
			return q.Name
		}
	}
	return account
}

// membersOf are the people of the page among the members of a group.
func membersOf(people []Person, members []string, of func(Person) string) []Person {
	var all []Person
	for _, q := range people {
		if id := of(q); id != "" && slices.Contains(members, id) {
			all = append(all, q)
		}
	}
	return all
}
