package handlers

import (
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/store"
)

// TestFrozenAndBack: a frozen account decides nothing, however often the
// platform tells of it, until the platform says that it works again. What is
// older than the freezing brings nobody back.
func TestFrozenAndBack(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := itoa(r.atContract("华东智造", "50万"))
	r.new()
	frozen := r.now
	tells := func(kind bots.EventKind, at time.Time) []said {
		e := r.event(wang)
		e.Kind, e.At = kind, at
		r.handle(e)
		return r.new()
	}
	if all := tells(bots.EventUserBack, frozen); len(all) > 0 {
		t.Errorf("back without having left: %v", texts(all))
	}
	if all := tells(bots.EventUserLeft, frozen); len(all) != 1 || all[0].User != "ou_admin" {
		t.Fatalf("told: %v", texts(all))
	}
	if all := tells(bots.EventUserLeft, frozen.Add(2*time.Minute)); len(all) > 0 {
		t.Errorf("told again: %v", texts(all))
	}
	r.says(zhao, "待办").has(t, "代 王芳 审批")
	if all := tells(bots.EventUserBack, frozen.Add(time.Minute)); len(all) > 0 {
		t.Errorf("an older event: %v", texts(all))
	}
	r.says(wang, "同意 "+n).has(t, "还没有登记")
	r.do(func(tx *store.Tx) error {
		return tx.SaveDraft(t.Context(), store.Draft{Person: store.LeaverKey("wang"), Kind: "leaver", Data: []byte("0"), ExpiresAt: r.now.Add(time.Hour)})
	})
	all := tells(bots.EventUserBack, frozen.Add(3*time.Minute))
	if len(all) != 1 || all[0].User != "ou_admin" {
		t.Fatalf("told: %v", texts(all))
	}
	all[0].has(t, "王芳", "恢复")
	r.do(func(tx *store.Tx) error {
		_, listed, err := tx.Draft(t.Context(), store.LeaverKey("wang"))
		if listed {
			t.Error("when 王芳 leaves again, her work would not be listed")
		}
		return err
	})
	r.says(wang, "同意 "+n).has(t, "已同意")
	if all := tells(bots.EventUserBack, frozen.Add(4*time.Minute)); len(all) > 0 {
		t.Errorf("back twice: %v", texts(all))
	}
}

// TestFrozenInAnyCase: WeCom's ids know no case, and not each of its pushes
// writes them alike. Who is frozen is frozen however they are written.
func TestFrozenInAnyCase(t *testing.T) {
	t.Parallel()
	r := onWeCom(t)
	n := r.atContract("华东智造", "50万")
	as := func(account, text string, kind bots.EventKind) []said {
		e := r.event(wang)
		e.User, e.Text, e.Kind, e.At = account, text, kind, r.now
		r.new()
		r.handle(e)
		r.now = r.now.Add(time.Second)
		return r.new()
	}
	as("wangfang", "", bots.EventUserLeft)
	for _, account := range []string{"WangFang", "wangfang", "WANGFANG"} {
		if all := as(account, "同意 "+itoa(n), bots.EventMessage); len(all) != 1 || !strings.Contains(all[0].text, "还没有登记") {
			t.Errorf("%s: %v", account, texts(all))
		}
	}
	as("WANGFANG", "", bots.EventUserBack)
	if all := as("wangFang", "同意 "+itoa(n), bots.EventMessage); len(all) == 0 || !strings.Contains(all[0].text, "已同意") || all[0].User != "WangFang" {
		t.Errorf("back: %v", texts(all))
	}
}
