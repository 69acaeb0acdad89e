package botstest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"genjin/bots"
)

// Features say what a platform can do. A "no" points to the fallback and to the
// test that proves it.
type Features struct {
	Fetch     bool   // files that people send can be fetched
	NoFetch   string // otherwise: what people do instead, and its test
	TextInput bool   // cards can ask for free text
	NoInput   string // otherwise: what people do instead, and its test
}

// Harness is what a platform brings to the suite: a bot with the simulated
// platform around it.
type Harness interface {
	Bot() bots.Bot
	Features() Features
	// Push is a rightly signed request of the platform, as it arrives: a text
	// message of a person, said in private.
	Push(t *testing.T, text string) (body []byte, header http.Header)
	// Challenge is the platform's URL check, and what it must be answered.
	Challenge(t *testing.T) (body []byte, header http.Header, want string)
	// Path is where the hub receives.
	Path() string
	// Person is the platform's id of somebody who can be reached.
	Person() string
	// Seen lists what that person sees from the hub, oldest first.
	Seen(t *testing.T) []string
	// LoseAnswers has the platform accept the next message and lose its answer.
	LoseAnswers(t *testing.T)
	// Secrets must not stand in any error or log.
	Secrets() []string
	// Log is everything that was logged so far.
	Log() string
}

// Run holds a platform to the rules.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for name, rule := range map[string]func(*testing.T, Harness){
		"SignatureOverRawBytes": signature, "UnsignedRefused": unsigned, "SameKeyOnReplay": replay, "Challenge": challenge, "WrongMethod": method,
		"SaidTwiceSeenOnce": once, "LostAnswerIsUnknown": lost, "CardReadable": card, "CardUpdated": updated, "CustomersWordsAreText": markup,
		"UnreachableIsFinal": unreachable, "NoSecrets": secrets, "SilentAnswerIsSuccess": silent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule(t, newHarness(t))
		})
	}
}

func request(t *testing.T, h Harness, body []byte, header http.Header) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, h.Path(), bytes.NewReader(body))
	r.Header = header.Clone()
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// decode reads a push and wants one event of it.
func decode(t *testing.T, h Harness, body []byte, header http.Header) bots.Event {
	t.Helper()
	in, err := h.Bot().Decode(request(t, h, body, header))
	if err != nil || len(in.Events) != 1 {
		t.Fatalf("decode: %+v %v", in, err)
	}
	return in.Events[0]
}

func wantFault(t *testing.T, err error, faults ...bots.Fault) {
	t.Helper()
	var de *bots.DecodeError
	if !errors.As(err, &de) {
		t.Fatalf("accepted, or an error of another kind: %v", err)
	}
	if slices.Contains(faults, de.Fault) {
		return
	}
	t.Errorf("fault %d (%s), want one of %v", de.Fault, de.Reason, faults)
}

func signature(t *testing.T, h Harness) {
	body, header := h.Push(t, "帮助")
	for i := range body {
		bad := bytes.Clone(body)
		bad[i] ^= 1
		_, err := h.Bot().Decode(request(t, h, bad, header))
		wantFault(t, err, bots.FaultSignature)
	}
}

func unsigned(t *testing.T, h Harness) {
	body, header := h.Push(t, "帮助")
	for name := range header {
		if strings.Contains(strings.ToLower(name), "signature") {
			header.Del(name)
		}
	}
	_, err := h.Bot().Decode(request(t, h, body, header))
	wantFault(t, err, bots.FaultSignature)
}

func replay(t *testing.T, h Harness) {
	body, header := h.Push(t, "帮助")
	one, two := decode(t, h, body, header), decode(t, h, body, header)
	if one.Key == "" || one.Key != two.Key {
		t.Errorf("keys %q and %q of one event", one.Key, two.Key)
	}
	body, header = h.Push(t, "帮助")
	if other := decode(t, h, body, header); other.Key == one.Key {
		t.Errorf("another event has the same key %q", other.Key)
	}
	if one.Kind != bots.EventMessage || one.Text != "帮助" || !one.Private || !one.Mentioned || one.User != h.Person() || one.FromBot {
		t.Errorf("event %+v", one)
	}
}

func challenge(t *testing.T, h Harness) {
	body, header, want := h.Challenge(t)
	in, err := h.Bot().Decode(request(t, h, body, header))
	if err != nil || in.Response == nil || string(in.Response.Body) != want || len(in.Events) != 0 {
		t.Errorf("%+v %v, want %s", in, err, want)
	}
}

func method(t *testing.T, h Harness) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, h.Path(), nil)
	_, err := h.Bot().Decode(r)
	wantFault(t, err, bots.FaultMethod)
}

func send(t *testing.T, h Harness, m bots.Message) bots.CardRef {
	t.Helper()
	ref, err := h.Bot().Send(t.Context(), m)
	if err != nil || ref == "" {
		t.Fatalf("send: %q %v", ref, err)
	}
	return ref
}

