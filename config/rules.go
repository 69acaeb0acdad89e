package config

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"genjin/sales"
)

//go:embed default_rules.yaml
var defaultRules []byte

// DefaultRules is the default rules.yaml.
func DefaultRules() []byte { return defaultRules }

// rulesFile is rules.yaml.
type rulesFile struct {
	Score     []dimensionEntry `yaml:"score"`
	Grades    []gradeEntry     `yaml:"grades"`
	Pipeline  []stageEntry     `yaml:"pipeline"`
	BANT      string           `yaml:"bant"`
	Evidence  evidenceEntry    `yaml:"evidence"`
	Clocks    clocksEntry      `yaml:"clocks"`
	Overdue   overdueEntry     `yaml:"overdue"`
	Approvals approvalsEntry   `yaml:"approvals"`
	Hours     rangeEntry       `yaml:"hours"`
	Quiet     rangeEntry       `yaml:"quiet"`
}

type (
	dimensionEntry struct {
		ID        string      `yaml:"id"`
		Name      string      `yaml:"name"`
		Weight    int64       `yaml:"weight"`
		Otherwise string      `yaml:"otherwise"`
		Bands     []bandEntry `yaml:"bands"`
	}
	bandEntry struct {
		When   string `yaml:"when"`
		Points int64  `yaml:"points"`
		Why    string `yaml:"why"`
	}
	gradeEntry struct {
		Name      string `yaml:"name"`
		Min       int64  `yaml:"min"`
		RespondIn string `yaml:"respond_in"`
	}
	stageEntry struct {
		ID       string      `yaml:"id"`
		Name     string      `yaml:"name"`
		Aliases  []string    `yaml:"aliases"`
		Overdue  int         `yaml:"overdue"`
		Evidence []needEntry `yaml:"evidence"`
		Approval []stepEntry `yaml:"approval"`
		Won      bool        `yaml:"won"`
		Lost     bool        `yaml:"lost"`
	}
	needEntry struct {
		ID        string   `yaml:"id"`
		Name      string   `yaml:"name"`
		Types     []string `yaml:"types"`
		Attendees bool     `yaml:"attendees"`
	}
	stepEntry struct {
		Name string   `yaml:"name"`
		Who  []string `yaml:"who"`
		All  bool     `yaml:"all"`
		When string   `yaml:"when"`
	}
	evidenceEntry struct {
		MaxMiB int64  `yaml:"max_mib"`
		Window string `yaml:"window"`
		PerDay int    `yaml:"per_day"`
	}
	clocksEntry struct {
		FollowUpIn string `yaml:"follow_up_in"`
	}
	overdueEntry struct {
		At     []string `yaml:"at"`
		Repeat int      `yaml:"repeat"`
		Copy   string   `yaml:"copy"`
	}
	approvalsEntry struct {
		DigestAt    []string `yaml:"digest_at"`
		RemindAfter string   `yaml:"remind_after"`
		RemindEvery string   `yaml:"remind_every"`
		EscalateAt  int      `yaml:"escalate_at"`
		Undo        string   `yaml:"undo"`
	}
	rangeEntry struct {
		From string `yaml:"from"`
		To   string `yaml:"to"`
	}
)

// ParseRules reads rules.yaml and compiles it; every mistake is told at once.
func ParseRules(name string, text []byte) (*sales.Rules, error) {
	var f rulesFile
	d, err := readDocument(name, text, &f)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	r := &sales.Rules{
		Hash: hex.EncodeToString(sum[:]), Dimensions: d.dimensions(f.Score), Grades: d.grades(f.Grades), Pipeline: d.pipeline(f.Pipeline),
		Evidence: sales.EvidencePolicy{
			MaxBytes: d.between("$.evidence.max_mib", f.Evidence.MaxMiB, 1, 2048) << 20, Window: d.duration("$.evidence.window", f.Evidence.Window, 10*time.Minute),
			PerDay: int(d.between("$.evidence.per_day", int64(f.Evidence.PerDay), 1, 100_000)),
		},
		Clocks: sales.ClockRules{FollowUpIn: d.duration("$.clocks.follow_up_in", f.Clocks.FollowUpIn, 48*time.Hour)},
		Overdue: sales.OverdueRules{
			At: d.times("$.overdue.at", f.Overdue.At), RepeatIn: int(d.between("$.overdue.repeat", int64(f.Overdue.Repeat), 0, 60)),
			CopyRole: sales.Role(f.Overdue.Copy),
		},
		Approvals: sales.ApprovalRules{
			RemindAfter: d.duration("$.approvals.remind_after", f.Approvals.RemindAfter, 4*time.Hour),
			RemindEvery: d.duration("$.approvals.remind_every", f.Approvals.RemindEvery, 4*time.Hour),
			EscalateAt:  int(d.between("$.approvals.escalate_at", int64(f.Approvals.EscalateAt), 0, 100)),
			DigestAt:    d.times("$.approvals.digest_at", f.Approvals.DigestAt), UndoFor: d.duration("$.approvals.undo", f.Approvals.Undo, 10*time.Minute),
		},
		Hours: sales.WorkHours{From: d.time("$.hours.from", f.Hours.From), To: d.time("$.hours.to", f.Hours.To)},
		Quiet: sales.QuietHours{From: d.time("$.quiet.from", f.Quiet.From), To: d.time("$.quiet.to", f.Quiet.To)},
	}
	switch f.BANT {
	case "required":
		r.BANT = true
	case "optional", "":
	default:
		d.fail("$.bant", "bant 只能写 optional 或 required，现在是 %q", f.BANT)
	}
	if r.Hours.From >= r.Hours.To {
		d.fail("$.hours", "工作时间的 from 要早于 to")
	}
	return r, d.err()
}

