package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/store"
)

// outside is the simulated world around a hub.
type outside struct {
	feishu *feishusim.Server
	wecom  *wecomsim.Server // nil: people are on Feishu alone
}

// pushTo tells the platforms where the hub is.
func (o outside) pushTo(base string) {
	o.feishu.SetEventURL(base + "/webhooks/feishu")
	if o.wecom != nil {
		o.wecom.SetCallbackURL(base + "/webhooks/wecom")
		o.wecom.SetBotCallbackURL(base + "/webhooks/wecom-bot")
	}
}

// checkURLs has the hub prove that it can read what WeCom sends, as the real
// platform does when an administrator saves the addresses.
func (o outside) checkURLs(ctx context.Context) error {
	return errors.Join(o.wecom.CheckURL(ctx), o.wecom.CheckBotURL(ctx))
}

// over puts fixed values over an environment.
func over(getenv func(string) string, fixed map[string]string) func(string) string {
	return func(name string) string {
		if v, ok := fixed[name]; ok {
			return v
		}
		return getenv(name)
	}
}

// demoWeCom is the app that the simulated WeCom knows, and the 智能机器人. Their
// secrets guard nothing: the platform is this process.
func demoWeCom(now func() time.Time) wecomsim.Options {
	return wecomsim.Options{ //nolint:gosec // see above: these guard nothing
		CorpID: "wwdemo0123456789ab", AgentID: 1000002, Secret: "demo-wecom-secret", Token: "demoWeComToken",
		AESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", BotID: "demo-bot", BotName: "跟进",
		BotToken: "demoWeComBotToken", BotAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Now: now,
	}
}

// demoWeComEnv is the environment of a hub that speaks to the simulated WeCom
// at base; with an empty base the platform is off.
func demoWeComEnv(base string) map[string]string {
	app := demoWeCom(nil)
	env := map[string]string{
		"GENJIN_WECOM_CORP_ID": app.CorpID, "GENJIN_WECOM_AGENT_ID": strconv.Itoa(app.AgentID), "GENJIN_WECOM_SECRET": app.Secret,
		"GENJIN_WECOM_TOKEN": app.Token, "GENJIN_WECOM_AES_KEY": app.AESKey, "GENJIN_WECOM_BOT_TOKEN": app.BotToken,
		"GENJIN_WECOM_BOT_AES_KEY": app.BotAESKey, "GENJIN_WECOM_API_BASE": base,
	}
	if base == "" {
		for name := range env {
			env[name] = ""
		}
	}
	return env
}

// spoken is what a person said, wherever.
type spoken struct {
	chat, text, file string
	image            bool
}

// spoken finds a message on a platform.
func (o outside) spoken(platform, id string) (spoken, bool) {
	if platform == "wecom" && o.wecom != nil {
		m, ok := o.wecom.Message(id)
		return spoken{m.ChatID, m.Text, m.FileName, m.Type == "image"}, ok
	}
	m, ok := o.feishu.Message(id)
	return spoken{m.ChatID, m.Text, m.FileName, m.Type == "image"}, ok
}

// pressed gives what stood on the button of a click, where the platform names
// the click.
func (o outside) pressed(in store.Inbox) (button string, ok bool) {
	if id, click := strings.CutPrefix(in.Key, "e:"); click && in.Bot == "feishu" {
		return o.feishu.Pressed(id)
	}
	return "", false
}
