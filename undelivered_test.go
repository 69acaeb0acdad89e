package main

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// refuseCards has every platform of the world refuse each card, new or changed,
// or take them again.
func (w *world) refuseCards(on bool) {
	if !on {
		w.sim.ClearFaults()
		if w.wecom != nil {
			w.wecom.ClearFaults()
		}
		return
	}
	w.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultRefuseCards})
	if w.wecom != nil {
		w.wecom.SetFault(wecomsim.Fault{Kind: wecomsim.FaultRefuseCards})
	}
}

// reads waits until somebody can read something on any of their phones; it gives
// the phone, to answer on it.
func (w *world) reads(who string, words ...string) (phone, feishusim.Message) {
	w.t.Helper()
	phones := []phone{w.phone}
	if w.dual && !w.alone {
		phones = append(phones, wecomPhone{w.wecom})
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for _, p := range phones {
			for _, m := range p.messages(who) {
				if feishusim.FromBot(words...)(m) {
					return p, m
				}
			}
		}
	}
	w.t.Fatalf("%s reads %q nowhere; there is:\n%s", who, words, w.transcript(who))
	return nil, feishusim.Message{}
}

// writes answers on the phone on which something was read.
func (w *world) writes(p phone, who, text string) {
	w.t.Helper()
	if r := p.says(w.t.Context(), who, text, ""); !r.OK() {
		w.t.Fatalf("%s writes %q: %+v", who, text, r)
	}
}

// negotiates brings a deal of a rep's to the stage before the contract. WeCom
// takes 25 messages a minute to one member, by any clock: reps share the work.
func (w *world) negotiates(rep, company, amount string) {
	w.t.Helper()
	w.says(rep, "线索 公司="+company+" 联系人=张伟 电话=13800138000 行业=智能制造 规模=500")
	lead := number(w.t, w.sees(rep, "线索 #", company).Text, "线索")
	w.says(rep, "转商机 #"+lead+" 金额="+amount+" 产品=MES")
	w.sees(rep, "已转为商机 #", company)
	for _, step := range []string{"需求确认", "方案报价", "商务谈判 参会=张伟 总经理、李娜 财务总监"} {
		w.sends(rep, "凭证.pdf", pdf(company+step))
		w.says(rep, "推进 "+company+" "+step)
		stage, _, _ := strings.Cut(step, " ")
		w.sees(rep, company, "→ "+stage)
	}
}

// requests asks for a deal's contract, and gives the request's number.
func (w *world) requests(rep, company string) string {
	w.t.Helper()
	w.sends(rep, "签字.pdf", pdf("签字"+company))
	return number(w.t, w.answers(rep, "推进 "+company+" 合同签订", "审批 #", company).Text, "审批")
}

