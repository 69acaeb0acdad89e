package feishu

import (
	"context"
	"net/http"
	"slices"

	"genjin/bots"
)

var (
	_ bots.Directory = (*Bot)(nil)
	_ bots.Namer     = (*Bot)(nil)
)

const (
	// contactPage is the most that the contact API gives, or takes, at once.
	contactPage = 50
	// contactTries is how often a page is asked for.
	contactTries = 6
	// rootDepartment is the whole company.
	rootDepartment = "0"
	// departmentDepth bounds the way up from a department.
	departmentDepth = 50
)

// contactUser is a person as the contact API shows them (contact-v3/user). What
// the app has no scope for is missing.
type contactUser struct {
	OpenID      string        `json:"open_id"`
	Name        string        `json:"name"`
	Mobile      string        `json:"mobile"`
	Email       string        `json:"email"`
	WorkEmail   string        `json:"enterprise_email"`
	Leader      string        `json:"leader_user_id"`
	Departments []string      `json:"department_ids"`
	Status      contactStatus `json:"status"`
}

// contactStatus is what became of a person's account.
type contactStatus struct {
	Frozen   bool `json:"is_frozen"`
	Resigned bool `json:"is_resigned"`
	Exited   bool `json:"is_exited"`
}

// gone tells whether the person cannot act any more.
func (s contactStatus) gone() bool { return s.Frozen || s.Resigned || s.Exited }

type contactDepartment struct {
	ID     string `json:"open_department_id"`
	Parent string `json:"parent_department_id"`
	Name   string `json:"name"`
	Leader string `json:"leader_user_id"`
}

// People implements [bots.Directory]: everybody in the app's contact scope, the
// whole company or single departments and people.
func (b *Bot) People(ctx context.Context, each func(bots.Member) error) error {
	w := contactWalk{bot: b, each: each, departments: map[string]contactDepartment{}, seen: map[string]bool{}}
	departments, users, err := w.scope(ctx)
	if err != nil {
		return err
	}
	for _, id := range departments {
		if err := w.below(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range w.order {
		if err := w.peopleOf(ctx, id); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(users, contactPage) {
		if err := w.single(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// NameOf implements [bots.Namer].
func (b *Bot) NameOf(ctx context.Context, user string) (string, error) {
	var out struct {
		User contactUser `json:"user"`
	}
	r := request{
		api: "contact.user.get", method: http.MethodGet, path: "/open-apis/contact/v3/users/:user_id", params: map[string]string{"user_id": user},
		query: contactQuery(), into: &out,
	}
	if err := b.call(ctx, r); err != nil {
		return "", err
	}
	return out.User.Name, nil
}

// contactQuery says by which ids people and departments are named.
func contactQuery(more ...string) map[string]string {
	q := map[string]string{"user_id_type": "open_id", "department_id_type": "open_department_id"}
	for i := 0; i+1 < len(more); i += 2 {
		q[more[i]] = more[i+1]
	}
	return q
}
