package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserWalkOnWeCom walks the main job in WeCom's half of the playground,
// with the evidence page in between, and looks at both phones. `make shot` lets
// it take the README's picture on the way.
func TestBrowserWalkOnWeCom(t *testing.T) {
	t.Parallel()
	v := newViewer(t, newWorld(t, onBothAtOnce))
	v.open("/playground?on=wecom")
	v.sees("#wecom-head", "企业微信", "你是 李雷", "智能机器人", "华东区")
	v.sees("#feishu-head", "飞书", "你是 李雷")
	v.asksOnWeCom()
	v.uploadsProof()
	v.movesWithTheRobot()
	v.approvesOnWeCom()
	v.breaksWeCom()
	v.holdsAPhone()
	if v.errors.String() != "" {
		t.Errorf("the page's console:\n%s", v.errors)
	}
}

// asksOnWeCom: a lead becomes a deal by typing, and does not move without proof.
// A document sent to the app goes nowhere, and the page says where it can.
func (v *viewer) asksOnWeCom() {
	v.t.Helper()
	v.types("#wecom-text", newLead+"\r")
	v.sees("#wecom-log", "已录入线索 #1 · 华东智造", "138****8000")
	v.sees("#tour", "1/4")
	v.sees("#trace", "企业微信", "李雷：线索", "飞书", "王芳")
	v.types("#wecom-text", "转商机 #1 金额=88万 产品=MES\r")
	v.sees("#wecom-log", "已转为商机", "初步接触")
	v.press("#wecom .shelf", "需求纪要.pdf")
	v.sees("#toast", "智能机器人", "上传链接")
	v.types("#wecom-text", "推进 华东智造 需求确认\r")
	v.sees("#wecom-log", "没有推进", "/upload/")
	if text := v.text("#feishu-log"); strings.Contains(text, "推进") {
		v.t.Errorf("what was asked on WeCom is answered on Feishu:\n%s", text)
	}
}

// uploadsProof follows the link in the answer, gives the file on that page, and
// finds the deal moved.
func (v *viewer) uploadsProof() {
	v.t.Helper()
	file := filepath.Join(v.t.TempDir(), "需求纪要.pdf")
	if err := os.WriteFile(file, pdf("需求纪要"), 0o600); err != nil {
		v.t.Fatal(err)
	}
	link, err := js[string](v, `document.querySelector(%s)?.pathname ?? ""`, "#wecom-log a[href*='/upload/']")
	if err != nil || link == "" {
		v.t.Fatalf("the link cannot be pressed: %v", err)
	}
	v.open(link)
	v.sees("#page", "华东智造", "需求确认", "需求纪要")
	if err := chromedp.Do(v.ctx, chromedp.SetUploadFiles("#f-file", []string{file})); err != nil {
		v.t.Fatal(err)
	}
	v.press("#up", "上传")
	v.sees("#page", "已上传")
	if status, text := v.w.opens(v.w.base + link); status != http.StatusGone || !strings.Contains(text, "链接已失效") {
		v.t.Errorf("the link once used: %d", status)
	}
	v.open("/playground?on=wecom")
	v.sees("#wecom-log", "初步接触 → 需求确认")
}

// movesWithTheRobot: files go to the 智能机器人, a picture to the app. What the
// check of a file has found is told where the file was sent.
func (v *viewer) movesWithTheRobot() {
	v.t.Helper()
	for _, next := range []struct{ file, taken, move, moved string }{
		{"方案报价.pdf", "已收到 华东智造-方案报价.pdf", "推进 华东智造 方案报价\r", "需求确认 → 方案报价"},
		{"拜访纪要.pdf", "已收到 华东智造-高层拜访纪要.pdf", "推进 华东智造 商务谈判 参会=张伟 总经理、李娜 财务总监\r", "方案报价 → 商务谈判"},
	} {
		v.press("#wecom-head", "智能机器人")
		v.sees("#wecom-head", "· 智能机器人")
		v.press("#wecom .shelf", next.file)
		v.sees("#wecom-log", next.taken)
		v.press("#wecom-head", "跟进")
		v.types("#wecom-text", next.move)
		v.sees("#wecom-log", next.moved)
	}
	v.press("#wecom .shelf", "签字页照片.jpg")
	v.sees("#wecom-log", "（JPG")
	v.types("#wecom-text", "推进 华东智造 合同签订\r")
	v.sees("#wecom-log", "已提交审批")
	v.press("#wecom-head", "华东区")
	v.types("#wecom-text", "@hub 静音 #2 3天 等客户预算\r")
	v.sees("#wecom-log", "已静音", "华东智造")
}

