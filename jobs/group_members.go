package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// kindTeamGroups brings the groups that the hub made to a new organisation.
const kindTeamGroups = "team-groups"

// membersKept is how long it is remembered whom the hub brought into a group.
const membersKept = 10 * 365 * 24 * time.Hour

// team is a team on a platform, with those who should be in its group there.
type team struct {
	sales.Team

	bot   string
	users []string
}

func (t team) chat() string { return t.Groups[t.bot] }

// membersKey keeps, beside the drafts, whom the hub brought into a group: only
// those it takes out again. Who else is in there was asked in by somebody.
func (t team) membersKey() string { return "group-members:" + t.bot + ":" + t.chat() }

type teamGroupsPayload struct {
	Version int64 `json:"version"`
}

// regroup has the groups be looked at, now that the organisation is another.
func (e *Engine) regroup(ctx context.Context, tx *store.Tx, version int64) error {
	_, err := tx.AddJob(ctx, store.NewJob{
		Kind: kindTeamGroups, Key: fmt.Sprintf("%s:%d", kindTeamGroups, version), Payload: teamGroupsPayload{version},
	})
	return err
}

// teamGroups has who joined a team join its group, and who left leave it. Groups
// that the hub did not make are left alone, and those that are gone are made
// again by the next message.
func (e *Engine) teamGroups(ctx context.Context, j store.Job) (finish, error) {
	var p teamGroupsPayload
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return nil, final{fmt.Errorf("team groups payload: %w", err)}
	}
	if e.Org().Version < p.Version {
		return nil, later{e.Now().Add(versionWait)}
	}
	for _, b := range e.Bots {
		maker, can := b.(bots.GroupMaker)
		if !can {
			continue
		}
		for _, t := range e.Org().Teams() {
			if err := e.changeGroup(ctx, maker, team{t, b.Name(), e.members(t, b.Name())}); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil //nolint:nilnil // nothing to add to the closing
}

// changeGroup brings one group to its team. What a person must mend does not
// hold up the other groups.
func (e *Engine) changeGroup(ctx context.Context, maker bots.GroupMaker, t team) error {
	had, made, err := e.membersOf(ctx, t)
	if err != nil || !made {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(had), func(user string) bool { return hasUser(t.users, user) })
	if len(gone) == 0 && len(had) == len(t.users) {
		return nil
	}
	out, err := maker.ChangeGroup(ctx, t.chat(), t.users, gone)
	if err != nil {
		return e.notChanged(ctx, t, out, err)
	}
	return e.notedMembers(ctx, t, out)
}

// notChanged tells the admins of what a person must mend: of whom the platform
// does not know, where there are such, and else what it said. A group that is
// gone is made again by the next message; what passes is tried again.
func (e *Engine) notChanged(ctx context.Context, t team, out []string, err error) error {
	se, is := errors.AsType[*bots.SendError](err)
	if !is || se.Retry && se.Code != bots.CodeConfig {
		return err
	}
	if se.Code == bots.CodeNoReach && len(out) == 0 {
		return nil
	}
	e.Logger.LogAttrs(ctx, slog.LevelWarn, "group not changed", slog.String("team", t.ID), slog.String("bot", t.bot), slog.Any("error", err))
	if len(out) > 0 {
		return e.tellUnknown(ctx, t, out)
	}
	return e.alarmOnce(ctx, alarm{what: "group members", scope: t.bot + ":" + t.ID, id: t.Name, cause: err.Error()})
}

// membersOf are those whom the hub brought into a group; made tells whether it
// made it.
func (e *Engine) membersOf(ctx context.Context, t team) (users []string, made bool, err error) {
	if t.chat() == "" {
		return nil, false, nil
	}
	err = e.Store.View(ctx, func(tx *store.Tx) error {
		var d store.Draft
		if d, made, err = tx.Draft(ctx, t.membersKey()); err != nil || !made {
			return err
		}
		return json.Unmarshal(d.Data, &users)
	})
	if err != nil {
		err = fmt.Errorf("members of the group of team %s: %w", t.ID, err)
	}
	return users, made, err
}

// notedMembers keeps who is in a group, and tells the admins whom the platform
// does not know: they hear nothing that is said there.
func (e *Engine) notedMembers(ctx context.Context, t team, out []string) error {
	in := slices.DeleteFunc(slices.Clone(t.users), func(user string) bool { return hasUser(out, user) })
	data, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("members of the group of team %s: %w", t.ID, err)
	}
	err = e.Store.Do(ctx, func(tx *store.Tx) error {
		return tx.SaveDraft(ctx, store.Draft{Person: t.membersKey(), Kind: "group", Data: data, ExpiresAt: tx.Now().Add(membersKept)})
	})
	if err != nil {
		return err
	}
	return e.tellUnknown(ctx, t, out)
}

// tellUnknown tells the admins whom of a team the platform does not know.
func (e *Engine) tellUnknown(ctx context.Context, t team, out []string) error {
	if len(out) == 0 {
		return nil
	}
	return e.alarmOnce(ctx, alarm{what: "group members", scope: t.bot + ":" + t.ID, id: t.Name, cause: strings.Join(e.namesOf(t.bot, out), "、")})
}

// namesOf are people by their accounts, as admins find them in org.yaml.
func (e *Engine) namesOf(bot string, users []string) []string {
	names := make([]string, 0, len(users))
	for _, user := range users {
		if p, known := e.Org().ByAccount(bot, user); known {
			user = p.Name + "（" + user + "）"
		}
		names = append(names, user)
	}
	return names
}

func hasUser(users []string, user string) bool {
	return slices.ContainsFunc(users, func(u string) bool { return strings.EqualFold(u, user) })
}