func once(t *testing.T, h Harness) {
	m := bots.Message{Key: "k1", User: h.Person(), Text: "只说一次"}
	if a, b := send(t, h, m), send(t, h, m); a != b {
		t.Errorf("said twice: %s and %s", a, b)
	}
	if n := count(h.Seen(t), "只说一次"); n != 1 {
		t.Errorf("seen %d times", n)
	}
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

func lost(t *testing.T, h Harness) {
	m := bots.Message{Key: "k2", User: h.Person(), Text: "答复丢了"}
	h.LoseAnswers(t)
	_, err := h.Bot().Send(t.Context(), m)
	var se *bots.SendError
	if !errors.As(err, &se) || se.Code != bots.CodeUnknown || !se.Retry {
		t.Fatalf("error %v, want an unknown outcome that may be tried again", err)
	}
	send(t, h, m)
	if n := count(h.Seen(t), "答复丢了"); n != 1 {
		t.Errorf("seen %d times", n)
	}
}

// everything is a card with one of each.
func everything(title string) bots.Card {
	return bots.Card{
		Title: title, Tone: bots.ToneAct, Fallback: "回复 同意 1287",
		Blocks: []bots.Block{
			{Text: "一段话"}, {Facts: []bots.Fact{{Name: "客户", Value: "华东智造"}, {Name: "金额", Value: "¥1,280,000"}}}, {Divider: true}, {Note: "小字"},
			{Form: &bots.Form{
				Name: "f", Inputs: []bots.Input{
					{Name: "comment", Label: "审批意见", Kind: bots.InputLongText, MaxLen: 500}, {Name: "why", Label: "来源", Kind: bots.InputChoice, Options: []bots.Option{{Value: "a", Text: "展会"}, {Value: "b", Text: "转介绍"}}},
					{Name: "day", Label: "日期", Kind: bots.InputDate}, {Name: "who", Label: "人", Kind: bots.InputPerson}, {Name: "name", Label: "公司", Kind: bots.InputText, Required: true, Default: "x"},
				},
				Buttons: []bots.Button{{Text: "同意", Action: "approve", Value: map[string]string{"n": "1"}, Style: bots.ButtonPrimary}, {Text: "拒绝", Action: "reject", Style: bots.ButtonDanger, Confirm: "确认拒绝？"}},
			}},
			{Buttons: []bots.Button{{Text: "看附件", Action: "files"}}},
		},
	}
}

func card(t *testing.T, h Harness) {
	c := everything("待你审批 · 华东智造")
	send(t, h, bots.Message{Key: "k3", User: h.Person(), Card: &c})
	seen := strings.Join(h.Seen(t), "\n")
	for _, want := range []string{"待你审批", "华东智造", "¥1,280,000", "同意", "拒绝", "看附件", "小字"} {
		if !strings.Contains(seen, want) {
			t.Errorf("%q cannot be read in:\n%s", want, seen)
		}
	}
}

func updated(t *testing.T, h Harness) {
	c := everything("待你审批 · 旧")
	ref := send(t, h, bots.Message{Key: "k4", User: h.Person(), Card: &c})
	closed := bots.Card{Title: "已同意 · 新", Tone: bots.ToneClosed, Blocks: []bots.Block{{Text: "王芳 15:30"}}}
	if _, err := h.Bot().Update(t.Context(), ref, bots.Message{Key: "k5", User: h.Person(), Card: &closed}); err != nil {
		t.Fatal(err)
	}
	if seen := h.Seen(t); count(seen, "旧") != 0 || count(seen, "已同意") != 1 {
		t.Errorf("after the update:\n%s", strings.Join(seen, "\n"))
	}
}

func markup(t *testing.T, h Harness) {
	const words = `[点我](http://evil) **x** <font color=red>`
	c := bots.Card{Title: "客户 " + words, Tone: bots.ToneInfo, Blocks: []bots.Block{{Text: words + "<at id=all></at>"}, {Facts: []bots.Fact{{Name: "名", Value: words}}}}}
	send(t, h, bots.Message{Key: "k6", User: h.Person(), Card: &c})
	if seen := strings.Join(h.Seen(t), "\n"); strings.Count(seen, words) < 3 {
		t.Errorf("not shown as text:\n%s", seen)
	} else if strings.Contains(seen, "@all") {
		t.Errorf("a customer's words address everybody:\n%s", seen)
	}
}

func unreachable(t *testing.T, h Harness) {
	_, err := h.Bot().Send(t.Context(), bots.Message{Key: "k7", User: h.Person() + "x", Text: "喂"})
	var se *bots.SendError
	if !errors.As(err, &se) || se.Retry {
		t.Errorf("error %v, want a final one", err)
	}
}

func secrets(t *testing.T, h Harness) {
	h.LoseAnswers(t)
	_, err := h.Bot().Send(t.Context(), bots.Message{Key: "k8", User: h.Person(), Text: "x"})
	body, header := h.Push(t, "帮助")
	_, err2 := h.Bot().Decode(request(t, h, body[1:], header))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err3 := h.Bot().Send(ctx, bots.Message{Key: "k9", User: h.Person(), Text: "x"})
	said := h.Log() + errors.Join(err, err2, err3).Error()
	for _, s := range h.Secrets() {
		if s != "" && strings.Contains(said, s) {
			t.Errorf("a secret is said in:\n%s", said)
		}
	}
}

func silent(t *testing.T, h Harness) {
	body, header := h.Push(t, "帮助")
	if r := h.Bot().Answer(decode(t, h, body, header), bots.Answer{}); r.Status != http.StatusOK {
		t.Errorf("answer %+v", r)
	}
}
