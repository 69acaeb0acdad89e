// Package wecomsim is the outside world on the other side: a WeCom (企业微信)
// that fits into one process, with people in it. The hub calls its API and
// receives its encrypted callbacks; tests and the playground act as the people
// and look at what they would see.
//
// It is as strict as the real platform where that is documented, and stricter
// where it is not: every answer is HTTP 200 with an errcode, tokens expire,
// cards are checked field by field, what is over a member's limit is accepted
// and never shown, a response_code is good for one update. All time, limits
// included, is that of [Options].Now.
//
//	sim := wecomsim.New(wecomsim.Options{CorpID: "ww1", AgentID: 1000002, Secret: "s", Token: "t", AESKey: key})
//	base, stop := sim.Start()
//	defer stop()
//	sim.AddUser(wecomsim.User{UserID: "LiLei", Name: "李雷"})
//	sim.SetCallbackURL(hubURL + "/webhooks/wecom") // the hub gets GENJIN_WECOM_API_BASE=base
//	sim.SendText(ctx, "LiLei", "", "帮助")
//	m, err := sim.WaitMessage(ctx, "LiLei", wecomsim.FromBot("推进"))
//	sim.Click(ctx, "LiLei", m.ID, "同意", nil)
package wecomsim
