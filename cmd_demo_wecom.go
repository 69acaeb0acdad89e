package main

import (
	"strconv"
	"time"

	"genjin/playground/wecomsim"
)

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
