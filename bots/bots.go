package bots

import (
	"context"
	"io"
	"net/http"
)

// A Bot is one chat platform. Decode and Answer are its way in, Send and Update
// its way out. Everything else a platform may offer is an interface of its own
// ([Fetcher], [Listener]), found by type assertion.
type Bot interface {
	// Name is the platform's word in configuration, paths and rows: "feishu".
	Name() string
	// Decode reads one request. It believes nothing before the signature over
	// the raw bytes is right. Its errors are [DecodeError].
	Decode(r *http.Request) (Inbound, error)
	// Answer renders the synchronous response to an event whose outcome is
	// known: after the commit, never before. Events that are not clicks get
	// the platform's empty success.
	Answer(e Event, a Answer) Response
	// Send says m. Its errors are [SendError]. Saying the same m twice within
	// the platform's dedup window is seen once: m.Key sees to that.
	Send(ctx context.Context, m Message) (CardRef, error)
	// Update replaces the card that ref names. A platform whose ref is spent
	// or too old answers with a [SendError] whose Code is [CodeStale].
	Update(ctx context.Context, ref CardRef, m Message) (CardRef, error)
}

// A Fetcher can bring a file that a person sent to the hub.
type Fetcher interface {
	// Fetch opens the bytes of f; the caller closes and limits them. Its
	// errors are [SendError].
	Fetch(ctx context.Context, f File) (io.ReadCloser, error)
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

// CardRef names a message that was sent, in the platform's own words. Nobody
// outside the platform's package looks into it.
type CardRef string
