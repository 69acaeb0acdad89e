package bots

import (
	"context"
	"io"
	"net/http"
	"time"
)

// An Inlet is a way in: one address that a platform pushes to. A platform may
// have more than one (WeCom's app and its 智能机器人); the events of all of them
// name the one [Bot] that speaks for the platform.
type Inlet interface {
	// Name is the inlet's word in paths: /webhooks/feishu.
	Name() string
	// Decode reads one request. It believes nothing before the signature over
	// the raw bytes is right. Its errors are [DecodeError].
	Decode(r *http.Request) (Inbound, error)
	// Answer renders the synchronous response to an event whose outcome is
	// known: after the commit, never before. Events that are not clicks get
	// the platform's empty success.
	Answer(e Event, a Answer) Response
}

// A Bot is one chat platform: a way in, and with Send and Update its way out.
// Its name is the platform's word in configuration, paths and rows. Everything
// else a platform may offer, or lack, is an interface of its own ([Fetcher],
// [Listener], [Checker], [Mute], [Forgetful], [Counted], [Perishable], [Identifier], [GroupMaker]), found
// by type assertion.
type Bot interface {
	Inlet
	// Send says m. Its errors are [SendError]. Saying the same m twice within
	// the platform's dedup window is seen once: m.Key sees to that.
	Send(ctx context.Context, m Message) (CardRef, error)
	// Update replaces the card that ref names. A platform whose ref is spent
	// or too old answers with a [SendError] whose Code is [CodeStale].
	Update(ctx context.Context, ref CardRef, m Message) (CardRef, error)
}

// A Fetcher can bring a file that a person sent to the hub.
type Fetcher interface {
	// Fetch opens the bytes of f; the caller closes and limits them. Where the
	// platform tells the file's name only now, the reader is a [Named]. Its
	// errors are [SendError].
	Fetch(ctx context.Context, f File) (io.ReadCloser, error)
}

// Named is a file that brings its name along.
type Named interface {
	FileName() string // "" when it is not told
}

// A Mute platform shows nobody the response to a click. What a click is
// answered with must be said in a message, or stand on the changed card.
type Mute interface {
	Mute()
}

// A Forgetful platform cannot tell a second try of some messages from another
// message: when the outcome of a try is unknown, there must not be another.
type Forgetful interface {
	Forgets(m Message) bool
}

// A Counted platform silently drops what exceeds a quota. The bot keeps it by
// itself within one process; a store that knows what other processes said, and
// what was said before a restart, can keep it for all of them.
type Counted interface {
	// Quota is how many messages may go out within a span of time to whom the
	// platform counts m: a receiver, however they are written to, or several
	// together. 0 means that nobody counts.
	Quota(m Message) (whom string, most int, span time.Duration)
}

// A Perishable platform changes a card only for a while, or only so often.
type Perishable interface {
	// Spent tells whether the card that ref names can no longer be changed.
	Spent(ref CardRef, at time.Time) bool
}

// An Identifier can say who opened a page in the platform's own browser.
type Identifier interface {
	// SignIn is the address to send the browser to; it comes back to page
	// (absolute URL) with the query parameters code and state. "" means that
	// this is not set up.
	SignIn(page, state string) string
	// Identify gives the platform's id of the person who brought the code. Its
	// errors are [SendError].
	Identify(ctx context.Context, code string) (user string, err error)
}

// A GroupMaker can make a group that is not there yet, and have people join and
// leave one that it made. Both give the users that the platform does not know,
// who are left out. Their errors are [SendError].
type GroupMaker interface {
	// MakeGroup makes the group with this id, the first of its members being its
	// owner. Making one that is there already is no error.
	MakeGroup(ctx context.Context, id, name string, users []string) (out []string, err error)
	// ChangeGroup brings users into the group and takes gone out of it. Who is in
	// already, or is not, is no error; neither is a chat that is no such group.
	ChangeGroup(ctx context.Context, id string, users, gone []string) (out []string, err error)
}

// A Checker can make sure that the platform takes its credentials and that the
// app is set up there. It says nothing to anybody.
type Checker interface {
	// Check asks the platform. Its errors are [SendError], joined where there
	// are several.
	Check(ctx context.Context) error
}

// A Listener receives events over a connection that it opens itself, for
// companies without a public URL.
type Listener interface {
	// Listen hands each event to handle until ctx ends. An event is
	// acknowledged to the platform with the answer, and only when handle
	// returned without error: after the commit.
	Listen(ctx context.Context, handle func(context.Context, Event) (Answer, error)) error
	// Healthy tells whether the connection stands; reason says what is wrong.
	Healthy() (ok bool, reason string)
}

// Inbound is one decoded request: either events, or a response to give as it
// is (a URL check).
type Inbound struct {
	Events   []Event
	Response *Response
}

// Response is what a webhook answers.
type Response struct {
	Status int
	Type   string // Content-Type
	Body   []byte
}
