package playground

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"genjin/playground/feishusim"
)

// spot is where the visitor stands: who they are and which chat is open.
type spot struct {
	As     Person
	ChatID string // the id of the group, "" in the private chat
	Name   string // of the chat
	Group  bool
	Member []Person // who can speak in a group
}

// screen is the whole page.
type screen struct {
	Title, Assets, Prefix string
	Spot                  spot
	Now                   string
	People, Head, Trace   template.HTML
	Tour, Faults          template.HTML
	Messages              []piece
	Samples               []sample
	Toast                 toast
	Rev                   string
}

// piece is one message, drawn.
type piece struct {
	ID   string        `json:"id"`
	Rev  string        `json:"rev"`
	HTML template.HTML `json:"html"`
}

// place finds where the visitor stands; false: no such person or group.
func (p *page) place(as, chat string) (spot, bool) {
	if len(p.People) == 0 {
		return spot{}, false
	}
	i := slices.IndexFunc(p.People, func(q Person) bool { return q.OpenID == as })
	if i < 0 && as != "" {
		return spot{}, false
	}
	s := spot{As: p.People[max(i, 0)], Name: "跟进机器人"}
	if chat == "" {
		return s, true
	}
	g := slices.IndexFunc(p.Groups, func(g Group) bool { return g.ChatID == chat })
	if g < 0 {
		return spot{}, false
	}
	s.ChatID, s.Name, s.Group = chat, p.Groups[g].Name, true
	s.Member = p.membersOf(chat)
	if len(s.Member) > 0 && !slices.ContainsFunc(s.Member, func(m Person) bool { return m.OpenID == s.As.OpenID }) {
		s.As = s.Member[0]
	}
	return s, true
}

func (p *page) membersOf(chat string) []Person {
	var all []Person
	for _, c := range p.Sim.Chats() {
		if c.ID != chat {
			continue
		}
		for _, q := range p.People {
			if slices.Contains(c.Members, q.OpenID) {
				all = append(all, q)
			}
		}
	}
	return all
}

// room is the chat to read: the group, or the person's private chat.
func (s spot) room() string {
	if s.Group {
		return s.ChatID
	}
	return s.As.OpenID
}

// draw makes the whole page.
func (p *page) draw(ctx context.Context, s spot) screen {
	v := screen{
		Title: words["title"], Assets: p.PathPrefix + "/static", Prefix: p.PathPrefix, Spot: s, Samples: p.samples,
		Now: p.clockText(p.Clock.Now()), Messages: p.messages(s), Toast: p.takeToast(s.As.OpenID),
	}
	v.People, v.Head = p.peopleHTML(s), p.html("head-line", s)
	v.Tour, v.Faults, v.Trace = p.tourHTML(s), p.faultsHTML(s), p.traceHTML(ctx)
	v.Rev = revision(v)
	return v
}

