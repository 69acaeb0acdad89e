package sales

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"genjin/sales/norm"
)

// chainMax bounds delegations and chains of command: longer ones are mistakes.
const chainMax = 10

// Org is who works here, checked.
type Org struct {
	Version int64 // given by the store when first seen

	people  []Person
	teams   []Team
	person  map[string]int
	team    map[string]int
	account map[string]int // platform + folded account
}

// OrgError is one mistake in who works here.
type OrgError struct {
	Path string // people[3].manager
	What string // for the person who wrote it
}

// Error implements error.
func (e *OrgError) Error() string { return e.Path + "：" + e.What }

// NewOrg checks people and teams, and reports every problem at once: a joined
// error of [OrgError].
func NewOrg(people []Person, teams []Team) (*Org, error) {
	o := &Org{people: people, teams: teams, person: map[string]int{}, team: map[string]int{}, account: map[string]int{}}
	c := orgCheck{Org: o}
	for i, t := range teams {
		if _, twice := o.team[t.ID]; twice || t.ID == "" {
			c.say(fmt.Sprintf("teams[%d].id", i), "团队 id %q 为空或重复，请写一个不同的 id", t.ID)
		}
		o.team[t.ID] = i
	}
	for i, p := range people {
		if _, twice := o.person[p.ID]; twice || p.ID == "" {
			c.say(fmt.Sprintf("people[%d].id", i), "人员 id %q 为空或重复，请写一个不同的 id", p.ID)
		}
		o.person[p.ID] = i
	}
	for i, t := range teams {
		c.known(fmt.Sprintf("teams[%d].manager", i), t.Manager)
	}
	for i, p := range people {
		c.person(fmt.Sprintf("people[%d]", i), i, p)
	}
	return o, errors.Join(c.errs...)
}

// orgCheck gathers what is wrong.
type orgCheck struct {
	*Org
	errs []error
}

func (c *orgCheck) say(path, format string, args ...any) {
	c.errs = append(c.errs, &OrgError{Path: path, What: fmt.Sprintf(format, args...)})
}

// known checks that an id, where there is one, is somebody's.
func (c *orgCheck) known(path, id string) {
	if _, ok := c.Org.person[id]; id != "" && !ok {
		c.say(path, "%q 不在 people 里，请写某个人的 id", id)
	}
}

func (c *orgCheck) person(path string, i int, p Person) {
	if !slices.Contains(allRoles(), p.Role) {
		c.say(path+".role", "角色 %q 不认识，可写 %s", p.Role, roleWords())
	}
	if _, ok := c.team[p.Team]; p.Team != "" && !ok {
		c.say(path+".team", "%q 不在 teams 里，请写某个团队的 id", p.Team)
	}
	c.known(path+".manager", p.Manager)
	c.known(path+".delegate.to", p.Delegate.To)
	if p.Delegate.To != "" && p.Delegate.To == p.ID {
		c.say(path+".delegate.to", "不能代理给自己，请写别人的 id")
	}
	if c.commandLoops(p.ID) {
		c.say(path+".manager", "%s 的主管链成环，请检查 manager（没写时取团队的 manager）", p.ID)
	}
	for _, bot := range slices.Sorted(maps.Keys(p.Accounts)) {
		key := accountKey(bot, p.Accounts[bot])
		if j, taken := c.account[key]; taken {
			c.say(path+"."+bot, "与 %s 写了同一个 %s 账号 %q，一个账号只能属于一个人", c.people[j].ID, bot, p.Accounts[bot])
		}
		c.account[key] = i
	}
}

func allRoles() []Role {
	return []Role{RoleRep, RoleManager, RoleOps, RoleFinance, RoleRisk, RoleLegal, RoleTech, RoleCSM, RoleAdmin}
}

func roleWords() string {
	words := make([]string, 0, 9)
	for _, r := range allRoles() {
		words = append(words, string(r))
	}
	return strings.Join(words, " ")
}

// accountKey folds a platform's id of a person: WeCom ids know no case.
func accountKey(bot, account string) string {
	if bot == "wecom" {
		account = strings.ToLower(account)
	}
	return bot + "\x00" + account
}

// superiorOf is the id of who a person reports to: their manager; where none is
// named, the manager of their team, unless that one reports to them.
func (o *Org) superiorOf(p Person) string {
	if p.Manager != "" {
		return p.Manager
	}
	t, known := o.Team(p.Team)
	if !known {
		return ""
	}
	boss := t.Manager
	for range chainMax {
		if boss == p.ID {
			return ""
		}
		above, ok := o.Person(boss)
		if !ok {
			break
		}
		boss = above.Manager
	}
	return t.Manager
}

func (o *Org) commandLoops(id string) bool {
	seen := map[string]bool{}
	for {
		p, ok := o.Person(id)
		if !ok || id == "" {
			return false
		}
		if seen[id] {
			return true
		}
		seen[id] = true
		id = o.superiorOf(p)
	}
}

