// Package evidence keeps files as proof: found by their content, checked by it,
// and never outside their folder.
package evidence
