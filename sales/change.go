package sales

// Entry is one line of the audit log: who changed what, with the value before
// and after. The store adds the instant, the source address and the sequence.
type Entry struct {
	Actor  string   `json:"actor"`  // person id, or "system"
	Action string   `json:"action"` // lead.create, deal.move, approval.decide …
	Object string   `json:"object"` // lead:12, deal:13, approval:14, file:<id>
	Before any      `json:"before,omitempty"`
	After  any      `json:"after,omitempty"`
	Reason string   `json:"reason,omitempty"`
	Files  []string `json:"files,omitempty"` // sha256 of the evidence it rests on
}

// Change is one decision as a value: state, audit entries and what must follow
// travel together, so that nobody can save one without the others.
type Change struct {
	Leads     []Lead
	Deals     []Deal
	Files     []File
	Approvals []Approval
	Entries   []Entry
	Effects   []Effect
}

// EffectKind says what must follow a decision.
type EffectKind string

// The effects. jobs turns each into messages and work.
const (
	EffectLeadOwned       EffectKind = "lead-owned"       // tell owner and owner's manager of a new lead
	EffectApprovalAsked   EffectKind = "approval-asked"   // cards to the current step's approvers
	EffectApprovalChanged EffectKind = "approval-changed" // update or close every card of it
	EffectApprovalDecided EffectKind = "approval-decided" // tell the requester, one message
	EffectDealMoved       EffectKind = "deal-moved"       // tell the owner's manager, also of a move taken back
	EffectRulesChanged    EffectKind = "rules-changed"    // Number is the version: score again what an older one scored
	EffectOrgChanged      EffectKind = "org-changed"      // Number is the version: cards to who must act now
	EffectPersonLeft      EffectKind = "person-left"      // Detail is who: operations get the list of their open work
	EffectConfigBad       EffectKind = "config-bad"       // Actor is the file, Detail what is wrong: tell the admins
	EffectConfigMended    EffectKind = "config-mended"    // Actor is the file: tell the admins
)

// Effect is something that must follow a decision, said in nouns; the words and
// the platform are chosen when it is carried out in the same transaction.
type Effect struct {
	Kind   EffectKind `json:"kind"`
	Number int64      `json:"number"`          // of the lead, deal or approval; a version
	Actor  string     `json:"actor,omitempty"` // who caused it: never told of their own act
	Detail string     `json:"detail,omitempty"`
}
