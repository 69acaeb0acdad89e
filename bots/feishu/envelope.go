package feishu

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
)

// head holds both shapes: 2.0 with a header, 1.0 with uuid and token at the top,
// and the URL check.
type head struct {
	Schema string `json:"schema"`
	Header struct {
		EventID    string `json:"event_id"`
		EventType  string `json:"event_type"`
		CreateTime string `json:"create_time"`
		Token      string `json:"token"`
		AppID      string `json:"app_id"`
		TenantKey  string `json:"tenant_key"`
	} `json:"header"`
	UUID      string `json:"uuid"`
	Token     string `json:"token"`
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	// OpenMessageID stands at the top of the oldest shape alone: a card's click.
	OpenMessageID string `json:"open_message_id"`
}

// oldCard tells whether it is the oldest shape of a card's click, whose "token"
// is one to change the card with and not ours.
func (h head) oldCard() bool {
	return h.OpenMessageID != "" && h.Schema == "" && h.Type == "" && h.UUID == "" && h.Header.EventID == ""
}

// envelope is a push with its event still to be read, or, for the one type that
// comes all day, read in the same pass.
type envelope struct {
	head
	Event   json.RawMessage `json:"event"`
	Message *messageBody    `json:"-"`
}

// messageType is the event that people cause by writing.
const messageType = "im.message.receive_v1"

func readEnvelope(plain []byte) (envelope, error) {
	var e envelope
	if err := strict(plain); err != nil {
		return e, err
	}
	if bytes.Contains(plain, []byte(messageType)) {
		var m struct {
			head
			Event messageBody `json:"event"`
		}
		if err := json.Unmarshal(plain, &m); err == nil && m.Header.EventType == messageType {
			e.head, e.Message = m.head, &m.Event
			return e, e.check()
		}
	}
	if err := json.Unmarshal(plain, &e); err != nil {
		return e, jsonFault(err)
	}
	return e, e.check()
}

// check refuses an envelope whose own id is longer than the platform gives: it
// cannot be told from another.
func (e envelope) check() error {
	if longer(e.Header.EventID, e.UUID) {
		return fault(bots.FaultMalformed, typeOverlong, nil)
	}
	return nil
}

// Read reads an event that came in clear over a connection which the hub opened
// itself: it carries no signature.
func (b *Bot) Read(ctx context.Context, plain []byte) (bots.Event, error) {
	e, err := readEnvelope(plain)
	if err != nil {
		return bots.Event{}, err
	}
	return b.event(ctx, e, plain)
}

// token is the Verification Token that the push carries.
func (e envelope) token() string {
	if e.Header.Token != "" {
		return e.Header.Token
	}
	return e.Token
}

// event reads what happened. Rightly signed pushes that are not understood are
// events too: they are recorded and answered 200, since the platform would push
// them again for hours.
func (b *Bot) event(ctx context.Context, e envelope, plain []byte) (bots.Event, error) {
	ev := bots.Event{
		Bot: Name, Key: "e:" + e.Header.EventID, Kind: bots.EventUnknown, Type: e.Header.EventType, Tenant: e.Header.TenantKey,
		At: instant(e.Header.CreateTime),
	}
	if e.Header.EventID == "" {
		ev.Key, ev.Type = "u:"+e.UUID, typeV1(e)
		if e.UUID == "" {
			sum := sha256.Sum256(plain)
			ev.Key = "h:" + hex.EncodeToString(sum[:])
		}
		return ev, nil
	}
	if longer(e.Header.EventType, e.Header.TenantKey) {
		return overlong(ev), nil
	}
	if e.Header.AppID != b.AppID || b.foreign(e.Header.TenantKey) {
		ev.Type = "foreign"
		return ev, nil
	}
	filled, err := b.fill(ctx, e, ev)
	if err != nil {
		return ev, nil //nolint:nilerr // signed, but of a shape we do not know: recorded as such
	}
	if bytes.Contains(plain, []byte("u0000")) {
		withoutNUL(&filled)
	}
	ids := []string{filled.User, filled.Chat, filled.MessageID}
	for _, f := range filled.Files {
		ids = append(ids, f.Key)
	}
	if longer(ids...) {
		return overlong(ev), nil
	}
	return filled, nil
}

// longer tells whether one of the ids is longer than the platform gives.
func longer(ids ...string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return len(id) > idMax })
}

// overlong is what is kept of an event with a field that is too long: that it
// came, and when.
func overlong(ev bots.Event) bots.Event {
	return bots.Event{Bot: ev.Bot, Key: ev.Key, Kind: bots.EventUnknown, Type: typeOverlong, At: ev.At}
}

// typeOverlong stands in the record for the type of such an event.
const typeOverlong = "field_too_long"

// withoutNUL puts U+FFFD for the one character that PostgreSQL cannot keep.
func withoutNUL(ev *bots.Event) {
	mend := func(words ...*string) {
		for _, w := range words {
			*w = strings.ReplaceAll(*w, "\x00", "\uFFFD")
		}
	}
	mend(&ev.Key, &ev.Type, &ev.Tenant, &ev.User, &ev.Chat, &ev.MessageID, &ev.Text)
	for i := range ev.Files {
		mend(&ev.Files[i].Key, &ev.Files[i].MessageID, &ev.Files[i].Name)
	}
	if c := ev.Click; c != nil {
		ref := string(c.Card)
		mend(&c.Action, &ref)
		c.Card = bots.CardRef(ref)
		for _, m := range []map[string]string{c.Value, c.Form} {
			for k, v := range m {
				mend(&v)
				m[k] = v
			}
		}
	}
}

// fill reads the event's body; an unknown type stays as it is.
func (b *Bot) fill(ctx context.Context, e envelope, ev bots.Event) (bots.Event, error) {
	if e.Message != nil {
		return b.message(ctx, ev, e.Message)
	}
	if read, known := readers()[e.Header.EventType]; known {
		return read(ev, e.Event)
	}
	return ev, nil
}

// typeV1 is the type of an old envelope's event.
func typeV1(e envelope) string {
	var inner struct {
		Type string `json:"type"`
	}
	if len(e.Event) > 0 && json.Unmarshal(e.Event, &inner) == nil && inner.Type != "" {
		return inner.Type
	}
	if e.Type == "" {
		return "card.action.trigger_v1"
	}
	return e.Type
}

// instant reads a time whose unit the platform does not say: seconds,
// milliseconds or microseconds, told apart by their length.
func instant(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}
	case n > 1e15:
		return time.UnixMicro(n)
	case n > 1e12:
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}
