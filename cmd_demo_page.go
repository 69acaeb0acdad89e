package main

import (
	"net/http"
	"slices"
	"time"

	"genjin/playground"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/sales"
	"genjin/sales/worktime"
)

// playgroundRoutes puts the sample company on the simulated platforms and the
// chat page beside the hub.
func playgroundRoutes(h *hub, sims outside, clock *movable) map[string]http.Handler {
	org := h.org.Load()
	main, others := cast(org, sims)
	people := make([]playground.Person, 0, len(main)+len(others))
	for _, p := range slices.Concat(main, others) {
		sims.settle(org, p)
		one := playground.Person{OpenID: p.Accounts["feishu"], Name: p.Name, Role: string(p.Role), Main: len(people) < len(main)}
		if sims.wecom != nil {
			one.WeCom = p.Accounts["wecom"]
		}
		people = append(people, one)
	}
	trace := &tracer{hub: h, sims: sims, names: map[string]string{}}
	page := playground.New(playground.Options{
		Sim: sims.feishu, WeCom: sims.wecom, People: people, Groups: sims.groups(org), Clock: clock, PathPrefix: "/playground", Trace: trace.events,
		NextMorning: func(t time.Time) time.Time { return nextMorning(h.cal.Load(), t) },
		AddWorkdays: func(t time.Time, n int) time.Time { return h.cal.Load().AddDays(t, n).At },
		Location:    h.cfg.Location, Logger: h.log,
	})
	return map[string]http.Handler{"/playground": page, "/playground/": page}
}

// settle makes a person known to the platforms on which they have an account.
func (o outside) settle(org *sales.Org, p sales.Person) {
	boss, _ := org.Person(p.Manager)
	if id := p.Accounts["feishu"]; id != "" {
		o.feishu.AddUser(feishusim.User{
			OpenID: id, UserID: p.ID, UnionID: "on_" + p.ID, Name: p.Name, DepartmentID: p.Team, LeaderOpenID: boss.Accounts["feishu"],
		})
	}
	if id := p.Accounts["wecom"]; id != "" && o.wecom != nil {
		u := wecomsim.User{UserID: id, Name: p.Name, Leader: string(p.Role) == "manager"}
		if leader := boss.Accounts["wecom"]; leader != "" {
			u.Leaders = []string{leader}
		}
		if i := slices.IndexFunc(org.Teams(), func(t sales.Team) bool { return t.ID == p.Team }); i >= 0 {
			u.Departments = []int{i + 2} // 1 is the company
			o.wecom.AddDepartment(wecomsim.Department{ID: i + 2, Name: org.Teams()[i].Name})
		}
		o.wecom.AddUser(u)
	}
}

// cast are the people on the platforms: first a rep with everybody above, then
// the others.
func cast(org *sales.Org, sims outside) (main, others []sales.Person) {
	on := slices.DeleteFunc(slices.Clone(org.People()), func(p sales.Person) bool {
		return p.Left || (p.Accounts["feishu"] == "" && (sims.wecom == nil || p.Accounts["wecom"] == ""))
	})
	if i := slices.IndexFunc(on, func(p sales.Person) bool { return p.Role == "rep" }); i >= 0 {
		main = append(main, on[i])
		for p, ok := org.Manager(on[i].ID); ok && !among(main, p); p, ok = org.Manager(p.ID) {
			main = append(main, p)
		}
	}
	for _, p := range on {
		if !among(main, p) {
			others = append(others, p)
		}
	}
	return main, others
}

func among(people []sales.Person, p sales.Person) bool {
	return slices.ContainsFunc(people, func(q sales.Person) bool { return q.ID == p.ID })
}

// groups puts the teams' groups on the platforms, and gives those of Feishu.
func (o outside) groups(org *sales.Org) []playground.Group {
	var groups []playground.Group
	for _, t := range org.Teams() {
		if chat := t.Groups["feishu"]; chat != "" {
			o.feishu.AddChat(feishusim.Chat{ID: chat, Name: t.Name, Members: members(org, t, "feishu"), BotIn: true})
			groups = append(groups, playground.Group{ChatID: chat, Name: t.Name})
		}
		all := members(org, t, "wecom")
		if chat := t.Groups["wecom"]; chat != "" && o.wecom != nil && len(all) > 0 {
			o.wecom.AddChat(wecomsim.Chat{ID: chat, Name: t.Name, Owner: all[0], Members: all, App: true, Aibot: true})
		}
	}
	return groups
}

// members are the accounts of a team on a platform.
func members(org *sales.Org, t sales.Team, platform string) []string {
	var all []string
	for _, p := range org.People() {
		if id := p.Accounts[platform]; p.Team == t.ID && id != "" && !p.Left {
			all = append(all, id)
		}
	}
	return all
}

// nextMorning is when work next begins.
func nextMorning(cal *worktime.Calendar, t time.Time) time.Time {
	if opens := cal.AddWork(t, 0).At; opens.After(t) {
		return opens
	}
	day := cal.AddDays(t, 1).At
	return cal.AddWork(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location()), 0).At
}
