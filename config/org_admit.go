package config

import (
	"slices"
	"strings"

	"genjin/sales"
)

// admit adds people: each with a team of their department and with the leader
// the platform names.
func (m *merger) admit(fresh []Member) {
	for _, member := range fresh {
		name := or(member.Name, member.User)
		p := personEntry{ID: m.taken.make(name, member.User), Name: name, Role: string(sales.RoleRep), Team: m.teamOf(member)}
		p.setAccount(m.Platform, member.User)
		key := foldAccount(m.Platform, member.User)
		m.came[key] = newPerson{entry: p, leader: member.Leader}
		m.order = append(m.order, key)
	}
	managers := map[string]string{} // of those who were added
	for _, key := range m.order {
		n := m.came[key]
		n.entry.Manager = m.managerOf(n, managers)
		managers[n.entry.ID], m.came[key] = n.entry.Manager, n
		found := Merged{ID: n.entry.ID, Name: n.entry.Name, Team: n.entry.Team, User: n.entry.account(m.Platform), Line: m.line(n.entry)}
		m.out.Added = append(m.out.Added, found)
		if n.leader != "" && n.entry.Manager == "" {
			found.Word = n.leader
			m.out.Loose = append(m.out.Loose, found)
		}
	}
}

// teamOf is the team of a person's department: the one of that name, else the
// one that all their colleagues are in, else a new one.
func (m *merger) teamOf(member Member) string {
	at := department(member)
	if at == "" {
		return ""
	}
	name := at
	if leaf := at[strings.LastIndexByte(at, '/')+1:]; !m.shared[leaf] && leaf != "" {
		name = leaf
	}
	for _, t := range m.teams {
		if t.Name == at || t.Name == name {
			return t.ID
		}
	}
	if mates := m.mates[at]; len(mates) > 0 && !slices.ContainsFunc(mates, func(t string) bool { return t != mates[0] }) {
		return mates[0]
	}
	taken := ids{}
	for _, t := range m.teams {
		taken.take(t.ID)
	}
	t := teamEntry{ID: taken.make(name, "team"), Name: name}
	m.teams = append(m.teams, t)
	m.out.Teams = append(m.out.Teams, Merged{ID: t.ID, Name: t.Name})
	return t.ID
}

// managerOf is the id of a new person's leader, unless that one is not known or
// reports to them.
func (m *merger) managerOf(n newPerson, managers map[string]string) string {
	key := foldAccount(m.Platform, n.leader)
	if n.leader == "" {
		return ""
	}
	if i, known := m.known[key]; known {
		if m.file.People[i].Left {
			return ""
		}
		return m.file.People[i].ID
	}
	for i, account := range m.joined {
		if foldAccount(m.Platform, account) == key {
			return m.file.People[i].ID
		}
	}
	boss, added := m.came[key]
	if !added {
		return ""
	}
	for id := boss.entry.ID; id != ""; id = managers[id] {
		if id == n.entry.ID {
			return ""
		}
	}
	return boss.entry.ID
}
