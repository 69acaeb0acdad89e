package feishu

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"genjin/bots"
)

// contactWalk goes through the contacts once.
type contactWalk struct {
	bot         *Bot
	each        func(bots.Member) error
	departments map[string]contactDepartment
	order       []string        // of the departments whose people are asked for
	seen        map[string]bool // people who were given
}

// contactPages is what the contact API says of its pages.
type contactPages struct {
	More  bool   `json:"has_more"`
	Token string `json:"page_token"`
}

// ask makes one call, patiently.
func (w *contactWalk) ask(ctx context.Context, r request) error {
	r.method = http.MethodGet
	return bots.Patiently(ctx, contactTries, func(ctx context.Context) error { return w.bot.call(ctx, r) })
}

// pages asks for one page after the other. read makes the place for a page, and
// take looks at what came.
func (w *contactWalk) pages(ctx context.Context, r request, size int, read func() any, take func() (contactPages, error)) error {
	r.query["page_size"] = strconv.Itoa(size)
	for {
		r.into = read()
		if err := w.ask(ctx, r); err != nil {
			return err
		}
		p, err := take()
		if err != nil || !p.More || p.Token == "" || p.Token == r.query["page_token"] {
			return err
		}
		r.query["page_token"] = p.Token
	}
}

// scope gives what the administrator lets the app see (contact-v3/scope/list).
func (w *contactWalk) scope(ctx context.Context) (departments, users []string, err error) {
	type answer struct {
		contactPages

		Departments []string `json:"department_ids"`
		Users       []string `json:"user_ids"`
	}
	var page *answer
	r := request{api: "contact.scope.list", path: "/open-apis/contact/v3/scopes", query: contactQuery()}
	err = w.pages(ctx, r, contactPage, func() any { page = &answer{}; return page }, func() (contactPages, error) {
		departments, users = append(departments, page.Departments...), append(users, page.Users...)
		return page.contactPages, nil
	})
	return departments, users, err
}

// below learns of a department and of all that lie below it
// (contact-v3/department/children).
func (w *contactWalk) below(ctx context.Context, id string) error {
	if _, known := w.departments[id]; known {
		return nil // it lies below another one of the scope
	}
	at := map[string]string{"department_id": id}
	if id == rootDepartment {
		w.learn(contactDepartment{ID: id})
	} else {
		var out struct {
			Department contactDepartment `json:"department"`
		}
		err := w.ask(ctx, request{api: "contact.department.get", path: "/open-apis/contact/v3/departments/:department_id", params: at, query: contactQuery(), into: &out})
		if err != nil {
			return err
		}
		out.Department.ID = id
		w.learn(out.Department)
	}
	type answer struct {
		contactPages

		Items []contactDepartment `json:"items"`
	}
	var page *answer
	r := request{
		api: "contact.department.children", path: "/open-apis/contact/v3/departments/:department_id/children", params: at,
		query: contactQuery("fetch_child", "true"),
	}
	return w.pages(ctx, r, contactPage, func() any { page = &answer{}; return page }, func() (contactPages, error) {
		for _, d := range page.Items {
			w.learn(d)
		}
		return page.contactPages, nil
	})
}

func (w *contactWalk) learn(d contactDepartment) {
	if _, known := w.departments[d.ID]; !known && d.ID != "" {
		w.departments[d.ID] = d
		w.order = append(w.order, d.ID)
	}
}

// peopleOf gives who belongs directly to a department
// (contact-v3/user/find_by_department).
func (w *contactWalk) peopleOf(ctx context.Context, department string) error {
	type answer struct {
		contactPages

		Items []contactUser `json:"items"`
	}
	var page *answer
	r := request{
		api: "contact.user.find_by_department", path: "/open-apis/contact/v3/users/find_by_department",
		query: contactQuery("department_id", department),
	}
	return w.pages(ctx, r, contactPage, func() any { page = &answer{}; return page }, func() (contactPages, error) {
		return page.contactPages, w.give(page.Items)
	})
}

// single gives people who are in the scope by themselves (contact-v3/user/batch).
func (w *contactWalk) single(ctx context.Context, ids []string) error {
	var out struct {
		Items []contactUser `json:"items"`
	}
	r := request{
		api: "contact.user.batch", path: "/open-apis/contact/v3/users/batch", query: contactQuery(), lists: map[string][]string{"user_ids": ids}, into: &out,
	}
	if err := w.ask(ctx, r); err != nil {
		return err
	}
	return w.give(out.Items)
}

// give hands people on who were not given yet: one may be in several departments.
func (w *contactWalk) give(users []contactUser) error {
	for _, u := range users {
		if u.OpenID == "" || w.seen[u.OpenID] {
			continue
		}
		w.seen[u.OpenID] = true
		m := bots.Member{User: u.OpenID, Name: u.Name, Mobile: u.Mobile, Email: u.Email, Leader: w.leader(u), Left: u.Status.gone()}
		if m.Email == "" {
			m.Email = u.WorkEmail
		}
		for _, id := range u.Departments {
			if path := w.path(id); path != "" {
				m.Departments = append(m.Departments, path)
			}
		}
		if err := w.each(m); err != nil {
			return err
		}
	}
	return nil
}

// leader is whom a person reports to: as their entry says, else who leads their
// department, or the next one above.
func (w *contactWalk) leader(u contactUser) string {
	if u.Leader != "" && u.Leader != u.OpenID {
		return u.Leader
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
		if d.Leader != "" && d.Leader != u.OpenID {
			return d.Leader
		}
		id = d.Parent
	}
	return ""
}

// path names a department from the top, as far as the app sees; "" is the whole
// company, or unknown.
func (w *contactWalk) path(id string) string {
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
