package handlers

import (
	"strings"
	"testing"

	"genjin/bots"
)

// TestGroupNumber: a group's id is said there once, for whoever writes org.yaml,
// and not where a team has it already.
func TestGroupNumber(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	added := func(chat string) string {
		e := r.event("")
		e.Kind, e.Chat, e.Private, e.User = bots.EventBotAdded, chat, false, ""
		a := r.answered(e).has(t, "跟进")
		if a.Chat != chat {
			t.Errorf("said in %q", a.Chat)
		}
		return a.text
	}
	if text := added("oc_new"); !strings.Contains(text, "这个群的编号是 oc_new，写进 org.yaml 的 teams.groups.feishu") {
		t.Errorf("the first time:\n%s", text)
	}
	if text := added("oc_new"); strings.Contains(text, "oc_new") {
		t.Errorf("again:\n%s", text)
	}
	if text := added("oc_other"); !strings.Contains(text, "oc_other") {
		t.Errorf("another group:\n%s", text)
	}
	if text := added("oc_east"); strings.Contains(text, "编号") {
		t.Errorf("a team's group:\n%s", text)
	}
}
