package main

import (
	"net/http"
	"slices"
	"time"

	"genjin/playground"
	"genjin/playground/feishusim"
	"genjin/sales"
)

// playgroundRoutes puts the sample company on the simulated platform and the
// chat page beside the hub.
func playgroundRoutes(h *hub, sim *feishusim.Server, clock *movable) map[string]http.Handler {
	org := h.org.Load()
	main, others := cast(org)
	people := make([]playground.Person, 0, len(main)+len(others))
	for _, p := range slices.Concat(main, others) {
		boss, _ := org.Person(p.Manager)
		sim.AddUser(feishusim.User{
			OpenID: p.Accounts["feishu"], UserID: p.ID, UnionID: "on_" + p.ID, Name: p.Name, DepartmentID: p.Team, LeaderOpenID: boss.Accounts["feishu"],
		})
		people = append(people, playground.Person{
			OpenID: p.Accounts["feishu"], Name: p.Name, Role: string(p.Role), Main: len(people) < len(main),
		})
	}
	trace := &tracer{hub: h, sim: sim, names: map[string]string{}}
	page := playground.New(playground.Options{
		Sim: sim, People: people, Groups: groupsOf(org, sim), Clock: clock, PathPrefix: "/playground", Trace: trace.events,
		NextMorning: func(t time.Time) time.Time { return nextMorning(h.cal.Load(), t) },
		AddWorkdays: func(t time.Time, n int) time.Time { return h.cal.Load().AddDays(t, n).At },
		Location:    h.cfg.Location, Logger: h.log,
	})
	return map[string]http.Handler{"/playground": page, "/playground/": page}
}

// cast are the people on Feishu: first a rep with everybody above, then the
// others.
func cast(org *sales.Org) (main, others []sales.Person) {
	on := slices.DeleteFunc(slices.Clone(org.People()), func(p sales.Person) bool { return p.Left || p.Accounts["feishu"] == "" })
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

// groupsOf puts the teams' groups on the platform.
func groupsOf(org *sales.Org, sim *feishusim.Server) []playground.Group {
	var groups []playground.Group
	for _, t := range org.Teams() {
		chat := t.Groups["feishu"]
		if chat == "" {
			continue
		}
		var members []string
		for _, p := range org.People() {
			if p.Team == t.ID && p.Accounts["feishu"] != "" {
				members = append(members, p.Accounts["feishu"])
			}
		}
		sim.AddChat(feishusim.Chat{ID: chat, Name: t.Name, Members: members, BotIn: true})
		groups = append(groups, playground.Group{ChatID: chat, Name: t.Name})
	}
	return groups
}

// nextMorning is when work next begins.
func nextMorning(cal *sales.Calendar, t time.Time) time.Time {
	if opens := cal.AddWork(t, 0).At; opens.After(t) {
		return opens
	}
	day := cal.AddDays(t, 1).At
	return cal.AddWork(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location()), 0).At
}
