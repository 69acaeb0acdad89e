package sales

import (
	"slices"
	"strings"
	"time"
)

// Families of file types that an evidence rule may name at once.
const (
	FamilyDocument = "document"
	FamilyImage    = "image"
)

// Fits tells whether a type by content is what the rule asks for.
func (e EvidenceRule) Fits(kind string) bool {
	return slices.ContainsFunc(e.Types, func(t string) bool {
		return t == kind || (t == FamilyDocument && slices.Contains(documentTypes, kind)) || (t == FamilyImage && slices.Contains(imageTypes, kind))
	})
}

// PickEvidence chooses the newest file that is ready, unused, no older than
// since, and fits the rule by content.
func PickEvidence(files []File, rule EvidenceRule, since time.Time) (File, bool) {
	var best File
	for _, f := range files {
		if f.Status == FileReady && !f.SentAt.Before(since) && rule.Fits(f.Type) && (best.ID == "" || f.SentAt.After(best.SentAt)) {
			best = f
		}
	}
	return best, best.ID != ""
}

// pickAll chooses one file for each rule; one file does not serve two.
func pickAll(files []File, rules []EvidenceRule, since time.Time) (used []File, missing []EvidenceRule) {
	for _, rule := range rules {
		f, ok := PickEvidence(files, rule, since)
		if !ok {
			missing = append(missing, rule)
			continue
		}
		used = append(used, f)
		files = slices.DeleteFunc(slices.Clone(files), func(o File) bool { return o.ID == f.ID })
	}
	return used, missing
}

// ParseAttendees reads names with titles: 张伟 总经理、李娜 财务总监. Who has no
// title is left out, and told.
func ParseAttendees(s string) (people []Attendee, untitled []string) {
	s = Fold(s)
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) }) {
		words := strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune(" /:：()（）-", r) })
		switch len(words) {
		case 0:
		case 1:
			untitled = append(untitled, words[0])
		default:
			people = append(people, Attendee{Name: words[0], Title: strings.Join(words[1:], "")})
		}
	}
	return people, untitled
}
