package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"genjin/playground/feishusim"
)

// deal makes a deal of li's out of a lead.
func (w *world) deal(company, amount string) string {
	w.t.Helper()
	w.says(li, "线索 公司="+company+" 联系人=张伟 电话=13800138000 行业=智能制造 规模=500")
	lead := number(w.t, w.sees(li, "线索 #", company).Text, "线索")
	w.says(li, "转商机 #"+lead+" 金额="+amount+" 产品=MES")
	return number(w.t, w.sees(li, "已转为商机 #", company).Text, "已转为商机")
}

// answers has somebody write and gives what the hub answered them.
func (w *world) answers(who, text string, words ...string) feishusim.Message {
	w.t.Helper()
	w.settled()
	before := len(w.messages(who))
	w.says(who, text)
	w.settled()
	for _, m := range w.messages(who)[before:] {
		if feishusim.FromBot(words...)(m) {
			return m
		}
	}
	w.t.Fatalf("%q is not answered with %q; there is:\n%s", text, words, w.transcript(who))
	return feishusim.Message{}
}

// TestJourneyLost: what follows the company is the reason.
func TestJourneyLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.deal("华东智造", "128万")
		w.answers(li, "丢单 华东智造", "要写原因")
		w.answers(li, "丢单 华东智造 预算取消", "已丢单", "预算取消")
		if mine := w.answers(li, "我的"); strings.Contains(mine.Text, "商机 #") {
			t.Errorf("a lost deal is still open:\n%s", mine.Text)
		}
	})
}

// TestJourneyNumbersHidden: no message holds a phone number, and the owner gets
// it by a tap.
func TestJourneyNumbersHidden(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		m := w.answers(li, "线索 公司：华东智造 联系人：张伟 电话：+86 138 0013 8000 需求：请打 13900139000 或 139-0013-9000", "138****8000", "首次跟进")
		w.answers(li, "打给张伟 13800138000 看看", "138****8000")
		w.answers(li, "线索 联系人=张伟 电话=13800138000 需求=打13900139000", "还缺：公司")
		for _, chat := range []string{li, wang, east} {
			for _, seen := range w.messages(chat) {
				for _, digits := range []string{"13800138000", "13900139000", "139-0013-9000"} {
					if feishusim.FromBot()(seen) && strings.Contains(seen.Text, digits) {
						t.Errorf("a number stands in a message to %s:\n%s", chat, seen.Text)
					}
				}
			}
		}
		if r := w.clicks(li, m, "看电话", nil); !strings.Contains(r.Toast, "13800138000") {
			t.Errorf("the owner's tap shows %q", r.Toast)
		}
		if r := w.presses(han, m, "看电话", nil); strings.Contains(r.Toast, "13800138000") {
			t.Errorf("somebody else's tap shows %q", r.Toast)
		}
	})
}

// TestJourneySnoozeAndDelegate: the words around a day may differ.
func TestJourneySnoozeAndDelegate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		no := w.deal("华东智造", "50万")
		w.answers(li, "静音 #"+no+" 3天", "例如")
		w.answers(li, "静音 #"+no+" 3天 等客户预算", "2026-11-28", "等客户预算")
		w.answers(li, "静音 #"+no+" 到11-30 原因=等客户预算", "2026-11-30")
		w.answers(han, "静音 #"+no+" 3天 原因", "李雷")
		w.answers(wang, "代理 韩梅梅 到 11-28", "2026-11-28", "韩梅梅")
		w.sees(han, "王芳", "11-28")
		w.answers(wang, "代理 取消", "收回")
	})
}

// TestJourneyHandOver: sales operations give a leaver's work to somebody else.
func TestJourneyHandOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		no := w.deal("华东智造", "50万")
		w.answers(li, "交接 李雷 韩梅梅", "销售运营")
		w.answers(ops, "交接 李雷", "例如")
		w.answers(ops, "交接 李雷 韩梅梅", "1 个商机", "韩梅梅")
		w.sees(han, "李雷", "#"+no, "华东智造")
		w.answers(han, "我的", "#"+no)
		w.answers(li, "推进 华东智造 需求确认", "没有找到")
		w.answers(ops, "交接 李雷 韩梅梅", "没有进行中")
	})
}

