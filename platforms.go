package main

import (
	"log/slog"
	"time"

	"genjin/bots"
	"genjin/bots/feishu"
	"genjin/bots/feishu/socket"
	"genjin/config"
)

// platformParts is what platforms need besides their configuration.
type platformParts struct {
	now func() time.Time
	log *slog.Logger
}

// platforms are those that the configuration turns on: a bot for each, and the
// ways in that stand beside the bots.
type platforms struct {
	bots   []bots.Bot
	inlets []bots.Inlet
}

// platformsOf makes the platforms. A new one is a line here.
func platformsOf(cfg config.Config, robots map[string]config.Secret, p platformParts) (platforms, error) {
	var on platforms
	for _, add := range []func() error{
		func() error { return on.feishu(cfg.Feishu, p) },
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
