package sales_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
)

func TestFits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		types []string
		kind  string
		want  bool
	}{
		{[]string{"pdf"}, "pdf", true},
		{[]string{"pdf"}, "docx", false},
		{[]string{"document"}, "docx", true},
		{[]string{"document"}, "png", false},
		{[]string{"document", "image"}, "png", true},
		{[]string{"image"}, "jpg", true},
		{[]string{"image"}, "pdf", false},
		{[]string{"document", "image"}, "exe", false},
		{[]string{"document", "image"}, "", false},
		{nil, "pdf", false},
	} {
		if got := (sales.EvidenceRule{Types: tt.types}).Fits(tt.kind); got != tt.want {
			t.Errorf("%q for %v: %t", tt.kind, tt.types, got)
		}
	}
}

func TestPickEvidenceTakesTheNewestThatFits(t *testing.T) {
	t.Parallel()
	sent := func(id, kind string, minutesAgo int) sales.File {
		f := file(id, kind)
		f.SentAt = monday().Add(-time.Duration(minutesAgo) * time.Minute)
		return f
	}
	files := []sales.File{sent("older", "pdf", 8), sent("picture", "jpg", 1), sent("newer", "pdf", 3), sent("ancient", "pdf", 30)}
	f, ok := sales.PickEvidence(files, sales.EvidenceRule{Types: []string{"pdf"}}, monday().Add(-10*time.Minute))
	if !ok || f.ID != "newer" {
		t.Errorf("took %q", f.ID)
	}
	if f, ok := sales.PickEvidence(files, sales.EvidenceRule{Types: []string{"xlsx"}}, monday().Add(-10*time.Minute)); ok {
		t.Errorf("took %q for a sheet", f.ID)
	}
}

// TestProofIsFoundWhereThereIsOne compares the choice for several rules with
// trying every choice: one is found exactly where there is one, each file fits
// its rule and serves one.
func TestProofIsFoundWhereThereIsOne(t *testing.T) {
	t.Parallel()
	o := orgOf(t, house())
	kinds := []string{"pdf", "jpg", "docx"}
	rapid.Check(t, func(t *rapid.T) {
		r := pipeline()
		needs := &r.Pipeline[1].Needs
		*needs = nil
		for i := range rapid.IntRange(1, 4).Draw(t, "rules") {
			*needs = append(*needs, sales.EvidenceRule{ID: strconv.Itoa(i), Types: rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 1, 3, rapid.ID[string]).Draw(t, "types")})
		}
		count := rapid.IntRange(0, 5).Draw(t, "files")
		files := make([]sales.File, 0, count)
		for i := range count {
			f := file(fmt.Sprint("f", i), rapid.SampledFrom(kinds).Draw(t, "kind"))
			f.SentAt = f.SentAt.Add(-time.Duration(rapid.IntRange(0, 12).Draw(t, "age")) * time.Minute)
			files = append(files, f)
		}
		since := monday().Add(-r.Evidence.Window)
		_, out, err := r.Move(o, sales.MoveRequest{Deal: dealAt("contact"), To: r.Pipeline[1], By: sales.Person{ID: "li"}, Files: files, Now: monday(), ID: "m"})
		if possible := canProve(files, *needs, since); possible != (err == nil) {
			t.Fatalf("a proof exists: %t, yet %v", possible, err)
		}
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for i, f := range out.Used {
			if seen[f.ID] || f.SentAt.Before(since) || !(*needs)[i].Fits(f.Type) {
				t.Fatalf("rule %d got %+v", i, f)
			}
			seen[f.ID] = true
		}
		if len(out.Used) != len(*needs) {
			t.Fatalf("%d files for %d rules", len(out.Used), len(*needs))
		}
	})
}

func canProve(files []sales.File, rules []sales.EvidenceRule, since time.Time) bool {
	if len(rules) == 0 {
		return true
	}
	for i, f := range files {
		if !f.SentAt.Before(since) && rules[0].Fits(f.Type) && canProve(slices.Delete(slices.Clone(files), i, i+1), rules[1:], since) {
			return true
		}
	}
	return false
}

func TestParseAttendees(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		people   []sales.Attendee
		untitled []string
	}{
		"张伟 总经理、李娜 财务总监":             {people: []sales.Attendee{{Name: "张伟", Title: "总经理"}, {Name: "李娜", Title: "财务总监"}}},
		"张伟　总经理，李娜（财务总监）":            {people: []sales.Attendee{{Name: "张伟", Title: "总经理"}, {Name: "李娜", Title: "财务总监"}}},
		"张伟:总经理;李娜/财务 总监":            {people: []sales.Attendee{{Name: "张伟", Title: "总经理"}, {Name: "李娜", Title: "财务总监"}}},
		"张伟-总经理 ":                    {people: []sales.Attendee{{Name: "张伟", Title: "总经理"}}},
		"张伟 集团 总经理。":                 {people: []sales.Attendee{{Name: "张伟", Title: "集团总经理"}}},
		"张伟、李娜 财务总监":                 {people: []sales.Attendee{{Name: "李娜", Title: "财务总监"}}, untitled: []string{"张伟"}},
		"张伟（）":                       {untitled: []string{"张伟"}},
		"John Smith CEO":             {people: []sales.Attendee{{Name: "John Smith", Title: "CEO"}}},
		"Jean-Luc Picard(CEO & CFO)": {people: []sales.Attendee{{Name: "Jean-Luc Picard", Title: "CEO & CFO"}}},
		"王总 CEO":                     {people: []sales.Attendee{{Name: "王总", Title: "CEO"}}},
		"":                           {},
		"、，; ":                       {},
		"（总经理）":                      {},
	} {
		people, untitled := sales.ParseAttendees(in)
		if !slices.Equal(people, want.people) || !slices.Equal(untitled, want.untitled) {
			t.Errorf("%q: %v, untitled %v", in, people, untitled)
		}
	}
}

func FuzzParseAttendees(f *testing.F) {
	f.Add("张伟 总经理、李娜 财务总监")
	f.Add("a-b c(d)：e")
	f.Add("\u202e张\u0000 (")
	f.Fuzz(func(t *testing.T, s string) {
		people, untitled := sales.ParseAttendees(s)
		for _, p := range people {
			if p.Name == "" || p.Title == "" {
				t.Errorf("%q gave %+v", s, p)
			}
		}
		if slices.Contains(untitled, "") {
			t.Errorf("%q gave an empty name", s)
		}
	})
}
