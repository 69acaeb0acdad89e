package wecom_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/bots/wecom"
	"genjin/playground/wecomsim"
)

// TestContacts reads the company as far as the app may see it.
func TestContacts(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	h.sim.AddDepartment(wecomsim.Department{ID: 7, Name: "销售", Leaders: []string{lilei}})
	h.sim.AddUser(wecomsim.User{UserID: "WangFang", Name: "王芳", Departments: []int{7}, Leaders: []string{hanmei}})
	if m, err := h.bot.Member(t.Context(), "wangfang"); err != nil || m.Name != "王芳" || !slices.Equal(m.Departments, []int{7}) || !slices.Equal(m.Leaders, []string{hanmei}) {
		t.Errorf("%+v %v", m, err)
	}
	all, err := h.bot.Departments(t.Context())
	if err != nil || !slices.ContainsFunc(all, func(d wecom.Department) bool {
		return d.ID == 7 && d.Name == "销售" && slices.Equal(d.Leaders, []string{lilei})
	}) {
		t.Errorf("%+v %v", all, err)
	}
	if _, err := h.bot.Member(t.Context(), "nobody"); sendError(t, err).Code != bots.CodeNoReach {
		t.Errorf("%v", err)
	}
	if ips, err := h.bot.CallbackIPs(t.Context()); err != nil || len(ips) == 0 {
		t.Errorf("%v %v", ips, err)
	}
	h.sim.SetFault(wecomsim.Fault{Kind: wecomsim.FaultBadIP})
	if err := h.bot.Check(t.Context()); sendError(t, err).Code != bots.CodeConfig || !strings.Contains(err.Error(), "60020") || !strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("%v", err)
	}
}

// TestIdentify: a code tells who opened a page, once.
func TestIdentify(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	code := h.sim.OAuthCode(lilei)
	if user, err := h.bot.Identify(t.Context(), code); err != nil || user != lilei {
		t.Errorf("%q %v", user, err)
	}
	for _, bad := range []string{code, "", "x&access_token=y&code=z", "%zz", h.sim.OAuthCode(lilei) + "&x=1"} {
		if user, err := h.bot.Identify(t.Context(), bad); user != "" || sendError(t, err).Code != bots.CodeRefused {
			t.Errorf("%q: %q %v", bad, user, err)
		}
	}
	h.sim.ExpireTokens(true)
	if user, err := h.bot.Identify(t.Context(), h.sim.OAuthCode(hanmei)); err != nil || user != hanmei {
		t.Errorf("%q %v", user, err)
	}
}

// TestSignIn leads to the platform with a state of ours, and nowhere when it is
// not set up.
func TestSignIn(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	if got := h.bot.SignIn(publicURL, "s"); got != "" {
		t.Errorf("%q", got)
	}
	b := h.another(t, func(o *wecom.Options) { o.OAuth = true })
	u, err := url.Parse(b.SignIn(publicURL+"/upload/x?a=1&b=2", "s&redirect_uri=evil"))
	if err != nil || u.Host != "open.weixin.qq.com" || u.Fragment != "wechat_redirect" {
		t.Fatalf("%v %v", u, err)
	}
	for name, want := range map[string]string{"appid": corpID, "redirect_uri": publicURL + "/upload/x?a=1&b=2", "response_type": "code", "scope": "snsapi_base", "state": "s&redirect_uri=evil", "agentid": "1000002"} {
		if got := u.Query()[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// TestNewRefuses what cannot work, without saying a secret.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	h := newWeCom(t)
	for name, change := range map[string]func(*wecom.Options){
		"corp": func(o *wecom.Options) { o.CorpID = "" }, "agent": func(o *wecom.Options) { o.AgentID = 0 }, "secret": func(o *wecom.Options) { o.Secret = "" },
		"token": func(o *wecom.Options) { o.Token = "" }, "key": func(o *wecom.Options) { o.AESKey = o.AESKey[1:] }, "bot key": func(o *wecom.Options) { o.BotAESKey = "x" },
	} {
		o := h.options()
		change(&o)
		b, err := wecom.New(o)
		if err == nil || b != nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, s := range secrets() {
			if strings.Contains(err.Error(), s) {
				t.Errorf("%s: %v says %s", name, err, s)
			}
		}
	}
	if b := h.another(t, func(o *wecom.Options) { o.BotToken = "" }); b.Robot() != nil {
		t.Error("a 智能机器人 without a token")
	}
	if h.bot.Robot() == nil || h.bot.Robot().Name() != "wecom-bot" || h.bot.Name() != "wecom" {
		t.Error("the ways in have other names")
	}
}
