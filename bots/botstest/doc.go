// Package botstest holds the rules that every platform must keep, as one suite:
// a platform's test brings a harness and runs it.
package botstest
