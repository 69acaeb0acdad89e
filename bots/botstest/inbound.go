package botstest

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"

	"genjin/bots"
)

// clone copies a push, so that it can be bent.
func (p Push) clone() Push {
	p.Header, p.Body = p.Header.Clone(), bytes.Clone(p.Body)
	query := p.Query
	p.Query = nil
	for name, values := range query {
		if p.Query == nil {
			p.Query = map[string][]string{}
		}
		p.Query[name] = slices.Clone(values)
	}
	return p
}

func (p Push) signature() string {
	if p.InHeader != "" {
		return p.Header.Get(p.InHeader)
	}
	return p.Query.Get(p.InQuery)
}

// signedWith gives the push with another signature, or without one.
func (p Push) signedWith(signature string) Push {
	p = p.clone()
	switch {
	case p.InHeader != "" && signature == "":
		p.Header.Del(p.InHeader)
	case p.InHeader != "":
		p.Header.Set(p.InHeader, signature)
	case signature == "":
		p.Query.Del(p.InQuery)
	default:
		p.Query.Set(p.InQuery, signature)
	}
	return p
}

func request(t *testing.T, h Harness, p Push) *http.Request {
	t.Helper()
	target := h.Path()
	if len(p.Query) > 0 {
		target += "?" + p.Query.Encode()
	}
	method := p.Method
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, bytes.NewReader(p.Body))
	if r.Header = p.Header.Clone(); r.Header == nil {
		r.Header = http.Header{}
	}
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// decode reads a push and wants one event of it.
func decode(t *testing.T, h Harness, p Push) bots.Event {
	t.Helper()
	in, err := h.Inlet().Decode(request(t, h, p))
	if err != nil || len(in.Events) != 1 {
		t.Fatalf("decode: %+v %v", in, err)
	}
	return in.Events[0]
}

func wantFault(t *testing.T, err error, want bots.Fault) {
	t.Helper()
	var de *bots.DecodeError
	if !errors.As(err, &de) {
		t.Fatalf("accepted, or an error of another kind: %v", err)
	}
	if de.Fault != want {
		t.Errorf("fault %d (%s), want %d", de.Fault, de.Reason, want)
	}
}

// everyByte: no other bytes than those that were signed make an event. Where
// only a part is signed, the envelope around it may break, but never say
// something else.
func everyByte(t *testing.T, h Harness) {
	p := h.Push(t, "帮助")
	if !h.Features().Stamped {
		loose(t, h, p)
		return
	}
	for i := range p.Body {
		for _, flip := range []byte{1, 0x20, 0x80} {
			bad := p.clone()
			bad.Body[i] ^= flip
			_, err := h.Inlet().Decode(request(t, h, bad))
			wantFault(t, err, bots.FaultSignature)
		}
	}
	for _, bad := range [][]byte{append(bytes.Clone(p.Body), ' '), append([]byte(" "), p.Body...), p.Body[:len(p.Body)-1], {}} {
		bent := p.clone()
		bent.Body = bad
		_, err := h.Inlet().Decode(request(t, h, bent))
		wantFault(t, err, bots.FaultSignature)
	}
}

func loose(t *testing.T, h Harness, p Push) {
	t.Helper()
	right := decode(t, h, p)
	refused := 0
	for i := range p.Body {
		for _, flip := range []byte{1, 0x20, 0x80} {
			bad := p.clone()
			bad.Body[i] ^= flip
			in, err := h.Inlet().Decode(request(t, h, bad))
			var de *bots.DecodeError
			switch {
			case errors.As(err, &de) && (de.Fault == bots.FaultSignature || de.Fault == bots.FaultMalformed):
				refused++
			case err != nil || len(in.Events) != 1 || !reflect.DeepEqual(in.Events[0], right):
				t.Errorf("byte %d bent makes another event: %+v %v", i, in, err)
			}
		}
	}
	if refused*2 < 3*len(p.Body) {
		t.Errorf("%d of %d bent requests were refused: hardly anything is signed", refused, 3*len(p.Body))
	}
}

func everyNibble(t *testing.T, h Harness) {
	p := h.Push(t, "帮助")
	right := p.signature()
	if right == "" {
		t.Fatal("the push is not signed")
	}
	for i := range right {
		for _, digit := range []byte("0123456789abcdef") {
			if right[i] == digit {
				continue
			}
			bad := []byte(right)
			bad[i] = digit
			_, err := h.Inlet().Decode(request(t, h, p.signedWith(string(bad))))
			wantFault(t, err, bots.FaultSignature)
		}
	}
	for _, bad := range []string{right[1:], right + "0", right + right, " " + right} {
		_, err := h.Inlet().Decode(request(t, h, p.signedWith(bad)))
		wantFault(t, err, bots.FaultSignature)
	}
}

func unsigned(t *testing.T, h Harness) {
	_, err := h.Inlet().Decode(request(t, h, h.Push(t, "帮助").signedWith("")))
	wantFault(t, err, bots.FaultSignature)
}

func replay(t *testing.T, h Harness) {
	p := h.Push(t, "帮助")
	one, two := decode(t, h, p), decode(t, h, p)
	if one.Key == "" || one.Key != two.Key {
		t.Errorf("keys %q and %q of one event", one.Key, two.Key)
	}
	if other := decode(t, h, h.Push(t, "帮助")); other.Key == one.Key {
		t.Errorf("another event has the same key %q", other.Key)
	}
}

func read(t *testing.T, h Harness) {
	e := decode(t, h, h.Push(t, "帮助"))
	if e.Kind != bots.EventMessage || e.Text != "帮助" || !e.Private || !e.Mentioned || e.User != h.Person() || e.FromBot {
		t.Errorf("event %+v", e)
	}
	if e.Bot != h.Bot().Name() || e.MessageID == "" || e.At.IsZero() {
		t.Errorf("event %+v lacks where, which or when", e)
	}
}

func challenge(t *testing.T, h Harness) {
	p, want := h.Challenge(t)
	in, err := h.Inlet().Decode(request(t, h, p))
	if err != nil || in.Response == nil || in.Response.Status != http.StatusOK || string(in.Response.Body) != want || len(in.Events) != 0 {
		t.Errorf("%+v %v, want %s", in, err, want)
	}
}

func method(t *testing.T, h Harness) {
	for _, m := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		_, err := h.Inlet().Decode(httptest.NewRequestWithContext(t.Context(), m, h.Path(), nil))
		wantFault(t, err, bots.FaultMethod)
	}
}

// odd: what is rightly signed but not understood is an event, or the platform
// would push it for hours.
func odd(t *testing.T, h Harness) {
	if e := decode(t, h, h.PushOdd(t)); e.Kind != bots.EventUnknown || e.Key == "" || e.Type == "" {
		t.Errorf("event %+v", e)
	}
}

func program(t *testing.T, h Harness) {
	if !h.Features().Programs {
		t.Logf("instead: %s", h.Features().NoProgram)
		return
	}
	if e := decode(t, h, h.PushFromBot(t, "帮助")); !e.FromBot {
		t.Errorf("a program's words would be answered: %+v", e)
	}
}

func silent(t *testing.T, h Harness) {
	if r := h.Inlet().Answer(decode(t, h, h.Push(t, "帮助")), bots.Answer{}); r.Status != http.StatusOK {
		t.Errorf("answer %+v", r)
	}
}
