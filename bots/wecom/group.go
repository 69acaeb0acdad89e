package wecom

import (
	"context"

	"genjin/bots"
)

// saying is the body of appchat/send and of webhook/send.
type saying struct {
	Chat  string     `json:"chatid,omitempty"`
	Kind  string     `json:"msgtype"`
	Text  *saidText  `json:"text,omitempty"`
	Image *saidMedia `json:"image,omitempty"`
	File  *saidMedia `json:"file,omitempty"`
	Words *saidText  `json:"markdown,omitempty"`
}

// toGroup has the app say m in a group that it made (path/90248): words or a
// file, since groups show no cards of the app.
func (b *Bot) toGroup(ctx context.Context, m bots.Message, chat string) (bots.CardRef, error) {
	if m.File != nil {
		return b.fileOut(ctx, m, func(kind, media string) error {
			return b.inGroup(ctx, m.Key, chat, fileSaying(kind, media))
		})
	}
	for i, part := range textOf(m) {
		_, err := b.part(m.Key, i, func(key string) (string, error) {
			return "", b.inGroup(ctx, key, chat, saying{Kind: "text", Text: &saidText{part}})
		})
		if err != nil {
			return "", err
		}
	}
	return messageRef(m.Key, ""), nil
}

func fileSaying(kind, media string) saying {
	s := saying{Kind: kind}
	if kind == kindImage {
		s.Image = &saidMedia{media}
	} else {
		s.File = &saidMedia{media}
	}
	return s
}

func (b *Bot) inGroup(ctx context.Context, key, chat string, s saying) error {
	s.Chat = chat
	body, err := encode(s)
	if err != nil {
		return err
	}
	return b.call(ctx, request{
		api: "appchat/send", path: "/cgi-bin/appchat/send", body: body,
		key: key, to: allGroups, paces: groupPaces(), acts: true,
	})
}