// TestJourneyEvidence: a file proves a move when it came lately, from here, is
// of the right kind, and has proved nothing yet.
func TestJourneyEvidence(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.deal("华东智造", "50万")
		w.sends(li, "旧纪要.pdf", pdf("旧"))
		w.settled()
		w.clock.ahead.Add(int64(11 * time.Minute))
		w.answers(li, "推进 华东智造 需求确认", "需求纪要", "10 分钟")
		if !w.alone { // WeCom tells nothing of files in groups
			w.sends(li, "群里.pdf", pdf("群"), east)
			w.settled()
			w.answers(li, "推进 华东智造 需求确认", "需求纪要")
		}
		w.sends(han, "别人的.pdf", pdf("别人"))
		w.settled()
		w.answers(li, "好了", "需求纪要")
		w.sends(li, "纪要.pdf", pdf("新"))
		w.says(li, "好了")
		w.sees(li, "→ 需求确认", "凭证：纪要.pdf")
		w.answers(li, "推进 华东智造 方案报价", "方案文件")
		w.sends(li, "方案.txt", []byte("只是文字"))
		w.settled()
		w.answers(li, "推进 华东智造 方案报价", "方案文件")
		w.sends(li, "看似文字.txt", pdf("其实是 PDF"))
		w.says(li, "华东智造 推进到方案报价 附件见上")
		w.sees(li, "→ 方案报价", "看似文字")
		w.clock.ahead.Add(int64(11 * time.Minute))
		w.answers(li, "撤销", "超过 10 分钟")
	})
}

// TestJourneyThreshold: exactly 1,000,000.00 needs the manager alone.
func TestJourneyThreshold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "1,000,000.00")
		w.sends(li, "签字.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		card := w.sees(wang, "待你审批", "华东智造")
		w.clicks(wang, card, "同意", nil)
		w.sees(li, "华东智造", "已通过", "王芳")
		w.seesNot(zhao, "待你审批")
		if r := w.presses(wang, card, "同意", nil); r.Blocked == "" {
			t.Errorf("the card still has its button: %+v", r)
		}
		told := 0
		for _, m := range w.messages(li) {
			if feishusim.FromBot("已通过")(m) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the requester was told %d times", told)
		}
	})
}

// TestJourneyLeaver: somebody whom the platform deleted decides nothing, and
// what waited for them goes to their manager.
func TestJourneyLeaver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "50万")
		w.sends(li, "签字.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		no := number(t, w.sees(li, "审批 #").Text, "审批")
		card := w.sees(wang, "待你审批", "华东智造")
		late, err := w.phone.late(t.Context(), wang, card.ID, "同意")
		if err != nil {
			t.Fatal(err)
		}
		if r := w.phone.leaves(t.Context(), wang); !r.OK() {
			t.Fatalf("deleting: %+v", r)
		}
		if r := late(); r.ToastType == "success" {
			t.Errorf("a leaver's click decides: %+v", r)
		}
		w.sees(zhao, "待你审批", "华东智造")
		w.sees("ou_admin", "王芳", "left: true")
		w.seesNot(li, "已通过")
		w.answers(zhao, "同意 #"+no, "已同意", "华东智造")
		w.sees(li, "已通过", "赵敏")
	})
}

