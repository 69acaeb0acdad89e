package wecom

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/work/config"
	workctx "github.com/silenceper/wechat/v2/work/context"
	"github.com/silenceper/wechat/v2/work/oauth"

	"genjin/bots"
)

// SignIn implements [bots.Identifier] (path/91022). The SDK's address has a fixed
// state, which would let anybody finish another's sign-in.
func (b *Bot) SignIn(page, state string) string {
	if !b.OAuth {
		return ""
	}
	address := oauth.NewOauth(&workctx.Context{Config: &config.Config{CorpID: b.CorpID}}).GetTargetURL(page)
	return strings.Replace(address, "state=STATE#", "state="+url.QueryEscape(state)+"&agentid="+strconv.Itoa(b.AgentID)+"#", 1)
}

// Identify implements [bots.Identifier] (path/91023).
func (b *Bot) Identify(ctx context.Context, code string) (string, error) {
	user := ""
	r := request{api: "auth/getuserinfo"}
	err := b.viaSDK(ctx, r, func(c *workctx.Context) error {
		out, err := oauth.NewOauth(c).GetUserInfo(url.QueryEscape(code)) // anybody can bring one
		if err == nil {
			user = out.UserID
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case user == "":
		return "", &bots.SendError{Code: bots.CodeNoReach, Platform: r.api, Err: errors.New("nobody of the company")}
	}
	return user, nil
}
