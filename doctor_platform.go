package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"genjin/bots"
	"genjin/bots/wecom"
)

// lookPlatforms tries the credentials of every platform that is on, and compares
// its clock with ours.
func (d *doctor) lookPlatforms(ctx context.Context) {
	if len(d.on()) == 0 {
		return
	}
	all, err := d.platforms(d.cfg)
	if err != nil {
		d.say(levelBad, "config", sayMistake, err)
		return
	}
	for _, p := range all {
		d.lookPlatform(ctx, p)
	}
}

func (d *doctor) lookPlatform(ctx context.Context, p platform) {
	d.platformClock(ctx, p)
	if p.check != nil {
		if err := p.check(ctx); err != nil {
			for _, e := range eachOf(err) {
				d.refused(p, e)
			}
			return
		}
	}
	if p.app != nil {
		a, err := p.app(ctx)
		if err != nil {
			d.refused(p, err)
			return
		}
		d.app(p, a)
	}
	d.say(levelFine, p.name, sayPlatform, platformWords[p.name])
	if p.knows != nil {
		d.strangers(ctx, p)
	}
}

// app judges how the app is set up on the platform.
func (d *doctor) app(p platform, a wecom.Agent) {
	if a.Off {
		d.say(levelBad, p.name, sayAppOff, a.Name)
	}
	if teams := d.groupsOf(p.name); !a.Root && len(teams) > 0 {
		d.say(levelWarn, p.name, sayAppNarrow, few(teams))
	}
	u, err := url.Parse(d.cfg.PublicURL)
	if d.cfg.WeCom.OAuth && err == nil && !strings.EqualFold(a.Domain, u.Host) && !strings.EqualFold(a.Domain, u.Hostname()) {
		d.say(levelBad, "oauth", sayAppDomain, u.Host, cmp.Or(a.Domain, "空"))
	}
}

// groupsOf are the teams that have a group chat on a platform; robots are none.
func (d *doctor) groupsOf(name string) []string {
	var teams []string
	for _, t := range d.org.Teams() {
		if chat := t.Groups[name]; chat != "" && !strings.HasPrefix(chat, "robot:") {
			teams = append(teams, t.Name)
		}
	}
	return teams
}

// askMost is how many people a platform is asked for: each is a call.
const askMost = 200

// strangers looks for people of org.yaml whom the platform, or the app there,
// does not know.
func (d *doctor) strangers(ctx context.Context, p platform) {
	var unseen []string
	asked := 0
	for _, one := range d.org.People() {
		account := one.Accounts[p.name]
		if one.Left || account == "" || asked == askMost {
			continue
		}
		asked++
		err := p.knows(ctx, account)
		if e, ok := errors.AsType[*bots.SendError](err); ok && (e.Code == bots.CodeNoReach || strings.Contains(e.Platform, "60011")) {
			unseen = append(unseen, one.Name+"（"+account+"）")
		} else if err != nil {
			d.say(levelWarn, "accounts", sayAccountsUnknown, cut(bots.Redact(err.Error())))
			return
		}
	}
	if len(unseen) > 0 {
		d.say(levelBad, "accounts", sayUnseen, platformWords[p.name], few(unseen), d.cfg.OrgPath)
		return
	}
	d.say(levelFine, "accounts", sayAccounts, platformWords[p.name], asked)
}

// eachOf are the errors that stand in one.
func eachOf(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// refused tells what a platform does not take.
func (d *doctor) refused(p platform, err error) {
	s, args := refusal(p.name, err)
	d.say(levelBad, p.name, s, args...)
}

// refusal words what a platform does not take, by its code.
func refusal(name string, err error) (s saying, args []any) {
	record := err.Error()
	if e, ok := errors.AsType[*bots.SendError](err); ok {
		record = fmt.Sprintf("%s %v", e.Platform, e.Err)
	}
	record = bots.Redact(cut(record))
	code := first(codeShape, record)
	s, known := codeWords[name][code]
	if !known {
		s = sayPlatformRefused
		if e, ok := errors.AsType[*bots.SendError](err); ok && e.Code == bots.CodeUnavailable {
			s = sayPlatformAway
		}
	}
	return s, []any{platformWords[name], record, cmp.Or(first(ipShape, record), "见左边的错误信息")}
}

// first is the first group of a pattern in a text.
func first(shape *regexp.Regexp, text string) string {
	if m := shape.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// dateWarns is how far the clock may be from a platform's, whose header tells
// whole seconds and has travelled.
const dateWarns = 5 * time.Second

// platformClock compares the clock with the platform's Date header. Where the
// platform does not answer, its check has told.
func (d *doctor) platformClock(ctx context.Context, p platform) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, strings.TrimRight(p.base, "/")+"/", nil)
	if err != nil {
		return
	}
	before := d.now()
	resp, err := d.web.Do(req)
	if err != nil {
		return
	}
	_ = resp.Body.Close() // it has none
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return
	}
	// The header cuts to whole seconds: on average half of one is missing.
	d.skew(platformWords[p.name], midway(before, d.now()).Sub(theirs.Add(time.Second/2)), dateWarns)
}
