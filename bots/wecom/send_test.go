package wecom_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/bots/botstest"
	"genjin/bots/wecom"
	"genjin/playground/wecomsim"
)

type wecomOptions = wecom.Options

// request is a push as it arrives.
func request(t *testing.T, p botstest.Push) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?"+p.Query.Encode(), bytes.NewReader(p.Body))
	r.Header = p.Header.Clone()
	return r
}

func countSeen(h *harness, chat, part string) int {
	n := 0
	for _, m := range h.sim.Messages(chat) {
		if m.SenderID == "bot" && strings.Contains(m.Text, part) {
			n++
		}
	}
	return n
}

// TestSaidOnceAcrossRestarts: another process that says the same again is not
// seen twice, card or text, also when the body came out another way.
func TestSaidOnceAcrossRestarts(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	text := bots.Message{Key: "t", User: lilei, Text: "只说一次"}
	card := bots.Message{Key: "c", User: lilei, Card: asking("只有一张")}
	for _, m := range []bots.Message{text, card} {
		first, again := say(t, h.bot, m), say(t, h.another(t), m)
		if !first.Same(again) {
			t.Errorf("%s is called %q, then %q", m.Key, first, again)
		}
	}
	card.Card = asking("只有一张 ")
	if again := say(t, h.another(t), card); !again.Same(say(t, h.bot, card)) || !h.bot.Spent(again, time.Now()) {
		t.Errorf("%q", again)
	}
	if a, b := countSeen(h, lilei, "只说一次"), countSeen(h, lilei, "只有一张"); a != 1 || b != 1 {
		t.Errorf("seen %d and %d times", a, b)
	}
}

// TestCardWithLostAnswer: the card is known by its task id; the first click
// teaches a code.
func TestCardWithLostAnswer(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	m := bots.Message{Key: "k", User: lilei, Card: asking("一")}
	h.LoseAnswers(t)
	if _, err := h.bot.Send(t.Context(), m); sendError(t, err).Code != bots.CodeUnknown {
		t.Fatal(err)
	}
	ref := say(t, h.bot, m)
	if countSeen(h, lilei, "一") != 1 || !h.bot.Spent(ref, time.Now()) {
		t.Errorf("%q", ref)
	}
	ref = ref.Merge("", h.clickRef(t, ref))
	if _, err := h.bot.Update(t.Context(), ref, bots.Message{Key: "u", User: lilei, Card: closed("已同意")}); err != nil || countSeen(h, lilei, "已同意") != 1 {
		t.Errorf("%v", err)
	}
}

// TestLongTextIsSplit: everything arrives, in order, each part once, also when
// a part in the middle fails.
func TestLongTextIsSplit(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	lines := make([]string, 0, 60)
	for i := range 60 {
		lines = append(lines, strings.Repeat(string(rune('一'+i)), 50))
	}
	text := strings.Join(lines, "\n")
	for chat, m := range map[string]bots.Message{lilei: {Key: "p", User: lilei, Text: text}, east: {Key: "g", Chat: east, Text: text}, "wild": {Key: "r", Chat: "robot:east", Text: text}} {
		path := map[string]string{lilei: "/cgi-bin/message/send", east: "/cgi-bin/appchat/send", "wild": "/cgi-bin/webhook/send"}[chat]
		h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultBusy, Path: path, Share: 50})
		for range 200 {
			if _, err := h.bot.Send(t.Context(), m); err == nil {
				break
			}
		}
		h.sim.ClearFaults()
		say(t, h.bot, m)
		said := h.sim.Messages(chat)
		got := make([]string, 0, len(said))
		for _, m := range said {
			if len(m.Text) > 2048 {
				t.Errorf("%s: a part of %d bytes", chat, len(m.Text))
			}
			got = append(got, m.Text)
		}
		if len(got) != 5 || strings.Join(got, "\n") != text {
			t.Errorf("%s: %d parts, %d bytes of %d", chat, len(got), len(strings.Join(got, "\n")), len(text))
		}
	}
}

// TestOneMemberAtATime: an id that the platform reads as many people reaches
// nobody.
func TestOneMemberAtATime(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	for _, user := range []string{"@all", lilei + "|" + hanmei, " ", "李雷"} {
		_, err := h.bot.Send(t.Context(), bots.Message{Key: user, User: user, Text: "喂"})
		if se := sendError(t, err); se.Code != bots.CodeNoReach || se.Retry {
			t.Errorf("%q: %v", user, err)
		}
	}
	say(t, h.bot, bots.Message{Key: "case", User: "lilei", Text: "喂"})
	if n := countSeen(h, lilei, "喂") + countSeen(h, hanmei, "喂"); n != 1 {
		t.Errorf("%d were reached", n)
	}
}

// TestWordsAreNoMarkup on each road.
func TestWordsAreNoMarkup(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	const evil = "<a href=\"http://evil\">点我</a> <b> a < b <A>"
	say(t, h.bot, bots.Message{Key: "t", User: lilei, Text: evil})
	if got := h.Seen(t)[0]; strings.Contains(got, "<a") || strings.Contains(got, "</a") || strings.Contains(got, "<A") || !strings.Contains(got, " <b> a < b ") || !strings.Contains(got, "点我") {
		t.Errorf("%q", got)
	}
}

