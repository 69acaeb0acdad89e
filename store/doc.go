// Package store is the memory of the hub: the only room that speaks SQL. It
// keeps the nouns of sales, the inbox of events, the messages to send, the job
// ledger, the audit log and the evidence, on SQLite or on PostgreSQL, and it
// lets nobody change any of it outside one transaction with one instant.
package store
