package sales

import (
	"time"

	"genjin/sales/worktime"
)

// LeadStatus is where a lead stands.
type LeadStatus string

// The states of a lead.
const (
	LeadOpen      LeadStatus = "open"
	LeadConverted LeadStatus = "converted" // became a deal
	LeadClosed    LeadStatus = "closed"
)

// Lead is somebody who may buy.
type Lead struct {
	ID       string `json:"id"` // UUIDv7
	Number   int64  `json:"number"`
	Revision int64  `json:"revision"`

	Company  string            `json:"company"`
	Contact  string            `json:"contact"`
	Phone    string            `json:"phone"` // as normalised: +8613800138000, ext in Ext
	Ext      string            `json:"ext,omitempty"`
	Email    string            `json:"email"`
	Industry string            `json:"industry"`
	Size     int64             `json:"size"` // employees, 0 = not known
	Tech     string            `json:"tech"` // what they run today
	Visits   int64             `json:"visits"`
	Need     string            `json:"need"`
	Source   string            `json:"source"`
	Fields   map[string]string `json:"fields,omitempty"` // whatever else was given, by name
	BANT     BANT              `json:"bant"`

	CompanyKey string `json:"company_key"` // for matching, see [CompanyKey]

	Owner      string       `json:"owner"` // person id
	CreatedBy  string       `json:"created_by"`
	Status     LeadStatus   `json:"status"`
	DealNumber int64        `json:"deal_number,omitempty"`
	Score      Score        `json:"score"`
	RespondBy  worktime.Due `json:"respond_by"` // first call
	Duplicates []int64      `json:"duplicates,omitempty"`

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	TouchedAt time.Time `json:"touched_at,omitzero"` // first follow-up: its clocks stop
	Snooze    Snooze    `json:"snooze"`
}

// BANT is what makes a lead a deal: budget, authority, need, timing.
type BANT struct {
	Budget    string `json:"budget,omitempty"`
	Authority string `json:"authority,omitempty"`
	Need      string `json:"need,omitempty"`
	Timing    string `json:"timing,omitempty"`
}

// Snooze keeps reminders of a lead or deal silent until an instant.
type Snooze struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
}

// Score is what a lead is worth and why. Total is the sum of its parts.
type Score struct {
	Version int64       `json:"version"` // of the rules
	Total   int64       `json:"total"`
	Grade   string      `json:"grade"` // A, B, C
	Parts   []ScorePart `json:"parts"`
}

// ScorePart is one dimension's share of a score.
type ScorePart struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Points int64  `json:"points"`
	Max    int64  `json:"max"`
	Why    string `json:"why"`
}
