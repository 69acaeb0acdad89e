package wecom

import (
	"context"
	"net/url"

	"github.com/silenceper/wechat/v2/work/addresslist"
	workctx "github.com/silenceper/wechat/v2/work/context"
)

// Member is a person of the company, as far as the app may see. Apps made since
// June 2022 see neither mobile nor mail.
type Member struct {
	ID          string
	Name        string
	Departments []int
	Leaders     []string // whom they report to
}

// Department is a part of the company.
type Department struct {
	ID, Parent int
	Name       string
	Leaders    []string
}

// Member gives one person (path/90196). The id is matched whatever its case.
func (b *Bot) Member(ctx context.Context, id string) (Member, error) {
	var m Member
	err := b.viaSDK(ctx, request{api: "user/get"}, func(c *workctx.Context) error {
		out, err := addresslist.NewClient(c).UserGet(id)
		if err != nil {
			return err
		}
		m = Member{ID: out.UserID, Name: out.Name, Departments: out.Department, Leaders: out.DirectLeader}
		return nil
	})
	return m, err
}

// Departments gives all departments that the app may see (path/90208).
func (b *Bot) Departments(ctx context.Context) ([]Department, error) {
	var all []Department
	err := b.viaSDK(ctx, request{api: "department/list"}, func(c *workctx.Context) error {
		out, err := addresslist.NewClient(c).DepartmentList()
		for _, d := range out {
			all = append(all, Department{ID: d.ID, Parent: d.ParentID, Name: d.Name, Leaders: d.DepartmentLeader})
		}
		return err
	})
	return all, err
}

// CallbackIPs are the addresses that the platform pushes from.
func (b *Bot) CallbackIPs(ctx context.Context) ([]string, error) {
	var out struct {
		IPs []string `json:"ip_list"`
	}
	err := b.call(ctx, request{api: "getcallbackip", path: "/cgi-bin/getcallbackip", query: url.Values{}, into: &out})
	return out.IPs, err
}

// Check implements [bots.Checker]: the secret gives a token, and this machine's
// address may use it (60020 otherwise).
func (b *Bot) Check(ctx context.Context) error {
	_, err := b.CallbackIPs(ctx)
	return err
}