// revision changes whenever something on the page does.
func revision(v screen) string {
	h := sha256.New()
	for _, m := range v.Messages {
		fmt.Fprintln(h, m.ID, m.Rev) //nolint:errcheck // a hash takes everything
	}
	for _, s := range []template.HTML{v.People, v.Tour, v.Faults, v.Trace} {
		fmt.Fprintln(h, s) //nolint:errcheck // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// html draws a piece; what cannot be drawn is logged and left out.
func (p *page) html(name string, data any) template.HTML {
	var b bytes.Buffer
	if err := p.pages.Render(&b, name, data); err != nil {
		p.Logger.Error("page piece not drawn", slog.String("piece", name), slog.Any("error", err))
		return ""
	}
	return template.HTML(b.String()) //nolint:gosec // came out of html/template a line above
}

// bubble is one message as its piece draws it.
type bubble struct {
	feishusim.Message

	Place   *place
	Mine    bool
	Hub     bool
	Name    string
	Face    string
	Time    string
	Card    *card
	Spans   []span
	Edited  bool
	FileURL string
	Picture bool // FileURL is one
}

// messages draws what stands in the open chat, and remembers that it was seen.
func (p *page) messages(s spot) []piece {
	all := p.Sim.Messages(s.room())
	out := make([]piece, 0, len(all))
	day := ""
	for _, m := range all {
		if m.VisibleTo != "" && m.VisibleTo != s.As.OpenID {
			continue
		}
		b := bubble{
			Message: m, Mine: m.SenderID == s.As.OpenID, Hub: m.SenderID == "bot", Name: p.nameOf(m.SenderID),
			Place:  &place{Prefix: p.PathPrefix, As: s.As.OpenID, Chat: s.ChatID, Message: m.ID},
			Edited: m.Updates > 0, Time: m.CreatedAt.In(p.Location).Format("15:04"),
		}
		if b.Hub {
			b.Name = "跟进"
		}
		b.Face = first(b.Name)
		if d := p.dayText(m.CreatedAt); d != day {
			day, b.Time = d, d+" "+b.Time
		}
		if m.Type == "interactive" && !m.Recalled {
			c := p.readCard(m.Card, b.Place)
			b.Card = &c
		}
		if len(m.FileData) > 0 && !m.Recalled {
			b.FileURL, b.Picture = p.PathPrefix+"/file/"+m.ID, m.Type == "image" && pictureType(m.FileData) != ""
		}
		b.Spans = linked(m.Text)
		out = append(out, piece{
			ID: m.ID, HTML: p.html("message", b),
			Rev: strconv.Itoa(m.Updates) + "-" + strconv.FormatInt(m.UpdatedAt.UnixMilli(), 36) + "-" + strconv.FormatBool(m.Recalled),
		})
	}
	p.mu.Lock()
	p.seen[s.room()] = len(all)
	p.mu.Unlock()
	return out
}

// entry is a line of the list of people and groups.
type entry struct {
	URL, Name, Hint, Face string
	Current               bool
	New                   int
}

func (p *page) peopleHTML(s spot) template.HTML {
	var people, others []entry
	groups := make([]entry, 0, len(p.Groups))
	for _, q := range p.People {
		e := entry{
			URL: p.PathPrefix + "?as=" + q.OpenID, Name: q.Name, Hint: cmp.Or(q.Hint, roleWord(q.Role)), Face: first(q.Name),
			Current: !s.Group && q.OpenID == s.As.OpenID, New: p.unseen(q.OpenID),
		}
		if q.Main {
			people = append(people, e)
		} else {
			others = append(others, e)
		}
	}
	if len(people) == 0 {
		people, others = others, nil
	}
	for _, g := range p.Groups {
		as := s.As.OpenID
		groups = append(groups, entry{
			URL: p.PathPrefix + "?as=" + as + "&chat=" + g.ChatID, Name: g.Name, Hint: "群聊，@hub 找机器人", Face: "群",
			Current: s.ChatID == g.ChatID, New: p.unseen(g.ChatID),
		})
	}
	return p.html("people", map[string]any{"People": people, "Groups": groups, "Others": others})
}

// unseen counts what the hub has said in a chat since it was last open.
func (p *page) unseen(room string) int {
	all := p.Sim.Messages(room)
	p.mu.Lock()
	seen := p.seen[room]
	p.mu.Unlock()
	n := 0
	for _, m := range all[min(seen, len(all)):] {
		if m.SenderID == "bot" {
			n++
		}
	}
	return n
}

func (p *page) faultsHTML(s spot) template.HTML {
	type line struct {
		faultSwitch

		On bool
	}
	on := p.Sim.Faults()
	lines := make([]line, 0, len(switches))
	count := 0
	for _, f := range switches {
		isOn := slices.ContainsFunc(on, func(o feishusim.Fault) bool { return o.Kind == f.fault.Kind && o.Path == f.fault.Path })
		if isOn {
			count++
		}
		lines = append(lines, line{f, isOn})
	}
	return p.html("faults", map[string]any{"Lines": lines, "Count": count, "Prefix": p.PathPrefix, "Spot": s})
}

func (p *page) nameOf(openID string) string {
	for _, q := range p.People {
		if q.OpenID == openID {
			return q.Name
		}
	}
	return openID
}

func (p *page) dayText(t time.Time) string {
	t = t.In(p.Location)
	return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), weekdays[t.Weekday()])
}

func (p *page) clockText(t time.Time) string {
	return p.dayText(t) + " " + t.In(p.Location).Format("15:04")
}

func roleWord(role string) string {
	if w := roles[role]; w != "" {
		return w
	}
	return role
}

// first is the character on somebody's portrait.
func first(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	if n == 0 || r == utf8.RuneError {
		return "?"
	}
	return string(r)
}
