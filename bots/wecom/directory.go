package wecom

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"genjin/bots"
)

var (
	_ bots.Directory = (*Bot)(nil)
	_ bots.Namer     = (*Bot)(nil)
)

const (
	// contactTries is how often a department is asked for.
	contactTries = 6
	// departmentDepth bounds the way up from a department.
	departmentDepth = 50
)

// contact is a person as user/get and user/list show them. Apps made since June
// 2022 get neither mobile nor mail.
type contact struct {
	ID          string   `json:"userid"`
	Name        string   `json:"name"`
	Mobile      string   `json:"mobile"`
	Email       string   `json:"email"`
	WorkEmail   string   `json:"biz_mail"`
	Departments []int    `json:"department"`
	Main        int      `json:"main_department"`
	Leaders     []string `json:"direct_leader"`
	Status      int      `json:"status"`
}

// People implements [bots.Directory]: everybody in the app's 可见范围, in
// departments or by themselves.
func (b *Bot) People(ctx context.Context, each func(bots.Member) error) error {
	w := contactWalk{bot: b, each: each, departments: map[int]Department{}, seen: map[string]bool{}}
	var all []Department
	err := bots.Patiently(ctx, contactTries, func(ctx context.Context) (err error) {
		all, err = b.Departments(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range all {
		w.departments[d.ID] = d
	}
	for _, d := range all {
		if err := w.peopleOf(ctx, d.ID); err != nil {
			return err
		}
	}
	return w.single(ctx)
}

// NameOf implements [bots.Namer].
func (b *Bot) NameOf(ctx context.Context, user string) (string, error) {
	m, err := b.Member(ctx, user)
	return m.Name, err
}

// contactWalk goes through the contacts once.
type contactWalk struct {
	bot         *Bot
	each        func(bots.Member) error
	departments map[int]Department
	seen        map[string]bool // people who were given
}

// ask makes one call, patiently.
func (w *contactWalk) ask(ctx context.Context, r request) error {
	return bots.Patiently(ctx, contactTries, func(ctx context.Context) error { return w.bot.call(ctx, r) })
}

// peopleOf gives who belongs directly to a department (path/90201). The SDK has
// only the list of names.
func (w *contactWalk) peopleOf(ctx context.Context, department int) error {
	var out struct {
		Users []contact `json:"userlist"`
	}
	r := request{api: "user/list", path: "/cgi-bin/user/list", query: url.Values{"department_id": {strconv.Itoa(department)}}, into: &out}
	if err := w.ask(ctx, r); err != nil {
		return err
	}
	for _, u := range out.Users {
		if err := w.give(u); err != nil {
			return err
		}
	}
	return nil
}

// single gives people whom the administrator let see the app by themselves.
func (w *contactWalk) single(ctx context.Context) error {
	var a Agent
	err := bots.Patiently(ctx, contactTries, func(ctx context.Context) (err error) {
		a, err = w.bot.Agent(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range a.Users {
		if w.seen[strings.ToLower(id)] {
			continue
		}
		var u contact
		if err := w.ask(ctx, request{api: "user/get", path: "/cgi-bin/user/get", query: url.Values{"userid": {id}}, into: &u}); err != nil {
			return err
		}
		if err := w.give(u); err != nil {
			return err
		}
	}
	return nil
}

// give hands a person on who was not given yet: one may be in several departments.
func (w *contactWalk) give(u contact) error {
	key := strings.ToLower(u.ID)
	if key == "" || w.seen[key] {
		return nil
	}
	w.seen[key] = true
	if i := slices.Index(u.Departments, u.Main); i > 0 { // the main one first
		u.Departments = slices.Concat([]int{u.Main}, u.Departments[:i], u.Departments[i+1:])
	}
	m := bots.Member{
		User: u.ID, Name: u.Name, Mobile: u.Mobile, Email: u.Email, Leader: w.leader(u),
		Left: u.Status == accountDisabled || u.Status == accountExited,
	}
	if m.Email == "" {
		m.Email = u.WorkEmail
	}
	for _, id := range u.Departments {
		if path := w.path(id); path != "" {
			m.Departments = append(m.Departments, path)
		}
	}
	return w.each(m)
}

// leader is whom a person reports to: as their entry says, else who leads their
// department, or the next one above.
func (w *contactWalk) leader(u contact) string {
	for _, id := range u.Leaders {
		if !strings.EqualFold(id, u.ID) {
			return id
		}
	}
	if len(u.Departments) == 0 {
		return ""
	}
	id := u.Departments[0]
	for range departmentDepth {
		d, known := w.departments[id]
		if !known {
			break
		}
		for _, leader := range d.Leaders {
			if !strings.EqualFold(leader, u.ID) {
				return leader
			}
		}
		id = d.Parent
	}
	return ""
}

// path names a department from the top, as far as the app sees; "" is the whole
// company, or unknown.
func (w *contactWalk) path(id int) string {
	var names []string
	for range departmentDepth {
		d, known := w.departments[id]
		if !known || id == rootDepartment {
			break
		}
		names = append([]string{strings.ReplaceAll(d.Name, "/", "／")}, names...)
		id = d.Parent
	}
	return strings.Join(names, "/")
}
