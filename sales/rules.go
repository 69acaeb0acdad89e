package sales

import (
	"time"

	"genjin/sales/worktime"
)

// Rules is everything business people may change: rules.yaml, checked and compiled.
type Rules struct {
	Version    int64  // given by the store when first seen
	Hash       string // sha256 of the text
	Dimensions []Dimension
	Grades     []Grade // highest first
	Pipeline   []Stage // in order; won and lost last
	Evidence   EvidencePolicy
	BANT       bool // required to convert
	Clocks     ClockRules
	Overdue    OverdueRules
	Approvals  ApprovalRules
	Hours      worktime.WorkHours
	Quiet      worktime.QuietHours
}

// Condition is a compiled expression over facts.
type Condition interface {
	Holds(f Facts) (bool, error)
	String() string
}

// Facts is what conditions may look at; fields are zero where they do not apply.
type Facts struct {
	Industry string            `expr:"industry"`
	Size     int64             `expr:"size"`
	Tech     string            `expr:"tech"`
	Visits   int64             `expr:"visits"`
	Need     string            `expr:"need"`
	Source   string            `expr:"source"`
	Region   string            `expr:"region"`
	Product  string            `expr:"product"`
	Amount   int64             `expr:"amount"` // fen
	Fields   map[string]string `expr:"fields"`
}

// Dimension is one axis of the score. The first band whose condition holds
// gives its points; none holds: 0 points.
type Dimension struct {
	ID     string
	Name   string
	Weight int64 // most points it can give
	Bands  []Band
	// Otherwise says why no band holds: 行业未填写或不在目标行业.
	Otherwise string
}

// Band gives Points (at most the dimension's weight) when When holds.
type Band struct {
	When   Condition
	Points int64
	Why    string // for the rep: 智能制造属于目标行业
}

// Grade is a letter from a least total, with its response clock.
type Grade struct {
	Name      string
	Min       int64
	RespondIn time.Duration // working time until the first call; 0 = no clock
}

// Stage is one stage of the pipeline.
type Stage struct {
	ID        string
	Name      string
	Aliases   []string
	Needs     []EvidenceRule // to enter it
	Approval  []StepRule     // to enter it
	OverdueIn int            // working days without progress; 0 = never
	Won, Lost bool
}

// EvidenceRule is one piece of proof. More conditions (opened by the customer,
// titles verified) will stand beside these.
type EvidenceRule struct {
	ID        string
	Name      string   // 方案文件
	Types     []string // by content: pdf docx …; "document" and "image" are families
	Attendees bool     // names and titles of those who attended are needed too
}

// EvidencePolicy limits files.
type EvidencePolicy struct {
	MaxBytes int64         // one file
	Window   time.Duration // how old a sent file may be when a move uses it
	PerDay   int           // files per person
}

// StepRule is one step of an approval flow.
type StepRule struct {
	Name string
	Who  []string  // manager, manager2 (manager's manager), role:finance, person:zhao
	All  bool      // all of Who, else any
	When Condition // nil = always
}

// ApprovalRules is how approvals are driven.
type ApprovalRules struct {
	RemindAfter time.Duration // working time without a decision
	RemindEvery time.Duration // working time between further reminders
	EscalateAt  int           // after this many reminders the approver's manager is told
	ExpireAfter time.Duration // a card older than this is superseded
	DigestAt    []worktime.TimeOfDay
	UndoFor     time.Duration
	Reasons     []string // to choose from where a platform lets nobody type one
}

// ClockRules is how long people may take.
type ClockRules struct {
	FollowUpIn time.Duration // plain hours until every lead must have its first follow-up
}

// OverdueRules is how overdue deals are told.
type OverdueRules struct {
	At       []worktime.TimeOfDay // when it is checked
	RepeatIn int                  // working days until the same deal is told again
	CopyRole Role                 // who gets the copy: ops
}
