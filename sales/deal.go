package sales

import (
	"time"

	"genjin/sales/money"
)

// Deal is a sale under way.
type Deal struct {
	ID         string `json:"id"`
	Number     int64  `json:"number"`
	Revision   int64  `json:"revision"`
	LeadNumber int64  `json:"lead_number"`

	Company    string       `json:"company"`
	CompanyKey string       `json:"company_key"`
	Contact    string       `json:"contact"`
	Product    string       `json:"product"`
	Amount     money.Amount `json:"amount"`
	Owner      string       `json:"owner"` // person id
	BANT       BANT         `json:"bant"`

	Stage      string    `json:"stage"` // stage id
	StageSince time.Time `json:"stage_since"`
	TouchedAt  time.Time `json:"touched_at"`        // last real progress: overdue counts from here
	Pending    *Move     `json:"pending,omitempty"` // waits for approval
	Moves      []Move    `json:"moves"`             // made, oldest first
	LostReason string    `json:"lost_reason,omitempty"`
	Snooze     Snooze    `json:"snooze"`

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Move is a change of stage with its proof.
type Move struct {
	ID        string     `json:"id"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	By        string     `json:"by"`
	At        time.Time  `json:"at"`
	Evidence  []string   `json:"evidence"` // file ids
	Attendees []Attendee `json:"attendees,omitempty"`
	Reason    string     `json:"reason,omitempty"` // of a loss
	Approval  int64      `json:"approval,omitempty"`
	Undone    bool       `json:"undone,omitempty"`
	Was       Standing   `json:"was,omitzero"` // what an undo restores
}

// Standing is how a deal's clock stood before a move.
type Standing struct {
	StageSince time.Time `json:"stage_since"`
	TouchedAt  time.Time `json:"touched_at"`
	Snooze     Snooze    `json:"snooze"`
}

// Attendee is somebody at an executive visit.
type Attendee struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// FileStatus is how far a file has come.
type FileStatus string

// The states of a file.
const (
	FileFetching FileStatus = "fetching" // known, not yet copied from the platform
	FileReady    FileStatus = "ready"
	FileRefused  FileStatus = "refused" // Reason says why
	FileUsed     FileStatus = "used"    // serves a move
)

// File is a file that a person sent, kept as possible evidence.
type File struct {
	ID       string       `json:"id"`
	Revision int64        `json:"revision"`
	Person   string       `json:"person"`
	Bot      string       `json:"bot"`
	Chat     string       `json:"chat"`
	Private  bool         `json:"private"`
	SentAt   time.Time    `json:"sent_at"`
	Name     string       `json:"name"` // cleaned
	Status   FileStatus   `json:"status"`
	Reason   string       `json:"reason,omitempty"` // stable word: type_not_allowed, archive_limit …
	SHA256   string       `json:"sha256,omitempty"`
	Size     int64        `json:"size,omitempty"`
	Type     string       `json:"type,omitempty"` // by content: pdf docx pptx xlsx jpg png …
	Platform PlatformFile `json:"platform"`       // where to fetch it
	Move     string       `json:"move,omitempty"` // the move that it serves
}

// PlatformFile is what a platform needs to hand a file over.
type PlatformFile struct {
	Key       string `json:"key"`
	MessageID string `json:"message_id"`
	Image     bool   `json:"image"`
	Size      int64  `json:"size"`
}
