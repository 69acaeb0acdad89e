// Package disk is what files need to be kept: names made durable, copies that
// stop when nobody waits for them.
package disk
