// Package feishusim is the outside world: a Feishu Open Platform that fits into
// one process, with people in it. The hub calls its API and receives its
// encrypted, signed events; tests and the playground act as the people and look
// at what they would see.
//
// It is as strict as the real platform where that is documented, and stricter
// where it is not: tokens expire, contents must be strings of JSON, cards are
// checked property by property, limits bite, an accepted message can lose its
// answer. Rate limits are measured in real time, everything else (tokens, the
// uuid window, the age of cards) by [Options].Now.
//
//	sim := feishusim.New(feishusim.Options{AppID: "cli_a", AppSecret: "s", EncryptKey: "k", VerificationToken: "v"})
//	base, stop := sim.Start()
//	defer stop()
//	sim.AddUser(feishusim.User{OpenID: "ou_li", Name: "李雷"})
//	sim.SetEventURL(hubURL + "/webhooks/feishu") // the hub gets GENJIN_FEISHU_API_BASE=base
//	sim.SendText(ctx, "ou_li", "", "帮助")
//	m, err := sim.WaitMessage(ctx, "ou_li", feishusim.FromBot("推进"))
//	sim.Click(ctx, "ou_li", m.ID, "提交", map[string]any{"company": "华东智造"})
package feishusim
