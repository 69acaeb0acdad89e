package sales

import (
	"regexp"
	"strconv"
	"strings"
)

// Problem is one thing wrong with what a person gave. The words are made where
// the person is answered.
type Problem struct {
	Field string // the field's Chinese name
	Kind  string // missing or invalid
	Got   string
}

// Kinds of problems.
const (
	ProblemMissing = "missing"
	ProblemInvalid = "invalid"
	ProblemTooLong = "too_long"
)

// Most characters in a name, and in free text.
const (
	nameMax = 64
	textMax = 2000
)

var (
	budgetShape = regexp.MustCompile(`预算[约在为是:： ]*([¥￥]?[\d.,，]+\s*(?:亿|千万|百万|十万|万|[wW]|千|[kK])?\s*元?)`)
	numberShape = regexp.MustCompile(`^(?:约|大约|超过)?\s*(\d{1,9}|\d{1,3}(?:,\d{3})+)\s*(万|千)?\s*(?:人|名|员工|人以上|次|左右|\+)*$`)
)

// Canonical gives the field that a word of a person means: 手机 is 电话. ok is
// false for words that mean no field of ours.
func Canonical(word string) (field string, ok bool) {
	field, ok = leadFields[strings.ToLower(Fold(word))]
	return field, ok
}

// NewLead makes a lead of what a person gave, by the Chinese names of the
// fields and their synonyms, with everything normalised. What is not a field of
// ours is kept under its name. Problems name everything that is wrong; the lead
// then holds what was right.
func NewLead(in map[string]string) (Lead, []Problem) {
	b := leadBuilder{lead: Lead{Fields: map[string]string{}}}
	given := map[string]string{}
	for name, value := range in {
		if field, ok := Canonical(name); ok {
			given[field] = Fold(value)
			continue
		}
		b.other(name, value)
	}
	l := &b.lead
	l.Company = b.name("公司", given)
	l.Contact = b.name("联系人", given)
	b.reach(given)
	l.Industry = b.optional("行业", given, nameMax)
	l.Tech = b.optional("技术栈", given, nameMax)
	l.Source = b.optional("来源", given, nameMax)
	l.Need = b.optional("需求", given, textMax)
	l.Size = b.number("规模", given)
	l.Visits = b.number("访问", given)
	l.BANT = BANT{
		Budget: b.optional("预算", given, nameMax), Authority: b.optional("决策人", given, nameMax),
		Need: l.Need, Timing: b.optional("时间", given, nameMax),
	}
	if l.BANT.Budget == "" {
		if m := budgetShape.FindStringSubmatch(l.Need); m != nil {
			l.BANT.Budget = strings.TrimSpace(m[1])
		}
	}
	l.CompanyKey = CompanyKey(l.Company)
	if len(l.Fields) == 0 {
		l.Fields = nil
	}
	return b.lead, b.problems
}

type leadBuilder struct {
	lead     Lead
	problems []Problem
}

func (b *leadBuilder) say(field, kind, got string) {
	b.problems = append(b.problems, Problem{Field: field, Kind: kind, Got: got})
}

// name is a compulsory field.
func (b *leadBuilder) name(field string, given map[string]string) string {
	v := b.optional(field, given, nameMax)
	if v == "" && !b.has(field) {
		b.say(field, ProblemMissing, "")
	}
	return v
}

func (b *leadBuilder) has(field string) bool {
	for _, p := range b.problems {
		if p.Field == field {
			return true
		}
	}
	return false
}

func (b *leadBuilder) optional(field string, given map[string]string, most int) string {
	v := strings.Join(strings.Fields(given[field]), " ")
	if runes(v) > most {
		b.say(field, ProblemTooLong, string([]rune(v)[:20])+"…")
		return ""
	}
	return v
}

// reach is how the customer can be reached: a phone number or an address.
func (b *leadBuilder) reach(given map[string]string) {
	phone, mail := given["电话"], given["邮箱"]
	if phone == "" && mail == "" {
		b.say("电话", ProblemMissing, "")
		return
	}
	if phone != "" {
		var err error
		if b.lead.Phone, b.lead.Ext, err = NormalPhone(phone); err != nil {
			b.say("电话", ProblemInvalid, phone)
		}
	}
	if mail == "" {
		return
	}
	address, err := NormalEmail(mail)
	switch {
	case err != nil:
		b.say("邮箱", ProblemInvalid, mail)
	case SuspectEmail(address):
		b.lead.Email = address
		b.lead.Fields["邮箱存疑"] = "域名里有形近字"
	default:
		b.lead.Email = address
	}
}

func (b *leadBuilder) number(field string, given map[string]string) int64 {
	v := given[field]
	if v == "" {
		return 0
	}
	m := numberShape.FindStringSubmatch(v)
	if m == nil {
		b.say(field, ProblemInvalid, v)
		return 0
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
	if err != nil {
		b.say(field, ProblemInvalid, v)
		return 0
	}
	switch m[2] {
	case "万":
		n *= 10_000
	case "千":
		n *= 1_000
	}
	return n
}

// other keeps what is no field of ours, within reason.
func (b *leadBuilder) other(name, value string) {
	name, value = Fold(name), Fold(value)
	if name == "" || value == "" || runes(name) > nameMax || runes(value) > textMax || len(b.lead.Fields) >= 20 {
		return
	}
	b.lead.Fields[name] = value
}
