package sales

import "time"

// Role is what a person does in the organisation.
type Role string

// The roles of org.yaml.
const (
	RoleRep     Role = "rep"
	RoleManager Role = "manager"
	RoleOps     Role = "ops"
	RoleFinance Role = "finance"
	RoleRisk    Role = "risk"
	RoleLegal   Role = "legal"
	RoleTech    Role = "tech"
	RoleCSM     Role = "csm"
	RoleAdmin   Role = "admin"
)

// Person is somebody who works with the hub.
type Person struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Role     Role              `json:"role"`
	Team     string            `json:"team"`     // team id
	Manager  string            `json:"manager"`  // person id
	Accounts map[string]string `json:"accounts"` // platform name → the platform's id of this person
	Prefer   string            `json:"prefer"`   // platform name
	Delegate Delegation        `json:"delegate"`
	Left     bool              `json:"left"`
}

// Delegation hands a person's approvals to somebody else for a time. The zero
// Delegation hands over nothing.
type Delegation struct {
	To    string    `json:"to"`    // person id
	From  time.Time `json:"from"`  // first instant
	Until time.Time `json:"until"` // first instant after it
}

// Team is a group of people under one manager.
type Team struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Region  string            `json:"region"`
	Manager string            `json:"manager"` // person id
	Groups  map[string]string `json:"groups"`  // platform name → chat id
}
