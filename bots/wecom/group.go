package wecom

import (
	"context"
	"errors"
	"net/url"
	"strings"

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

// Group is a group that the app made.
type Group struct {
	ID      string   `json:"chatid"` // letters and digits, 32 at most; chosen by who makes the group
	Name    string   `json:"name"`
	Owner   string   `json:"owner"`
	Members []string `json:"userlist"`
}

// MakeGroup implements [bots.GroupMaker] (path/90245). Clients show the group
// after the first message in it.
func (b *Bot) MakeGroup(ctx context.Context, id, name string, users []string) error {
	g := Group{ID: id, Name: name, Members: users}
	if len(users) > 0 {
		g.Owner = users[0]
	}
	body, err := encode(g)
	if err != nil {
		return err
	}
	err = b.call(ctx, request{api: "appchat/create", path: "/cgi-bin/appchat/create", body: body, acts: true, twice: true})
	if err == nil {
		return nil
	}
	if se, is := errors.AsType[*bots.SendError](err); !is || se.Code != bots.CodeRefused && se.Code != bots.CodeNoReach {
		return err
	}
	if there, getErr := b.Group(ctx, id); getErr == nil && strings.EqualFold(there.ID, id) {
		return nil
	}
	return err
}

// Group gives a group that the app made (path/90247).
func (b *Bot) Group(ctx context.Context, id string) (Group, error) {
	var out struct {
		Info Group `json:"chat_info"`
	}
	err := b.call(ctx, request{api: "appchat/get", path: "/cgi-bin/appchat/get", query: url.Values{"chatid": {id}}, into: &out})
	return out.Info, err
}
