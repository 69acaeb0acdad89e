// Package storetest gives tests a real memory: a migrated store on SQLite, the
// same on a private PostgreSQL, and a private Redis. It is imported by tests only.
package storetest
