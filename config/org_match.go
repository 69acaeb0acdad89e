package config

import (
	"slices"
	"strings"

	"genjin/sales"
)

// decide finds out who is who.
func (m *merger) decide() {
	var strangers []Member
	seen := map[string]bool{}
	departments := map[string]map[string]bool{} // last name → whole names
	for _, member := range m.Members {
		member.User, member.Leader = tidy(member.User), tidy(member.Leader)
		key := foldAccount(m.Platform, member.User)
		if key == "" || seen[key] {
			continue
		}
		seen[key] = true
		member.Name = tidy(member.Name)
		at := department(member)
		if at != "" {
			leaf := at[strings.LastIndexByte(at, '/')+1:]
			if departments[leaf] == nil {
				departments[leaf] = map[string]bool{}
			}
			departments[leaf][at] = true
		}
		i, known := m.known[key]
		if !known {
			if !member.Left {
				strangers = append(strangers, member)
			}
			continue
		}
		m.out.Known++
		m.meet(m.file.People[i], member)
		if p := m.file.People[i]; p.Team != "" && !p.Left {
			m.mates[at] = append(m.mates[at], p.Team)
		}
	}
	for leaf, all := range departments {
		m.shared[leaf] = len(all) > 1
	}
	m.missing(seen)
	fresh, doubts := m.recognize(strangers)
	m.admit(fresh)
	for _, d := range doubts {
		m.ask(d)
	}
}

// department is the one that a person belongs to first.
func department(m Member) string {
	if len(m.Departments) == 0 {
		return ""
	}
	return tidy(m.Departments[0])
}

// meet compares a known person with what the platform says.
func (m *merger) meet(p personEntry, member Member) {
	found := Merged{ID: p.ID, Name: p.Name, Team: p.Team, User: member.User}
	switch {
	case member.Left && !p.Left:
		found.Word = "left"
		m.out.Gone = append(m.out.Gone, found)
	case p.Left && !member.Left:
		m.out.Back = append(m.out.Back, found)
	case member.Name != "" && member.Name != p.Name && !p.Left:
		found.Word = member.Name
		m.out.Renamed = append(m.out.Renamed, found)
	}
}

// missing lists who stands in the file and was not told of.
func (m *merger) missing(seen map[string]bool) {
	for _, p := range m.file.People {
		if account := p.account(m.Platform); account != "" && !p.Left && !seen[foldAccount(m.Platform, account)] {
			m.out.Gone = append(m.out.Gone, Merged{ID: p.ID, Name: p.Name, Team: p.Team, User: account})
		}
	}
}

// recognize joins those of the strangers who are known by the other platform,
// and gives those who are new, and those who only have a name in common with
// somebody: about them a person must be asked.
func (m *merger) recognize(strangers []Member) (fresh []Member, doubts []doubt) {
	byContact := m.contacts()
	claims := map[int]int{} // index in people → how many strangers it may be
	maybe := make([][]int, len(strangers))
	for s, member := range strangers {
		maybe[s] = byContact.find(member)
		for _, i := range maybe[s] {
			claims[i]++
		}
	}
	for s, member := range strangers {
		if who := maybe[s]; len(who) == 1 && claims[who[0]] == 1 && m.file.People[who[0]].account(m.Platform) == "" {
			p := m.file.People[who[0]]
			m.joined[who[0]] = member.User
			m.out.Joined = append(m.out.Joined, Merged{ID: p.ID, Name: p.Name, Team: p.Team, User: member.User})
			maybe[s] = nil
			strangers[s].User = ""
		}
	}
	for s, member := range strangers {
		who := maybe[s]
		if len(who) == 0 {
			who = m.namesakes(member.Name)
		}
		switch {
		case member.User == "": // joined
		case len(who) > 0:
			doubts = append(doubts, doubt{member, who})
		default:
			fresh = append(fresh, member)
		}
	}
	return fresh, doubts
}

// doubt is a stranger who may be somebody that is known.
type doubt struct {
	member Member
	who    []int // indices in people
}

// namesakes are the active people of that name who have no account here.
func (m *merger) namesakes(name string) []int {
	var out []int
	for i, p := range m.file.People {
		if name != "" && p.Name == name && !p.Left && p.account(m.Platform) == "" && m.joined[i] == "" {
			out = append(out, i)
		}
	}
	return out
}

func (m *merger) ask(d doubt) {
	member := d.member
	q := Question{
		User: member.User, Name: member.Name, Departments: strings.Join(member.Departments, "、"), Line: m.Platform + ": " + scalar(member.User),
	}
	for _, i := range d.who {
		p := m.file.People[i].person()
		p.Accounts = map[string]string{m.Platform: m.file.People[i].account(m.Platform)}
		q.Maybe = append(q.Maybe, p)
	}
	id := m.taken.make(member.Name, member.User)
	q.Other = "- " + flow("id", id, "name", or(member.Name, member.User), "role", string(sales.RoleRep), m.Platform, member.User)
	m.out.Asked = append(m.out.Asked, q)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// contactBook finds people of the file by what the other platforms know of them.
type contactBook map[string][]int

// contacts are the active people of the file by mobile and by mail.
func (m *merger) contacts() contactBook {
	book := contactBook{}
	for platform, members := range m.Others {
		index := map[string]int{}
		for i, p := range m.file.People {
			if account := p.account(platform); account != "" && !p.Left {
				index[foldAccount(platform, account)] = i
			}
		}
		for _, member := range members {
			i, known := index[foldAccount(platform, member.User)]
			if !known || member.Left {
				continue
			}
			for _, key := range contactKeys(member) {
				if !slices.Contains(book[key], i) {
					book[key] = append(book[key], i)
				}
			}
		}
	}
	return book
}

func contactKeys(m Member) []string {
	var keys []string
	if phone := samePhone(m.Mobile); phone != "" {
		keys = append(keys, "phone "+phone)
	}
	if mail := sameMail(m.Email); mail != "" {
		keys = append(keys, "mail "+mail)
	}
	return keys
}

// find gives whom a member may be, each once.
func (b contactBook) find(m Member) []int {
	var out []int
	for _, key := range contactKeys(m) {
		for _, i := range b[key] {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	return out
}
