package sales

import (
	"slices"
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

// proves tells whether a file can serve a rule: it is here, serves no other
// move, is no older than since, and fits by content.
func (f File) proves(rule EvidenceRule, since time.Time) bool {
	return f.Status == FileReady && f.Move == "" && !f.SentAt.Before(since) && rule.Fits(f.Type)
}

// PickEvidence chooses the newest file that is ready, unused, no older than
// since, and fits the rule by content.
func PickEvidence(files []File, rule EvidenceRule, since time.Time) (File, bool) {
	for _, f := range newestFirst(files) {
		if f.proves(rule, since) {
			return f, true
		}
	}
	return File{}, false
}

// pickAll chooses one file for each rule, newer before older; one file does not
// serve two. Where a rule would take the only file that another could use, it
// takes one that it alone can use instead: nobody is told that a file is missing
// which they sent.
func pickAll(files []File, rules []EvidenceRule, since time.Time) (used []File, missing []EvidenceRule) {
	p := pick{files: newestFirst(files), rules: rules, since: since, takes: map[int]int{}}
	for i := range rules {
		if !p.give(i, map[int]bool{}) {
			missing = append(missing, rules[i])
		}
	}
	if len(missing) > 0 {
		return nil, missing
	}
	for i := range rules {
		for f, rule := range p.takes {
			if rule == i {
				used = append(used, p.files[f])
			}
		}
	}
	return used, nil
}

// pick matches rules with files.
type pick struct {
	files []File
	rules []EvidenceRule
	since time.Time
	takes map[int]int // file → rule
}

// give finds a file for a rule; a file that is taken is freed when its rule can
// have another.
func (p pick) give(rule int, tried map[int]bool) bool {
	for i, f := range p.files {
		if tried[i] || !f.proves(p.rules[rule], p.since) {
			continue
		}
		tried[i] = true
		if other, taken := p.takes[i]; !taken || p.give(other, tried) {
			p.takes[i] = rule
			return true
		}
	}
	return false
}

func newestFirst(files []File) []File {
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b File) int { return b.SentAt.Compare(a.SentAt) })
	return sorted
}