// approvesOnWeCom: the card stands on both of the manager's phones, and a
// decision on one closes both.
func (v *viewer) approvesOnWeCom() {
	v.t.Helper()
	v.press("#people", "王芳")
	v.sees("#wecom-log", "待你审批 · 华东智造 · ¥880,000", "商务谈判 → 合同签订", "同意", "拒绝")
	v.sees("#feishu-log", "待你审批 · 华东智造 · ¥880,000")
	v.shot()
	v.press("#wecom-log", "拒绝")
	v.sees("#wecom-log", "还没有生效") // and the page stands still again
	v.press("#wecom-log", "同意")
	v.sees("#wecom-log", "已同意 · 华东智造 · ¥880,000")
	v.sees("#feishu-log", "已同意 · 华东智造 · ¥880,000")
	v.sees("#tour", "4/4", "走完了")
	v.press("#people", "赵敏")
	v.sees("#wecom-log", "赵敏 没有企业微信账号")
	v.press("#people", "李雷")
	v.sees("#wecom-log", "已通过", "合同签订")
}

// breaksWeCom: while it is away its answers wait, and Feishu goes on.
func (v *viewer) breaksWeCom() {
	v.t.Helper()
	v.press(".bar", "故障开关")
	v.press("#faults", "企业微信接口全部连不上")
	v.sees("#faults", "1 个开启")
	v.types("#wecom-text", "帮助 推进\r")
	v.sees("#trace", "李雷：帮助 推进", "待发送")
	v.types("#feishu-text", "帮助 推进\r")
	v.sees("#feishu-log", "对的例子")
	if text := v.text("#wecom-log"); strings.Contains(text, "对的例子") {
		v.t.Errorf("an answer came through a platform that is down:\n%s", text)
	}
	v.press(".bar", "故障开关")
	v.press("#faults", "企业微信接口全部连不上")
	v.sees("#wecom-log", "对的例子")
	v.gone("#trace", "待发送")
}

// holdsAPhone: on a screen 360 pixels wide one phone fills it, and tabs lead to
// the other.
func (v *viewer) holdsAPhone() {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.EmulateViewport(360, 780)); err != nil {
		v.t.Fatal(err)
	}
	shown := func(phone string) bool {
		on, err := js[bool](v, `(e => e.offsetParent !== null && e.getBoundingClientRect().width === 360)(document.getElementById(%s))`, phone)
		return err == nil && on
	}
	for _, next := range []struct{ tab, phone, other string }{{"飞书", "feishu", "wecom"}, {"企业微信", "wecom", "feishu"}} {
		v.press(".tabs", next.tab)
		if !v.until(func() bool { return shown(next.phone) && !shown(next.other) }) {
			v.t.Errorf("the tab %s does not show that phone alone", next.tab)
		}
	}
	wide, err := js[int](v, `document.documentElement.scrollWidth`)
	if err != nil || wide > 360 {
		v.t.Errorf("the page is %d pixels wide on a screen of 360: %v", wide, err)
	}
	v.press(".tabs", "飞书")
	v.hears()
}

// hears: a message for the phone out of sight is counted on its tab, until it is
// looked at.
func (v *viewer) hears() {
	v.t.Helper()
	v.w.wecom.SendText(v.ctx, "LiLei", "", "帮助 审批")
	v.sees(".tabs", "条新消息")
	v.press(".tabs", "企业微信")
	v.sees("#wecom-log", "帮助 审批")
	v.gone(".tabs", "条新消息")
}
