package botstest

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"genjin/bots"
)

// Features say what a platform can do. A "no" points to the fallback and to the
// test that proves it.
type Features struct {
	Fetch     bool   // files that people send can be fetched
	NoFetch   string // otherwise: what people do instead, and its test
	TextInput bool   // cards can ask for free text
	NoInput   string // otherwise: what people do instead, and its test
	Programs  bool   // other programs can write to the hub
	NoProgram string // otherwise: why none can
	Stamped   bool   // the whole body is signed
	NoStamp   string // otherwise: what is, and why the rest does not matter
}

// Push is a request of the platform.
type Push struct {
	Method string // POST where empty
	Query  url.Values
	Header http.Header
	Body   []byte
	// Signed names where the signature stands: the header, or else the query
	// parameter, of that name.
	InHeader, InQuery string
}

// Trouble is something that can go wrong with the platform, and what a sender
// must be told of it.
type Trouble struct {
	Name   string
	Card   *bots.Card         // what is said meanwhile; nil: a text
	Strike func(t *testing.T) // switches it on
	Calm   func(t *testing.T) // switches it off
	Code   bots.SendCode
	Retry  bool
	After  time.Duration // the least wait that must be asked for
}

// Harness is what a platform brings to the suite: a bot with the simulated
// platform around it.
type Harness interface {
	Bot() bots.Bot
	Features() Features
	// Path is where the hub receives.
	Path() string
	// Person is the platform's id of somebody who can be reached, Chat that of
	// a group where the hub is.
	Person() string
	Chat() string
	// Inlet is the way in that is looked at: the bot itself, or another one.
	Inlet() bots.Inlet
	// Push is a rightly signed request of the platform, as it arrives: a text
	// message of that person, said in private.
	Push(t *testing.T, text string) Push
	// PushFromBot is the same, said by the hub itself or by another program.
	PushFromBot(t *testing.T, text string) Push
	// PushClick is what arrives when that person presses a button of a card
	// that was sent, with what stands in its form. Where cards cannot ask for
	// text, form holds choices only.
	PushClick(t *testing.T, card bots.CardRef, button string, form map[string]any) Push
	// PushOdd is a rightly signed event of a type that nobody has heard of.
	PushOdd(t *testing.T) Push
	// Challenge is the platform's URL check, and what it must be answered.
	Challenge(t *testing.T) (p Push, want string)
	// Seen lists what that person sees from the hub, oldest first.
	Seen(t *testing.T) []string
	// Troubles are what the platform can suffer from.
	Troubles() []Trouble
	// LoseAnswers has the platform accept the next message and lose its answer.
	LoseAnswers(t *testing.T)
	// Age makes the cards that were sent too old to be changed.
	Age(t *testing.T)
	// Huge is a card beyond what the platform can show.
	Huge() bots.Card
	// Secrets must not stand in any error or log.
	Secrets() []string
	// Log is everything that was logged so far.
	Log() string
}

// Run holds a platform to the rules.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for name, rule := range map[string]func(*testing.T, Harness){
		// The way in.
		"EveryByteIsSigned": everyByte, "EveryNibbleOfTheSignatureCounts": everyNibble, "UnsignedIsRefused": unsigned, "ReplayHasTheSameKey": replay, "MessageIsRead": read,
		"ChallengeIsAnswered": challenge, "WrongMethodIsRefused": method, "OddEventsAreRecorded": odd, "ProgramsAreKnownAsSuch": program,
		"SilentAnswerIsSuccess": silent,
		// The way out.
		"SaidTwiceSeenOnce": once, "LostAnswerIsUnknown": lost, "UnreachableIsFinal": unreachable, "NoReceiverIsFinal": nobody,
		"NoSecrets": secrets, "GroupsAreReached": group,
		// Cards.
		"CardIsReadable": card, "CardIsUpdated": updated, "OldCardIsStale": stale, "CustomersWordsAreText": markup, "HugeCardIsSaidInWords": huge,
		"ClickComesBack": click,
		// Files.
		"WhatIsMissingIsWritten": features,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule(t, newHarness(t))
		})
	}
	for i, c := range newHarness(t).Troubles() {
		t.Run("Told/"+c.Name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			told(t, h, h.Troubles()[i])
		})
	}
}

// features wants a written fallback for what a platform lacks.
func features(t *testing.T, h Harness) {
	f := h.Features()
	_, can := h.Bot().(bots.Fetcher)
	unwritten := !f.Fetch && f.NoFetch == "" || !f.TextInput && f.NoInput == "" || !f.Programs && f.NoProgram == "" || !f.Stamped && f.NoStamp == ""
	if f.Fetch != can || unwritten {
		t.Errorf("%+v, and a fetcher: %v", f, can)
	}
}
