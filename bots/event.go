package bots

import "time"

// EventKind says what happened on the platform.
type EventKind int

// The kinds of events.
const (
	EventUnknown     EventKind = iota + 1 // rightly signed, not understood: recorded, answered 200
	EventMessage                          // a person wrote or sent files
	EventClick                            // a person pressed a button on a card or submitted its form
	EventEntered                          // a person opened the private chat with the hub
	EventBotAdded                         // the hub was added to a group
	EventMenu                             // a person pressed a menu item; Text holds its key
	EventUserLeft                         // a person was deleted on the platform, or their account was closed
	EventUserChanged                      // a person's entry changed on the platform
	EventRecalled                         // a person took a message back; MessageID names it
	EventUserBack                         // an account that was closed works again
)

// Event is one thing that happened on a platform.
type Event struct {
	Bot       string // the platform's name
	Key       string // dedup key, unique per platform for ever
	Kind      EventKind
	Type      string    // the platform's own word for it, for the record
	At        time.Time // the platform's clock
	Tenant    string    // the platform's company id, where it tells
	User      string    // the platform's id of the person who acted
	Chat      string    // the platform's id of the chat
	Reply     string    // where answers are said when not in Chat or to User; opaque, kept as a message's Chat
	Private   bool      // the chat is between this person and the hub alone
	Mentioned bool      // the hub was addressed: always true in private
	FromBot   bool      // the sender is a program: never answered
	MessageID string
	Text      string // without the mention of the hub
	Files     []File
	Click     *Click
}

// File is a file on the platform that can be fetched with a [Fetcher].
type File struct {
	Bot       string
	Key       string // the platform's key of the content
	MessageID string
	Name      string // as the person's device said it; never a path
	Image     bool
	Size      int64 // bytes, 0 when the platform does not say
}

// Click is a pressed button.
type Click struct {
	Action string            // the button's Action
	Value  map[string]string // the button's Value
	Form   map[string]string // what stood in the form; several choices joined by ","
	Card   CardRef           // the card it was pressed on, where the platform tells
}

// Answer is what the person who acted sees at once. The zero Answer is silent.
type Answer struct {
	Tone Tone   `json:"tone,omitempty"`
	Text string `json:"text,omitempty"` // the toast
	Card *Card  `json:"card,omitempty"` // replaces the clicked card, where the platform can
}
