package jobs

import (
	"testing"

	"genjin/sales"
)

// A team with groups on both platforms: everybody hears the digest, and nobody
// twice who need not.
func TestGroupDigestIsHeardOnce(t *testing.T) {
	t.Parallel()
	type on = map[string]string
	both, feishu, wecom, gone := on{"feishu": "f", "wecom": "w"}, on{"feishu": "f"}, on{"wecom": "w"}, on{"left": "", "wecom": "w"}
	for name, c := range map[string]struct {
		team []on
		want [2]int
	}{
		"all on both":             {[]on{both, both}, [2]int{1, 0}},
		"all on Feishu":           {[]on{feishu, feishu}, [2]int{1, 0}},
		"all on WeCom":            {[]on{wecom}, [2]int{0, 1}},
		"half and half":           {[]on{feishu, wecom}, [2]int{1, 1}},
		"WeCom reaches everybody": {[]on{both, both, wecom}, [2]int{0, 1}},
		"one on each beside both": {[]on{both, feishu, wecom}, [2]int{1, 1}},
		"a leaver does not count": {[]on{feishu, gone}, [2]int{1, 0}},
		"nobody is anywhere":      {[]on{{}}, [2]int{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			folk := make([]sales.Person, 0, 1+len(c.team))
			folk = append(folk, sales.Person{ID: "boss", Name: "老板", Role: sales.RoleManager, Team: "west"})
			for i, accounts := range c.team {
				id := string(rune('a' + i))
				p := sales.Person{ID: id, Name: id, Role: sales.RoleRep, Team: "east", Manager: "boss", Accounts: on{}}
				for bot, account := range accounts {
					if bot == "left" {
						p.Left = true
					} else {
						p.Accounts[bot] = account + id
					}
				}
				folk = append(folk, p)
			}
			w.organise(folk, []sales.Team{
				{ID: "east", Name: "华东区", Manager: "boss", Groups: on{"feishu": "oc_east", "wecom": "robot:east"}},
				{ID: "west", Name: "华西区", Manager: "boss"},
			})
			w.deal(3, "a")
			w.run(kindOverdue, w.clock().AddDate(0, 0, 3))
			w.settle()
			w.said(w.feishu, "oc_east", c.want[0])
			w.said(w.wecom, "robot:east", c.want[1])
		})
	}
}
