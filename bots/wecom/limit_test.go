package wecom_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/wecomsim"
)

// walk is a clock that only moves when it is told to.
type walk struct {
	mu sync.Mutex
	at time.Time
}

func (w *walk) now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

func (w *walk) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.at = w.at.Add(d) }

// paced is a harness whose bot and platform live by one such clock.
func paced(t *testing.T) (*harness, *walk) {
	t.Helper()
	w := &walk{at: time.Now()}
	h := newWeCom(t, func(o *wecomsim.Options) { o.Now = w.now })
	h.bot.SetWall(w.now)
	return h, w
}

// persist says a message as the ledger does: again when the bot says so.
func persist(t *testing.T, h *harness, w *walk, m bots.Message) {
	t.Helper()
	for range 100 {
		_, err := h.bot.Send(t.Context(), m)
		if err == nil {
			return
		}
		var se *bots.SendError
		if !errors.As(err, &se) || se.Code != bots.CodeLimited || se.After <= 0 || se.After > time.Hour+2*time.Minute {
			t.Fatalf("%s: %v", m.Key, err)
		}
		w.pass(se.After)
	}
	t.Fatalf("%s is never said", m.Key)
}

// TestNothingIsLost: the platform silently drops what is too much for a member;
// the bot never lets it come to that, also not over an hour.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	h, w := paced(t)
	began := w.now()
	for i := range 1200 {
		persist(t, h, w, bots.Message{Key: fmt.Sprint("k", i), User: lilei, Text: fmt.Sprint("第", i)})
	}
	if lost := h.sim.Lost(); len(lost) != 0 {
		t.Errorf("%d of 1200 were dropped", len(lost))
	}
	if n := countSeen(h, lilei, "第"); n != 1200 {
		t.Errorf("%d arrived", n)
	}
	if took := w.now().Sub(began); took > 90*time.Minute {
		t.Errorf("it took %v", took)
	}
}

// TestWithoutLimiterMessagesAreLost is the control: the same without the bot.
func TestWithoutLimiterMessagesAreLost(t *testing.T) {
	t.Parallel()
	h, _ := paced(t)
	for i := range 40 {
		b := h.another(t) // each remembers nothing
		say(t, b, bots.Message{Key: fmt.Sprint("k", i), User: lilei, Text: fmt.Sprint("第", i)})
	}
	if lost := len(h.sim.Lost()); lost != 10 {
		t.Errorf("%d of 40 were dropped, want 10", lost)
	}
}

// TestOneMemberDoesNotHoldUpOthers.
func TestOneMemberDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	h, _ := paced(t)
	limited := 0
	for i := range 40 {
		if _, err := h.bot.Send(t.Context(), bots.Message{Key: fmt.Sprint("k", i), User: lilei, Text: strconv.Itoa(i)}); err != nil {
			if se := sendError(t, err); se.Code != bots.CodeLimited || !se.Retry || se.API != "" {
				t.Errorf("%v", err)
			}
			limited++
		}
	}
	if limited != 15 {
		t.Errorf("%d of 40 had to wait, want 15", limited)
	}
	say(t, h.bot, bots.Message{Key: "other", User: hanmei, Text: "喂"})
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "case", User: strings.ToUpper(lilei), Text: "喂"}); err == nil {
		t.Error("another spelling is another member")
	}
}

// TestRobotsAndGroupsHaveLimits of their own.
func TestRobotsAndGroupsHaveLimits(t *testing.T) {
	t.Parallel()
	h, w := paced(t)
	for i := range 60 {
		persist(t, h, w, bots.Message{Key: fmt.Sprint("r", i), Chat: "robot:east", Text: fmt.Sprint("机器人", i)})
	}
	for i := range 450 {
		persist(t, h, w, bots.Message{Key: fmt.Sprint("g", i), Chat: east, Text: fmt.Sprint("群", i)})
	}
	refused := 0
	for _, c := range h.sim.Log() {
		if c.Code == 45009 {
			refused++
		}
	}
	if a, b := countSeen(h, "wild", "机器人"), countSeen(h, east, "群"); a != 60 || b != 450 || refused != 0 || len(h.sim.Lost()) != 0 {
		t.Errorf("%d and %d arrived, %d refused, %d lost", a, b, refused, len(h.sim.Lost()))
	}
}

// TestBusyRobotHoldsUpNoOther: 45009 is about the robot that was too fast.
func TestBusyRobotHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := api(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "webhook") {
			answer(w, `{"errcode":45009,"errmsg":"api freq out of limit"}`)
			return
		}
		answer(w, `{"errcode":0,"errmsg":"ok","msgid":"m"}`)
	})
	_, err := b.Send(t.Context(), bots.Message{Key: "a", Chat: "robot:east", Text: "x"})
	if se := sendError(t, err); se.Code != bots.CodeLimited || se.After < time.Minute || !strings.HasSuffix(se.API, "east") {
		t.Errorf("%v", err)
	}
	_, err = b.Send(t.Context(), bots.Message{Key: "b", Chat: "robot:east", Text: "y"})
	if se := sendError(t, err); se.Platform != "own limit" {
		t.Errorf("called again too soon: %v", err)
	}
	say(t, b, bots.Message{Key: "c", User: lilei, Text: "x"})
}

// TestGroupsAreCountedTogether: the platform counts what the app says in groups
// for each who is in them, so that every group is part of one quota; what robots
// and answers say is not the app's.
func TestGroupsAreCountedTogether(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	one, most, span := h.bot.Quota(bots.Message{Chat: "chateast", Text: "x"})
	other, _, _ := h.bot.Quota(bots.Message{Chat: "chatwest", File: pdf("合同.pdf", 1000)})
	if one == "" || one != other || most < 25 || most >= 200 || span < time.Minute {
		t.Errorf("%d within %v for %q and %q", most, span, one, other)
	}
	for _, chat := range []string{"robot:east", "reply:" + lilei + ":https://x/y"} {
		if whom, most, _ := h.bot.Quota(bots.Message{Chat: chat, Text: "x"}); most != 0 || whom != "" {
			t.Errorf("%s: %d for %q", chat, most, whom)
		}
	}
}
