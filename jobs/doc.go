// Package jobs holds the use cases that the clock or the queue starts: sending,
// fetching files, telling people what follows from a decision, scoring, overdue
// alerts, consolidated approvals. The ledger in the store is the truth; asynq on
// Redis is only the bell that makes it fast, and may vanish at any moment.
package jobs
