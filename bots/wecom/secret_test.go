package wecom_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/playground/wecomsim"
)

// everyCall makes one call of each API and gives all that was said about them.
func (h *harness) everyCall(ctx context.Context, n int, card bots.CardRef) string {
	var out strings.Builder
	say := func(what string, err error) { fmt.Fprintf(&out, "%s: %+v\n", what, err) }
	key := func(s string) string { return fmt.Sprint(s, n) }
	for _, m := range []bots.Message{
		{Key: key("a"), User: lilei, Text: "x"},
		{Key: key("b"), User: lilei, Card: asking("卡")},
		{Key: key("c"), User: lilei, File: pdf(key("f"), 10+n)},
		{Key: key("d"), Chat: east, Text: "x"},
		{Key: key("e"), Chat: "robot:east", Text: "x"},
		{Key: key("f"), Chat: "robot:east", File: pdf(key("g"), 20+n)},
		{Key: key("g"), Chat: "robot:gone", Text: "x"},
		{Key: key("h"), Chat: "reply:" + lilei + ":" + h.base + "/cgi-bin/aibot/response?response_code=recanary", Text: "x"},
	} {
		_, err := h.bot.Send(ctx, m)
		say(m.Key, err)
	}
	_, err := h.bot.Update(ctx, card, bots.Message{Key: key("u"), Card: closed("关")})
	say("update", err)
	say("recall", h.bot.Recall(ctx, "m:x"))
	_, err = h.bot.Fetch(ctx, bots.File{Key: "media-x"})
	say("fetch", err)
	_, err = h.bot.Fetch(ctx, bots.File{Key: h.base + "/aibot/file/x?response_code=y"})
	say("fetch sealed", err)
	_, err = h.bot.Member(ctx, lilei)
	say("member", err)
	_, err = h.bot.Departments(ctx)
	say("departments", err)
	_, err = h.bot.Identify(ctx, "oauth-canary")
	say("identify", err)
	_, err = h.bot.CallbackIPs(ctx)
	say("ips", err)
	return out.String()
}

// TestNoSecretIsSaid in any error or log, whatever goes wrong, with a token at
// hand and without one.
func TestNoSecretIsSaid(t *testing.T) {
	t.Parallel()
	for kind := wecomsim.FaultDown; kind <= wecomsim.FaultWrongJSON; kind++ {
		for _, warm := range []bool{true, false} {
			t.Run(fmt.Sprint(kind, warm), func(t *testing.T) {
				t.Parallel()
				h := newWeCom(t, func(o *wecomsim.Options) { o.NoLimits = true })
				card := bots.CardRef("gj-x canary@99999999999")
				if warm {
					card = say(t, h.bot, bots.Message{Key: "warm", User: lilei, Card: asking("卡")})
				}
				h.sim.SetFault(wecomsim.Fault{Kind: kind, Delay: 50 * time.Millisecond})
				ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
				defer cancel()
				said := h.everyCall(ctx, 1, card)
				for _, s := range append(secrets(), "recanary", "oauth-canary") {
					if strings.Contains(said, s) || strings.Contains(h.Log(), s) {
						t.Errorf("%s is said in:\n%s", s, said)
					}
				}
				if strings.Count(said, "<nil>") == len(strings.Split(said, "\n"))-1 && kind != wecomsim.FaultSlow {
					t.Errorf("nothing went wrong:\n%s", said)
				}
			})
		}
	}
}
