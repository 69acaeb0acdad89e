package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"genjin/bots"
	"genjin/config"
	"genjin/store"
)

// orgUnknownCmd lists who wrote and is not known.
type orgUnknownCmd struct {
	Limit int `help:"At most so many." default:"50"`
}

// nameTries is how often a platform is asked for one name.
const nameTries = 2

// Run implements the command.
func (c *orgUnknownCmd) Run(e *env) error {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	text := config.SampleOrg()
	if cfg.OrgPath != "" {
		if text, err = readOrNothing(cfg.OrgPath); err != nil {
			return err
		}
	}
	on, err := platformsToAsk(cfg)
	if err != nil {
		return err
	}
	var all []store.Stranger
	err = withStore(e, func(s *store.Store) error {
		return s.View(e.ctx, func(tx *store.Tx) (err error) {
			all, err = tx.Strangers(e.ctx, c.Limit)
			return err
		})
	})
	if err != nil {
		return err
	}
	u := unknown{org: nameOr(cfg.OrgPath, "org.yaml"), text: text, location: cfg.Location, namers: map[string]bots.Namer{}, strangers: map[string][]store.Stranger{}}
	for _, b := range on {
		if n, is := b.(bots.Namer); is {
			u.namers[b.Name()] = n
		}
	}
	for _, s := range all {
		u.strangers[s.Bot] = append(u.strangers[s.Bot], s)
	}
	r := report{out: e.out}
	return errors.Join(u.tell(e.ctx, &r), r.err)
}

// unknown is who is not known, by platform, and the file they may belong into.
type unknown struct {
	org       string
	text      []byte
	location  *time.Location
	namers    map[string]bots.Namer
	strangers map[string][]store.Stranger
}

// tell prints a line for each, with what to write into org.yaml.
func (u unknown) tell(ctx context.Context, r *report) error {
	told := 0
	for _, platform := range slices.Sorted(maps.Keys(u.strangers)) {
		members, note := u.named(ctx, platform)
		merge, err := config.MergeOrg(u.org, u.text, u.location, config.Pull{Platform: platform, Members: members})
		if err != nil {
			return err
		}
		advice := advices(merge)
		var lines []store.Stranger
		for _, s := range u.strangers[platform] {
			if advice[s.User] != nil {
				lines = append(lines, s)
			}
		}
		if len(lines) == 0 {
			continue
		}
		told += len(lines)
		r.say(wordStrangers, platformWords[platform], len(lines))
		for _, s := range lines {
			u.line(r, s, members, advice[s.User])
		}
		r.say(note)
	}
	if told == 0 {
		r.say(wordNoStrangers)
	}
	return nil
}

func (u unknown) line(r *report, s store.Stranger, members []config.Member, a *advice) {
	name := fill(wordNameNotTold, []any{platformWords[s.Bot]})
	for _, m := range members {
		if m.User == s.User && m.Name != "" {
			name = "（" + m.Name + "）"
		}
	}
	r.say(wordStranger, s.User, name, s.Last.In(u.location).Format("2006-01-02 15:04"), s.Events)
	r.say(a.text, a.args...)
}

// named are the strangers of a platform with their names, as far as it tells.
// After a refusal it is not asked again.
func (u unknown) named(ctx context.Context, platform string) (members []config.Member, note string) {
	namer := u.namers[platform]
	for _, s := range u.strangers[platform] {
		m := config.Member{User: s.User}
		if namer != nil {
			err := bots.Patiently(ctx, nameTries, func(ctx context.Context) (err error) {
				m.Name, err = namer.NameOf(ctx, s.User)
				return err
			})
			if se, is := errors.AsType[*bots.SendError](err); err != nil && (!is || se.Code == bots.CodeConfig || se.Code == bots.CodeUnavailable) {
				what, args := refusal(platform, err)
				note, namer = fill(wordStrangersNames, []any{fill(what.what, args)}), nil
			}
		}
		members = append(members, m)
	}
	return members, note
}

// advice is what to write for one stranger.
type advice struct {
	text string
	args []any
}

// advices are those for everybody who is not known, by account.
func advices(m config.Merge) map[string]*advice {
	all := map[string]*advice{}
	for _, p := range m.Added {
		all[p.User] = &advice{wordStrangerAdd, []any{"- " + p.Line}}
	}
	for _, p := range m.Back {
		all[p.User] = &advice{wordStrangerLeft, []any{p.Name + "（" + p.ID + "）"}}
	}
	for _, q := range m.Asked {
		names := make([]string, 0, len(q.Maybe))
		for _, p := range q.Maybe {
			names = append(names, orgName(p))
		}
		all[q.User] = &advice{wordStrangerJoin, []any{strings.Join(names, "、"), q.Line, q.Other}}
	}
	return all
}
