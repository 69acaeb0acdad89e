package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"genjin/bots"
)

// Group is a group that the app made.
type Group struct {
	ID      string   `json:"chatid"` // letters and digits, 32 at most; chosen by who makes the group
	Name    string   `json:"name"`
	Owner   string   `json:"owner"`
	Members []string `json:"userlist"`
}

// MakeGroup implements [bots.GroupMaker] (path/90245). Clients show the group
// after the first message in it.
func (b *Bot) MakeGroup(ctx context.Context, id, name string, users []string) (out []string, err error) {
	return b.withKnown(ctx, users, func(users []string) error { return b.makeGroup(ctx, id, name, users) })
}

func (b *Bot) makeGroup(ctx context.Context, id, name string, users []string) error {
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

// changing is the body of appchat/update.
type changing struct {
	ID    string   `json:"chatid"`
	Owner string   `json:"owner,omitempty"`
	Add   []string `json:"add_user_list,omitempty"`
	Drop  []string `json:"del_user_list,omitempty"`
}

// ChangeGroup implements [bots.GroupMaker] (path/90246). When the owner is to go
// the first of the users owns the group.
func (b *Bot) ChangeGroup(ctx context.Context, id string, users, gone []string) (out []string, err error) {
	if roadOf(bots.Message{Chat: id}).kind != roadGroup {
		return nil, nil
	}
	now, err := b.Group(ctx, id)
	if err != nil {
		return nil, err
	}
	add, drop := without(users, now.Members), without(gone, users)
	drop = slices.DeleteFunc(drop, func(user string) bool { return !among(now.Members, user) })
	if len(add)+len(drop) == 0 {
		return nil, nil
	}
	return b.withKnown(ctx, add, func(add []string) error {
		if len(add)+len(drop) == 0 {
			return nil
		}
		c := changing{ID: id, Add: add, Drop: drop}
		if among(drop, now.Owner) {
			c.Owner = heir(users, slices.Concat(add, without(now.Members, drop)))
		}
		body, err := encode(c)
		if err != nil {
			return err
		}
		return b.call(ctx, request{api: "appchat/update", path: "/cgi-bin/appchat/update", body: body, acts: true, twice: true})
	})
}

// heir is the first of the users who is a member.
func heir(users, members []string) string {
	i := slices.IndexFunc(users, func(user string) bool { return among(members, user) })
	if i < 0 {
		return ""
	}
	return users[i]
}

// withKnown does something with users, and where the platform refuses it since
// one of them is not of the company or does not see the app, without those.
func (b *Bot) withKnown(ctx context.Context, users []string, do func(users []string) error) (out []string, err error) {
	err = do(users)
	if !isCode(err, codeBadMember) {
		return nil, err
	}
	for _, user := range users {
		_, asked := b.Member(ctx, user)
		se, is := errors.AsType[*bots.SendError](asked)
		switch {
		case is && se.Code == bots.CodeNoReach, isCode(asked, codeNoRight):
			out = append(out, user)
		case asked != nil:
			return nil, asked
		}
	}
	if len(out) == 0 {
		return nil, err
	}
	return out, do(without(users, out))
}

// isCode tells whether the platform answered with an errcode.
func isCode(err error, code int) bool {
	se, is := errors.AsType[*bots.SendError](err)
	return is && strings.HasSuffix(se.Platform, fmt.Sprintf(" errcode %d", code))
}

// without gives the users that are not among others, whatever their case.
func without(users, others []string) []string {
	return slices.DeleteFunc(slices.Clone(users), func(user string) bool { return among(others, user) })
}

func among(users []string, user string) bool {
	return slices.ContainsFunc(users, func(u string) bool { return strings.EqualFold(u, user) })
}

// Group gives a group that the app made (path/90247).
func (b *Bot) Group(ctx context.Context, id string) (Group, error) {
	var out struct {
		Info Group `json:"chat_info"`
	}
	err := b.call(ctx, request{api: "appchat/get", path: "/cgi-bin/appchat/get", query: url.Values{"chatid": {id}}, into: &out})
	return out.Info, err
}
