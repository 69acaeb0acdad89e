package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales"
)

const handWritten = `# 我们公司。请勿改动格式。
teams:
  - {id: east, name: 华东区, region: 华东, manager: wang, groups: {feishu: oc_east}, wecom_robot: key-1} # 群机器人
people:
  # 老板
  - {id: zhao, name: 赵敏, role: manager, team: east, feishu: ou_zhao}
  - id: wang   # 主管
    # 名字
    name: 王芳
    role: manager
    team: east
    manager: zhao
    feishu: ou_wang
    delegate:
      to: zhao
      from: 2026-11-25
      until: 2026-11-28

  - {id: li, name: 李雷, role: rep, team: east, manager: wang, feishu: ou_li, prefer: feishu}   # 一行
  - {id: hu, name: 老胡, role: rep, team: east, left: true, wecom: LaoHu}
# 文件结束
`

// merge merges and fails on an error.
func merge(t *testing.T, text string, p Pull) Merge {
	t.Helper()
	m, err := MergeOrg("org.yaml", []byte(text), time.UTC, p)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

func idsOf(list []Merged) string {
	out := make([]string, 0, len(list))
	for _, m := range list {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

// TestMergeOrg merges WeCom into what somebody wrote by hand.
func TestMergeOrg(t *testing.T) {
	t.Parallel()
	p := Pull{
		Platform: "wecom",
		Members: []Member{
			{User: "WangFang", Name: "王 芳", Mobile: "+86 138-0013-8001", Departments: []string{"销售部/华东区"}},
			{User: "LiLei", Name: "李雷", Departments: []string{"销售部/华东区"}, Leader: "wangfang"},
			{User: "HanMeimei", Name: "韩梅梅", Departments: []string{"销售部/华东区"}, Leader: "wangfang"},
			{User: "lilei2", Name: "李磊", Departments: []string{"销售部/华南区"}, Leader: "HanMeimei"},
			{User: "Yes", Name: "no", Email: "x@example.com", Leader: "Nobody"},
			{User: "laohu", Name: "老胡"},
			{User: "Gone", Name: "走了", Left: true},
		},
		Others: map[string][]Member{"feishu": {{User: "ou_wang", Mobile: "13800138001"}, {User: "ou_li", Mobile: "13800138002"}, {User: "ou_x", Email: "x@example.com"}}},
	}
	m := merge(t, handWritten, p)
	want := strings.Replace(handWritten, "  - id: wang   # 主管\n", "  - id: wang   # 主管\n    wecom: WangFang\n", 1)
	want = strings.Replace(want, "# 群机器人\n", "# 群机器人\n  - {id: huananqu, name: 华南区}\n", 1)
	want = strings.Replace(want, "left: true, wecom: LaoHu}\n", "left: true, wecom: LaoHu}\n"+
		"  - {id: hanmeimei, name: 韩梅梅, role: rep, team: east, manager: wang, wecom: HanMeimei}\n"+
		"  - {id: lilei, name: 李磊, role: rep, team: huananqu, manager: hanmeimei, wecom: lilei2}\n"+
		"  - {id: \"no\", name: \"no\", role: rep, wecom: \"Yes\"}\n", 1)
	if string(m.Text) != want {
		t.Errorf("got\n%s\nwant\n%s", m.Text, want)
	}
	if idsOf(m.Added) != "hanmeimei lilei no" || idsOf(m.Joined) != "wang" || idsOf(m.Teams) != "huananqu" || idsOf(m.Back) != "hu" || idsOf(m.Loose) != "no" || len(m.Gone) > 0 {
		t.Errorf("%+v", m)
	}
	if len(m.Asked) != 1 || m.Asked[0].Line != "wecom: LiLei" || m.Asked[0].Maybe[0].ID != "li" || m.Asked[0].Other != "- {id: lilei2, name: 李雷, role: rep, wecom: LiLei}" {
		t.Errorf("asked %+v", m.Asked)
	}
	for _, private := range []string{"1380013", "example.com"} {
		if strings.Contains(string(m.Text), private) {
			t.Errorf("%s stands in the file", private)
		}
	}
	if again := merge(t, string(m.Text), p); again.Changed() || string(again.Text) != string(m.Text) {
		t.Errorf("merged again:\n%s", again.Text)
	}
}

// TestMergeOrgDoubts: what may be wrong is asked or told, and not done.
func TestMergeOrgDoubts(t *testing.T) {
	t.Parallel()
	text := "people:\n- {id: a, name: 甲, role: rep, feishu: ou_a}\n- {id: b, name: 乙, role: rep, feishu: ou_b, wecom: B}\n- {id: c, name: 丙, role: rep, feishu: ou_c}\n"
	others := map[string][]Member{"feishu": {{User: "ou_a", Mobile: "13800138001"}, {User: "ou_b", Mobile: "13800138002"}, {User: "ou_c", Email: "c@example.com"}}}
	for name, c := range map[string]struct {
		members []Member
		asked   string // user→ids
	}{
		"two claim one":             {[]Member{{User: "X", Mobile: "13800138001"}, {User: "Y", Mobile: "13800138001"}, {User: "B"}}, "X→a Y→a"},
		"mobile and mail differ":    {[]Member{{User: "X", Mobile: "13800138001", Email: "C@example.com"}, {User: "B"}}, "X→a,c"},
		"has another account":       {[]Member{{User: "X", Mobile: "13800138002"}, {User: "B"}}, "X→b"},
		"the same name":             {[]Member{{User: "X", Name: "丙"}, {User: "Y", Name: "丙"}, {User: "B"}}, "X→c Y→c"},
		"a name, but joined":        {[]Member{{User: "X", Name: "丙"}, {User: "Y", Name: "丙丙", Email: "c@example.com"}, {User: "B"}}, ""},
		"name of who has an id too": {[]Member{{User: "X", Name: "乙"}, {User: "B"}}, ""},
	} {
		m := merge(t, text, Pull{Platform: "wecom", Members: c.members, Others: others})
		asked := make([]string, 0, len(m.Asked))
		for _, q := range m.Asked {
			who := make([]string, 0, len(q.Maybe))
			for _, p := range q.Maybe {
				who = append(who, p.ID)
			}
			asked = append(asked, q.User+"→"+strings.Join(who, ","))
		}
		if got := strings.Join(asked, " "); got != c.asked {
			t.Errorf("%s: asked %q, want %q", name, got, c.asked)
		}
	}
	m := merge(t, text, Pull{Platform: "feishu", Members: []Member{{User: "ou_a", Name: "甲甲"}, {User: "ou_b", Left: true}}})
	if idsOf(m.Renamed) != "a" || m.Renamed[0].Word != "甲甲" || idsOf(m.Gone) != "b c" || m.Gone[0].Word != "left" || m.Changed() || m.Known != 2 {
		t.Errorf("%+v", m)
	}
	loop := merge(t, "", Pull{Platform: "feishu", Members: []Member{{User: "x", Name: "甲", Leader: "y"}, {User: "y", Name: "乙", Leader: "z"}, {User: "z", Name: "丙", Leader: "x"}, {User: "s", Leader: "s"}}})
	if idsOf(loop.Loose) != "bing s" {
		t.Errorf("leaders in a ring: %+v\n%s", loop.Loose, loop.Text)
	}
}

// TestMergeOrgTeams: a department's team is the one of its name, or its people's.
func TestMergeOrgTeams(t *testing.T) {
	t.Parallel()
	text := "teams:\n- {id: e, name: 一部}\n- {id: s, name: 南方}\npeople:\n- {id: a, name: 甲, role: rep, team: s, feishu: a}\n- {id: b, name: 乙, role: rep, team: e, feishu: b}\n- {id: c, name: 丙, role: rep, team: s, feishu: c}\n"
	m := merge(t, text, Pull{Platform: "feishu", Members: []Member{
		{User: "a", Departments: []string{"华南/销售"}},
		{User: "b", Departments: []string{"混合"}},
		{User: "c", Departments: []string{"混合"}},
		{User: "n1", Departments: []string{"华南/销售"}},
		{User: "n2", Departments: []string{"混合"}},
		{User: "n3", Departments: []string{"华北/一部"}},
		{User: "n4", Departments: []string{"西/二部"}},
		{User: "n5", Departments: []string{"东/二部"}},
		{User: "n6", Departments: []string{"东/二部"}},
		{User: "n7"},
	}})
	got := make([]string, 0, len(m.Added))
	for _, p := range m.Added {
		got = append(got, p.User+"="+p.Team)
	}
	if strings.Join(got, " ") != "n1=s n2=hunhe n3=e n4=xi-erbu n5=dong-erbu n6=dong-erbu n7=" || len(m.Teams) != 3 {
		t.Errorf("%s %+v\n%s", got, m.Teams, m.Text)
	}
}

// TestMergeOrgForms: whatever way a file is written, it is added to or left alone.
func TestMergeOrgForms(t *testing.T) {
	t.Parallel()
	p := Pull{
		Platform: "wecom", Members: []Member{{User: "L", Mobile: "13800138002"}, {User: "Xin", Name: "新人", Departments: []string{"新部"}}},
		Others: map[string][]Member{"feishu": {{User: "ou_li", Mobile: "13800138002"}}},
	}
	const person = "id: li, name: 李雷, role: rep, feishu: ou_li"
	for name, c := range map[string]struct{ text, want string }{
		"nothing":        {"", "teams:\n  - T\npeople:\n  - N\n"},
		"comments":       {"# 公司\n", "# 公司\nteams:\n  - T\npeople:\n  - N\n"},
		"no line end":    {"people:\n- {" + person + "}", "people:\n- {" + person + ", wecom: L}\n- N\nteams:\n  - T\n"},
		"no people":      {"people:\n", "people:\n  - N\nteams:\n  - T\n"},
		"empty lists":    {"teams: [] # 团队\npeople: []\n# 完\n", "teams: # 团队\n  - T\npeople:\n  - N\n# 完\n"},
		"null":           {"people: ~\nteams:\n", "people:\n  - N\nteams:\n  - T\n"},
		"windows":        {"# 一\r\n# 二\r\npeople:\r\n- {" + person + "}\r\n", "# 一\r\n# 二\r\npeople:\r\n- {" + person + ", wecom: L}\r\n- N\r\nteams:\r\n  - T\r\n"},
		"marked":         {"\ufeffpeople:\n- {" + person + "}\n", "\ufeffpeople:\n- {" + person + ", wecom: L}\n- N\nteams:\n  - T\n"},
		"brackets":       {"people: [{" + person + "}]\n", "people: [{" + person + ", wecom: L}, N]\nteams:\n  - T\n"},
		"open brackets":  {"people: [\n  {" + person + "},\n]\n", "people: [\n  {" + person + ", wecom: L},\nN]\nteams:\n  - T\n"},
		"several lines":  {"people:\n  - {id: li, name: 李雷,\n     role: rep, feishu: ou_li,\n    }\n", "people:\n  - {id: li, wecom: L, name: 李雷,\n     role: rep, feishu: ou_li,\n    }\n  - N\nteams:\n  - T\n"},
		"keys":           {"people:\n  -\n    id: li\n    name: 李雷\n    role: rep\n    feishu: ou_li\n", "people:\n  -\n    id: li\n    wecom: L\n    name: 李雷\n    role: rep\n    feishu: ou_li\n  - N\nteams:\n  - T\n"},
		"people first":   {"people:\n- {" + person + "}\n\nteams:\n- {id: a, name: A}\n", "people:\n- {" + person + ", wecom: L}\n- N\n\nteams:\n- {id: a, name: A}\n- T\n"},
		"quoted numbers": {"people:\n- {" + person + ", prefer: \"feishu\"}\n- {id: \"007\", name: 'it''s', role: rep}\n", "people:\n- {" + person + ", prefer: \"feishu\", wecom: L}\n- {id: \"007\", name: 'it''s', role: rep}\n- N\nteams:\n  - T\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := merge(t, c.text, p)
			people := "{id: xinren, name: 新人, role: rep, team: xinbu, wecom: Xin}"
			if !strings.Contains(c.text, "ou_li") {
				people = "{id: l, name: L, role: rep, wecom: L}\n  - " + people
			}
			want := strings.Replace(strings.Replace(c.want, "- N", "- "+people, 1), "- T", "- {id: xinbu, name: 新部}", 1)
			want = strings.Replace(strings.Replace(want, ", N]", ", "+people+"]", 1), "\nN]", "\n"+people+"]", 1)
			if string(m.Text) != want {
				t.Errorf("got\n%s\nwant\n%s", m.Text, want)
			}
			if again := merge(t, string(m.Text), p); string(again.Text) != string(m.Text) {
				t.Errorf("merged again:\n%s", again.Text)
			}
		})
	}
	for name, text := range map[string]string{
		"a mistake":     "people:\n- {id: li, name: 李雷, role: boss}\n",
		"no YAML":       "people: [",
		"a word":        "hello\n",
		"all in braces": "{people: [{" + person + "}]}\n",
		"unknown key":   "people: []\nteam: []\n",
	} {
		if m, err := MergeOrg("org.yaml", []byte(text), time.UTC, p); err == nil || m.Text != nil || !strings.Contains(err.Error(), "org.yaml") {
			t.Errorf("%s: %v\n%s", name, err, m.Text)
		}
	}
	if _, err := MergeOrg("org.yaml", nil, time.UTC, Pull{Platform: "icq"}); err == nil {
		t.Error("a platform that nobody knows")
	}
}

// hand writes an organisation the way different hands do.
func hand(t *rapid.T) string {
	var b strings.Builder
	names := rapid.SampledFrom([]string{"李雷", "韩梅梅", "王芳", "O'Hara: x", "true", "007", "赵 敏", "#1"})
	if rapid.Bool().Draw(t, "bom") {
		b.WriteString("\ufeff")
	}
	if rapid.Bool().Draw(t, "teams") {
		b.WriteString("teams:  # 团队\n  - {id: e, name: 华东}\n  - id: s\n    name: \"华南\"\n")
	}
	pad := rapid.SampledFrom([]string{"", "  ", "    "}).Draw(t, "pad")
	b.WriteString("people:\n")
	for i := range rapid.IntRange(1, 6).Draw(t, "people") {
		account := ""
		if rapid.Bool().Draw(t, "known") {
			account = fmt.Sprintf("ou_%d", i)
		}
		name := scalar(names.Draw(t, "name"))
		switch rapid.IntRange(1, 4).Draw(t, "form") {
		case 1:
			fmt.Fprintf(&b, "%s- {id: p%d, name: %s, role: rep, feishu: \"%s\"}  # 备注 %d\n", pad, i, name, account, i)
		case 2:
			fmt.Fprintf(&b, "%s-   id: p%d\n%s    # 说明\n%s    name: %s\n%s    role: rep\n%s    feishu: '%s'\n\n", pad, i, pad, pad, name, pad, pad, account)
		case 3:
			fmt.Fprintf(&b, "%s- {id: p%d, name: %s,\n%s   role: ops, feishu: \"%s\", # 换行\n%s   }\n", pad, i, name, pad, account, pad)
		case 4:
			fmt.Fprintf(&b, "%s# 离职\n%s- {id: p%d, name: %s, role: rep, left: true, feishu: \"%s\"}\n", pad, pad, i, name, account)
		}
	}
	if rapid.Bool().Draw(t, "foot") {
		b.WriteString("# 完\n")
	}
	text := b.String()
	if rapid.Bool().Draw(t, "windows") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if rapid.Bool().Draw(t, "open end") {
		text = strings.TrimRight(text, "\r\n")
	}
	return text
}

// crew is what a platform may tell.
func crew(t *rapid.T, prefix string) []Member {
	name := rapid.OneOf(rapid.SampledFrom([]string{"李雷", "韩梅梅", "王芳", "赵 敏", "true"}), rapid.String())
	word := rapid.SampledFrom([]string{"", "华东", "总部/华东", "华南/一部", "华北/一部", "研发: x", "🙂"})
	phone := rapid.SampledFrom([]string{"", "", "13800138000", "+8613800138001", "138-0013-8002"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Member {
		m := Member{
			User: prefix + strconv.Itoa(rapid.IntRange(0, 9).Draw(t, "user")), Name: name.Draw(t, "name"), Mobile: phone.Draw(t, "mobile"),
			Leader: prefix + strconv.Itoa(rapid.IntRange(0, 12).Draw(t, "leader")), Left: rapid.IntRange(1, 8).Draw(t, "left") == 1,
		}
		if at := word.Draw(t, "department"); at != "" {
			m.Departments = []string{at}
		}
		return m
	}), 0, 8).Draw(t, prefix+"members")
}

// TestMergeOrgTwice: merging twice changes nothing the second time, and every
// letter that somebody wrote is still there, in its order.
func TestMergeOrgTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := hand(t)
		feishu, wecom := Pull{Platform: "feishu", Members: crew(t, "ou_")}, Pull{Platform: "wecom", Members: crew(t, "W")}
		feishu.Others, wecom.Others = map[string][]Member{"wecom": wecom.Members}, map[string][]Member{"feishu": feishu.Members}
		now := text
		for _, p := range []Pull{wecom, feishu} {
			once, err := MergeOrg("org.yaml", []byte(now), time.UTC, p)
			if err != nil {
				t.Fatalf("%v\n%s", err, now)
			}
			twice, err := MergeOrg("org.yaml", once.Text, time.UTC, p)
			if err != nil || string(twice.Text) != string(once.Text) {
				t.Fatalf("again: %v\n%s\nwas\n%s", err, twice.Text, once.Text)
			}
			if !keeps([]rune(now), []rune(string(once.Text))) {
				t.Fatalf("something is lost:\n%s\nwas\n%s", once.Text, now)
			}
			now = string(once.Text)
		}
		before, after := mustOrg(t, text), mustOrg(t, now)
		for _, p := range before.People() {
			if q, _ := after.Person(p.ID); q.Name != p.Name || q.Role != p.Role || q.Left != p.Left || q.Accounts["feishu"] != p.Accounts["feishu"] && p.Accounts["feishu"] != "" {
				t.Fatalf("%+v became %+v", p, q)
			}
		}
		if !slices.EqualFunc(before.Teams(), after.Teams()[:len(before.Teams())], func(a, b sales.Team) bool { return a.ID == b.ID && a.Name == b.Name }) {
			t.Fatalf("teams became %+v", after.Teams())
		}
	})
}

func mustOrg(t *rapid.T, text string) *sales.Org {
	o, err := ParseOrg("org.yaml", []byte(text), time.UTC)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return o
}

// keeps tells whether all of some text stands in another, in its order.
func keeps(part, whole []rune) bool {
	for _, r := range whole {
		if len(part) > 0 && part[0] == r {
			part = part[1:]
		}
	}
	return len(part) == 0
}

// BenchmarkMergeOrg merges 2,000 people into a file of 2,000.
func BenchmarkMergeOrg(b *testing.B) {
	p := Pull{Platform: "feishu"}
	for i := range 4000 {
		p.Members = append(p.Members, Member{User: fmt.Sprintf("ou_%d", i), Name: fmt.Sprintf("员工%d", i), Departments: []string{fmt.Sprintf("销售/%d组", i%40)}})
	}
	half := p
	half.Members = p.Members[:2000]
	m, err := MergeOrg("org.yaml", nil, time.UTC, half)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := MergeOrg("org.yaml", m.Text, time.UTC, p); err != nil {
			b.Fatal(err)
		}
	}
}
