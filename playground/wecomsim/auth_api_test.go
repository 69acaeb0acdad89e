package wecomsim

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	for query, code := range map[string]int{
		"":                               41002,
		"corpid=ww1":                     41004,
		"corpid=ww2&corpsecret=x":        40013,
		"corpid=ww1&corpsecret=x":        40001,
		"corpid=ww1&corpsecret=app%20se": 40001,
	} {
		p.want(p.get("/cgi-bin/gettoken?"+query), code)
	}
	const login = "/cgi-bin/gettoken?corpid=ww1&corpsecret=app+secret"
	first := p.get(login)
	if first["expires_in"] != 7200.0 || len(first.str("access_token")) > 512 {
		t.Errorf("got %v", first)
	}
	p.clock.advance(time.Hour)
	if again := p.get(login); again["access_token"] != first["access_token"] || again["expires_in"] != 3600.0 {
		t.Errorf("within its life the token is %v, then %v", first, again)
	}
	p.clock.advance(time.Hour)
	p.want(p.get("/cgi-bin/getcallbackip"), 42001)
	if next := p.get(login); next["access_token"] == first["access_token"] {
		t.Error("an ended token is given out")
	}
	p.login()
	p.want(p.get("/cgi-bin/getcallbackip"), 0)
	p.ExpireTokens(false)
	p.want(p.get("/cgi-bin/getcallbackip"), 42001)
	p.login()
	p.ExpireTokens(true)
	p.want(p.get("/cgi-bin/getcallbackip"), 40014)
	p.want(p.get("/cgi-bin/getcallbackip?access_token=x"), 40014)
	p.want(p.get("/cgi-bin/getcallbackip?access_token="), 41001)
}

func TestGateway(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.want(p.get("/cgi-bin/message/send"), 43002)
	p.want(p.post("/cgi-bin/user/get", nil), 43001)
	p.want(p.get("/cgi-bin/nothing"), 40066)
	got := p.text("nobody", "x")
	p.want(got, 81013)
	if !strings.Contains(got.str("errmsg"), "from ip:") {
		t.Errorf("the tail is missing: %v", got)
	}
	before := p.Calls("/cgi-bin/message/send")
	p.want(p.text("LiLei", "x"), 0)
	log := p.Log()
	last := log[len(log)-1]
	if p.Calls("POST /cgi-bin/message/send") != before+1 || last.API != "POST /cgi-bin/message/send" || last.Status != http.StatusOK || last.Code != 0 {
		t.Errorf("the journal ends with %+v", last)
	}
}

func TestOAuthCodes(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	code := p.OAuthCode("lilei")
	if got := p.get("/cgi-bin/auth/getuserinfo?code=" + code); got.str("userid") != "LiLei" {
		t.Errorf("got %v", got)
	}
	p.want(p.get("/cgi-bin/auth/getuserinfo?code="+code), 40029) // once
	late := p.OAuthCode("LiLei")
	p.clock.advance(5*time.Minute + time.Second)
	p.want(p.get("/cgi-bin/auth/getuserinfo?code="+late), 40029)
	p.want(p.get("/cgi-bin/auth/getuserinfo?code="), 41008)
	if got := p.get("/cgi-bin/auth/getuserinfo?code=" + p.OAuthCode("stranger")); got.str("userid") != "" || got.str("openid") == "" {
		t.Errorf("a stranger is %v", got)
	}
	if got := p.get("/cgi-bin/user/getuserinfo?code=" + p.OAuthCode("LiLei")); got.str("UserId") != "LiLei" {
		t.Errorf("the older API says %v", got)
	}
}
