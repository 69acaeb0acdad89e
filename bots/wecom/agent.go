package wecom

import (
	"context"
	"net/url"
	"slices"
	"strconv"
)

// rootDepartment is the whole company.
const rootDepartment = 1

// Agent is the app as the administrator set it up (path/90227).
type Agent struct {
	Name   string
	Off    bool   // the administrator switched it off
	Root   bool   // the whole company sees it: without that it may make no groups
	Domain string // its 可信域名, if there is one

	Departments []int    // that see it, with all below them
	Users       []string // who see it by themselves
}

// Agent asks for the app's own entry. That the secret belongs to another app
// shows here, and not at the token.
func (b *Bot) Agent(ctx context.Context) (Agent, error) {
	var out struct {
		Name    string `json:"name"`
		Close   int    `json:"close"`
		Domain  string `json:"redirect_domain"`
		Parties struct {
			IDs []int `json:"partyid"`
		} `json:"allow_partys"`
		People struct {
			Users []struct {
				ID string `json:"userid"`
			} `json:"user"`
		} `json:"allow_userinfos"`
	}
	r := request{api: "agent/get", path: "/cgi-bin/agent/get", query: url.Values{"agentid": {strconv.Itoa(b.AgentID)}}, into: &out}
	if err := b.call(ctx, r); err != nil {
		return Agent{}, err
	}
	a := Agent{
		Name: out.Name, Off: out.Close != 0, Root: slices.Contains(out.Parties.IDs, rootDepartment), Domain: out.Domain, Departments: out.Parties.IDs,
	}
	for _, u := range out.People.Users {
		a.Users = append(a.Users, u.ID)
	}
	return a, nil
}
