package wecom

import (
	"maps"
	"strings"
	"unicode/utf8"

	"genjin/bots"
)

const (
	// idMax is the longest id that the platform may use, codeMax that of its
	// codes and media ids, urlMax that of its addresses.
	idMax, codeMax, urlMax = 200, 1024, 4096
)

// legible gives a text without the characters that XML forbids, which people's
// phones send all the same: control characters go, broken bytes become U+FFFD.
func legible(text []byte) []byte {
	out := make([]byte, 0, len(text)+utf8.UTFMax)
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if allowed(r) {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// allowed tells whether XML 1.0 has a character.
func allowed(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r > utf8.MaxRune, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r < 0xD800 || r > 0xDFFF
}

// tidy is an event as it may be kept: without the one character that PostgreSQL
// cannot keep, and with ids of the length that ids have. One with longer ids was
// rightly signed all the same: it is recorded as not understood.
func tidy(e bots.Event) bots.Event {
	mend := func(words ...*string) {
		for _, w := range words {
			*w = strings.ReplaceAll(*w, "\x00", "\uFFFD")
		}
	}
	mend(&e.Key, &e.Type, &e.Tenant, &e.User, &e.Chat, &e.Reply, &e.MessageID, &e.Text)
	long := longer(idMax, e.Key, e.Type, e.Tenant, e.User, e.Chat, e.MessageID) || longer(urlMax, e.Reply)
	for i := range e.Files {
		f := &e.Files[i]
		mend(&f.Key, &f.MessageID, &f.Name)
		long = long || longer(urlMax, f.Key)
	}
	if c := e.Click; c != nil {
		mend(&c.Action)
		c.Value, c.Form = mended(c.Value), mended(c.Form)
		long = long || longer(codeMax, c.Action, string(c.Card))
	}
	if long {
		return overlong(e)
	}
	return e
}

// overlong is what is kept of an event with a field that is too long: that it
// came, and when.
func overlong(e bots.Event) bots.Event {
	if len(e.Key) > idMax {
		e.Key = "h:" + digest(e.Key)
	}
	return bots.Event{Bot: e.Bot, Key: e.Key, Kind: bots.EventUnknown, Type: typeOverlong, At: e.At}
}

// typeOverlong stands in the record for the type of such an event.
const typeOverlong = "field_too_long"

func longer(most int, words ...string) bool {
	for _, w := range words {
		if len(w) > most {
			return true
		}
	}
	return false
}

// mended gives a map without that character in names and values.
func mended(m map[string]string) map[string]string {
	out := maps.Clone(m)
	for k, v := range m {
		if strings.Contains(k+v, "\x00") {
			delete(out, k)
			out[strings.ReplaceAll(k, "\x00", "\uFFFD")] = strings.ReplaceAll(v, "\x00", "\uFFFD")
		}
	}
	return out
}