// TestJourneyActs: hand on, send back, remind, and honest answers to each.
func TestJourneyActs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "50万")
		w.sends(li, "签字.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		no := number(t, w.sees(li, "审批 #").Text, "审批")
		card := w.sees(wang, "待你审批", "华东智造")
		late, err := w.phone.late(t.Context(), wang, card.ID, "同意")
		if err != nil {
			t.Fatal(err)
		}
		w.answers(li, "催办 "+no, "王芳")
		w.sees(wang, "李雷", "华东智造", "请你处理")
		w.answers(li, "待办", "#"+no, "华东智造")
		w.clicks(wang, card, "看附件", nil)
		w.sees(wang, "签字.pdf")
		w.answers(wang, "转交 "+no+" 没这个人", "没有")
		w.answers(wang, "转交 "+no+" 韩梅梅", "韩梅梅")
		if r := late(); r.ToastType == "success" {
			t.Errorf("the old approver still decides: %+v", r)
		}
		w.sees(han, "待你审批", "华东智造")
		w.answers(wang, "同意 "+no, "转交")
		w.answers(han, "退回 "+no, "原因")
		w.answers(han, "退回 "+no+" 请补签字页", "退回", "华东智造")
		w.sees(li, "华东智造", "请补签字页")
		w.answers(han, "同意 "+no, "韩梅梅", "退回")
	})
}

// TestJourneyGroup: errors in a group go privately, success stays in the group,
// and who is not addressed is left alone.
func TestJourneyGroup(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld(at(shanghai(2026, 11, 28, 23, 30))) // Saturday night
		w.phone.stranger("ou_stranger", "路人")
		asked := time.Now()
		w.says(li, "@hub 乱七八糟", east)
		w.sees(li, "乱七八糟")
		w.says(li, "@hub 我的", east)
		w.sees(li, "还没有")
		w.says(li, "@hub "+newLead, east)
		w.sees(east, "线索 #", "华东智造", "138", "8000")
		if took := time.Since(asked); took > 9*time.Second {
			t.Errorf("three answers at night took %v", took)
		}
		w.says(li, "待办", east)
		w.says("ou_stranger", "@hub 帮助", east)
		w.sees("ou_stranger", "管理员")
		w.seesNot(east, "乱七八糟")
		w.seesNot(east, "要联系")
		w.seesNot(east, "管理员")
	})
}

// TestJourneyDigest: a job run at a time decides as if it were that time and
// says what it decides at once; the group gets one digest.
func TestJourneyDigest(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.deal("华东智造", "50万")
		w.deal("北方重工", "60万")
		w.settled()
		run := func(at string) {
			t.Helper()
			if out, err := runsWith(t, w.getenv, "job", "overdue-alerts", "--at", at); err != nil {
				t.Fatalf("job: %v\n%s", err, out)
			}
			w.settled()
		}
		run("2026-11-30T09:59:00+08:00")
		w.seesNot(li, "未更新")
		run("2026-11-30T17:30:00+08:00")
		w.sees(li, "华东智造", "北方重工", "未更新")
		w.sees(wang, "华东智造", "未更新")
		run("2026-11-30T17:30:00+08:00")
		count := 0
		for _, m := range w.messages(east) {
			if feishusim.FromBot("华东智造", "北方重工")(m) {
				count++
			}
		}
		if count != 1 {
			t.Errorf("the group got %d digests:\n%s", count, w.transcript(east))
		}
	})
}

// TestJourneyMentionSafe: nobody makes the hub mention everybody.
func TestJourneyMentionSafe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.says(li, `@hub 线索 公司=华东<at user_id="all">所有人</at> 联系人=张伟 电话=13800138000`, east)
	w.says(li, `线索 公司=甲<at user_id="all"></at>乙 联系人=张伟 电话=13800138000`)
	w.sees(li, "线索 #")
	w.settled()
	for _, chat := range []string{li, wang, east} {
		for _, m := range w.messages(chat) {
			if feishusim.FromBot()(m) && m.Type == "text" && strings.Contains(m.Text, `<at `) {
				t.Errorf("a mention got through to %s:\n%s", chat, m.Text)
			}
		}
	}
}

