package botstest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"genjin/bots"
)

func send(t *testing.T, h Harness, m bots.Message) bots.CardRef {
	t.Helper()
	ref, err := h.Bot().Send(t.Context(), m)
	if err != nil || ref == "" {
		t.Fatalf("send: %q %v", ref, err)
	}
	return ref
}

func sendError(t *testing.T, err error) *bots.SendError {
	t.Helper()
	var se *bots.SendError
	if !errors.As(err, &se) {
		t.Fatalf("said, or an error of another kind: %v", err)
	}
	return se
}

func count(texts []string, part string) int {
	n := 0
	for _, s := range texts {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

func once(t *testing.T, h Harness) {
	m := bots.Message{Key: "k1", User: h.Person(), Text: "只说一次"}
	if a, b := send(t, h, m), send(t, h, m); a != b {
		t.Errorf("said twice: %s and %s", a, b)
	}
	if n := count(h.Seen(t), "只说一次"); n != 1 {
		t.Errorf("seen %d times", n)
	}
	m.Key = "k1b"
	send(t, h, m)
	if n := count(h.Seen(t), "只说一次"); n != 2 {
		t.Errorf("the same words under another key: seen %d times", n)
	}
}

func lost(t *testing.T, h Harness) {
	m := bots.Message{Key: "k2", User: h.Person(), Text: "答复丢了"}
	h.LoseAnswers(t)
	_, err := h.Bot().Send(t.Context(), m)
	if se := sendError(t, err); se.Code != bots.CodeUnknown || !se.Retry {
		t.Fatalf("error %v, want an unknown outcome that may be tried again", err)
	}
	send(t, h, m)
	if n := count(h.Seen(t), "答复丢了"); n != 1 {
		t.Errorf("seen %d times", n)
	}
}

func unreachable(t *testing.T, h Harness) {
	_, err := h.Bot().Send(t.Context(), bots.Message{Key: "k7", User: h.Person() + "x", Text: "喂"})
	if se := sendError(t, err); se.Retry || se.Code != bots.CodeNoReach {
		t.Errorf("error %v, want a final one", err)
	}
}

func nobody(t *testing.T, h Harness) {
	_, err := h.Bot().Send(t.Context(), bots.Message{Key: "k7", Text: "喂"})
	if se := sendError(t, err); se.Retry {
		t.Errorf("error %v, want a final one", err)
	}
}

func group(t *testing.T, h Harness) {
	if a, b := send(t, h, bots.Message{Key: "g1", Chat: h.Chat(), Text: "大家好"}), send(t, h, bots.Message{Key: "g1", Chat: h.Chat(), Text: "大家好"}); a != b {
		t.Errorf("said twice: %s and %s", a, b)
	}
	if n := count(h.Seen(t), "大家好"); n != 0 {
		t.Errorf("a group's message was said in private %d times", n)
	}
}

// told: the sender learns what a trouble is and whether to try again, once it
// is over the same message is said, once, and no secret is told.
func told(t *testing.T, h Harness, c Trouble) {
	t.Helper()
	send(t, h, bots.Message{Key: "before", User: h.Person(), Text: "先说一句"})
	m := bots.Message{Key: "k", User: h.Person(), Text: "后说一句", Card: c.Card}
	c.Strike(t)
	_, err := h.Bot().Send(t.Context(), m)
	se := sendError(t, err)
	if se.Code != c.Code || se.Retry != c.Retry || se.After < c.After || se.Platform == "" {
		t.Errorf("%v: code %d, retry %v, after %v", err, se.Code, se.Retry, se.After)
	}
	noSecret(t, h, h.Log()+err.Error())
	if c.Calm == nil || !c.Retry {
		return
	}
	c.Calm(t)
	if c.Code == bots.CodeLimited && c.After > patience {
		leftAlone(t, h, m, c.After)
		return
	}
	again(t, h, m)
}

// leftAlone: nobody is called before the time that was asked for.
func leftAlone(t *testing.T, h Harness, m bots.Message, after time.Duration) {
	t.Helper()
	_, err := h.Bot().Send(t.Context(), m)
	if se := sendError(t, err); se.Code != bots.CodeLimited || se.After > after || se.After < after-patience {
		t.Errorf("called again too soon: %v after %v", err, se.After)
	}
}

// again: the same message is said after the trouble, once.
func again(t *testing.T, h Harness, m bots.Message) {
	t.Helper()
	_, err := h.Bot().Send(t.Context(), m)
	for began := time.Now(); err != nil && time.Since(began) < 3*patience; _, err = h.Bot().Send(t.Context(), m) {
		time.Sleep(50 * time.Millisecond)
	}
	if n := count(h.Seen(t), "后说一句"); err != nil || n != 1 {
		t.Errorf("afterwards: %v, seen %d times", err, n)
	}
}

// patience is how long the suite waits for a trouble to be over.
const patience = 2 * time.Second

func noSecret(t *testing.T, h Harness, said string) {
	t.Helper()
	for _, s := range h.Secrets() {
		if s != "" && strings.Contains(said, s) {
			t.Errorf("a secret is said in:\n%s", said)
		}
	}
}

func secrets(t *testing.T, h Harness) {
	h.LoseAnswers(t)
	_, err := h.Bot().Send(t.Context(), bots.Message{Key: "k8", User: h.Person(), Text: "x"})
	p := h.Push(t, "帮助")
	p.Body = p.Body[1:]
	_, err2 := h.Inlet().Decode(request(t, h, p))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err3 := h.Bot().Send(ctx, bots.Message{Key: "k9", User: h.Person(), Text: "x"})
	if err == nil || err2 == nil || err3 == nil {
		t.Errorf("%v, %v, %v: want three errors", err, err2, err3)
	}
	noSecret(t, h, h.Log()+errors.Join(err, err2, err3).Error())
}
