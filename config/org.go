package config

import (
	_ "embed"
	"fmt"
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
// still counts.
func ParseOrg(name string, text []byte, loc *time.Location) (*sales.Org, error) {
	var f orgFile
	d, err := readDocument(name, text, &f)
	if err != nil {
		return nil, err
	}
	teams := make([]sales.Team, 0, len(f.Teams))
	for _, t := range f.Teams {
		teams = append(teams, sales.Team{ID: t.ID, Name: t.Name, Region: t.Region, Manager: t.Manager, Groups: t.Groups})
	}
	people := make([]sales.Person, 0, len(f.People))
	for i, p := range f.People {
		people = append(people, d.person(i, p, loc))
	}
	if len(people) == 0 {
		d.fail("$.people", "没有人员，请至少写一行 people")
	}
	org, err := sales.NewOrg(people, teams)
	if err != nil {
		d.errs = append(d.errs, fmt.Errorf("%s：%w", name, err))
	}
	return org, d.err()
}

func (d *document) person(i int, p personEntry, loc *time.Location) sales.Person {
	path := fmt.Sprintf("$.people[%d]", i)
	out := sales.Person{
		ID: p.ID, Name: p.Name, Role: sales.Role(p.Role), Team: p.Team, Manager: p.Manager, Prefer: p.Prefer, Left: p.Left, Accounts: map[string]string{},
	}
	if p.Name == "" {
		d.fail(path, "%s 没有 name，请写姓名", p.ID)
	}
	if p.Feishu != "" {
		out.Accounts["feishu"] = p.Feishu
	}
	if p.Wecom != "" {
		out.Accounts["wecom"] = p.Wecom
	}
	if p.Prefer != "" && p.Prefer != "feishu" && p.Prefer != "wecom" {
		d.fail(path+".prefer", "没有平台 %q，可写 feishu 或 wecom", p.Prefer)
	}
	if p.Delegate != nil {
		out.Delegate = d.delegation(path+".delegate", *p.Delegate, loc)
	}
	return out
}

func (d *document) delegation(path string, e delegateEntry, loc *time.Location) sales.Delegation {
	out := sales.Delegation{To: e.To}
	var err error
	if out.From, err = time.ParseInLocation(time.DateOnly, e.From, loc); err != nil {
		d.fail(path+".from", "%q 不是日期，请写成 2026-11-25", e.From)
	}
	if out.Until, err = time.ParseInLocation(time.DateOnly, e.Until, loc); err != nil {
		d.fail(path+".until", "%q 不是日期，请写成 2026-11-28", e.Until)
	}
	out.Until = out.Until.AddDate(0, 0, 1)
	if err == nil && !out.From.Before(out.Until) {
		d.fail(path+".until", "until 早于 from，请检查日期")
	}
	return out
}
