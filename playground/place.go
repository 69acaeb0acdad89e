package playground

import (
	"cmp"
	"net/url"
	"slices"
)

// spot is where the visitor stands: who they are, and which chat is open on
// each phone.
type spot struct {
	As   Person
	On   string // the phone that is used, and that a narrow screen shows
	Open []opened
}

// opened is the chat that is open on a phone.
type opened struct {
	Phone string
	Room  room
}

// place is where a card hangs.
type place struct {
	Prefix, Message string
	Spot            spot
}

// place finds where the visitor stands; false: no such person or chat.
func (p *page) place(q url.Values) (spot, bool) {
	if len(p.People) == 0 {
		return spot{}, false
	}
	i := slices.IndexFunc(p.People, func(one Person) bool { return one.Key() == q.Get("as") })
	if i < 0 && q.Get("as") != "" {
		return spot{}, false
	}
	s := spot{As: p.People[max(i, 0)]}
	for _, d := range p.phones {
		if d.account(s.As) == "" {
			continue // what is asked for there is not theirs, or of somebody before
		}
		rooms := d.rooms(s.As)
		r := slices.IndexFunc(rooms, func(r room) bool { return r.ID == q.Get(d.Key) })
		if r < 0 {
			return spot{}, false
		}
		s.Open = append(s.Open, opened{d.Key, rooms[r]})
	}
	s.On = cmp.Or(q.Get("on"), p.first(s.As))
	_, ok := p.device(s.On)
	return s, ok
}

// first is the phone that a person begins on: one on which they have an account.
func (p *page) first(q Person) string {
	for _, d := range p.phones {
		if d.account(q) != "" {
			return d.Key
		}
	}
	return p.phones[0].Key
}

// room is the chat that is open on a phone; false: the person has no account.
func (s spot) room(phone string) (room, bool) {
	for _, o := range s.Open {
		if o.Phone == phone {
			return o.Room, true
		}
	}
	return room{}, false
}

// with is the same spot seen from a phone.
func (s spot) with(phone string) spot {
	s.On = phone
	return s
}

// url leads to a spot; what is so anyway is left out.
func (p *page) url(s spot) string { return p.PathPrefix + "?" + p.query(s) }

func (p *page) query(s spot) string {
	q := url.Values{"as": {s.As.Key()}}
	for _, o := range s.Open {
		if o.Room.ID != "" {
			q.Set(o.Phone, o.Room.ID)
		}
	}
	if s.On != p.first(s.As) {
		q.Set("on", s.On)
	}
	return q.Encode()
}

// turned is the spot after another chat was opened on a phone.
func (s spot) turned(phone string, r room) spot {
	s.Open = slices.Clone(s.Open)
	for i := range s.Open {
		if s.Open[i].Phone == phone {
			s.Open[i].Room = r
		}
	}
	return s.with(phone)
}
