package sales

import "slices"

// WithFormer is the organisation together with people who stood in an earlier
// one: they count as left, so that what they left behind has a name, an owner
// whose manager is known, and can be handed over. Nobody writes as them.
func (o *Org) WithFormer(former []Person) *Org {
	all := &Org{Version: o.Version, people: slices.Clone(o.people), teams: o.teams, person: map[string]int{}, team: o.team, account: o.account}
	for i, p := range all.people {
		all.person[p.ID] = i
	}
	for _, p := range former {
		if _, here := all.person[p.ID]; here {
			continue
		}
		p.Left, p.Accounts, p.Prefer, p.Delegate = true, nil, "", Delegation{}
		all.person[p.ID] = len(all.people)
		all.people = append(all.people, p)
	}
	return all
}

// Former are those who are no longer in an organisation, but were in the one
// before it or before that.
func (o *Org) Former(before *Org, known []Person) []Person {
	var gone []Person
	for _, p := range slices.Concat(before.People(), known) {
		_, here := o.Person(p.ID)
		if here || slices.ContainsFunc(gone, func(g Person) bool { return g.ID == p.ID }) {
			continue
		}
		p.Left, p.Accounts, p.Prefer, p.Delegate = true, nil, "", Delegation{}
		gone = append(gone, p)
	}
	return gone
}

// Returners are those who work here by this organisation and did not by the one
// before: they were marked as left, or are among those known to have gone.
func (o *Org) Returners(before *Org, known []Person) []Person {
	var back []Person
	for _, p := range o.People() {
		was, here := before.Person(p.ID)
		gone := here && was.Left || slices.ContainsFunc(known, func(k Person) bool { return k.ID == p.ID })
		if !p.Left && gone {
			back = append(back, p)
		}
	}
	return back
}

// Leavers are those who worked here by the organisation before and do not by
// this one.
func (o *Org) Leavers(before *Org) []Person {
	var gone []Person
	for _, was := range before.People() {
		if is, here := o.Person(was.ID); !was.Left && (!here || is.Left) {
			gone = append(gone, was)
		}
	}
	return gone
}
