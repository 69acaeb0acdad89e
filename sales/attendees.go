package sales

import (
	"strings"
	"unicode"

	"genjin/sales/norm"
)

// ParseAttendees reads names with titles: 张伟 总经理、李娜 财务总监. A title may
// also stand in brackets or behind a colon, slash or dash. Who has no title is
// left out, and told.
func ParseAttendees(s string) (people []Attendee, untitled []string) {
	for _, part := range strings.FieldsFunc(norm.Fold(s), func(r rune) bool { return strings.ContainsRune("、,，;；。\n", r) }) {
		name, title := splitTitle(part)
		switch {
		case name == "":
		case title == "":
			untitled = append(untitled, name)
		default:
			people = append(people, Attendee{Name: name, Title: title})
		}
	}
	return people, untitled
}

// splitTitle parts a name from its title.
func splitTitle(part string) (name, title string) {
	part = strings.Join(strings.Fields(part), " ")
	marks := "(（:：/"
	if !strings.Contains(part, " ") {
		marks += "-—"
	}
	if i := strings.IndexFunc(part, func(r rune) bool { return strings.ContainsRune(marks, r) }); i >= 0 {
		return join(strings.Fields(trimMarks(part[:i]))), join(strings.Fields(trimMarks(part[i:])))
	}
	words := strings.Fields(trimMarks(part))
	if len(words) < 2 {
		return strings.Join(words, ""), ""
	}
	if isLatin(words) { // John Smith CEO
		last := len(words) - 1
		return strings.Join(words[:last], " "), words[last]
	}
	return words[0], join(words[1:])
}

func trimMarks(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("()（）:：/-—", r) })
}

// join puts words together as they are written: Chinese without spaces.
func join(words []string) string {
	if isLatin(words) {
		return strings.Join(words, " ")
	}
	return strings.Join(words, "")
}

func isLatin(words []string) bool {
	return !strings.ContainsFunc(strings.Join(words, ""), func(r rune) bool { return r > unicode.MaxLatin1 })
}

// attendeesLacking are the rules that want the names and titles of who was
// there, when there are none, or when one has no title.
func attendeesLacking(to Stage, people []Attendee) []EvidenceRule {
	complete := len(people) > 0
	for _, p := range people {
		complete = complete && strings.TrimSpace(p.Name) != "" && strings.TrimSpace(p.Title) != ""
	}
	if complete {
		return nil
	}
	var lacking []EvidenceRule
	for _, rule := range to.Needs {
		if rule.Attendees {
			lacking = append(lacking, rule)
		}
	}
	return lacking
}
