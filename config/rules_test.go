package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
)

// mistakes reads the files of a folder: each says in its first lines what must
// be told of it, and nothing else may be.
func mistakes(t *testing.T, dir string, parse func(name string, text []byte) error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.yaml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	place := regexp.MustCompile(`^x\.yaml:[1-9][0-9]*：`)
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var wants []string
			for line := range strings.SplitSeq(string(text), "\n") {
				if want, ok := strings.CutPrefix(line, "# want: "); ok {
					wants = append(wants, want)
				}
			}
			var told []string
			if err := parse("x.yaml", text); err != nil {
				told = strings.Split(err.Error(), "\n")
			}
			if len(told) != len(wants) {
				t.Fatalf("told %q, want %q", told, wants)
			}
			for i, want := range wants {
				if !strings.Contains(told[i], want) || !place.MatchString(told[i]) {
					t.Errorf("told %q, want a place and %q", told[i], want)
				}
			}
		})
	}
}

// TestRulesMistakes reads one file for each mistake.
func TestRulesMistakes(t *testing.T) {
	t.Parallel()
	mistakes(t, "rules", func(name string, text []byte) error {
		r, err := ParseRules(name, text)
		if (err == nil) == (r == nil) {
			t.Errorf("rules %v with %v", r, err)
		}
		return err
	})
}

func TestRulesTellEverythingAtOnce(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer(
		"points: 30", "points: 31", "min: 50", "min: 80", "types: [pdf]", "types: [exe]", "window: 10m", "windw: 10m", "copy: ops", "copy: [ops]",
		"size >= 1000", "sizze >= 1000", `from: "21:00"`, `from: "9 pm"`,
	).Replace(string(DefaultRules()))
	_, err := ParseRules("rules.yaml", []byte(text))
	if err == nil {
		t.Fatal("no error")
	}
	last := 0
	told := strings.Split(err.Error(), "\n")
	for _, want := range []string{"points 31", "sizze", "min 80", "exe", "windw", "这里应是一段文字", "9 pm"} {
		found := 0
		for i, line := range told {
			if strings.Contains(line, want) {
				found = i + 1
			}
		}
		if found <= last {
			t.Errorf("%q is told as number %d, after %d:\n%v", want, found, last, err)
		}
		last = found
	}
	if len(told) != 7 {
		t.Errorf("%d mistakes are told, want 7:\n%v", len(told), err)
	}
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "points: 31") && !strings.Contains(told[0], ":"+strconv.Itoa(i+1)+"：") {
			t.Errorf("the line of points 31 is %d, told: %s", i+1, told[0])
		}
	}
}

