// Package bots is the neutral language between Genjin and chat platforms: what a
// platform tells us (events), what we say (messages, cards, files), and what can
// go wrong when we say it. A platform lives in a package of its own below and
// knows no deals.
package bots
