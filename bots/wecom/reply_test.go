package wecom_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/wecomsim"
)

// ears is a hub that hears both ways in.
type ears struct {
	mu    sync.Mutex
	heard []bots.Event
}

// listen has the platform push to a hub of the test's own.
func (h *harness) listen(t *testing.T) *ears {
	t.Helper()
	e := &ears{}
	in := func(i bots.Inlet) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			got, err := i.Decode(r)
			if err != nil {
				t.Error(err)
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			e.mu.Lock()
			defer e.mu.Unlock()
			e.heard = append(e.heard, got.Events...)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/app", in(h.bot))
	mux.Handle("/robot", in(h.bot.Robot()))
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	h.sim.SetCallbackURL(srv.URL + "/app")
	h.sim.SetBotCallbackURL(srv.URL + "/robot")
	return e
}

// last is what was heard last.
func (e *ears) last(t *testing.T, r wecomsim.PushResult) bots.Event {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !r.OK() || len(e.heard) == 0 {
		t.Fatalf("push %+v, %d heard", r, len(e.heard))
	}
	return e.heard[len(e.heard)-1]
}

// ask has LiLei ask the 智能机器人, in private or in a group, and gives where
// answers go.
func (h *harness) ask(t *testing.T, e *ears, chat string) (room, reply string) {
	t.Helper()
	reply = e.last(t, h.sim.SendText(t.Context(), lilei, chat, "@hub 帮助")).Reply
	if !strings.HasPrefix(reply, "reply") || !strings.Contains(reply, ":"+lilei+":http") {
		t.Fatalf("reply %q", reply)
	}
	if room = chat; chat == wecomsim.WithBot {
		room += ":" + lilei
	}
	return room, reply
}

// TestReplyGoesOnceThenByTheApp: the 智能机器人 answers a question once, where it
// was asked; what comes after is said by the app.
func TestReplyGoesOnceThenByTheApp(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	h.sim.AddChat(wecomsim.Chat{ID: "team", Name: "群", Members: []string{lilei}, Aibot: true})
	e := h.listen(t)
	for _, chat := range []string{wecomsim.WithBot, "team"} {
		room, reply := h.ask(t, e, chat)
		first := bots.Message{Key: room + "1", Chat: reply, Text: "# 第一 **x** <@all> [点](http://evil)\n> y"}
		if a, b := say(t, h.bot, first), say(t, h.bot, first); a != b {
			t.Errorf("%s: %q and %q", room, a, b)
		}
		seen := h.sim.Messages(room)
		said := seen[len(seen)-1]
		if said.Type != "markdown" || countSeen(h, room, "第一") != 1 || countSeen(h, lilei, "第一") != 0 {
			t.Errorf("%s: %+v", room, seen)
		}
		for _, markup := range []string{"**", "<@", "](", "# ", "\n> "} {
			if strings.Contains(said.Text, markup) {
				t.Errorf("%s: %q is markup", room, said.Text)
			}
		}
		second := say(t, h.bot, bots.Message{Key: room + "2", Chat: reply, Text: "第二 " + room})
		if countSeen(h, room, "第二") != 0 || countSeen(h, lilei, "第二 "+room) != 1 || second == "" {
			t.Errorf("%s: the second answer is not said by the app", room)
		}
	}
}

// TestReplyIsTooLate after an hour.
func TestReplyIsTooLate(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	_, reply := h.ask(t, h.listen(t), wecomsim.WithBot)
	h.later.Store(int64(61 * time.Minute))
	say(t, h.bot, bots.Message{Key: "k", Chat: reply, Text: "晚了"})
	if countSeen(h, lilei, "晚了") != 1 {
		t.Error("not said by the app")
	}
}

// TestWhatTheRobotCannotSay goes by the app, which is then the one to ask about
// duplicates: cards to press, files, long texts, broken addresses.
func TestWhatTheRobotCannotSay(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	room, reply := h.ask(t, h.listen(t), wecomsim.WithBot)
	for _, m := range []bots.Message{
		{Key: "card", Chat: reply, Card: asking("按")},
		{Key: "long", Chat: reply, Text: strings.Repeat("长\n", 2000)},
		{Key: "bad", Chat: "reply:" + lilei + ":javascript:alert(1)", Text: "x"},
	} {
		ref := say(t, h.bot, m)
		if h.bot.Forgets(m) || m.Card != nil && h.bot.Spent(ref, time.Now()) {
			t.Errorf("%s: forgets, or cannot be changed: %q", m.Key, ref)
		}
		direct, _, _ := h.bot.Quota(bots.Message{User: strings.ToUpper(lilei), Text: "x"})
		if whom, most, _ := h.bot.Quota(m); most != 25 || whom != direct {
			t.Errorf("%s: quota %d of %q, want that of %q", m.Key, most, whom, direct)
		}
	}
	file := bots.Message{Key: "file", Chat: reply, File: pdf("合同.pdf", 1000)}
	say(t, h.bot, file)
	if n := len(h.sim.Messages(room)); n != 1 {
		t.Errorf("%d messages in the 智能机器人's chat, want the question alone", n)
	}
	if !h.bot.Forgets(file) || !h.bot.Forgets(bots.Message{Chat: reply, Text: "x"}) || !h.bot.Forgets(bots.Message{Chat: east, Text: "x"}) || h.bot.Forgets(bots.Message{User: lilei, Text: "x"}) {
		t.Error("what has no duplicate check is not told")
	}
}
