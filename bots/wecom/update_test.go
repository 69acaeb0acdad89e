package wecom_test

import (
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/wecomsim"
)

const updateAPI = "POST /cgi-bin/message/update_template_card"

// asking is a card with a button.
func asking(title string) *bots.Card {
	return &bots.Card{Title: title, Tone: bots.ToneAct, Blocks: []bots.Block{{Buttons: []bots.Button{{Text: "同意", Action: "approve"}}}}}
}

func closed(title string) *bots.Card {
	return &bots.Card{Title: title, Tone: bots.ToneClosed, Blocks: []bots.Block{{Text: "王芳 15:30"}}}
}

// clickRef has LiLei press a card, and gives the ref that the click names.
func (h *harness) clickRef(t *testing.T, ref bots.CardRef) bots.CardRef {
	t.Helper()
	p := h.PushClick(t, ref, "同意", nil)
	in, err := h.bot.Decode(request(t, p))
	if err != nil || len(in.Events) != 1 || in.Events[0].Click == nil {
		t.Fatalf("%+v %v", in, err)
	}
	return in.Events[0].Click.Card
}

// TestCodesAreUsedOnce: the sent card's code and the click's make two changes,
// the freshest first; the third finds none.
func TestCodesAreUsedOnce(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	sent := say(t, h.bot, bots.Message{Key: "k", User: lilei, Card: asking("一")})
	clicked := h.clickRef(t, sent)
	ref := sent.Merge("", clicked)
	if len(strings.Fields(string(ref))) != 3 || h.bot.Spent(ref, time.Now()) {
		t.Fatalf("%q", ref)
	}
	for i, title := range []string{"二", "三"} {
		next, err := h.bot.Update(t.Context(), ref, bots.Message{Key: title, User: lilei, Card: asking(title)})
		if err != nil || len(strings.Fields(string(next))) != 2-i {
			t.Fatalf("update %d: %q %v", i, next, err)
		}
		if m := h.shown(t, sent); m.Title != title || m.Updates != i+1 {
			t.Errorf("shown %+v", m)
		}
		if i == 0 && strings.Contains(string(next), strings.Fields(string(clicked))[1]) {
			t.Errorf("the older code went first: %q is left", next)
		}
		ref = ref.Merge(ref, next)
	}
	calls := h.sim.Calls(updateAPI)
	_, err := h.bot.Update(t.Context(), ref, bots.Message{Key: "四", User: lilei, Card: asking("四")})
	if se := sendError(t, err); se.Code != bots.CodeStale || se.Retry || !h.bot.Spent(ref, time.Now()) || h.sim.Calls(updateAPI) != calls {
		t.Errorf("%v", err)
	}
}

// TestUsedCodesAreTolerated: a ref that still names used codes, as after a
// restart, leads to the one that is left.
func TestUsedCodesAreTolerated(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	sent := say(t, h.bot, bots.Message{Key: "k", User: lilei, Card: asking("一")})
	ref := sent.Merge("", h.clickRef(t, sent))
	for _, title := range []string{"二", "三"} { // each bot knows nothing of the other's updates
		next, err := h.another(t).Update(t.Context(), ref, bots.Message{Key: title, User: lilei, Card: asking(title)})
		if err != nil || next == "" || h.shown(t, sent).Title != title {
			t.Errorf("%s: %q %v", title, next, err)
		}
	}
	_, err := h.another(t).Update(t.Context(), ref, bots.Message{Key: "四", User: lilei, Card: asking("四")})
	if se := sendError(t, err); se.Code != bots.CodeStale || se.Retry {
		t.Errorf("%v", err)
	}
}

// TestUsedCodesAreNotTriedAgain by the process that used them, whatever ref comes.
func TestUsedCodesAreNotTriedAgain(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	sent := say(t, h.bot, bots.Message{Key: "k", User: lilei, Card: asking("一")})
	ref := sent.Merge("", h.clickRef(t, sent))
	for i, title := range []string{"二", "三", "四"} {
		_, err := h.bot.Update(t.Context(), ref, bots.Message{Key: title, User: lilei, Card: asking(title)})
		if n := h.sim.Calls(updateAPI); (err == nil) != (i < 2) || n != min(i+1, 2) {
			t.Errorf("%s: %v after %d calls", title, err, n)
		}
	}
}

// TestUpdateWithLostAnswer: another try finds the code used, by itself.
func TestUpdateWithLostAnswer(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	ref := say(t, h.bot, bots.Message{Key: "k", User: lilei, Card: asking("一")})
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultResetAfterAccept, Path: "/cgi-bin/message/update", Times: 1})
	m := bots.Message{Key: "u", User: lilei, Card: closed("已同意")}
	_, err := h.bot.Update(t.Context(), ref, m)
	if se := sendError(t, err); se.Code != bots.CodeUnknown || !se.Retry {
		t.Fatalf("%v", err)
	}
	next, err := h.bot.Update(t.Context(), ref, m)
	if err != nil || string(next) != strings.Fields(string(ref))[0] {
		t.Errorf("%q %v", next, err)
	}
	if seen := h.Seen(t); len(seen) != 1 || !strings.Contains(seen[0], "已同意") {
		t.Errorf("%q", seen)
	}
}

