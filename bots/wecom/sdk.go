package wecom

import (
	"context"
	"errors"
	"strconv"

	"github.com/silenceper/wechat/v2/work/config"
	workctx "github.com/silenceper/wechat/v2/work/context"

	"genjin/bots"
	"genjin/bots/pace"
)

// slipHandle gives the SDK a slip where it asks for a token.
type slipHandle string

// GetAccessToken implements credential.AccessTokenHandle.
func (s slipHandle) GetAccessToken() (string, error) { return string(s), nil }

// viaSDK makes one call with the SDK, and once more with a new token when the
// platform refuses the old one.
func (b *Bot) viaSDK(ctx context.Context, r request, do func(*workctx.Context) error) error {
	if r.within == 0 {
		r.within = callTimeout
	}
	for renewed := false; ; renewed = true {
		token, err := b.tokens.get(ctx)
		if err != nil {
			return err
		}
		if err := b.limits.Admit(ctx, pace.Visit{API: r.api, Key: r.key}); err != nil {
			return err
		}
		code, err := b.sdkOnce(ctx, r, token, do)
		if err == nil || renewed || !tokenDead(code) {
			return err
		}
		b.tokens.drop(ctx, token)
	}
}

func (b *Bot) sdkOnce(ctx context.Context, r request, token string, do func(*workctx.Context) error) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	e := &errand{bot: b, req: r, ctx: ctx, put: map[string]string{"access_token": token}}
	slip := b.sdk.issue(e)
	defer b.sdk.retire(slip)
	err := do(&workctx.Context{Config: &config.Config{CorpID: b.CorpID, AgentID: strconv.Itoa(b.AgentID)}, AccessTokenHandle: slipHandle(slip)})
	if err == nil {
		return e.code, nil
	}
	err = r.sdkError(err)
	if se, is := errors.AsType[*bots.SendError](err); is && se.API != "" {
		b.limits.Hold(se.API, se.After)
	}
	return e.code, err
}
