package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzMergeOrg: whatever stands in a file, a merge either refuses it or adds to
// it, keeps every letter, and has nothing left to do.
func FuzzMergeOrg(f *testing.F) {
	for _, text := range []string{handWritten, "", "people: []\n", "# a\r# b\r\rpeople:\r\r- {id: li, name: x, role: rep, feishu: ou_li}\r", "people: # 一\r\n\r\n- {id: li, name: x, role: rep, feishu: ou_li}", "people: [{id: li, name: 李雷, role: rep, feishu: ou_li}]\r\n", "teams:\npeople:\n- id: li\n  name: x\n  role: rep\n  feishu: ou_li\n"} {
		f.Add(text)
	}
	files, err := filepath.Glob("testdata/org/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	p := Pull{
		Platform: "wecom",
		Members:  []Member{{User: "L", Mobile: "13800138002"}, {User: "Xin", Name: "新人", Departments: []string{"总部/新部"}, Leader: "L"}},
		Others:   map[string][]Member{"feishu": {{User: "ou_li", Mobile: "13800138002"}}},
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := MergeOrg("org.yaml", []byte(text), time.UTC, p)
		if err != nil {
			return
		}
		if twice, err := MergeOrg("org.yaml", once.Text, time.UTC, p); err != nil || string(twice.Text) != string(once.Text) {
			t.Errorf("again: %v\n%q\nwas\n%q", err, twice.Text, once.Text)
		}
		if before, err := ParseOrg("org.yaml", []byte(text), time.UTC); err == nil {
			after, err := ParseOrg("org.yaml", once.Text, time.UTC)
			if err != nil || len(after.People()) < len(before.People()) || !keeps([]rune(text), []rune(string(once.Text))) {
				t.Errorf("%v\n%q\nwas\n%q", err, once.Text, text)
			}
		}
	})
}
