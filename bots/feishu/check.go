package feishu

import "context"

// Check implements [bots.Checker]: the secret gives a token, and the app has the
// bot ability (bot-v3/info).
func (b *Bot) Check(ctx context.Context) error {
	_, err := b.askWho(ctx)
	return err
}