// Person finds somebody by id, also who has left.
func (o *Org) Person(id string) (Person, bool) {
	i, ok := o.person[id]
	if !ok {
		return Person{}, false
	}
	return o.people[i], true
}

// ByAccount finds somebody by their id on a platform.
func (o *Org) ByAccount(bot, account string) (Person, bool) {
	i, ok := o.account[accountKey(bot, account)]
	if !ok {
		return Person{}, false
	}
	return o.people[i], true
}

// Find finds active people by id or name; where nobody has it, by how their
// name begins.
func (o *Org) Find(word string) []Person {
	word = strings.TrimPrefix(norm.Fold(word), "@")
	if word == "" {
		return nil
	}
	var exact, prefix []Person
	for _, p := range o.people {
		switch {
		case p.Left:
		case strings.EqualFold(p.ID, word) || p.Name == word:
			exact = append(exact, p)
		case strings.HasPrefix(p.Name, word):
			prefix = append(prefix, p)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return prefix
}

// Manager is the nearest superior of a person who has not left; where none is
// named, the manager of their team.
func (o *Org) Manager(id string) (Person, bool) {
	p, ok := o.Person(id)
	for range chainMax {
		if !ok {
			return Person{}, false
		}
		if p, ok = o.Person(o.superiorOf(p)); ok && !p.Left {
			return p, true
		}
	}
	return Person{}, false
}

// WithRole lists the active people of a role, in the file's order.
func (o *Org) WithRole(r Role) []Person {
	var out []Person
	for _, p := range o.people {
		if p.Role == r && !p.Left {
			out = append(out, p)
		}
	}
	return out
}

// Team finds a team by id.
func (o *Org) Team(id string) (Team, bool) {
	i, ok := o.team[id]
	if !ok {
		return Team{}, false
	}
	return o.teams[i], true
}

// Teams lists all teams, in the file's order.
func (o *Org) Teams() []Team { return o.teams }

// People lists everybody, also who has left, in the file's order.
func (o *Org) People() []Person { return o.people }

// Stand is who acts for a person at an instant: the person, or along a chain of
// delegations whoever stands in; for somebody who has left, the manager. more
// holds delegations made in chat, which count before those of the file. A chain
// that turns back on itself ends where it would turn.
func (o *Org) Stand(id string, at time.Time, more map[string]Delegation) (Person, error) {
	seen := map[string]bool{}
	for range chainMax {
		p, ok := o.Person(id)
		if !ok {
			return Person{}, fmt.Errorf("person %q: %w", id, ErrNobody)
		}
		seen[id] = true
		next := ""
		if p.Left {
			boss, has := o.Manager(id)
			if !has {
				return Person{}, fmt.Errorf("person %q has left and has no manager: %w", id, ErrNobody)
			}
			next = boss.ID
		} else if d, is := delegated(p, at, more); is {
			next = d.To
		}
		stand, known := o.Person(next)
		if next == "" || !known || seen[next] {
			return p, nil
		}
		if stand.Left && !p.Left {
			return p, nil // a stand-in who is gone stands in for nobody
		}
		id = next
	}
	return Person{}, fmt.Errorf("person %q: chain of delegations too long: %w", id, ErrNobody)
}

// ErrNobody means that no active person can act.
var ErrNobody = errors.New("nobody can act")

func delegated(p Person, at time.Time, more map[string]Delegation) (Delegation, bool) {
	d, inChat := more[p.ID]
	if !inChat || !d.covers(at) {
		d = p.Delegate
	}
	return d, d.covers(at)
}

// covers tells whether the delegation holds at an instant.
func (d Delegation) covers(at time.Time) bool {
	return d.To != "" && !at.Before(d.From) && (d.Until.IsZero() || at.Before(d.Until))
}

// Sees tells whether a person may see what belongs to an owner: their own,
// their people's, and for those who look after everybody, everything.
func (o *Org) Sees(viewer Person, owner string) bool {
	switch viewer.Role {
	case RoleOps, RoleAdmin, RoleFinance, RoleRisk:
		return !viewer.Left
	case RoleRep, RoleManager, RoleLegal, RoleTech, RoleCSM:
	}
	return !viewer.Left && (viewer.ID == owner || o.Above(viewer.ID, owner))
}

// Above tells whether a person is a superior of another.
func (o *Org) Above(boss, id string) bool {
	for range chainMax {
		p, ok := o.Person(id)
		if !ok {
			return false
		}
		if id = o.superiorOf(p); id == "" {
			return false
		}
		if id == boss {
			return true
		}
	}
	return false
}

// Route chooses the platform on which a person is told something, among those
// that are on: where they last wrote, else what they prefer, else Feishu, else
// any they are on.
func Route(p Person, last string, on []string) (bot, account string, ok bool) {
	for _, name := range append([]string{last, p.Prefer, "feishu"}, on...) {
		if account := p.Accounts[name]; account != "" && slices.Contains(on, name) {
			return name, account, true
		}
	}
	return "", "", false
}