func (d *document) dimensions(in []dimensionEntry) []sales.Dimension {
	if len(in) == 0 {
		d.fail("$.score", "没有评分维度，请至少写一个")
	}
	out := make([]sales.Dimension, 0, len(in))
	ids := map[string]bool{}
	for i, e := range in {
		path := fmt.Sprintf("$.score[%d]", i)
		d.named(path, e.ID, e.Name, ids)
		dim := sales.Dimension{ID: e.ID, Name: e.Name, Weight: d.between(path+".weight", e.Weight, 1, 1000), Otherwise: e.Otherwise}
		for j, b := range e.Bands {
			at := fmt.Sprintf("%s.bands[%d]", path, j)
			if b.Points < 0 || b.Points > e.Weight {
				d.fail(at+".points", "points %d 应在 0 和本维度的 weight %d 之间", b.Points, e.Weight)
			}
			if b.Why == "" {
				d.fail(at, "没有 why，请写一句给销售看的理由")
			}
			dim.Bands = append(dim.Bands, sales.Band{When: d.condition(at+".when", b.When), Points: b.Points, Why: b.Why})
		}
		out = append(out, dim)
	}
	return out
}

func (d *document) named(path, id, name string, ids map[string]bool) {
	switch {
	case id == "" || ids[id]:
		d.fail(path, "id %q 为空或重复，请写一个不同的 id", id)
	case name == "":
		d.fail(path, "%s 没有 name，请写中文名称", id)
	}
	ids[id] = true
}

func (d *document) grades(in []gradeEntry) []sales.Grade {
	if len(in) == 0 {
		d.fail("$.grades", "没有等级，请至少写一个，例如 {name: A, min: 75}")
	}
	out := make([]sales.Grade, 0, len(in))
	for i, e := range in {
		path := fmt.Sprintf("$.grades[%d]", i)
		if i > 0 && e.Min >= in[i-1].Min {
			d.fail(path+".min", "等级要从高到低排列：%s 的 min %d 不低于前一个的 %d", e.Name, e.Min, in[i-1].Min)
		}
		if e.Name == "" {
			d.fail(path, "等级没有 name")
		}
		out = append(out, sales.Grade{Name: e.Name, Min: e.Min, RespondIn: d.duration(path+".respond_in", e.RespondIn, 0)})
	}
	return out
}

func (d *document) pipeline(in []stageEntry) []sales.Stage {
	out := make([]sales.Stage, 0, len(in))
	ids := map[string]bool{}
	won, lost := 0, 0
	for i, e := range in {
		path := fmt.Sprintf("$.pipeline[%d]", i)
		d.named(path, e.ID, e.Name, ids)
		s := sales.Stage{ID: e.ID, Name: e.Name, Aliases: e.Aliases, Won: e.Won, Lost: e.Lost, OverdueIn: int(d.between(path+".overdue", int64(e.Overdue), 0, 365))}
		for j, n := range e.Evidence {
			s.Needs = append(s.Needs, d.need(fmt.Sprintf("%s.evidence[%d]", path, j), n))
		}
		for j, a := range e.Approval {
			s.Approval = append(s.Approval, d.step(fmt.Sprintf("%s.approval[%d]", path, j), a))
		}
		if e.Won {
			won++
		}
		if e.Lost {
			lost++
		}
		if (won > 0 || lost > 0) && !e.Won && !e.Lost {
			d.fail(path, "%s 排在赢单或丢单之后，请把 won 和 lost 放在最后", e.ID)
		}
		out = append(out, s)
	}
	if won != 1 || lost != 1 || len(in) < 3 {
		d.fail("$.pipeline", "阶段里要有至少一个普通阶段、恰好一个 won: true 和一个 lost: true")
	}
	return out
}

func (d *document) need(path string, n needEntry) sales.EvidenceRule {
	if n.Name == "" {
		d.fail(path, "凭证没有 name，请写例如 方案文件")
	}
	if len(n.Types) == 0 {
		d.fail(path, "凭证没有 types，可写 %s", fileTypeWords())
	}
	for _, t := range n.Types {
		if !slices.Contains(fileTypes, t) {
			d.fail(path+".types", "没有文件类型 %q，可写 %s", t, fileTypeWords())
		}
	}
	return sales.EvidenceRule{ID: n.ID, Name: n.Name, Types: n.Types, Attendees: n.Attendees}
}

func (d *document) step(path string, e stepEntry) sales.StepRule {
	s := sales.StepRule{Name: e.Name, Who: e.Who, All: e.All}
	if len(e.Who) == 0 {
		d.fail(path, "审批步骤没有 who，可写 manager、manager2、role:finance、person:人员id")
	}
	for _, w := range e.Who {
		if !approverWord(w) {
			d.fail(path+".who", "不认识的审批人 %q，可写 manager、manager2、role:角色、person:人员id", w)
		}
	}
	if e.When != "" {
		s.When = d.condition(path+".when", e.When)
	}
	return s
}

func (d *document) condition(path, source string) sales.Condition {
	if source == "" {
		d.fail(path, "没有 when，请写条件，例如 size >= 300")
		return nil
	}
	c, err := compile(source)
	if err != nil {
		d.fail(path, "条件 %q 有误：%s", source, oneLine(err))
	}
	return c
}