// TestRulesAsPeopleSaveThem reads the default rules as editors write them.
func TestRulesAsPeopleSaveThem(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"byte order mark": "\ufeff" + string(DefaultRules()), "CRLF": strings.ReplaceAll(string(DefaultRules()), "\n", "\r\n"),
	} {
		if _, err := ParseRules(name, []byte(text)); err != nil {
			t.Error(err)
		}
	}
	for name, text := range map[string]string{
		"不是 UTF-8": "bant: \xc3\xfb\xd7\xd6", "超过 1 MiB": strings.Repeat("#", 1<<20+1), "文件是空的": "# nothing\n", "没有评分维度": "bant: optional\n",
	} {
		if _, err := ParseRules("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDefaultRules holds the default pipeline and score of the design.
func TestDefaultRules(t *testing.T) {
	t.Parallel()
	r, err := ParseRules("default_rules.yaml", DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	weights := make([]int64, 0, 4)
	for _, d := range r.Dimensions {
		weights = append(weights, d.Weight)
	}
	if len(weights) != 4 || weights[0] != 30 || weights[1] != 25 || weights[2] != 20 || weights[3] != 25 {
		t.Errorf("weights %v", weights)
	}
	if r.Grades[0].Name != "A" || r.Grades[0].Min != 75 || r.Grades[1].Name != "B" || r.Grades[1].Min != 50 || r.Grades[0].RespondIn.Minutes() != 30 || r.BANT {
		t.Errorf("grades %+v, BANT %v", r.Grades, r.BANT)
	}
	if len(r.Approvals.Reasons) != 4 || r.Approvals.Reasons[1] != "材料不全" || r.Approvals.ExpireAfter.Hours() != 336 {
		t.Errorf("approvals %+v", r.Approvals)
	}
	want := []string{
		"contact 初步接触 3", "needs 需求确认 5 需求纪要 document+image", "proposal 方案报价 5 方案文件 pdf+docx+pptx+xlsx",
		"negotiation 商务谈判 7 高层拜访纪要 pdf attendees", "contract 合同签订 7 决策人签字扫描件 pdf+jpg+png manager manager2", "won 赢单 0", "lost 丢单 0",
	}
	for i, s := range r.Pipeline {
		words := []string{s.ID, s.Name, strconv.Itoa(s.OverdueIn)}
		for _, n := range s.Needs {
			words = append(words, n.Name, strings.Join(n.Types, "+"))
			if n.Attendees {
				words = append(words, "attendees")
			}
		}
		for _, a := range s.Approval {
			words = append(words, strings.Join(a.Who, "+"))
		}
		line := strings.Join(words, " ")
		if i >= len(want) || line != want[i] {
			t.Errorf("stage %q", line)
		}
	}
	second := r.Pipeline[4].Approval[1]
	for fen, want := range map[int64]bool{1_000_000_00: false, 1_000_000_01: true} {
		if got, err := second.When.Holds(sales.Facts{Amount: fen}); err != nil || got != want {
			t.Errorf("%s asked for %d: %v %v", second.Name, fen, got, err)
		}
	}
}

func TestScoreOfTheDesign(t *testing.T) {
	t.Parallel()
	r, err := ParseRules("default_rules.yaml", DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in    map[string]string
		total int64
		grade string
	}{
		{map[string]string{"行业": "智能制造", "规模": "500", "需求": "想了解MES，预算50万"}, 62, "B"},
		{map[string]string{"行业": "智能制造", "规模": "500"}, 50, "B"},
		{map[string]string{"行业": "新能源", "规模": "1200人", "技术栈": "SAP", "访问": "3次"}, 90, "A"},
		{map[string]string{"行业": "餐饮"}, 8, "C"},
		{nil, 0, "C"},
	} {
		l, _ := sales.NewLead(c.in)
		s, err := r.ScoreLead(l.Facts())
		if err != nil || s.Total != c.total || s.Grade != c.grade {
			t.Errorf("%v: %+v %v", c.in, s, err)
		}
		for _, p := range s.Parts {
			if p.Why == "" {
				t.Errorf("%v: no reason for %s", c.in, p.Name)
			}
		}
	}
}

// TestDefaultScoreAddsUp scores any facts by the default rules.
func TestDefaultScoreAddsUp(t *testing.T) {
	t.Parallel()
	r, err := ParseRules("default_rules.yaml", DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	words := rapid.OneOf(rapid.SampledFrom([]string{"智能制造", "精密制造", "SAP", "用友", "MES", ""}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		s, err := r.ScoreLead(sales.Facts{
			Industry: words.Draw(t, "industry"), Tech: words.Draw(t, "tech"), Need: words.Draw(t, "need"),
			Size: rapid.Int64Range(0, 2000).Draw(t, "size"), Visits: rapid.Int64Range(0, 20).Draw(t, "visits"),
		})
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for i, p := range s.Parts {
			sum += p.Points
			if p.Points < 0 || p.Points > r.Dimensions[i].Weight {
				t.Errorf("%+v", p)
			}
		}
		if sum != s.Total || sum > 100 {
			t.Errorf("total %d, parts %d", s.Total, sum)
		}
	})
}

func FuzzParseRules(f *testing.F) {
	f.Add(string(DefaultRules()))
	for _, s := range []string{"score: [{}]", "score: {a: [1, 2", "a: &x [*x]", "bant: !!str 1", "score:\n- weight: 1\n  bands: [{when: 'size > 1'}]", "? a\n: b", "<<: {bant: x}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRules("rules.yaml", []byte(s))
		if (err == nil) == (r == nil) {
			t.Errorf("rules %v with error %v", r, err)
		}
		if _, err := ParseOrg("org.yaml", []byte(s), time.UTC); err == nil {
			t.Log("an organisation")
		}
	})
}
