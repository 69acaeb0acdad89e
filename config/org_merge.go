package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"genjin/sales"
)

// Member is a person as a platform's directory has them.
type Member struct {
	User        string // the platform's id
	Name        string
	Mobile      string   // only compared, never written
	Email       string   // the same
	Departments []string // from the top: 销售部/华东区
	Leader      string   // the platform's id of whom they report to
	Left        bool
}

// Pull is what a platform's directory says. Others are those of the other
// platforms, where they are known: they tell who is the same person.
type Pull struct {
	Platform string
	Members  []Member
	Others   map[string][]Member
}

// Merge is what a pull changes in org.yaml, and what a person must decide.
type Merge struct {
	Text    []byte // the new file; the old one where nothing changes
	Added   []Merged
	Teams   []Merged // that were added; Name is the department's
	Joined  []Merged // who got an account on this platform
	Asked   []Question
	Gone    []Merged // who stand in the file and are not to be seen on the platform any more
	Back    []Merged // who have left by the file and not by the platform
	Renamed []Merged // whom the platform calls otherwise; the file stays
	Loose   []Merged // who were added without the leader they have
	Known   int      // who stood in the file already
}

// Changed tells whether the file would be another.
func (m Merge) Changed() bool { return len(m.Added)+len(m.Joined) > 0 }

// Merged is one finding.
type Merged struct {
	ID, Name, Team string
	User           string // the platform's id
	Word           string // what the finding is about: another name, a reason
	Line           string // of people who were added, as it stands in the file
}

// Question is one that only a person can answer: may these be the same?
type Question struct {
	User, Name  string // on the platform
	Departments string
	Maybe       []sales.Person // who stand in the file
	Line        string         // what to write into their line if so
	Other       string         // the line to add if not
}

// merger merges one pull.
type merger struct {
	Pull

	file   orgFile
	root   ast.Node       // of the file; nil where nothing stands in it
	known  map[string]int // folded account → index in people
	taken  ids
	teams  []teamEntry          // those of the file and the new ones
	shared map[string]bool      // names of departments that several have
	mates  map[string][]string  // department → teams of those of the file who are in it
	came   map[string]newPerson // folded account → who was added
	order  []string             // of came
	joined map[int]string       // index in people → account to add
	out    Merge
}

type newPerson struct {
	entry  personEntry
	leader string
}

// MergeOrg merges what a platform says into the text of org.yaml. It only adds:
// people who are not in it, teams they belong to, and the accounts of people who
// are known by the other platform. Everything that stands there stays as it is,
// letter by letter. The result is read again before it is given.
func MergeOrg(name string, text []byte, loc *time.Location, p Pull) (Merge, error) {
	m := &merger{
		Pull: p, known: map[string]int{}, taken: ids{}, shared: map[string]bool{}, mates: map[string][]string{}, came: map[string]newPerson{},
		joined: map[int]string{},
	}
	if !slices.Contains(platforms, p.Platform) {
		return Merge{}, fmt.Errorf("没有平台 %q，可写 feishu 或 wecom", p.Platform)
	}
	if err := m.read(name, text, loc); err != nil {
		return Merge{}, err
	}
	m.decide()
	m.out.Text = text
	if !m.out.Changed() {
		return m.out, nil
	}
	merged, err := m.write(string(text))
	if err != nil {
		return Merge{}, fmt.Errorf("%s：%w", name, err)
	}
	if err := m.check(name, []byte(merged), loc); err != nil {
		return Merge{}, err
	}
	m.out.Text = []byte(merged)
	return m.out, nil
}

// read takes the file in. One without people, or without anything, is a
// beginning; another mistake is told, and nothing is merged into it.
func (m *merger) read(name string, text []byte, loc *time.Location) error {
	if err := m.parse(name, text, loc); err != nil {
		return err
	}
	m.teams = slices.Clone(m.file.Teams)
	for i, p := range m.file.People {
		m.taken.take(p.ID)
		if account := p.account(m.Platform); account != "" {
			m.known[foldAccount(m.Platform, account)] = i
		}
	}
	return nil
}

func (m *merger) parse(name string, text []byte, loc *time.Location) error {
	if blank(text) {
		return nil
	}
	d, err := readDocument(name, text, &m.file)
	if err != nil {
		return err
	}
	m.root = d.root
	if len(m.file.People) == 0 {
		return d.err()
	}
	_, err = d.org(m.file, loc)
	return err
}

// blank tells whether nothing stands in a file but comments.
func blank(text []byte) bool {
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// account is a person's id on a platform.
func (p personEntry) account(platform string) string {
	if platform == "wecom" {
		return p.Wecom
	}
	return p.Feishu
}

// foldAccount is an account as it is compared: WeCom's know no case.
func foldAccount(platform, account string) string {
	if platform == "wecom" {
		return strings.ToLower(account)
	}
	return account
}

// person is an entry of the file in the words of the rules.
func (p personEntry) person() sales.Person {
	return sales.Person{ID: p.ID, Name: p.Name, Role: sales.Role(p.Role), Team: p.Team, Manager: p.Manager, Left: p.Left}
}

// write puts what was decided into the text.
func (m *merger) write(text string) (string, error) {
	mark, body := "", text
	if rest, has := strings.CutPrefix(text, "\ufeff"); has {
		mark, body = "\ufeff", rest
	}
	e := newOrgEditor(body, m.root)
	items := e.items("people")
	for _, i := range slices.Sorted(maps.Keys(m.joined)) {
		if err := e.set(items[i], m.Platform, scalar(m.joined[i])); err != nil {
			return "", err
		}
	}
	var teams, people []string
	for _, t := range m.teams[len(m.file.Teams):] {
		teams = append(teams, flow("id", t.ID, "name", t.Name))
	}
	for _, key := range m.order {
		people = append(people, m.line(m.came[key].entry))
	}
	adds := []func() error{func() error { return e.add("teams", teams) }, func() error { return e.add("people", people) }}
	if e.lists["people"] != nil { // teams that are new to the file follow them
		slices.Reverse(adds)
	}
	if err := errors.Join(adds[0](), adds[1]()); err != nil {
		return "", err
	}
	return mark + e.text(), nil
}

// line is a new person's entry.
func (m *merger) line(p personEntry) string {
	return flow("id", p.ID, "name", p.Name, "role", p.Role, "team", p.Team, "manager", p.Manager, m.Platform, p.account(m.Platform))
}

// check reads the result: it must be right, and hold all that the file held.
func (m *merger) check(name string, merged []byte, loc *time.Location) error {
	var after orgFile
	d, err := readDocument(name, merged, &after)
	if err == nil {
		_, err = d.org(after, loc)
	}
	if err != nil {
		return fmt.Errorf("合并后的内容没有通过检查，没有写入：%w", err)
	}
	want := orgFile{Teams: m.teams, People: slices.Clone(m.file.People)}
	for i, account := range m.joined {
		want.People[i].setAccount(m.Platform, account)
	}
	for _, key := range m.order {
		want.People = append(want.People, m.came[key].entry)
	}
	if !slices.EqualFunc(after.Teams, want.Teams, func(a, b teamEntry) bool { return reflect.DeepEqual(a, b) }) ||
		!slices.EqualFunc(after.People, want.People, func(a, b personEntry) bool { return reflect.DeepEqual(a, b) }) {
		return fmt.Errorf("%s：写法特别，合并后读出来的内容不对，没有写入。请把 teams 和 people 写成每项一行再试", name)
	}
	return nil
}

func (p *personEntry) setAccount(platform, account string) {
	if platform == "wecom" {
		p.Wecom = account
		return
	}
	p.Feishu = account
}