// TestWebhookStatus: what a push is answered with.
func TestWebhookStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := demoApp(time.Now)
	url := fmt.Sprintf(`{"challenge":"abc","token":%q,"type":"url_verification"}`, app.VerificationToken)
	sealed, signedBy := w.sim.Sealed([]byte(url))
	unsigned := http.Header{"Content-Type": {"application/json"}}
	unknown := w.sim.Envelope(map[string]any{"x": 1}, "some.unknown_v9", feishusim.Header{})
	body, headers := w.sim.Sealed(unknown)
	forged := headers.Clone()
	forged.Set("X-Lark-Signature", strings.Repeat("0", 64))
	text := headers.Clone()
	text.Set("Content-Type", "text/plain")
	for name, c := range map[string]struct {
		body    []byte
		headers http.Header
		want    int
	}{
		"url check, plain":    {[]byte(url), unsigned, 200},
		"url check, sealed":   {sealed, unsigned, 200},
		"url check, signed":   {sealed, signedBy, 200},
		"url check, no token": {[]byte(`{"challenge":"abc","token":"x","type":"url_verification"}`), unsigned, 401},
		"unknown type":        {body, headers, 200},
		"forged":              {body, forged, 401},
		"unsigned":            {body, unsigned, 401},
		"plain event":         {unknown, unsigned, 401},
		"wrong media":         {body, text, 415},
		"too large":           {append(body, make([]byte, 1<<20)...), headers, 413},
		"not JSON":            {[]byte(`{"encrypt`), unsigned, 400},
	} {
		if status, answer := w.sim.PushRaw(t.Context(), c.body, c.headers); status != c.want {
			t.Errorf("%s: status %d, want %d: %s", name, status, c.want, answer)
		}
	}
	resp, err := http.Get(w.base + "/webhooks/feishu")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", resp.StatusCode)
	}
}

// TestJourneyBANT: where the rules want all four, a conversion without them is
// refused, what was right is kept, and no number is used up.
func TestJourneyBANT(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		rules, err := os.ReadFile("config/default_rules.yaml")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "rules.yaml")
		if err := os.WriteFile(file, []byte(strings.Replace(string(rules), "bant: optional", "bant: required", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		w := newWorld(with("GENJIN_RULES", file))
		w.answers(li, newLead, "线索 #1")
		w.answers(li, "转商机 #1 金额=128万 产品=MES", "华东智造", "还缺：决策人、时间")
		w.answers(li, "决策人=王总 时间=明年一季度", "已转为商机 #2", "¥1,280,000", "MES")
		w.answers(li, "取消", "没有进行中的草稿")
	})
}

// TestJourneyForm: 线索 on Feishu is a form to fill in the chat.
func TestJourneyForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.says(li, "线索")
	form := w.sees(li, "提交")
	given := map[string]any{"company": "华东智造", "contact": "张伟", "phone": "138"}
	if r := w.clicks(li, form, "提交", given); r.ToastType == "success" || !strings.Contains(r.Toast, "电话") {
		t.Errorf("a wrong number: %+v", r)
	}
	given["phone"] = "13800138000"
	w.clicks(li, form, "提交", given)
	w.sees(li, "线索 #", "华东智造", "138****8000")
}

// TestJourneyOnLeave: who is on leave names somebody; that person decides, the
// card and the answer say on whose behalf, and nobody decides their own request.
func TestJourneyOnLeave(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		w.toNegotiation("华东智造", "50万")
		w.answers(wang, "代理 韩梅梅 到 11-28", "韩梅梅", "11-28")
		w.sees(han, "王芳", "11-28")
		w.sends(li, "签字.pdf", pdf("签字"))
		w.says(li, "推进 华东智造 合同签订")
		no := number(t, w.sees(li, "审批 #").Text, "审批")
		card := w.sees(han, "待你审批", "华东智造", "王芳")
		w.seesNot(wang, "待你审批")
		w.answers(li, "同意 "+no, "自己")
		w.clicks(han, card, "同意", nil)
		w.sees(li, "已通过", "韩梅梅", "王芳")
		w.answers(wang, "代理 取消", "收回")
		w.answers(han, "同意 "+no, "已")
	})
}