// undelivered is what /metrics says about requests that reached nobody.
func (w *world) undelivered() string {
	w.t.Helper()
	w.settled()
	resp, err := http.Get(w.base + "/metrics")
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^genjin_approvals_undelivered (\d+)$`).FindSubmatch(text)
	if m == nil {
		w.t.Fatalf("no such metric in:\n%s", text)
	}
	return string(m[1])
}

// open are the numbers of the requests that nobody has decided.
func (w *world) open() (numbers []int64) {
	w.t.Helper()
	err := w.hub.store.View(w.t.Context(), func(tx *store.Tx) error {
		all, err := tx.PendingApprovals(w.t.Context())
		for _, a := range all {
			numbers = append(numbers, a.Number)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return numbers
}

// count is how many messages with all the words the hub said to somebody.
func (w *world) count(who string, words ...string) (n int) {
	for _, m := range w.messages(who) {
		if feishusim.FromBot(words...)(m) {
			n++
		}
	}
	return n
}

// TestJourneyCardsRefused: for an hour no platform takes any card. Everything
// that is asked meanwhile can be read and is decided by what people write; the
// admins hear of it once for each platform; then cards come again.
func TestJourneyCardsRefused(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]options{"Feishu": func(*world) {}, "WeCom": onWeCom, "both": onBothAtOnce} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, on, at(shanghai(2026, 11, 25, 14, 1)), func(w *world) { w.unlimited = true })
			w.negotiates(li, "早前精工", "50万")
			w.negotiates(li, "华东智造", "50万")
			w.negotiates(han, "南海电子", "128万")
			w.requests(li, "早前精工")
			old := w.sees(wang, "待你审批", "早前精工")
			w.refuseCards(true)

			first := w.requests(li, "华东智造")
			p, _ := w.reads(wang, "华东智造", "同意 "+first, "拒绝 "+first)
			w.writes(p, wang, "拒绝 "+first+" 价格没谈拢")
			w.sees(li, "华东智造", "价格没谈拢")

			w.clock.Advance(30 * time.Minute)
			second := w.requests(han, "南海电子") // two steps
			p, _ = w.reads(wang, "南海电子", "同意 "+second)
			if out, err := runsWith(t, w.getenv, "job", "approval-digest"); err != nil {
				t.Fatalf("digest: %s %v", out, err)
			}
			w.reads(wang, "早前精工", "南海电子", second) // the consolidated card, in words
			w.writes(p, wang, "同意 "+second)
			p, _ = w.reads(zhao, "南海电子", "同意 "+second)
			w.writes(p, zhao, "同意 "+second)
			w.sees(han, "南海电子", "已通过", "赵敏")

			w.phone.clicks(t.Context(), wang, old.ID, "同意", nil) // a card of better times still decides
			w.sees(li, "早前精工", "已通过", "王芳")
			if n := w.undelivered(); n != "0" {
				t.Errorf("%s requests are undelivered", n)
			}
			if open := w.open(); len(open) > 0 {
				t.Errorf("nobody decided %v", open)
			}
			if n := w.count("ou_admin", "不收卡片", "genjin dead show"); n < 1 || n > 2 || name != "both" && n != 1 {
				t.Errorf("the admins were told %d times:\n%s", n, w.transcript("ou_admin"))
			}

			w.clock.Advance(25 * time.Minute)
			w.refuseCards(false)
			again := w.requests(li, "华东智造")
			card := w.sees(wang, "待你审批", "华东智造", "#"+again)
			w.clicks(wang, card, "同意", nil)
			w.sees(li, "华东智造", "已通过")
		})
	}
}

// TestJourneyApproverUnreachable: the app does not reach the approver any more.
// Their manager and the admins hear of it, the number stands in /metrics, and the
// commands that the admins were told show the card and send it again.
func TestJourneyApproverUnreachable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, newWorld func(...options) *world) {
		w := newWorld()
		reach := func(yes bool) {
			w.sim.AddUser(feishusim.User{OpenID: wang, Name: "王芳", NoReach: !yes})
			if w.wecom != nil {
				w.wecom.AddUser(wecomsim.User{UserID: wecomID(wang), Name: "王芳", Departments: []int{1}, NoReach: !yes})
			}
		}
		reach(true)
		w.toNegotiation("华东智造", "50万")
		w.settled()
		reach(false)
		w.sends(li, "签字.pdf", pdf("签字"))
		no := number(t, w.answers(li, "推进 华东智造 合同签订", "审批 #").Text, "审批")
		w.sees(zhao, "王芳", "当面转告", "#"+no, "同意 "+no)
		told := w.sees("ou_admin", "送不到", "genjin dead show ")
		if n := w.undelivered(); n != "1" {
			t.Errorf("%s undelivered, want 1", n)
		}
		id := regexp.MustCompile(`genjin dead show (\S+?)；`).FindStringSubmatch(told.Text)
		if id == nil {
			t.Fatalf("no command in:\n%s", told.Text)
		}
		if out, err := runsWith(t, w.getenv, "dead", "show", id[1]); err != nil || !strings.Contains(out, "approval:"+no) || !strings.Contains(out, "华东智造") {
			t.Errorf("dead show: %s %v", out, err)
		}
		reach(true)
		if out, err := runsWith(t, w.getenv, "dead", "replay", id[1]); err != nil {
			t.Fatalf("dead replay: %s %v", out, err)
		}
		card := w.sees(wang, "待你审批", "华东智造")
		if n := w.undelivered(); n != "0" {
			t.Errorf("%s undelivered after it was sent", n)
		}
		w.clicks(wang, card, "同意", nil)
		w.sees(li, "华东智造", "已通过", "王芳")
	})
}

// TestJourneyTeamGroup: org.yaml names a group that is not there yet. The first
// digest makes it with the team in it, and is said in it; the second one makes
// none. Who leaves the team leaves its group. Where the app is not for the whole company the admins read what to click.
func TestJourneyTeamGroup(t *testing.T) {
	t.Parallel()
	for name, narrow := range map[string]bool{"made": false, "not visible": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, onWeCom, func(w *world) { w.narrow = narrow }, func(w *world) { w.groupless = true })
			w.deal("华东智造", "50万")
			digest := func(at string) {
				if out, err := runsWith(t, w.getenv, "job", "overdue-alerts", "--at", at); err != nil {
					t.Fatalf("%s %v", out, err)
				}
			}
			digest("2026-12-10T10:00:00+08:00")
			if narrow {
				w.sees("ou_admin", "60011", "可见范围", "根部门", "wecom_robot")
				return
			}
			w.sees(east, "华东智造")
			digest("2026-12-24T10:00:00+08:00")
			w.settled()
			if n := w.count(east, "华东智造"); n != 2 {
				t.Errorf("the group heard %d digests:\n%s", n, w.transcript(east))
			}
			if n := w.wecom.Calls("POST /cgi-bin/appchat/create"); n != 1 {
				t.Errorf("a group was made %d times", n)
			}
			i := slices.IndexFunc(w.wecom.Chats(), func(c wecomsim.Chat) bool { return c.ID == wecomID(east) })
			if i < 0 {
				t.Fatalf("no such group: %+v", w.wecom.Chats())
			}
			if c := w.wecom.Chats()[i]; c.Name != "华东区" || c.Owner != wecomID(wang) || !slices.Equal(c.Members[:min(3, len(c.Members))], []string{wecomID(wang), wecomID(li), wecomID(han)}) {
				t.Errorf("made: %+v", c)
			}
			file := w.env["GENJIN_ORG"]
			put(t, file, swap(t, fileText(t, file), "{id: han, name: 韩梅梅,", "{id: han, left: true, name: 韩梅梅,"))
			deadline := time.Now().Add(patience)
			made := w.wecom.Chats()[i].Members
			stay := slices.DeleteFunc(slices.Clone(made), func(id string) bool { return id == wecomID(han) })
			for !slices.Equal(w.wecom.Chats()[i].Members, stay) {
				if time.Now().After(deadline) {
					t.Fatalf("who left is in the group: %+v", w.wecom.Chats()[i])
				}
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
}
