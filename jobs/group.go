package jobs

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"genjin/bots"
	"genjin/sales"
)

// madeGroup makes a team's group where the platform does not know it yet and
// can make it, and tells whether it is there now. It is asked for with each
// message that finds none, so that what a person mends is seen by the next one.
func (e *Engine) madeGroup(ctx context.Context, m letter, err error) bool {
	maker, can := m.bot.(bots.GroupMaker)
	se, is := errors.AsType[*bots.SendError](err)
	if !can || !is || se.Code != bots.CodeNoReach || m.Chat == "" {
		return false
	}
	t, ok := e.teamIn(m.Bot, m.Chat)
	if !ok {
		return false
	}
	users := e.members(t, m.Bot)
	group := team{t, m.Bot, users}
	out, err := maker.MakeGroup(ctx, m.Chat, t.Name, users)
	if err == nil {
		err = e.notedMembers(ctx, group, out)
	}
	if err != nil {
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "group not made", slog.String("team", t.ID), slog.String("bot", m.Bot), slog.Any("error", err))
		told := e.alarmOnce(ctx, alarm{what: "group", scope: m.Bot + ":" + t.ID, id: t.Name, cause: err.Error()})
		if err := errors.Join(told, e.tellUnknown(ctx, group, out)); err != nil {
			e.Logger.LogAttrs(ctx, slog.LevelWarn, "alarm", slog.Any("error", err))
		}
		return false
	}
	e.Logger.LogAttrs(ctx, slog.LevelInfo, "group made", slog.String("team", t.ID), slog.String("bot", m.Bot))
	return true
}

// teamIn finds the team whose group a chat is.
func (e *Engine) teamIn(bot, chat string) (sales.Team, bool) {
	teams := e.Org().Teams()
	i := slices.IndexFunc(teams, func(t sales.Team) bool { return t.Groups[bot] == chat })
	if i < 0 {
		return sales.Team{}, false
	}
	return teams[i], true
}

// members are a team's people on a platform, its manager before the others.
func (e *Engine) members(t sales.Team, bot string) []string {
	var users []string
	add := func(p sales.Person) {
		if account := p.Accounts[bot]; account != "" && !p.Left && !slices.Contains(users, account) {
			users = append(users, account)
		}
	}
	if boss, ok := e.Org().Person(t.Manager); ok {
		add(boss)
	}
	for _, p := range e.Org().People() {
		if p.Team == t.ID {
			add(p)
		}
	}
	return users
}
