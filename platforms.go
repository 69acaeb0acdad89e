package main

import (
	"log/slog"
	"time"

	"genjin/bots"
	"genjin/bots/feishu"
	"genjin/bots/feishu/socket"
	"genjin/bots/wecom"
	"genjin/config"
	"genjin/jobs"
)

// platformParts is what platforms need besides their configuration.
type platformParts struct {
	now  func() time.Time
	log  *slog.Logger
	bell *jobs.Bell // where replicas share WeCom's token; nil: nowhere
}

// platforms are those that the configuration turns on: a bot for each, and the
// ways in that stand beside the bots.
type platforms struct {
	bots   []bots.Bot
	inlets []bots.Inlet
}

// platformsOf makes the platforms. A new one is a line here.
func platformsOf(cfg config.Config, robots func(team string) config.Secret, p platformParts) (platforms, error) {
	var on platforms
	for _, add := range []func() error{
		func() error { return on.feishu(cfg.Feishu, p) },
		func() error { return on.wecom(cfg, robots, p) },
	} {
		if err := add(); err != nil {
			return platforms{}, err
		}
	}
	return on, nil
}

func (on *platforms) feishu(c config.Feishu, p platformParts) error {
	if !c.On {
		return nil
	}
	b, err := feishu.New(feishu.Options{
		AppID: c.AppID, AppSecret: c.AppSecret.Reveal(), EncryptKey: c.EncryptKey.Reveal(), VerificationToken: c.VerificationToken.Reveal(),
		APIBase: c.APIBase, Now: p.now, Logger: p.log,
	})
	if err != nil {
		return err
	}
	if c.Mode == "socket" {
		on.bots = append(on.bots, socket.New(b))
		return nil
	}
	on.bots = append(on.bots, b)
	return nil
}

// wecom adds the app, and beside it the 智能机器人 as a way in of its own.
func (on *platforms) wecom(cfg config.Config, robots func(team string) config.Secret, p platformParts) error {
	c := cfg.WeCom
	if !c.On {
		return nil
	}
	if robots == nil {
		robots = func(string) config.Secret { return "" }
	}
	b, err := wecom.New(wecom.Options{
		CorpID: c.CorpID, AgentID: int(c.AgentID), Secret: c.Secret.Reveal(), Token: c.Token.Reveal(), AESKey: c.AESKey.Reveal(),
		BotToken: c.BotToken.Reveal(), BotAESKey: c.BotAESKey.Reveal(), APIBase: c.APIBase, PublicURL: cfg.PublicURL, OAuth: c.OAuth,
		Robots: func(team string) string { return robots(team).Reveal() }, Redis: p.bell.Redis, Now: p.now, Logger: p.log,
	})
	if err != nil {
		return err
	}
	on.bots = append(on.bots, b)
	if robot := b.Robot(); robot != nil {
		on.inlets = append(on.inlets, robot)
	}
	return nil
}
