package config

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"genjin/sales"
)

//go:embed sample_org.yaml
var sampleOrg []byte

// SampleOrg is the sample company as org.yaml.
func SampleOrg() []byte { return sampleOrg }

// orgFile is org.yaml.
type orgFile struct {
	Teams  []teamEntry   `yaml:"teams"`
	People []personEntry `yaml:"people"`
}

type teamEntry struct {
	ID         string            `yaml:"id"`
	Name       string            `yaml:"name"`
	Region     string            `yaml:"region"`
	Manager    string            `yaml:"manager"`
	Groups     map[string]string `yaml:"groups"`
	WecomRobot Secret            `yaml:"wecom_robot"`
}

type personEntry struct {
	ID       string         `yaml:"id"`
	Name     string         `yaml:"name"`
	Role     string         `yaml:"role"`
	Team     string         `yaml:"team"`
	Manager  string         `yaml:"manager"`
	Feishu   string         `yaml:"feishu"`
	Wecom    string         `yaml:"wecom"`
	Prefer   string         `yaml:"prefer"`
	Delegate *delegateEntry `yaml:"delegate"`
	Left     bool           `yaml:"left"`
}

type delegateEntry struct {
	To    string `yaml:"to"`
	From  string `yaml:"from"`
	Until string `yaml:"until"`
}

// ParseOrg reads org.yaml; dates are days in loc. The last day of a delegation
// still counts. Every mistake is told at once, with its line.
func ParseOrg(name string, text []byte, loc *time.Location) (*sales.Org, error) {
	var f orgFile
	d, err := readDocument(name, text, &f)
	if err != nil {
		return nil, err
	}
	return d.org(f, loc)
}

// org checks what was read.
func (d *document) org(f orgFile, loc *time.Location) (*sales.Org, error) {
	teams := make([]sales.Team, 0, len(f.Teams))
	for i, t := range f.Teams {
		teams = append(teams, d.team(fmt.Sprintf("$.teams[%d]", i), t))
	}
	people := make([]sales.Person, 0, len(f.People))
	for i, p := range f.People {
		people = append(people, d.person(fmt.Sprintf("$.people[%d]", i), p, loc))
	}
	if len(people) == 0 {
		d.fail("$.people", "没有人员，请至少写一行 people")
	}
	org, err := sales.NewOrg(people, teams)
	if !d.spoilt["$.people"] && !d.spoilt["$.teams"] { // else nobody is known, and everybody would be a mistake
		d.failOrg(err)
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return org, nil
}

// Robots gives the keys of the WeCom group robots in org.yaml by the ids of
// their teams. They are kept apart from the organisation, which is logged,
// stored and shown.
func Robots(name string, text []byte) (map[string]Secret, error) {
	var f orgFile
	d, err := readDocument(name, text, &f)
	if err != nil {
		return nil, err
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	keys := map[string]Secret{}
	for _, t := range f.Teams {
		if t.WecomRobot != "" {
			keys[t.ID] = t.WecomRobot
		}
	}
	return keys, nil
}

// failOrg gives the mistakes that the rules found their lines.
func (d *document) failOrg(err error) {
	if err == nil {
		return
	}
	errs := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, err := range errs {
		if e, ok := errors.AsType[*sales.OrgError](err); ok {
			d.fail("$."+e.Path, "%s", e.What)
			continue
		}
		d.fail("$", "%s", err)
	}
}

func (d *document) team(path string, t teamEntry) sales.Team {
	if t.Name == "" {
		d.fail(path+".name", "团队 %s 没有 name，请写中文名称", t.ID)
	}
	for _, platform := range slices.Sorted(maps.Keys(t.Groups)) {
		if !slices.Contains(platforms, platform) {
			d.fail(path+".groups."+platform, "没有平台 %q，可写 feishu 或 wecom", platform)
		}
	}
	if !robotKey.MatchString(t.WecomRobot.Reveal()) {
		d.fail(path+".wecom_robot", "团队 %s 的 wecom_robot 应是群机器人的 key：Webhook 地址里 key= 后面的那一段，不要整个网址", t.ID)
	}
	return sales.Team{ID: t.ID, Name: t.Name, Region: t.Region, Manager: t.Manager, Groups: t.groups()}
}

// groups are the team's chats. A WeCom group robot serves where no group is
// named; its key stands in no row and no log, so the chat carries the team's id.
func (t teamEntry) groups() map[string]string {
	if t.WecomRobot == "" || t.Groups["wecom"] != "" {
		return t.Groups
	}
	groups := maps.Clone(t.Groups)
	if groups == nil {
		groups = map[string]string{}
	}
	groups["wecom"] = "robot:" + t.ID
	return groups
}

func (d *document) person(path string, p personEntry, loc *time.Location) sales.Person {
	out := sales.Person{
		ID: p.ID, Name: p.Name, Role: sales.Role(p.Role), Team: p.Team, Manager: p.Manager, Prefer: p.Prefer, Left: p.Left, Accounts: map[string]string{},
	}
	if p.Name == "" {
		d.fail(path+".name", "%s 没有 name，请写姓名", p.ID)
	}
	if p.Feishu != "" {
		out.Accounts["feishu"] = p.Feishu
	}
	if p.Wecom != "" {
		out.Accounts["wecom"] = p.Wecom
	}
	if p.Prefer != "" && !slices.Contains(platforms, p.Prefer) {
		d.fail(path+".prefer", "没有平台 %q，可写 feishu 或 wecom", p.Prefer)
	}
	if p.Delegate != nil {
		out.Delegate = d.delegation(path+".delegate", *p.Delegate, loc)
	}
	return out
}

func (d *document) delegation(path string, e delegateEntry, loc *time.Location) sales.Delegation {
	if e.To == "" {
		d.fail(path+".to", "代理没有 to，请写代理人的 id")
	}
	from, fromOK := d.day(path+".from", e.From, loc)
	until, untilOK := d.day(path+".until", e.Until, loc)
	if fromOK && untilOK && until.Before(from) {
		d.fail(path+".until", "until 早于 from，请检查日期")
	}
	return sales.Delegation{To: e.To, From: from, Until: until.AddDate(0, 0, 1)}
}

func (d *document) day(path, s string, loc *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, s, loc)
	if err != nil {
		d.fail(path, "%s %q 不是日期，请写成 2026-11-25", leaf(path), s)
	}
	return t, err == nil
}
