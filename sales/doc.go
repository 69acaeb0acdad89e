// Package sales holds the rules: what a lead is worth, when a deal may move,
// who must approve, when something is late. It is pure: it takes facts and an
// instant and returns decisions as values. It does no I/O, reads no clock and
// imports nothing but the standard library.
package sales
