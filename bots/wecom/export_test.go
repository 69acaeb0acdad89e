package wecom

import (
	"time"

	"genjin/bots/pace"
)

// SetWall gives a bot another clock for its tokens and paces.
func (b *Bot) SetWall(now func() time.Time) {
	b.wall = now
	b.limits = pace.New(now)
	b.tokens = newTokens(b)
}

// TokenKey is where the SDK keeps the token.
func (b *Bot) TokenKey() string { return b.tokens.key() }
