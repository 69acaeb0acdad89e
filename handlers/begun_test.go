package handlers

import "testing"

// TestBegunCommands: a command that lacks a part says what was understood, and
// the next message need only say the rest.
func TestBegunCommands(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	lead := "#" + itoa(r.lead("东海精工"))
	deal := "#" + itoa(r.deal("华东智造", "128万"))
	for name, tt := range map[string]struct {
		who          string
		first, asks  string
		second, done string
	}{
		"snooze for":      {li, "静音 " + deal, "我读到：静音 " + deal, "3天 等客户预算", "等客户预算"},
		"snooze why":      {li, "静音 " + deal + " 3天", "我读到：静音 " + deal + " 3天", "原因=等合同", "等合同"},
		"snooze nonsense": {li, "静音 " + deal + " 很久 等", "我读到：静音 " + deal + "。", "到 12-01 等预算", "12-01"},
		"delegate until":  {wang, "代理 韩梅梅", "我读到：代理 韩梅梅", "到 11-28", "2026-11-28"},
		"delegate past":   {wang, "代理 韩梅梅 到 2025-11-28", "「2025-11-28」已经过去", "11-29", "2026-11-29"},
		"which lead":      {li, "转商机 金额=128万 产品=MES", "我读到：产品 MES，金额 128万", lead, "已转为商机"},
	} {
		first := r.silent(tt.who, tt.first)
		if len(first) != 1 {
			t.Fatalf("%s: %v", name, texts(first))
		}
		first[0].has(t, tt.asks, "例如「", "回复「取消」放弃")
		second := r.silent(tt.who, tt.second)
		second[len(second)-1].has(t, tt.done)
		r.says(tt.who, "取消").has(t, "没有进行中的草稿")
	}
}

// TestBegunIsNotGuessed: what cannot be the missing part is answered as ever, and
// nothing is done with it; what was begun stays.
func TestBegunIsNotGuessed(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	n := r.deal("华东智造", "128万")
	r.says(li, "静音 #"+itoa(n))
	r.says(li, "代办").has(t, "是不是想用", "待办")
	r.says(li, "你好").has(t, "不是我认识的命令")
	r.says(han, "3天 等客户预算").has(t, "不是我认识的命令") // nobody goes on with another's
	r.says(li, "3天 等客户预算").has(t, "已静音")
	r.says(li, "丢单 华东智造").has(t, "我理解的是", "丢单要写原因", "原因=预算取消")
	r.says(li, "预算取消").has(t, "不是我认识的命令")
	r.says(li, "原因=预算取消").has(t, "已丢单")
}

// TestBegunHandOver: operations name the second person in the next message.
func TestBegunHandOver(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.deal("华东智造", "128万")
	r.says(ops, "交接 李雷").has(t, "我读到：交接 李雷", "接手人")
	all := r.silent(ops, "韩梅梅")
	all[len(all)-1].has(t, "李雷", "韩梅梅")
	r.says(ops, "取消").has(t, "没有进行中的草稿")
}