// TestSeventyTwoHours: a code lives that long by the hub's clock too, and then
// nobody is asked.
func TestSeventyTwoHours(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	o := h.options()
	o.Now = h.now
	b := h.another(t, func(w *wecomOptions) { *w = o })
	one := say(t, b, bots.Message{Key: "a", User: lilei, Card: asking("一")})
	two := say(t, b, bots.Message{Key: "b", User: lilei, Card: asking("二")})
	h.later.Store(int64(72*time.Hour - time.Minute))
	if _, err := b.Update(t.Context(), one, bots.Message{Key: "u", User: lilei, Card: closed("关")}); err != nil || b.Spent(two, h.now()) {
		t.Errorf("after nearly 72 h: %v", err)
	}
	h.later.Store(int64(72*time.Hour + time.Minute))
	calls := h.sim.Calls(updateAPI)
	_, err := b.Update(t.Context(), two, bots.Message{Key: "v", User: lilei, Card: closed("关")})
	if se := sendError(t, err); se.Code != bots.CodeStale || !b.Spent(two, h.now()) || h.sim.Calls(updateAPI) != calls {
		t.Errorf("after 72 h: %v", err)
	}
	if !b.Spent("m:text", h.now()) || !b.Spent("", h.now()) || !b.Spent("task junk @5 x@y", h.now()) {
		t.Error("what has no code can be changed")
	}
}

// TestUpdatedCardIsPressedUnderItsOwnName: a card that still asks keeps its task id.
func TestUpdatedCardIsPressedUnderItsOwnName(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	ref := say(t, h.bot, bots.Message{Key: "k", User: lilei, Card: asking("一")})
	if _, err := h.bot.Update(t.Context(), ref, bots.Message{Key: "u", User: lilei, Card: asking("二")}); err != nil {
		t.Fatal(err)
	}
	if again := h.clickRef(t, ref); !again.Same(ref) {
		t.Errorf("%q is not %q", again, ref)
	}
}

// TestNoticesAlwaysFit: a closed card leads somewhere and is shown whatever it says.
func TestNoticesAlwaysFit(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	for name, c := range map[string]*bots.Card{
		"huge":   {Title: strings.Repeat("题", 500), Tone: bots.ToneClosed, Blocks: []bots.Block{{Text: strings.Repeat("字", 5000)}}},
		"linked": {Title: "关", Tone: bots.ToneClosed, Link: publicURL + "/x"},
		"wide":   {Title: "关", Tone: bots.ToneClosed, Link: publicURL + "/" + strings.Repeat("x", 2000)},
	} {
		ref := say(t, h.bot, bots.Message{Key: name, User: lilei, Card: asking("一")})
		_, err := h.bot.Update(t.Context(), ref, bots.Message{Key: name + " u", User: lilei, Card: c})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := h.shown(t, ref)
		if m.CardType != "text_notice" || m.Link == "" || name == "linked" && m.Link != c.Link {
			t.Errorf("%s: %s to %q", name, m.CardType, m.Link)
		}
	}
}

// TestUpdateRefuses what is no card and what cannot be drawn.
func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	ref := say(t, h.bot, bots.Message{Key: "k", User: lilei, Card: asking("一")})
	huge := h.Huge()
	for _, m := range []bots.Message{{Key: "a", User: lilei, Text: "x"}, {Key: "b", User: lilei, Card: &huge}} {
		_, err := h.bot.Update(t.Context(), ref, m)
		if se := sendError(t, err); se.Code != bots.CodeRefused || se.Retry {
			t.Errorf("%s: %v", m.Key, err)
		}
	}
	if h.bot.Spent(ref, time.Now()) {
		t.Error("the code was used up by nothing")
	}
}

// TestRecall takes a message back within a day.
func TestRecall(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	ref := say(t, h.bot, bots.Message{Key: "a", User: lilei, Text: "错了"})
	late := say(t, h.bot, bots.Message{Key: "b", User: lilei, Text: "太晚"})
	if err := h.bot.Recall(t.Context(), ref); err != nil || !h.sim.Messages(lilei)[0].Recalled {
		t.Errorf("%v", err)
	}
	h.later.Store(int64(25 * time.Hour))
	h.bot.SetWall(h.now)
	for _, ref := range []bots.CardRef{late, "gj-task code@1"} {
		if err := h.bot.Recall(t.Context(), ref); sendError(t, err).Code != bots.CodeStale {
			t.Errorf("%s: %v", ref, err)
		}
	}
}