// TestGroups: the app's own groups, by their id; making one twice is no error.
func TestGroups(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	g := wecom.Group{ID: "chatwest", Name: "华西", Owner: lilei, Members: []string{lilei, hanmei}}
	for range 2 {
		if out, err := h.bot.MakeGroup(t.Context(), g.ID, g.Name, g.Members); err != nil || len(out) > 0 {
			t.Fatal(err)
		}
	}
	if got, err := h.bot.Group(t.Context(), g.ID); err != nil || got.Name != "华西" || len(got.Members) != 2 {
		t.Errorf("%+v %v", got, err)
	}
	card := closed("日报")
	card.Link = publicURL
	ref := say(t, h.bot, bots.Message{Key: "k", Chat: g.ID, Card: card})
	if m := h.sim.Messages(g.ID); len(m) != 1 || !strings.Contains(m[0].Text, "日报") || !strings.Contains(m[0].Text, publicURL) || !h.bot.Spent(ref, time.Now()) {
		t.Errorf("%q %+v", ref, m)
	}
	for chat, code := range map[string]bots.SendCode{"nosuch": bots.CodeNoReach, "bad_id": bots.CodeNoReach, "wild": bots.CodeNoReach, "robot:gone": bots.CodeNoReach, "robot:none": bots.CodeConfig, "reply:": bots.CodeNoReach} {
		_, err := h.bot.Send(t.Context(), bots.Message{Key: chat, Chat: chat, Text: "x"})
		if se := sendError(t, err); se.Code != code {
			t.Errorf("%s: %v", chat, err)
		}
	}
	blind := newWeCom(t, func(o *wecomsim.Options) { o.NotRoot = true })
	if _, err := blind.bot.Send(t.Context(), bots.Message{Key: "k", Chat: east, Text: "x"}); sendError(t, err).Code != bots.CodeConfig {
		t.Errorf("60011: %v", err)
	}
	if _, err := blind.bot.MakeGroup(t.Context(), g.ID, g.Name, g.Members); sendError(t, err).Code != bots.CodeConfig {
		t.Errorf("60011: %v", err)
	}
}

// TestGroupWithoutThoseWhoAreUnknown: one wrong member does not keep a team from
// its group.
func TestGroupWithoutThoseWhoAreUnknown(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	h.sim.AddUser(wecomsim.User{UserID: "NoReach", Name: "看不见", NoReach: true})
	out, err := h.bot.MakeGroup(t.Context(), "chatwest", "华西", []string{"Ghost", lilei, "NoReach", hanmei})
	if err != nil || !slices.Equal(out, []string{"Ghost", "NoReach"}) {
		t.Fatalf("left out %q, %v", out, err)
	}
	if g, err := h.bot.Group(t.Context(), "chatwest"); err != nil || g.Owner != lilei || !slices.Equal(g.Members, []string{lilei, hanmei}) {
		t.Errorf("%+v, %v", g, err)
	}
	if out, err = h.bot.MakeGroup(t.Context(), "chatnorth", "华北", []string{"Ghost", lilei}); sendError(t, err).Code != bots.CodeNoReach || len(out) != 1 {
		t.Errorf("a group of one: %q, %v", out, err)
	}
}

// TestGroupChanges: who joins, who leaves, and who owns it then.
func TestGroupChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		users, gone []string
		members     []string
		owner       string
		out         []string
		calls       int
	}{
		"nothing":           {users: []string{"lilei", hanmei}, gone: []string{"ZhangSan"}, members: []string{lilei, hanmei}, owner: lilei},
		"joins":             {users: []string{lilei, hanmei, "WangFang"}, members: []string{lilei, hanmei, "WangFang"}, owner: lilei, calls: 1},
		"leaves":            {users: []string{lilei, "WangFang"}, gone: []string{"hanmeimei"}, members: []string{lilei, "WangFang"}, owner: lilei, calls: 1},
		"the owner leaves":  {users: []string{"WangFang", hanmei}, gone: []string{lilei}, members: []string{hanmei, "WangFang"}, owner: "WangFang", calls: 1},
		"a stranger joins":  {users: []string{lilei, "Ghost", "WangFang"}, members: []string{lilei, hanmei, "WangFang"}, owner: lilei, out: []string{"Ghost"}, calls: 2},
		"only a stranger":   {users: []string{lilei, "Ghost"}, members: []string{lilei, hanmei}, owner: lilei, out: []string{"Ghost"}, calls: 1},
		"stays and is gone": {users: []string{lilei, hanmei}, gone: []string{"HANMEIMEI"}, members: []string{lilei, hanmei}, owner: lilei},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newWeCom(t)
			h.sim.AddUser(wecomsim.User{UserID: "WangFang", Name: "王芳"})
			out, err := h.bot.ChangeGroup(t.Context(), east, c.users, c.gone)
			if err != nil || !slices.Equal(out, c.out) {
				t.Errorf("left out %q, %v", out, err)
			}
			if g, err := h.bot.Group(t.Context(), east); err != nil || g.Owner != c.owner || !slices.Equal(g.Members, c.members) || g.Name != "华东" {
				t.Errorf("%+v, %v", g, err)
			}
			if n := h.sim.Calls("POST /cgi-bin/appchat/update"); n != c.calls {
				t.Errorf("changed with %d calls", n)
			}
		})
	}
	h := newWeCom(t)
	if _, err := h.bot.ChangeGroup(t.Context(), "nosuch", []string{lilei, hanmei}, nil); sendError(t, err).Code != bots.CodeNoReach {
		t.Errorf("no such group: %v", err)
	}
	if out, err := h.bot.ChangeGroup(t.Context(), "robot:east", []string{lilei}, nil); err != nil || len(out) > 0 {
		t.Errorf("a robot's: %q, %v", out, err)
	}
}
