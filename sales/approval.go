package sales

import (
	"time"

	"genjin/sales/money"
)

// ApprovalStatus is where a request stands.
type ApprovalStatus string

// The states of an approval.
const (
	ApprovalPending   ApprovalStatus = "pending"
	ApprovalApproved  ApprovalStatus = "approved"
	ApprovalRejected  ApprovalStatus = "rejected"
	ApprovalReturned  ApprovalStatus = "returned"  // sent back to be mended; the deal did not move
	ApprovalCancelled ApprovalStatus = "cancelled" // taken back by the requester
)

// Act is what an approver can do.
type Act string

// The acts, each a button and a chat verb.
const (
	ActApprove  Act = "approve"
	ActReject   Act = "reject"
	ActTransfer Act = "transfer"
	ActReturn   Act = "return"
)

// Approval is a request that waits for people. It keeps the steps of the rules
// version it began with.
type Approval struct {
	ID           string         `json:"id"`
	Number       int64          `json:"number"`
	Revision     int64          `json:"revision"`
	Version      int64          `json:"version"` // counts decisions: a card shows one version, and only the current one decides
	RulesVersion int64          `json:"rules_version"`
	Requester    string         `json:"requester"`
	Owner        string         `json:"owner,omitempty"` // of the deal: decides no more than the requester does
	DealNumber   int64          `json:"deal_number"`
	Company      string         `json:"company"`
	Amount       money.Amount   `json:"amount"`
	Product      string         `json:"product"`
	Move         Move           `json:"move"` // what happens when approved
	Steps        []ApprovalStep `json:"steps"`
	Current      int            `json:"current"` // index into Steps
	Status       ApprovalStatus `json:"status"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
}

// ApprovalStep is one step of an approval: Any or all of its tasks.
type ApprovalStep struct {
	Name  string         `json:"name"`
	All   bool           `json:"all"` // all must agree; else one is enough
	Tasks []ApprovalTask `json:"tasks"`
}

// ApprovalTask is one person's share of a step.
type ApprovalTask struct {
	Approver   string    `json:"approver"`           // person id whose task it is now
	For        string    `json:"for,omitempty"`      // on whose behalf: the person on leave or who transferred
	Boss       string    `json:"boss,omitempty"`     // the approver's manager when asked: takes over from one whom nobody knows any more
	Decision   Act       `json:"decision,omitempty"` // empty = open
	By         string    `json:"by,omitempty"`       // who decided
	At         time.Time `json:"at,omitzero"`
	Comment    string    `json:"comment,omitempty"`
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	Reminders  int       `json:"reminders,omitempty"`
}
