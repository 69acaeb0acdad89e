package main

import (
	"fmt"
	"io"
	"strings"

	"genjin/config"
	"genjin/sales"
)

// reportMost is how many lines of one kind are printed; questions are all asked.
const reportMost = 50

// report prints what a merge found and did. The first error of the writer is
// kept.
type report struct {
	out io.Writer
	err error
}

func (r *report) say(text string, args ...any) {
	if text == "" || r.err != nil {
		return
	}
	_, r.err = fmt.Fprintln(r.out, fill(text, args))
}

// merge tells of one platform's merge.
func (r *report) merge(platform string, members int, m config.Merge) {
	name := platformWords[platform]
	r.say(wordFound, name, members, m.Known)
	r.list(wordAdded, m.Added, wordAddedLine, name)
	r.list(wordTeams, m.Teams, wordTeamsLine, name)
	r.list(wordJoined, m.Joined, wordJoinedLine, platform)
	r.list(wordLoose, m.Loose, wordLooseLine, name)
	r.list(wordGone, m.Gone, wordGoneLine, name)
	r.list(wordBack, m.Back, wordBackLine, name)
	r.list(wordRenamed, m.Renamed, wordRenamedLine, name)
	if len(m.Asked) > 0 {
		r.say(wordAsked, len(m.Asked))
	}
	for _, q := range m.Asked {
		r.ask(platform, q)
	}
}

// list tells of one kind of finding: {1} the id, {2} the name, {3} the account,
// {4} the team, {5} the finding's word, {6} what is given.
func (r *report) list(head string, found []config.Merged, line, more string) {
	if len(found) == 0 {
		return
	}
	r.say(head, len(found), more)
	for _, f := range found[:min(len(found), reportMost)] {
		word := f.Word
		if line == wordGoneLine {
			word = wordUnseen
			if f.Word != "" {
				word = wordClosed
			}
		}
		r.say(line, f.ID, f.Name, f.User, orDash(f.Team), word, more)
	}
	if left := len(found) - reportMost; left > 0 {
		r.say(wordMore, left)
	}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// ask puts one question.
func (r *report) ask(platform string, q config.Question) {
	ids, names := make([]string, 0, len(q.Maybe)), make([]string, 0, len(q.Maybe))
	line := wordAskLine
	for _, p := range q.Maybe {
		ids = append(ids, p.ID)
		names = append(names, orgName(p))
		if p.Accounts[platform] != "" {
			line = wordAskOther
		}
	}
	who := q.Name
	if q.Departments != "" {
		who += "，" + q.Departments
	}
	r.say(line, strings.Join(names, "、"), platformWords[platform], q.User, who, strings.Join(ids, " 或 "), q.Line, q.Other)
}

func orgName(p sales.Person) string { return p.Name + "（" + p.ID + "）" }
