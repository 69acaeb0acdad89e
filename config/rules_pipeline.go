package config

import (
	"fmt"
	"slices"
	"strings"

	"genjin/sales"
	"genjin/sales/norm"
)

func (d *document) pipeline(in []stageEntry) []sales.Stage {
	out := make([]sales.Stage, 0, len(in))
	ids, words := map[string]bool{}, map[string]string{}
	won, lost, whole := 0, 0, true
	for i, e := range in {
		path := fmt.Sprintf("$.pipeline[%d]", i)
		d.named(path, e.ID, e.Name, ids)
		d.unambiguous(path, e, words)
		out = append(out, d.stage(path, e))
		whole = whole && !d.spoilt[path] && !d.spoilt[path+".won"] && !d.spoilt[path+".lost"]
		d.placed(path, e, i == 0, won+lost > 0)
		if e.Won {
			won++
		}
		if e.Lost {
			lost++
		}
	}
	if whole && (won != 1 || lost != 1 || len(in) < 3) {
		d.fail("$.pipeline", "阶段里要有至少一个普通阶段、恰好一个 won: true 和一个 lost: true")
	}
	return out
}

// placed checks that a stage stands where its kind may stand.
func (d *document) placed(path string, e stageEntry, first, afterEnd bool) {
	switch {
	case e.Won && e.Lost:
		d.fail(path, "%s 不能既是 won 又是 lost", e.ID)
	case afterEnd && !e.Won && !e.Lost:
		d.fail(path, "%s 排在赢单或丢单之后，请把 won 和 lost 放在最后", e.ID)
	case first && len(e.Evidence)+len(e.Approval) > 0:
		d.fail(path, "%s 是商机的起点，不能要凭证或审批，请写在后面的阶段", e.ID)
	}
}

// unambiguous checks that no word means two stages.
func (d *document) unambiguous(path string, e stageEntry, words map[string]string) {
	for i, w := range append([]string{e.ID, e.Name}, e.Aliases...) {
		at := path
		if i > 1 {
			at = fmt.Sprintf("%s.aliases[%d]", path, i-2)
		}
		key := strings.ToLower(norm.Fold(w))
		other, taken := words[key]
		switch {
		case key == "" && i > 1:
			d.fail(at, "别名是空的，请删去")
		case taken && other != e.ID:
			d.fail(at, "%q 已经是阶段 %s 的叫法，请换一个", w, other)
		case key != "":
			words[key] = e.ID
		}
	}
}

func (d *document) stage(path string, e stageEntry) sales.Stage {
	s := sales.Stage{
		ID: e.ID, Name: e.Name, Aliases: e.Aliases, Won: e.Won, Lost: e.Lost,
		OverdueIn: int(d.between(path+".overdue", int64(e.Overdue), 0, 365)),
	}
	ids := map[string]bool{}
	for j, n := range e.Evidence {
		s.Needs = append(s.Needs, d.need(fmt.Sprintf("%s.evidence[%d]", path, j), n, ids))
	}
	for j, a := range e.Approval {
		s.Approval = append(s.Approval, d.step(fmt.Sprintf("%s.approval[%d]", path, j), a))
	}
	return s
}

func (d *document) need(path string, n needEntry, ids map[string]bool) sales.EvidenceRule {
	d.named(path, n.ID, n.Name, ids)
	if len(n.Types) == 0 {
		d.fail(path+".types", "凭证没有 types，可写 %s", fileTypeWords())
	}
	for i, t := range n.Types {
		if !slices.Contains(fileTypes, t) {
			d.fail(fmt.Sprintf("%s.types[%d]", path, i), "没有文件类型 %q，可写 %s", t, fileTypeWords())
		}
	}
	return sales.EvidenceRule{ID: n.ID, Name: n.Name, Types: n.Types, Attendees: n.Attendees}
}

func (d *document) step(path string, e stepEntry) sales.StepRule {
	s := sales.StepRule{Name: e.Name, Who: e.Who, All: e.All}
	if e.Name == "" {
		d.fail(path+".name", "审批步骤没有 name，请写例如 直属主管")
	}
	if len(e.Who) == 0 {
		d.fail(path+".who", "审批步骤没有 who，可写 manager、manager2、role:finance、person:人员id")
	}
	for i, w := range e.Who {
		if !approverWord(w) {
			d.fail(fmt.Sprintf("%s.who[%d]", path, i), "不认识的审批人 %q，可写 manager、manager2、role:角色、person:人员id", w)
		}
	}
	if d.has(path + ".when") {
		s.When = d.condition(path+".when", e.When)
	}
	return s
}
