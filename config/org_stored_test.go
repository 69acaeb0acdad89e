package config

import (
	"strings"
	"testing"
	"time"
)

// A robot's key is a secret: it stands in no row of the database.
func TestStoredOrgHoldsNoRobotKey(t *testing.T) {
	t.Parallel()
	const people = "people:\n  - {id: li, name: 李雷, role: rep, team: east}\n"
	for name, text := range map[string]string{
		"flow":         "teams:\n  - {id: east, name: 华东区, wecom_robot: key-693a}\n" + people,
		"block":        "teams:\n  - id: east\n    name: 华东区\n    wecom_robot:   key-693a # 群机器人\n" + people,
		"quoted":       "teams:\n  - {id: east, name: 华东区, \"wecom_robot\": \"key-693a\"}\n" + people,
		"one in words": "# wecom_robot: key-693a\nteams:\n  - {id: east, name: 华东区, wecom_robot: 'key-693a'}\n" + people,
	} {
		got, err := ReadOrg("org.yaml", []byte(text), time.UTC)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if strings.Contains(string(got.Stored), "key-693a") {
			t.Errorf("%s: the key is stored:\n%s", name, got.Stored)
		}
		if got.Robots["east"].Reveal() != "key-693a" {
			t.Errorf("%s: robots %v", name, len(got.Robots))
		}
		again, err := ReadOrg("org.yaml", got.Stored, time.UTC)
		if err != nil {
			t.Fatalf("%s, stored: %v", name, err)
		}
		if team, _ := again.Org.Team("east"); team.Groups["wecom"] != "robot:east" {
			t.Errorf("%s: what was stored has the groups %v", name, team.Groups)
		}
		if again.Hash != got.Hash {
			t.Errorf("%s: storing what was stored is another version", name)
		}
	}
}

func TestRobotKeyThatCannotBeTakenOutIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"another line": "teams:\n  - id: east\n    name: 华东区\n    wecom_robot:\n      key-693a\npeople:\n  - {id: li, name: 李雷, role: rep}\n",
		"escaped":      "teams:\n  - {id: east, name: 华东区, wecom_robot: \"\\u006bey\"}\npeople:\n  - {id: li, name: 李雷, role: rep}\n",
	} {
		_, err := ReadOrg("org.yaml", []byte(text), time.UTC)
		if err == nil || !strings.Contains(err.Error(), "同一行") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
