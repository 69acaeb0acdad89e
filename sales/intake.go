package sales

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"genjin/sales/money"
	"genjin/sales/norm"
)

// Problem is one thing wrong with what a person gave. The words are made where
// the person is answered.
type Problem struct {
	Field string // the field's Chinese name
	Kind  string // missing, invalid or too_long
	Got   string
}

// Kinds of problems.
const (
	ProblemMissing = "missing"
	ProblemInvalid = "invalid"
	ProblemTooLong = "too_long"
)

// Most characters in a name, and in free text; most fields that are not ours.
const (
	nameMax   = 64
	textMax   = 2000
	fieldsMax = 20
)

// SuspectField is the field of a lead that says its e-mail address is not to be
// trusted.
const SuspectField = "邮箱存疑"

// budgetShape finds a budget in free text: 预算50万, 预算大约是 120 万元. An amount
// shows itself by its unit: 预算2个月内批 tells none.
var budgetShape = regexp.MustCompile(`预算(?:大约|大概|[约在为是有:： ])*` +
	`((?:[¥￥]?\d[\d,.]*|[零一二两三四五六七八九十百千]+)\s*(?:亿|千万|百万|十万|万|[wWkK]|千)?\s*元|` +
	`(?:[¥￥]?\d[\d,.]*|[零一二两三四五六七八九十百千]+)\s*(?:亿|千万|百万|十万|万|[wW])|[¥￥]\d[\d,.]*)`)

// Canonical gives the field that a word of a person means: 手机 is 电话. ok is
// false for words that mean no field of ours.
func Canonical(word string) (field string, ok bool) {
	field, ok = leadFields[strings.ToLower(norm.Fold(word))]
	return field, ok
}

// NewLead makes a lead of what a person gave, by the Chinese names of the
// fields and their synonyms, with everything normalised. What is not a field of
// ours is kept under its name. Problems name everything that is wrong; the lead
// then holds what was right.
func NewLead(in map[string]string) (Lead, []Problem) {
	b := leadBuilder{lead: Lead{Fields: map[string]string{}}, given: map[string]string{}}
	b.take(in)
	l := &b.lead
	l.Company = b.name("公司")
	if l.CompanyKey = norm.CompanyKey(l.Company); l.Company != "" && l.CompanyKey == "" {
		b.say("公司", ProblemInvalid, l.Company) // nothing but punctuation
	}
	l.Contact = b.name("联系人")
	b.reach()
	l.Industry = b.text("行业", nameMax)
	l.Tech = b.text("技术栈", nameMax)
	l.Source = b.text("来源", nameMax)
	l.Need = b.text("需求", textMax)
	l.Size = b.number("规模")
	l.Visits = b.number("访问")
	l.BANT = BANT{Budget: b.text("预算", nameMax), Authority: b.text("决策人", nameMax), Need: l.Need, Timing: b.text("时间", nameMax)}
	if l.BANT.Budget == "" {
		l.BANT.Budget = budgetIn(l.Need)
	}
	if len(l.Fields) == 0 {
		l.Fields = nil
	}
	return b.lead, b.problems
}

// budgetIn is the amount that a text calls a budget, as it was written.
func budgetIn(need string) string {
	m := budgetShape.FindStringSubmatchIndex(need)
	if m == nil {
		return ""
	}
	after, _ := utf8.DecodeRuneInString(need[m[3]:])
	if _, more := norm.HanDigit(after); more { // 两万五: not what it seems to be
		return ""
	}
	budget := strings.TrimRight(strings.TrimSpace(need[m[2]:m[3]]), ",.")
	if _, err := money.Parse(budget); err != nil {
		return ""
	}
	return budget
}

type leadBuilder struct {
	lead     Lead
	given    map[string]string // by our names
	problems []Problem
}

// take sorts what was given into our fields and others. Where a field was given
// under two names, its own name counts, else the first in order: the same input
// gives the same lead.
func (b *leadBuilder) take(in map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		value := norm.Fold(in[name])
		field, ok := Canonical(name)
		switch {
		case value == "":
		case !ok:
			b.other(norm.Fold(name), value)
		case b.given[field] == "" || norm.Fold(name) == field:
			b.given[field] = value
		}
	}
}

// other keeps what is no field of ours, within reason.
func (b *leadBuilder) other(name, value string) {
	if name == "" || name == SuspectField || norm.Len(name) > nameMax || norm.Len(value) > textMax || len(b.lead.Fields) >= fieldsMax {
		return
	}
	b.lead.Fields[name] = value
}

func (b *leadBuilder) say(field, kind, got string) {
	b.problems = append(b.problems, Problem{Field: field, Kind: kind, Got: got})
}

// name is a compulsory field.
func (b *leadBuilder) name(field string) string {
	if b.given[field] == "" {
		b.say(field, ProblemMissing, "")
		return ""
	}
	return b.text(field, nameMax)
}

// text is a field of free text in one line. Formulas and markup stay what they
// are: whoever shows or exports them must make them harmless.
func (b *leadBuilder) text(field string, most int) string {
	v := strings.Join(strings.Fields(b.given[field]), " ")
	if norm.Len(v) > most {
		b.say(field, ProblemTooLong, string([]rune(v)[:20])+"…")
		return ""
	}
	return v
}

// reach is how the customer can be reached: a phone number or an address.
func (b *leadBuilder) reach() {
	phone, mail := b.given["电话"], b.given["邮箱"]
	if phone == "" && mail == "" {
		b.say("电话", ProblemMissing, "")
		return
	}
	if phone != "" {
		var err error
		if b.lead.Phone, b.lead.Ext, err = norm.Phone(phone); err != nil {
			b.say("电话", ProblemInvalid, phone)
		}
	}
	if mail == "" {
		return
	}
	address, err := norm.Email(mail)
	if err != nil {
		b.say("邮箱", ProblemInvalid, mail)
		return
	}
	b.lead.Email = address
	if norm.SuspectEmail(address) {
		b.lead.Fields[SuspectField] = "域名里有形近字"
	}
}

func (b *leadBuilder) number(field string) int64 {
	v := b.given[field]
	if v == "" {
		return 0
	}
	n, ok := norm.Count(v)
	if !ok {
		b.say(field, ProblemInvalid, v)
	}
	return n
}
