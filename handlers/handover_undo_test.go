package handlers

import (
	"testing"
	"time"

	"genjin/store"
)

// owner is whose deal it is.
func (r *room) owner(deal int64) (owner string) {
	r.t.Helper()
	r.view(func(tx *store.Tx) error {
		d, err := tx.Deal(r.t.Context(), deal)
		owner = d.Owner
		return err
	})
	return owner
}

func TestHandoverIsTakenBack(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(r *room) {
		first, second := r.deal("华东智造", "50万"), r.deal("北方重工", "20万")
		r.shouts("ops", "交接 李雷 韩梅梅")
		if got := r.owner(first); got != "han" {
			t.Fatalf("the deal is %s's", got)
		}
		r.shouts("han", "我的")
		r.shouts("admin", "交接 韩梅梅 林涛") // all of it goes on
		r.shouts("admin", "撤销")
		if got := r.owner(first); got != "han" {
			t.Errorf("after the admin's undo the deal is %s's", got)
		}
		r.now = r.now.Add(9 * time.Minute)
		all := r.shouts("ops", "撤销")
		if got := r.owner(first) + r.owner(second); got != "lili" {
			t.Errorf("the deals are %s's: %q", got, texts(all))
		}
		r.says("ops", "撤销").has(t, "没有")
	})
}

func TestHandoverIsTakenBackInTimeOnly(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	deal := r.deal("华东智造", "50万")
	r.shouts("ops", "交接 李雷 韩梅梅")
	r.now = r.now.Add(11 * time.Minute)
	r.says("ops", "撤销").has(t, "10 分钟", "交接 韩梅梅 李雷")
	if got := r.owner(deal); got != "han" {
		t.Errorf("the deal is %s's", got)
	}
}

// What was handed on meanwhile stays where it is.
func TestHandoverLeavesAloneWhatMovedOn(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	deal := r.deal("华东智造", "50万")
	r.shouts("ops", "交接 李雷 韩梅梅")
	r.shouts("admin", "交接 韩梅梅 林涛")
	r.says("ops", "撤销").has(t, "变动")
	if got := r.owner(deal); got != "lin" {
		t.Errorf("the deal is %s's", got)
	}
}
