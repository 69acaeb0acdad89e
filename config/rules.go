package config

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"time"

	"genjin/sales"
	"genjin/sales/worktime"
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
		ExpireAfter string   `yaml:"expire_after"`
		Undo        string   `yaml:"undo"`
		Reasons     []string `yaml:"reasons"`
	}
	rangeEntry struct {
		From string `yaml:"from"`
		To   string `yaml:"to"`
	}
)

// ParseRules reads rules.yaml and compiles it; every mistake is told at once,
// with its line and what to write instead.
func ParseRules(name string, text []byte) (*sales.Rules, error) {
	var f rulesFile
	d, err := readDocument(name, text, &f)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	r := &sales.Rules{
		Hash: hex.EncodeToString(sum[:]), Dimensions: d.dimensions(f.Score), Grades: d.grades(f.Grades, fullScore(f.Score)), Pipeline: d.pipeline(f.Pipeline), BANT: d.bant(f.BANT),
		Evidence: sales.EvidencePolicy{
			MaxBytes: d.between("$.evidence.max_mib", f.Evidence.MaxMiB, 1, 2048) << 20, Window: d.some("$.evidence.window", f.Evidence.Window, 10*time.Minute),
			PerDay: int(d.between("$.evidence.per_day", int64(f.Evidence.PerDay), 1, 100_000)),
		},
		Clocks: sales.ClockRules{FollowUpIn: d.duration("$.clocks.follow_up_in", f.Clocks.FollowUpIn, 48*time.Hour)},
		Overdue: sales.OverdueRules{
			At: d.times("$.overdue.at", f.Overdue.At), RepeatIn: int(d.between("$.overdue.repeat", int64(f.Overdue.Repeat), 0, 60)),
			CopyRole: d.role("$.overdue.copy", f.Overdue.Copy),
		},
		Approvals: d.approvals(f.Approvals),
		Hours:     worktime.WorkHours{From: d.time("$.hours.from", f.Hours.From), To: d.time("$.hours.to", f.Hours.To)},
		Quiet:     worktime.QuietHours{From: d.time("$.quiet.from", f.Quiet.From), To: d.time("$.quiet.to", f.Quiet.To)},
	}
	if r.Hours.From >= r.Hours.To && f.Hours.From != "" && f.Hours.To != "" {
		d.fail("$.hours", "工作时间的 from 要早于 to")
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return r, nil
}

func (d *document) bant(word string) bool {
	if word != "" && word != "optional" && word != "required" {
		d.fail("$.bant", "bant 只能写 optional 或 required，现在是 %q", word)
	}
	return word == "required"
}

func (d *document) approvals(e approvalsEntry) sales.ApprovalRules {
	return sales.ApprovalRules{
		RemindAfter: d.duration("$.approvals.remind_after", e.RemindAfter, 4*time.Hour),
		RemindEvery: d.some("$.approvals.remind_every", e.RemindEvery, 4*time.Hour),
		EscalateAt:  int(d.between("$.approvals.escalate_at", int64(e.EscalateAt), 0, 100)),
		DigestAt:    d.times("$.approvals.digest_at", e.DigestAt),
		UndoFor:     d.duration("$.approvals.undo", e.Undo, 10*time.Minute),
		ExpireAfter: d.some("$.approvals.expire_after", e.ExpireAfter, 336*time.Hour),
		Reasons:     d.reasons("$.approvals.reasons", e.Reasons),
	}
}
