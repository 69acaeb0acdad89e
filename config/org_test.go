package config

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"genjin/sales"
)

// TestOrgMistakes reads one file for each mistake.
func TestOrgMistakes(t *testing.T) {
	t.Parallel()
	mistakes(t, "org", func(name string, text []byte) error {
		o, err := ParseOrg(name, text, time.UTC)
		if (err == nil) == (o == nil) {
			t.Errorf("organisation %v with %v", o, err)
		}
		return err
	})
}

func TestOrgIsRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/org/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("CST", 8*3600)
	o, err := ParseOrg("org.yaml", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	li, _ := o.Person("li")
	if li.Name != "李雷" || li.Role != sales.RoleRep || li.Accounts["feishu"] != "ou_li" || li.Accounts["wecom"] != "LiLei" || li.Prefer != "wecom" || li.Manager != "wang" {
		t.Errorf("%+v", li)
	}
	if hu, _ := o.Person("hu"); !hu.Left || len(hu.Accounts) > 0 {
		t.Errorf("%+v", hu)
	}
	if east, _ := o.Team("east"); east.Region != "华东" || east.Groups["feishu"] != "oc_east" || east.Groups["wecom"] != "chateast" {
		t.Errorf("%+v", east)
	}
	for day, want := range map[string]string{"2026-11-24 23:59": "wang", "2026-11-25 00:00": "li", "2026-11-28 23:59": "li", "2026-11-29 00:00": "wang"} {
		at, err := time.ParseInLocation("2006-01-02 15:04", day, zone)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := o.Stand("wang", at, nil); err != nil || p.ID != want {
			t.Errorf("%s: %s acts, want %s (%v)", day, p.ID, want, err)
		}
	}
}

func TestSampleOrg(t *testing.T) {
	t.Parallel()
	o, err := ParseOrg("sample_org.yaml", SampleOrg(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.People()) < 12 || len(o.Teams()) != 3 {
		t.Errorf("%d people in %d teams", len(o.People()), len(o.Teams()))
	}
	for account, id := range map[string]string{"ou_li": "li", "ou_han": "han", "ou_wang": "wang", "ou_zhao": "zhao", "ou_ops": "ops"} {
		if p, _ := o.ByAccount("feishu", account); p.ID != id {
			t.Errorf("%s is %q", account, p.ID)
		}
	}
	boss, _ := o.Manager("li")
	above, _ := o.Manager(boss.ID)
	if boss.ID != "wang" || above.ID != "zhao" {
		t.Errorf("above 李雷 stand %s and %s", boss.ID, above.ID)
	}
	for _, r := range []sales.Role{sales.RoleRep, sales.RoleManager, sales.RoleOps, sales.RoleFinance, sales.RoleRisk, sales.RoleLegal, sales.RoleAdmin} {
		if len(o.WithRole(r)) == 0 {
			t.Errorf("nobody is %s", r)
		}
	}
	if team, _ := o.Team("east"); team.Groups["feishu"] != "oc_east" {
		t.Errorf("%+v", team)
	}
}

// TestRobots: a group robot is a team's group where no group is named, and its
// key stands nowhere but in the answer of Robots.
func TestRobots(t *testing.T) {
	t.Parallel()
	const canary = "693a91f6-7d0e-4bc4-97a0-0ec2sifa5aaa"
	text := []byte("teams:\n" +
		"  - {id: east, name: 华东区, groups: {feishu: oc_east, wecom: chateast}, wecom_robot: " + canary + "-1}\n" +
		"  - {id: south, name: 华南区, groups: {feishu: oc_south}, wecom_robot: " + canary + "-2}\n" +
		"  - {id: west, name: 西区, wecom_robot: " + canary + "-3}\n" +
		"  - {id: hq, name: 总部}\n" +
		"people:\n  - {id: li, name: 李雷, role: rep, team: east}\n")
	o, err := ParseOrg("org.yaml", text, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]map[string]string{
		"east": {"feishu": "oc_east", "wecom": "chateast"}, "south": {"feishu": "oc_south", "wecom": "robot:south"}, "west": {"wecom": "robot:west"}, "hq": nil,
	} {
		if team, _ := o.Team(id); !maps.Equal(team.Groups, want) {
			t.Errorf("%s: %v, want %v", id, team.Groups, want)
		}
	}
	keys, err := Robots("org.yaml", text)
	if err != nil || len(keys) != 3 || keys["east"].Reveal() != canary+"-1" || keys["south"].Reveal() != canary+"-2" || keys["west"].Reveal() != canary+"-3" {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	if told := fmt.Sprintf("%v %+v %v %#v", o.Teams(), o.Teams(), keys, keys); strings.Contains(told, canary) {
		t.Errorf("a key is told: %s", told)
	}
	for _, bad := range []string{"", "teams: 3\n", "teams:\n  - {id: a, wecom_robot: {key: " + canary + "}}\n"} {
		if keys, err := Robots("org.yaml", []byte(bad)); err == nil || keys != nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%q: %v %v", bad, keys, err)
		}
	}
}
