package main

import (
	"strings"
	"testing"
	"time"

	"genjin/playground/feishusim"
)

// TestJourneyDuplicates: the platform delivers at least once, sometimes under
// another event id, and sometimes long after; people see everything once.
func TestJourneyDuplicates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.says(li, newLead)
	answer := w.sees(li, "线索 #", "华东智造")
	for _, again := range []feishusim.PushOption{feishusim.WithMessageID(first.MessageID), feishusim.WithEventID(first.EventID)} {
		if r := w.sim.SendText(t.Context(), li, "", newLead, again, feishusim.NoRetry()); !r.OK() {
			t.Errorf("a copy is refused: %+v", r)
		}
	}
	w.settled()
	seen := 0
	for _, m := range w.sim.Messages(li) {
		if feishusim.FromBot("已录入线索")(m) {
			seen++
		}
	}
	if seen > 2 { // the message, and at most the other message that came under its event id
		t.Errorf("answered %d times:\n%s", seen, w.transcript(li))
	}
	before := number(t, answer.Text, "线索")
	w.says(li, "我的")
	if mine := w.sees(li, "#"+before, "华东智造"); strings.Count(mine.Text, "华东智造") > 2 {
		t.Errorf("a copy made a lead of its own:\n%s", mine.Text)
	}

	// Another program is never answered, whatever it says.
	if r := w.sim.SendText(t.Context(), han, "", "帮助", feishusim.FromAnotherBot()); !r.OK() {
		t.Errorf("a program's message is refused: %+v", r)
	}
	w.seesNot(han, "线索")

	// An answer to a card, and a message that was held up for an hour.
	if r := w.sim.SendText(t.Context(), li, "", "转商机 #"+before+" 金额=50万", feishusim.ReplyTo(answer.ID), feishusim.CreatedAt(w.clock.Now().Add(-time.Hour))); !r.OK() {
		t.Errorf("a late answer is refused: %+v", r)
	}
	w.sees(li, "商机 #", "华东智造")
}
