package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"genjin/config"
	"genjin/sales"
	"genjin/sales/worktime"
)

// lookConfig reads the environment: every mistake is a line.
func (d *doctor) lookConfig(context.Context) {
	for _, typo := range config.Unknown(d.environ) {
		d.say(levelWarn, "config", sayTypo, typo)
	}
	cfg, err := config.Load(d.getenv, d.read)
	d.cfg = cfg
	if d.mistakes("config", err) {
		return
	}
	var on []string
	if cfg.Feishu.On {
		on = append(on, "飞书")
	}
	if cfg.WeCom.On {
		on = append(on, "企业微信")
	}
	if len(on) == 0 {
		d.say(levelWarn, "config", sayNoPlatform)
		return
	}
	d.say(levelFine, "config", sayConfig, strings.Join(on, "、"))
}

// mistakes tells every error of a reader on a line of its own, and whether
// there was one.
func (d *doctor) mistakes(id string, err error) bool {
	if err == nil {
		return false
	}
	errs := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, e := range errs {
		d.say(levelBad, id, sayMistake, e)
	}
	return true
}

// file reads what a variable names, or gives what is built in.
func (d *doctor) file(id, path string, builtin []byte) ([]byte, bool) {
	if path == "" {
		return builtin, true
	}
	text, err := d.read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say(levelBad, id, sayFileAway, path, "GENJIN_"+strings.ToUpper(id), whereFrom[id])
	case err != nil:
		d.say(levelBad, id, sayNoFile, path, reason(err))
	}
	return text, err == nil
}

// lookOrg reads who works here, and looks for people whom nothing reaches.
func (d *doctor) lookOrg(context.Context) {
	if d.cfg.Location == nil {
		return // the environment was not read
	}
	text, ok := d.file("org", d.cfg.OrgPath, config.SampleOrg())
	if !ok {
		return
	}
	org, err := config.ParseOrg(nameOr(d.cfg.OrgPath, "org.yaml"), text, d.cfg.Location)
	if d.mistakes("org", err) {
		return
	}
	if _, err := config.Robots(nameOr(d.cfg.OrgPath, "org.yaml"), text); d.mistakes("org", err) {
		return
	}
	d.org = org
	on := d.on()
	if d.cfg.OrgPath == "" {
		l := levelFine
		if len(on) > 0 {
			l = levelBad
		}
		d.say(l, "org", map[level]saying{levelFine: saySampleOrg, levelBad: saySampleOrgLive}[l])
		return
	}
	before := d.bad + d.warn
	if len(on) > 0 {
		d.people(on)
	}
	if before == d.bad+d.warn {
		d.say(levelFine, "org", sayOrg, len(org.People()), len(org.Teams()), d.cfg.OrgPath)
	}
}

// on are the platforms that are on.
func (d *doctor) on() []string {
	var on []string
	if d.cfg.Feishu.On {
		on = append(on, "feishu")
	}
	if d.cfg.WeCom.On {
		on = append(on, "wecom")
	}
	return on
}

// people looks for those whom nothing reaches, and who would then be missed.
func (d *doctor) people(on []string) {
	reached := func(p sales.Person) bool {
		return slices.ContainsFunc(on, func(name string) bool { return p.Accounts[name] != "" })
	}
	file, roads := d.cfg.OrgPath, strings.Join(on, " 或 ")
	if deaf := d.those(func(p sales.Person) bool { return p.Role == sales.RoleManager && !reached(p) }); len(deaf) > 0 {
		d.say(levelBad, "org", sayDeafManagers, few(deaf), roads, file)
	}
	if alone := d.those(d.alone); len(alone) > 0 {
		d.say(levelBad, "org", sayNoManager, few(alone), file)
	}
	if nowhere := d.those(func(p sales.Person) bool { return p.Role != sales.RoleManager && !reached(p) }); len(nowhere) > 0 {
		d.say(levelWarn, "org", sayNowhere, few(nowhere), roads, file)
	}
	if len(d.those(func(p sales.Person) bool { return p.Role == sales.RoleAdmin && reached(p) })) == 0 {
		d.say(levelWarn, "org", sayNoAdmin, file)
	}
}

// those are the names of the people who are here and of whom something is true.
func (d *doctor) those(is func(sales.Person) bool) []string {
	var names []string
	for _, p := range d.org.People() {
		if !p.Left && is(p) {
			names = append(names, p.Name)
		}
	}
	return names
}

// alone tells whether nobody would decide on what a rep asks for.
func (d *doctor) alone(p sales.Person) bool {
	_, has := d.org.Manager(p.ID)
	return !has && p.Role == sales.RoleRep
}

// few are the first of many names.
func few(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, "、")
	}
	return strings.Join(names[:most], "、") + "等 " + strconv.Itoa(len(names)) + " 人"
}

// lookRules reads the rules of the business.
func (d *doctor) lookRules(context.Context) {
	text, ok := d.file("rules", d.cfg.RulesPath, config.DefaultRules())
	if !ok {
		return
	}
	rules, err := config.ParseRules(nameOr(d.cfg.RulesPath, "rules.yaml"), text)
	if d.mistakes("rules", err) {
		return
	}
	d.say(levelFine, "rules", sayRules, len(rules.Pipeline), cmp.Or(d.cfg.RulesPath, "内置默认"))
}

// lookHolidays makes sure that the working days of this year are known, and from
// mid-December, when the notice is out, those of the next.
func (d *doctor) lookHolidays(context.Context) {
	years, err := holidays(filepath.Join(d.cfg.DataDir, "holidays"))
	if err != nil {
		d.say(levelBad, "holidays", sayHolidayFile, errors.Unwrap(err), filepath.Join(d.cfg.DataDir, "holidays"))
		return
	}
	now := d.now()
	if d.cfg.Location != nil {
		now = now.In(d.cfg.Location)
	}
	known := func(year int) bool {
		return slices.ContainsFunc(years, func(y worktime.HolidayYear) bool { return y.Year == year })
	}
	next := now.Year() + 1
	switch {
	case !known(now.Year()):
		d.say(levelWarn, "holidays", sayNoHolidays, now.Year(), d.cfg.DataDir)
	case !known(next) && now.Month() == time.December && now.Day() >= 15:
		d.say(levelWarn, "holidays", sayNoHolidays, next, d.cfg.DataDir)
	case !known(next):
		d.say(levelFine, "holidays", sayHolidaysThis, now.Year(), next)
	default:
		d.say(levelFine, "holidays", sayHolidays, now.Year(), next)
	}
}
